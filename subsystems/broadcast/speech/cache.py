"""Sounds on disk by what they say: found again after a restart, never trusted blindly, bounded.

Law: the only place that touches the cache's folder. A sound's file is named by its own digest, so a
damaged one is known by reading it; it is read once after each start, and then only looked at.

    sounds/<sha256>.wav     never changed
    index/<key>.json        {"sha256":…,"seconds":…,"engines":[…]}; key: digest of the request
    work/                   what is being made; emptied at each start

What was not used for longest goes first (its index's time is the last use). A sound with no index
is left over from a crash, and goes at the next start.
"""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from subsystems.broadcast.speech.port import Clip

if TYPE_CHECKING:
    from pathlib import Path

    from structlog.typing import FilteringBoundLogger

MEGABYTE = 1 << 20


class _Entry(msgspec.Struct, frozen=True):
    sha256: str
    seconds: float
    engines: tuple[str, ...] = ()


@dataclass
class Figures:
    """Counts since the start."""

    hits: int = 0
    misses: int = 0
    damaged: int = 0
    evicted: int = 0


class SoundCache:
    """The folder.

    Args:
        folder: made if it is not there.
        megabytes: at most of sounds.
        log: says what was damaged.
    """

    def __init__(self, folder: Path, megabytes: int, log: FilteringBoundLogger) -> None:
        self._sounds, self._index = folder / "sounds", folder / "index"
        self.work = folder / "work"
        self._most = megabytes * MEGABYTE
        self._log = log
        self._seen: dict[str, tuple[int, int]] = {}
        self._serial = 0
        self.figures = Figures()
        for each in (self._sounds, self._index, self.work):
            each.mkdir(parents=True, exist_ok=True)
        self._clean()

    def scratch(self) -> Path:
        """Return a new path to make a sound at."""
        self._serial += 1
        return self.work / f"{os.getpid()}-{self._serial}.wav"

    def find(self, key: str) -> Clip | None:
        """Return the sound of a request; None: it is not there, or was damaged."""
        index = self._index / f"{key}.json"
        try:
            entry = msgspec.json.decode(index.read_bytes(), type=_Entry)
            self._check(entry.sha256)
        except (OSError, msgspec.DecodeError) as error:
            self.figures.misses += 1
            if not isinstance(error, FileNotFoundError):
                self._drop(index, str(error))
            return None
        self.figures.hits += 1
        os.utime(index)
        path = self.path_of(entry.sha256)
        return Clip(path, entry.seconds, entry.sha256, entry.engines, cached=True)

    def keep(
        self, key: str, made: Path, sha256: str, seconds: float, engines: tuple[str, ...]
    ) -> Clip:
        """Take a finished sound over, and make room for it."""
        path = self.path_of(sha256)
        made.replace(path)
        self._note_seen(sha256)
        index = self._index / f"{key}.json"
        fresh = index.with_suffix(".new")
        fresh.write_bytes(msgspec.json.encode(_Entry(sha256, seconds, engines)))
        fresh.replace(index)
        self._make_room(keep=sha256)
        return Clip(path, seconds, sha256, engines)

    def path_of(self, sha256: str) -> Path:
        """Return where the sound of this digest is, if it is there."""
        return self._sounds / f"{sha256}.wav"

    @property
    def size(self) -> int:
        """Bytes of all sounds."""
        return sum(path.stat().st_size for path in self._sounds.iterdir())

    def _check(self, sha256: str) -> None:
        path = self.path_of(sha256)
        status = path.stat()
        if self._seen.get(sha256) == (status.st_size, status.st_mtime_ns):
            return
        if hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
            path.unlink()
            raise OSError(f"{path.name} is damaged")
        self._note_seen(sha256)

    def _note_seen(self, sha256: str) -> None:
        status = self.path_of(sha256).stat()
        self._seen[sha256] = (status.st_size, status.st_mtime_ns)

    def _drop(self, index: Path, why: str) -> None:
        self.figures.damaged += 1
        self._log.warning("speech.cache-damaged", file=index.name, why=why)
        index.unlink(missing_ok=True)

    def _clean(self) -> None:
        for left in (*self.work.iterdir(), *self._index.glob("*.new")):
            left.unlink(missing_ok=True)
        used = {entry.sha256 for _, entry in self._entries()}
        for path in self._sounds.iterdir():
            if path.stem not in used:
                path.unlink(missing_ok=True)
        self._make_room(keep="")

    def _entries(self) -> list[tuple[Path, _Entry]]:
        """Return all, the one that was used last at the end."""
        found = []
        for index in self._index.glob("*.json"):
            try:
                entry = msgspec.json.decode(index.read_bytes(), type=_Entry)
                found.append((index.stat().st_mtime_ns, index, entry))
            except (OSError, msgspec.DecodeError) as error:
                self._drop(index, str(error))
        found.sort(key=lambda each: each[0])
        return [(index, entry) for _, index, entry in found]

    def _make_room(self, *, keep: str) -> None:
        too_much = self.size - self._most
        if too_much <= 0:
            return
        entries = self._entries()
        # A tenth more than needed: otherwise every new sound would look at all files.
        too_much += self._most // 10
        for index, entry in entries:
            if entry.sha256 == keep or too_much <= 0:
                continue
            index.unlink(missing_ok=True)
            if not any(other.sha256 == entry.sha256 for path, other in entries if path != index):
                with suppress(FileNotFoundError):
                    too_much -= self.path_of(entry.sha256).stat().st_size
                    self.path_of(entry.sha256).unlink()
            self.figures.evicted += 1
