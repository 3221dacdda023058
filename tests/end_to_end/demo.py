"""The demo under test: finds its processes, and sees to it that none is left behind."""

from __future__ import annotations

import signal
from contextlib import contextmanager, suppress

import psutil

from simulators.demo.child import DemoProcess


class Demo(DemoProcess):
    def pid(self, role):
        """Return the process id of a role, None while it does not run."""
        for child in psutil.Process(self.process.pid).children():
            with suppress(psutil.NoSuchProcess):  # a zombie is one, too: it ends just now
                if role in child.cmdline():
                    return child.pid
        return None

    @contextmanager
    def nobody_restarts(self):
        """Hold the supervisor, or it would start again what a test kills."""
        supervisor = psutil.Process(self.process.pid)
        supervisor.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            supervisor.send_signal(signal.SIGCONT)

    def stop(self):
        if self.process.poll() is not None:
            return super().stop()
        below = psutil.Process(self.process.pid).children(recursive=True)
        code = super().stop()
        _, alive = psutil.wait_procs(below, timeout=5)
        for process in alive:
            process.kill()
        assert not alive, "processes were left behind"
        return code
