"""Ports that nobody uses: for those who start a process and must name its port before.

Law: none that the system gives to whoever connects, for it might do so before the process listens.
"""

from __future__ import annotations

import secrets
import socket
from contextlib import ExitStack, suppress

UNGIVEN = range(24_000, 32_768)
"""Below what Linux gives away (``ip_local_port_range``)."""


def free_ports(count: int = 1, among: range = UNGIVEN) -> int:
    """Return a port on the loopback address that is free together with the `count` - 1 after it."""
    while True:
        port = secrets.choice(among[: len(among) - count + 1])
        with ExitStack() as stack, suppress(OSError):
            for number in range(port, port + count):
                stack.enter_context(socket.socket()).bind(("127.0.0.1", number))
            return port
