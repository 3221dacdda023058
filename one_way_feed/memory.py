"""What survives a restart: the receiver's (epoch, sequence), the sender's epoch.

Law: the only place that keeps these files. A mark is written before what it marks is acted upon, in
place and without waiting for the disk: that survives any death of the process, kill -9 included. A
death of the machine may cost the marks since the last `sync` (seconds); then a recording of just
these seconds could be played once more, and its rows would change nothing that is newer.

The file has two slots, written in turn, so that a torn write leaves the other one:

    slot, 32 octets:  "stnfeed1" | epoch u32 | sequence u32 | zeros 12 | CRC-32C u32
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import google_crc32c

from protocol.errors import DeviceError

if TYPE_CHECKING:
    from pathlib import Path

    Mark = tuple[int, int]

MAGIC = b"stnfeed1"
SLOT = 32
MAX_U32 = 0xFFFF_FFFF


class Memory:
    """A file that holds the greatest (epoch, sequence) so far.

    Attributes:
        mark: it; (0, 0) when the file is new.
        damaged: the file was there, but no slot of it is intact.
    """

    def __init__(self, path: Path) -> None:
        """Open or make the file.

        Raises:
            DeviceError: it cannot be opened.
        """
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            content = os.pread(self._fd, 2 * SLOT, 0)
        except OSError as error:
            raise DeviceError(f"cannot keep marks: {error.strerror}", where=str(path)) from error
        self._path = path
        marks = [_read(content[at : at + SLOT]) for at in (0, SLOT)]
        intact = [mark for mark in marks if mark is not None]
        self.mark: Mark = max(intact, default=(0, 0))
        self.damaged = bool(content) and not intact
        self._next = 1 - marks.index(self.mark) if intact else 0

    def advance(self, mark: Mark) -> None:
        """Keep `mark`, which is greater than all before it.

        Raises:
            DeviceError: it cannot be written; nothing may be acted upon then.
        """
        try:
            os.pwrite(self._fd, _slot(mark), self._next * SLOT)
        except OSError as error:
            message = f"cannot keep a mark: {error.strerror}"
            raise DeviceError(message, where=str(self._path)) from error
        self._next = 1 - self._next
        self.mark = mark

    def sync(self) -> None:
        """Wait until the disk has it. Blocks; may run in another thread, even after `close`.

        Raises:
            DeviceError: the disk refuses.
        """
        if self._fd < 0:
            return
        try:
            os.fdatasync(self._fd)
        except OSError as error:
            message = f"cannot keep a mark: {error.strerror}"
            raise DeviceError(message, where=str(self._path)) from error

    def close(self) -> None:
        """Close the file."""
        os.close(self._fd)
        self._fd = -1


def _slot(mark: Mark) -> bytes:
    content = MAGIC + mark[0].to_bytes(4) + mark[1].to_bytes(4) + bytes(12)
    return content + int(google_crc32c.value(content)).to_bytes(4)


def _read(slot: bytes) -> Mark | None:
    content, crc = slot[:-4], slot[-4:]
    if len(slot) != SLOT or int.from_bytes(crc) != google_crc32c.value(content):
        return None
    if not content.startswith(MAGIC):
        return None
    return int.from_bytes(content[8:12]), int.from_bytes(content[12:16])


def next_epoch(path: Path, unix_seconds: float) -> int:
    """Return the epoch of a sender that starts now, and keep it on the disk before that.

    It is the time in seconds, so that a sender whose file was lost goes on above its former epochs;
    and always greater than the last one kept, so that a clock set back does no harm.

    Raises:
        DeviceError: the file cannot be kept, is damaged, or the epochs are used up.
    """
    memory = Memory(path)
    try:
        if memory.damaged:
            message = "damaged; delete it if this machine's clock is right"
            raise DeviceError(message, where=str(path))
        epoch = max(memory.mark[0] + 1, int(unix_seconds))
        if not 0 < epoch <= MAX_U32:
            raise DeviceError("no epoch is left; delete it and make new keys", where=str(path))
        memory.advance((epoch, 0))
        memory.sync()
    finally:
        memory.close()
    return epoch
