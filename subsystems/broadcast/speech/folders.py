"""Sound files that are not made by us: chimes, and what the station has recorded.

Law: finds them and knows their digests; never writes. A name never leads out of the folder.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from protocol.errors import DeviceError

CHIMES = Path(__file__).with_name("chimes")
"""What is shipped: ``chime``, ``change``, ``emergency``, made by `chimes.make`."""
SUFFIXES = (".wav", ".flac", ".ogg", ".opus", ".mp3")


class SoundFolders:
    """The station's folder of clips, and the shipped chimes behind it.

    Args:
        clips: None: the station has none.
    """

    def __init__(self, clips: Path | None) -> None:
        self._clips = clips
        self._digests: dict[Path, tuple[int, int, str]] = {}

    def chime(self, name: str) -> Path:
        """Return the file of a chime: the station's own, else the shipped one.

        Raises:
            DeviceError: there is none.
        """
        for folder in filter(None, (self._clips, CHIMES)):
            for suffix in SUFFIXES:
                path = (folder / f"{name}{suffix}").resolve()
                if path.parent == folder.resolve() and path.is_file():
                    return path
        raise DeviceError(f"there is no chime {name!r}", where="speech")

    def clip(self, file: str) -> Path:
        """Return a recorded sound.

        Raises:
            DeviceError: there is none.
        """
        if self._clips is None:
            raise DeviceError(f"{file!r}: this station has no recorded sounds", where="speech")
        path = (self._clips / file).resolve()
        if not path.is_relative_to(self._clips.resolve()) or not path.is_file():
            raise DeviceError(f"there is no recorded sound {file!r}", where=str(self._clips))
        return path

    def digest_of(self, path: Path) -> str:
        """Return the SHA-256 of a file, read again only when it changed.

        Raises:
            DeviceError: it cannot be read.
        """
        try:
            status = path.stat()
            known = self._digests.get(path)
            if known is None or known[:2] != (status.st_size, status.st_mtime_ns):
                sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
                known = (status.st_size, status.st_mtime_ns, sha256)
                self._digests[path] = known
        except OSError as error:
            raise DeviceError(f"cannot be read: {error.strerror}", where=str(path)) from error
        return known[2]
