"""Small things that survive a restart: mutes with their end, corrected readings, alerts taken.

Law: one JSON file each, written whole beside the old one and then put in its place. A file that
cannot be read is told and begun anew, and kept under another name; a disk that cannot be written is
told, and everything goes on.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Generic, TypeVar

import msgspec

from protocol.times import Instant

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

T = TypeVar("T")


class MuteUntil(msgspec.Struct, frozen=True):
    """A zone that a person muted.

    Attributes:
        until: station time.
        by: who.
    """

    until: Instant
    by: str = ""


class Mutes(msgspec.Struct, frozen=True):
    """By zone."""

    zones: dict[str, MuteUntil] = {}


class Correction(msgspec.Struct, frozen=True, kw_only=True):
    """A reading that an operator corrected, or took back.

    Attributes:
        at: station time.
        who: did it.
        language: tag.
        word: as it is written.
        reading: "" for taken back.
        before: what it was, "" for none.
    """

    at: Instant
    who: str
    language: str
    word: str
    reading: str
    before: str = ""


class Readings(msgspec.Struct, frozen=True):
    """All corrections, in the order of making; the last of a word counts."""

    history: tuple[Correction, ...] = ()

    @property
    def valid(self) -> dict[str, dict[str, Correction]]:
        """Those that count, by language and word."""
        found: dict[str, dict[str, Correction]] = {}
        for each in self.history:
            of_language = found.setdefault(each.language, {})
            of_language.pop(each.word, None)
            if each.reading:
                of_language[each.word] = each
        return found


class Alerted(msgspec.Struct, frozen=True, kw_only=True):
    """An alert that came.

    Attributes:
        at: station time.
        name: of the alert, or of a file that is none.
        outcome: what became of it, in a sentence.
        taken: it was an alert that we know now: the same one again changes nothing.
    """

    at: Instant
    name: str
    outcome: str
    taken: bool = False


class Alerts(msgspec.Struct, frozen=True):
    """The last alerts, the latest first."""

    last: tuple[Alerted, ...] = ()


class Kept(Generic[T]):
    """One of them.

    Args:
        path: of the file.
        empty: what there is without a file.
        complain: gets a sentence.
    """

    def __init__(self, path: Path, empty: T, complain: Callable[[str], None]) -> None:
        self._path = path
        self._complain = complain
        self.value = self._read(empty)

    def put(self, value: T) -> None:
        """Have it from now on, on disk too if that can be done."""
        self.value = value
        fresh = self._path.with_name(self._path.name + ".new")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with fresh.open("wb") as file:
                file.write(msgspec.json.format(msgspec.json.encode(value), indent=1))
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(self._path)
        except OSError as error:
            self._complain(f"{self._path}: cannot be written: {error.strerror}")

    def _read(self, empty: T) -> T:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=type(empty))
        except FileNotFoundError:
            return empty
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
            self._complain(f"{self._path}: cannot be read, begun anew: {error}")
            damaged = self._path.with_name(self._path.name + ".damaged")
            try:
                self._path.replace(damaged)
            except OSError as failed:
                self._complain(f"{self._path}: cannot be put aside: {failed.strerror}")
            return empty
