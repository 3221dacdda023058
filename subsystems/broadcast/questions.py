"""What the pages and the console ask: the frame, the outlook, what is spoken, the archive.

Law: reads and answers; changes nothing.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from protocol.errors import OperatorError
from protocol.runs import Run
from subsystems.broadcast.foretold import foretold
from subsystems.broadcast.model import Kind
from subsystems.broadcast.speech.archive_model import Wish
from subsystems.broadcast.view import milliseconds

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from protocol.times import Instant
    from station_config.model import Station
    from subsystems.broadcast.site.gate import Gate
    from subsystems.broadcast.speech.archive import Archive
    from subsystems.broadcast.speech.archive_model import Record
    from subsystems.broadcast.view import Overview
    from subsystems.broadcast.wording import Vocabulary

ARCHIVE_MOST = 500
CSV_MOST = 20_000
Asked = Run | tuple[Run, ...]
"""One run, or several that are to be changed together."""
_DIGEST = re.compile(r"[0-9a-f]{64}")
_PLAIN = re.compile(r"[A-Za-z0-9._-]{1,80}")


@dataclass(frozen=True)
class Sources:
    """Where answers come from.

    Attributes:
        station: whose.
        now: station time.
        rate: station seconds per real second.
        overview: what the pages are shown.
        vocabulary: all words.
        number: of a train, by the id of its run.
        page_words: of the pages, by language.
        gate: to commands.
        archive: None: there is none.
        clip: where the sound of a digest is.
    """

    station: Station
    now: Callable[[], Instant]
    rate: float
    overview: Callable[[], Overview]
    vocabulary: Callable[[], Vocabulary]
    number: Callable[[str], str]
    page_words: Mapping[str, Mapping[str, str]]
    gate: Gate
    archive: Archive | None
    clip: Callable[[str], Path]


class Questions:
    """Answers.

    Args:
        sources: see `Sources`.
    """

    def __init__(self, sources: Sources) -> None:
        self._sources = sources

    def frame(self, session: str) -> dict[str, Any]:
        """Return what a page is told once; `session`: of who asks."""
        sources, station = self._sources, self._sources.station
        own = station.announcements
        return {
            "station": station.names,
            "zone": station.zone,
            "now": milliseconds(sources.now()),
            "rate": sources.rate,
            "languages": tuple(sources.vocabulary().tongues),
            "zones": [
                {"id": zone.id, "names": zone.names, "area": own.zone(zone.id).area}
                for zone in station.announcement_zones
            ],
            "prepared": [
                {"id": each.id, "names": each.names, "texts": each.texts} for each in own.prepared
            ],
            "words": sources.page_words,
            "open": sources.gate.open,
            "signed_in": sources.gate.allows(session),
        }

    def outlook(self, _given: Mapping[str, str]) -> Overview:
        """Return what is and will be spoken, of each zone."""
        return self._sources.overview()

    def spoken(self, _given: Mapping[str, str]) -> dict[str, Any]:
        """Return what is spoken now."""
        shown = self._sources.overview()
        return {"now": shown.now, "voices": shown.voices, "takeovers": shown.takeovers}

    def preview(self, asked: Asked) -> dict[str, Any]:
        """Return what would be said of runs as they are given; see `foretold`."""
        sources = self._sources
        runs = (asked,) if isinstance(asked, Run) else asked
        return {
            "announcements": foretold(runs, sources.station, sources.vocabulary(), sources.now())
        }

    def archive(self, given: Mapping[str, str]) -> dict[str, Any]:
        """Return what was said.

        Raises:
            OperatorError: the question cannot be read.
            DeviceError: the archive cannot be read.
        """
        return {"entries": [self._entry(each) for each in self._find(given, ARCHIVE_MOST)]}

    def archive_csv(self, given: Mapping[str, str]) -> bytes:
        """Return the same as CSV, UTF-8 with a mark by which spreadsheets know it."""
        out = io.StringIO()
        languages = tuple(self._sources.vocabulary().tongues)
        writer = csv.writer(out)
        head = ("time", "kind", "trains", "zones", "outcome", "seconds", "why", *languages)
        writer.writerow(head)
        for each in self._find(given, CSV_MOST):
            writer.writerow([_harmless(cell) for cell in self._row(each, languages)])
        return out.getvalue().encode("utf-8-sig")

    def sound(self, given: Mapping[str, str]) -> bytes:
        """Return a sound: of a digest, or as it is in the archive.

        Raises:
            OperatorError: there is none.
        """
        path = self._path(given)
        if path is None or not path.is_file():
            raise OperatorError("there is no such sound (any more)")
        return path.read_bytes()

    def _path(self, given: Mapping[str, str]) -> Path | None:
        sha256, name = given.get("sha256", ""), given.get("id", "")
        if _DIGEST.fullmatch(sha256):
            return self._sources.clip(sha256)
        if _PLAIN.fullmatch(name) and self._sources.archive is not None:
            return self._sources.archive.sound_of(name)
        return None

    def _find(self, given: Mapping[str, str], most: int) -> list[Record]:
        archive = self._sources.archive
        if archive is None:
            return []
        kind = given.get("kind")
        if kind and kind not in set(Kind):
            raise OperatorError(f"no kind {kind!r}")
        return archive.find(
            Wish(
                since=_instant(given, "from"),
                until=_instant(given, "to"),
                zone=given.get("zone") or None,
                kind=Kind(kind) if kind else None,
                run_id=given.get("run") or None,
                text=given.get("text") or None,
                most=most,
            )
        )

    def _entry(self, record: Record) -> dict[str, Any]:
        said = record.said
        return {
            "id": said.id,
            "at": milliseconds(said.begun_at),
            "kind": said.kind,
            "trains": [self._sources.number(run_id) for run_id in said.run_ids],
            "run_ids": said.run_ids,
            "zones": said.zones,
            "text": said.texts,
            "seconds": record.seconds,
            "heard_s": record.heard_s,
            "outcome": self._outcome(record),
            "why": record.why,
            "engines": said.engines,
            "missing": said.missing,
            "gains": said.gains,
            "sound": bool(record.sound),
        }

    def _row(self, record: Record, languages: tuple[str, ...]) -> list[str]:
        said = record.said
        local = said.begun_at.astimezone(self._sources.station.zone_info)
        return [
            local.isoformat(timespec="seconds"),
            said.kind,
            " ".join(self._sources.number(run_id) for run_id in said.run_ids),
            " ".join(said.zones),
            self._outcome(record),
            f"{record.heard_s:.1f}",
            record.why,
            *(said.texts.get(language, "") for language in languages),
        ]

    def _outcome(self, record: Record) -> str:
        if record.ended is not None:
            return record.ended.value
        live = {voice.id for voice in self._sources.overview().voices}
        return "playing" if record.said.id in live else "interrupted"


def _instant(given: Mapping[str, str], name: str) -> Instant | None:
    text = given.get(name, "")
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise OperatorError(f"{name}: {text!r} is no instant") from error
    if at.tzinfo is None:
        raise OperatorError(f"{name}: {text!r} has no offset")
    return at


def _harmless(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell[:1] in {"=", "+", "-", "@", "\t", "\r"} else cell
