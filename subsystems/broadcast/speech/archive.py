"""The archive: every announcement as it was spoken, on disk, to be searched. Blocking, briefly.

Law: the only place that touches the archive's folder. The record is written before the sound is
heard, and completed when it ends: who dies in between leaves a record without an end, and that says
so. A sound that was cut off is kept to where it was cut off.

    archive.sqlite    said(id, begun_at, kind, seconds, ended, heard_s, why, sound, texts, body)
                      place(id, what, value): what is zone or run
    2021-01-20/<id>.wav
"""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
from typing import TYPE_CHECKING

import msgspec

from protocol.errors import DeviceError
from subsystems.broadcast.speech.archive_model import Record, Said, Wish
from subsystems.broadcast.speech.port import RATE, Ended
from subsystems.broadcast.speech.wav import BYTES, read_pcm, write_pcm

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from protocol.times import Instant
    from subsystems.broadcast.speech.port import Clip

_SCHEMA = """
CREATE TABLE IF NOT EXISTS said (id TEXT PRIMARY KEY, begun_at INTEGER NOT NULL,
    kind TEXT NOT NULL, seconds REAL NOT NULL, ended TEXT, heard_s REAL NOT NULL DEFAULT 0,
    why TEXT NOT NULL DEFAULT '', sound TEXT NOT NULL DEFAULT '',
    texts TEXT NOT NULL, body BLOB NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS said_begun ON said (begun_at);
CREATE TABLE IF NOT EXISTS place (id TEXT NOT NULL REFERENCES said (id) ON DELETE CASCADE,
    what TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (what, value, id)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS place_id ON place (id);
"""
FILE = "archive.sqlite"
_PLAIN = re.compile(r"[^A-Za-z0-9._-]+")


class Archive:
    """The folder.

    Args:
        folder: made if it is not there.
        keep_days: days that are kept by `expire`.
        keep_sound: False: words and times only.

    Raises:
        DeviceError: it cannot be opened.
    """

    def __init__(self, folder: Path, *, keep_days: int, keep_sound: bool = True) -> None:
        self._folder = folder
        self._keep_days = keep_days
        self._keep_sound = keep_sound
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._base = sqlite3.connect(folder / FILE, isolation_level=None)
            self._base.executescript("PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON;")
            self._base.executescript(_SCHEMA)
        except (OSError, sqlite3.Error) as error:
            raise DeviceError(f"cannot be opened: {error}", where=str(folder)) from error

    def close(self) -> None:
        """Give the file back."""
        self._base.close()

    def began(self, said: Said, clip: Clip, day: date) -> None:
        """Put an announcement on record, with its sound.

        Args:
            said: what and where.
            clip: its sound.
            day: service day of the station that its folder is called after.

        Raises:
            DeviceError: it cannot be written.
        """
        try:
            sound = self._copy(said.id, clip, day) if self._keep_sound else ""
            self._base.execute("BEGIN IMMEDIATE")
            self._insert(said, clip.seconds, sound)
            places = [(said.id, "zone", zone) for zone in said.zones]
            places += [(said.id, "run", run_id) for run_id in said.run_ids]
            self._base.executemany("INSERT OR IGNORE INTO place VALUES (?, ?, ?)", places)
            self._base.execute("COMMIT")
        except (OSError, sqlite3.Error) as error:
            if self._base.in_transaction:
                self._base.execute("ROLLBACK")
            raise DeviceError(f"cannot be written: {error}", where=str(self._folder)) from error

    def ended(self, playback_id: str, ended: Ended, heard_s: float, why: str = "") -> None:
        """Say how it ended, and cut its sound to what was heard.

        Raises:
            DeviceError: it cannot be written.
        """
        try:
            found = self._base.execute(
                "UPDATE said SET ended = ?, heard_s = ?, why = ? WHERE id = ? RETURNING sound",
                (ended.value, heard_s, why, playback_id),
            ).fetchall()
            if found and found[0][0] and ended is Ended.CUT_OFF:
                _cut(self._folder / found[0][0], heard_s)
        except (OSError, sqlite3.Error) as error:
            raise DeviceError(f"cannot be written: {error}", where=str(self._folder)) from error

    def find(self, wish: Wish) -> list[Record]:
        """Return what fits, the last first.

        Raises:
            DeviceError: it cannot be read.
        """
        conditions, values = _conditions(wish)
        where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
        question = (
            "SELECT body, seconds, ended, heard_s, why, sound FROM said "  # noqa: S608 - ours
            f"{where} ORDER BY begun_at DESC, id LIMIT ?"
        )
        try:
            rows = self._base.execute(question, (*values, wish.most)).fetchall()
        except sqlite3.Error as error:
            raise DeviceError(f"cannot be read: {error}", where=str(self._folder)) from error
        return [_record(*row) for row in rows]

    def sound_of(self, playback_id: str) -> Path | None:
        """Return the sound as it was heard; None: none was kept."""
        question = "SELECT sound FROM said WHERE id = ?"
        row = self._base.execute(question, (playback_id,)).fetchone()
        path = self._folder / row[0] if row and row[0] else None
        return path if path is not None and path.is_file() else None

    def expire(self, now: Instant) -> int:
        """Forget what is older than is kept; return how many.

        Raises:
            DeviceError: it cannot be written.
        """
        before = _milliseconds(now) - self._keep_days * 86_400_000
        try:
            gone = self._base.execute(
                "DELETE FROM said WHERE begun_at < ? RETURNING sound", (before,)
            ).fetchall()
            for (sound,) in gone:
                if sound:
                    (self._folder / sound).unlink(missing_ok=True)
            for folder in self._folder.iterdir():
                if folder.is_dir() and not any(folder.iterdir()):
                    folder.rmdir()
        except (OSError, sqlite3.Error) as error:
            raise DeviceError(f"cannot be written: {error}", where=str(self._folder)) from error
        return len(gone)

    def _copy(self, playback_id: str, clip: Clip, day: date) -> str:
        name = f"{day.isoformat()}/{_PLAIN.sub('-', playback_id)}.wav"
        path = self._folder / name
        path.parent.mkdir(exist_ok=True)
        try:
            # A clip's file never changes, so both may be the same one on disk.
            os.link(clip.path, path)
        except OSError:
            shutil.copyfile(clip.path, path)
        return name

    def _insert(self, said: Said, seconds: float, sound: str) -> None:
        texts = " ".join(said.texts.values()).casefold()
        begun, body = _milliseconds(said.begun_at), msgspec.json.encode(said)
        self._base.execute(
            "INSERT INTO said (id, begun_at, kind, seconds, sound, texts, body)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (said.id, begun, said.kind.value, seconds, sound, texts, body),
        )


def _conditions(wish: Wish) -> tuple[list[str], list[object]]:
    """Return conditions on rows, and their values."""
    named: list[tuple[str, object]] = [
        ("begun_at >= ?", wish.since and _milliseconds(wish.since)),
        ("begun_at < ?", wish.until and _milliseconds(wish.until)),
        ("kind = ?", wish.kind and wish.kind.value),
        ("ended = ?", wish.ended and wish.ended.value),
    ]
    has = "id IN (SELECT id FROM place WHERE what = '{}' AND value = ?)"
    named += [(has.format("zone"), wish.zone), (has.format("run"), wish.run_id)]
    named += [("instr(texts, ?) > 0", word.casefold()) for word in (wish.text or "").split()]
    given = [(condition, value) for condition, value in named if value is not None]
    return [condition for condition, _ in given], [value for _, value in given]


def _record(
    body: bytes, seconds: float, ended: str | None, heard_s: float, why: str, sound: str
) -> Record:
    return Record(
        said=msgspec.json.decode(body, type=Said),
        seconds=seconds,
        ended=None if ended is None else Ended(ended),
        heard_s=heard_s,
        why=why,
        sound=sound,
    )


def _milliseconds(instant: Instant) -> int:
    return round(instant.timestamp() * 1000)


def _cut(path: Path, heard_s: float) -> None:
    pcm = read_pcm(path)[: BYTES * round(heard_s * RATE)]
    fresh = path.with_suffix(".new")
    write_pcm(fresh, pcm)
    fresh.replace(path)
