"""An open tty in the reactor: one that can only read, one that writes a frame at a time.

Law: descriptors and octets, nothing of frames; who opens them is `port`.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from twisted.internet import main
from twisted.internet.abstract import FileDescriptor
from twisted.internet.error import ConnectionDone

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.internet.interfaces import IReactorTime
    from twisted.python.failure import Failure

READ_OCTETS = 4096


class Wire(FileDescriptor):
    """An open descriptor in the reactor; `lost` is called once when it ends."""

    def __init__(
        self,
        reactor: IReactorTime,
        descriptor: int,
        octets: Callable[[bytes], None],
        lost: Callable[[], None],
    ) -> None:
        super().__init__(reactor)  # type: ignore[arg-type] # a reactor is both interfaces
        self._descriptor = descriptor
        self._octets = octets
        self._lost = lost
        self.connected = 1

    def fileno(self) -> int:
        """Return the descriptor, -1 when it is closed."""
        return self._descriptor

    def doRead(self) -> Exception | None:  # noqa: N802 - Twisted's name
        """Hand over what has come; the reactor calls this when something has."""
        try:
            octets = os.read(self._descriptor, READ_OCTETS)
        except BlockingIOError:
            return None
        except OSError:
            return main.CONNECTION_LOST
        if not octets:
            return ConnectionDone()
        self._octets(octets)
        return None

    def connectionLost(self, reason: Failure | None) -> None:  # noqa: N802
        """Close the descriptor and say so, once."""
        if self._descriptor < 0:
            return
        self.stopReading()
        self.stopWriting()
        super().connectionLost(reason)
        os.close(self._descriptor)
        self._descriptor = -1
        self._lost()


class ReadOnlyWire(Wire):
    """Has no way to write: the descriptor would refuse it too."""

    def write(self, data: bytes) -> None:  # noqa: ARG002 - Twisted's signature
        """Refuse."""
        raise TypeError("this port receives only")

    def startWriting(self) -> None:  # noqa: N802 - Twisted's name
        """Refuse."""
        raise TypeError("this port receives only")


class SendingWire(Wire):
    """Writes without a buffer of its own beyond one frame."""

    def __init__(
        self,
        reactor: IReactorTime,
        descriptor: int,
        octets: Callable[[bytes], None],
        lost: Callable[[], None],
        drained: Callable[[], None],
    ) -> None:
        super().__init__(reactor, descriptor, octets, lost)
        self._drained = drained
        self._left = b""

    @property
    def idle(self) -> bool:
        """Whether all of the last frame is in the kernel."""
        return not self._left

    def send(self, frame: bytes) -> None:
        """Write a frame; only when `idle`. `drained` is called if it did not fit at once."""
        self._left = frame
        self._push()  # A fault is found by the reactor, too, in its own turn.
        if self._left:
            self.startWriting()

    def doWrite(self) -> Exception | None:  # noqa: N802 - Twisted's name
        """Write what is left; the reactor calls this when there is room."""
        fault = self._push()
        if not self._left:
            self.stopWriting()
            self._drained()
        return fault

    def _push(self) -> Exception | None:
        try:
            self._left = self._left[os.write(self._descriptor, self._left) :]
        except BlockingIOError:
            return None
        except OSError:
            self._left = b""
            return main.CONNECTION_LOST
        return None
