"""What all subsystems share: link machine, cache, time discipline, runner."""
