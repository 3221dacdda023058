"""The demo: a whole station on one machine."""
