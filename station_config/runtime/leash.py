"""Becomes another program that cannot outlive its parent.

Law: a script of the standard library alone, run by path in front of a foreign program, which knows
nothing of ``STATION_PARENT_FD``: ``python -I -S leash.py PARENT PROGRAM ARGUMENT…``. Linux sends
the signal of prctl(2) PR_SET_PDEATHSIG when the parent dies, by whatever cause, and keeps the
setting across exec. The program also gets a session of its own: Ctrl-C at the terminal is the
parent's.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
"""linux/prctl.h."""

EXIT_ORPHAN = 70


def main(arguments: list[str]) -> int:
    """Exec ``arguments[1:]``, leashed to the process ``arguments[0]``; return only if that died."""
    parent, *program = arguments
    os.setsid()
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() == int(parent):
        os.execv(program[0], program)  # noqa: S606 - the program that the parent asked for
    return EXIT_ORPHAN  # the parent died before prctl: no signal would come


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
