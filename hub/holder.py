"""Who this process is to other hubs, and whether another one is known to be dead.

Law: asks the operating system, decides nothing. Only what is certain is said: a process on another
machine, or in another space of process numbers, is never known to be dead.
"""

from __future__ import annotations

import os
import socket
import uuid
from pathlib import Path

from hub.lease import Holder

PROC = Path("/proc")
_STARTED = 18
"""Field of ``/proc/PID/stat`` behind name and state, proc(5): starttime is the 22nd of all."""


def this_process(proc: Path = PROC) -> Holder:
    """Return this process as the holder of a lease, with a new id."""
    pid = os.getpid()
    return Holder(uuid.uuid4().hex, socket.gethostname(), _boot(proc), pid, _born(proc, pid) or 0)


def known_dead(holder: Holder, proc: Path = PROC) -> bool:
    """Return whether the process is certainly gone."""
    if not holder.boot or not holder.born or holder.boot != _boot(proc):
        return False
    born = _born(proc, holder.pid)
    return _gone(holder.pid) if born is None else born != holder.born


def _gone(pid: int) -> bool:
    """Ask a second witness: a process of another user may be hidden in ``/proc``."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


def _boot(proc: Path) -> str:
    """Return what names this run of the machine and this space of process numbers."""
    try:
        boot = (proc / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot} {(proc / 'self/ns/pid').readlink()}"
    except OSError:
        return ""


def _born(proc: Path, pid: int) -> int | None:
    """Return when a process began, 0 when it has ended and is not yet buried, None: not found."""
    try:
        told = (proc / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    state, *fields = told.rpartition(")")[2].split()
    return 0 if state in "ZX" else int(fields[_STARTED])
