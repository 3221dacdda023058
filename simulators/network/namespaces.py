"""Two network namespaces, each with one device whose other end is a file descriptor of ours.

Law: the only part of the network that changes the kernel's state, all of it undone by `close`.
Addresses are of a private range and exist in these namespaces alone: nothing outside is reached.
"""

from __future__ import annotations

import fcntl
import os
import struct
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from protocol.errors import OperatorError

_TUN = Path("/dev/net/tun")
_TUNSETIFF = 0x400454CA
_IFF_TUN_NO_PI = 0x0001 | 0x1000
"""linux/if_tun.h: whole IP packets, nothing in front of them."""

_PREFIX = 24


@dataclass(frozen=True)
class Host:
    """One side.

    Attributes:
        namespace: its name for ``ip netns exec``.
        address: IPv4, reachable from the other side and from itself.
        device: file descriptor; what is read was sent by the host.
    """

    namespace: str
    address: str
    device: int

    def command(self, *arguments: str) -> list[str]:
        """Return the command line that runs `arguments` on this host."""
        return ["ip", "netns", "exec", self.namespace, *arguments]


def why_not() -> str | None:
    """Return why no namespaces can be made here, None if they can."""
    if os.geteuid() != 0:
        return "network namespaces need root"
    if not _TUN.exists():
        return f"there is no {_TUN}"
    return None


def make_host(namespace: str, address: str) -> Host:
    """Make a namespace with one device of that address.

    Raises:
        OperatorError: the kernel refused; nothing is left behind.
    """
    refused = why_not()
    if refused is not None:
        raise OperatorError(refused)
    _ip("netns", "add", namespace)
    device = -1
    try:
        device = _open_tun(f"{namespace[-10:]}-t")
        name = f"{namespace[-10:]}-t"
        _ip("link", "set", name, "netns", namespace)
        _ip("-n", namespace, "link", "set", "lo", "up")
        _ip("-n", namespace, "address", "add", f"{address}/{_PREFIX}", "dev", name)
        _ip("-n", namespace, "link", "set", name, "up")
    except (OSError, OperatorError):
        if device >= 0:
            os.close(device)
        with suppress(OperatorError):
            _ip("netns", "delete", namespace)
        raise
    return Host(namespace, address, device)


def close_host(host: Host) -> None:
    """Undo `make_host`. Processes that still run there keep their namespace until they end."""
    os.close(host.device)
    _ip("netns", "delete", host.namespace)


def _open_tun(name: str) -> int:
    device = os.open(_TUN, os.O_RDWR | os.O_NONBLOCK)
    try:
        fcntl.ioctl(device, _TUNSETIFF, struct.pack("16sH14x", name.encode(), _IFF_TUN_NO_PI))
    except OSError:
        os.close(device)
        raise
    return device


def _ip(*arguments: str) -> None:
    done = subprocess.run(
        ["ip", *arguments],  # noqa: S607 - wherever the system keeps it
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise OperatorError(f"ip {' '.join(arguments)}: {done.stderr.strip()}")
