"""`station history`: what was told at an instant, and the whole story of a run.

Law: wiring and words; what was told is `hub.past.told`'s.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import msgspec

from hub.past.source import instant, language_of, opened, station_of
from hub.past.story import Chapter, notice_story, run_ids_of, story_of
from hub.past.text import Speech
from hub.past.told import (
    Shown,
    Telling,
    at_gate_of,
    at_platform_of,
    notices_at,
    on_any_board,
    on_board,
    shown_at,
)
from protocol.errors import OperatorError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from hub.store.reading import Reader
    from protocol.runs import Run
    from protocol.times import Instant
    from station_config.model import Station


def run(arguments: argparse.Namespace) -> int:
    """Answer; return 0.

    Raises:
        OperatorError: the question cannot be understood, or the journal does not reach back so far.
    """
    with opened(arguments) as reader:
        if arguments.run_id is not None or arguments.notice is not None:
            _story(arguments, reader)
        elif arguments.at is None:
            message = (
                "which instant? give --at TIME, or --run RUN or --notice NOTICE for a whole story"
            )
            raise OperatorError(message)
        else:
            _instant(arguments, reader)
    return 0


def _instant(arguments: argparse.Namespace, reader: Reader) -> None:
    last = reader.last_at()
    station = station_of(arguments, reader, None)
    at = instant(arguments.at, station, last)
    station = station_of(arguments, reader, at)
    found = shown_at(reader, at, _wanted(arguments, station, at))
    notices = notices_at(reader, at)
    if arguments.json:
        said = [{"notice": notice, **_origin(telling)} for notice, telling in notices]
        _put({"at": at, "runs": [_as_json(each) for each in found], "notices": said})
        return
    speech = Speech(language_of(arguments), station.zone_info)
    out = sys.stdout
    out.write(f"{speech.instant(at)} ({station.zone})\n\n")
    out.write("\n\n".join(map(speech.shown, found)) or speech.word("nothing_shown"))
    for notice, telling in notices:
        out.write(f"\n\n{speech.notice(notice)}\n    ← {telling.cause}")
    deviating = any(each.run.uncertain for each in found)
    out.write(f"\n\n{speech.word('link_note')}\n" if deviating else "\n")


def _wanted(arguments: argparse.Namespace, station: Station, at: Instant) -> Callable[[Run], bool]:
    if arguments.gate is not None:
        return at_gate_of(station, arguments.gate, at)
    if arguments.platform is not None:
        return at_platform_of(station, arguments.platform, at)
    if arguments.board is not None:
        return on_board(station, arguments.board, at)
    return on_any_board(at)


def _story(arguments: argparse.Namespace, reader: Reader) -> None:
    station = station_of(arguments, reader, None)
    until = instant(arguments.at, station, reader.last_at()) if arguments.at else None
    kind, found = _stories(arguments, reader, until)
    if arguments.json:
        _put({kind: {subject: list(map(_chapter, told)) for subject, told in found.items()}})
        return
    speech = Speech(language_of(arguments), station.zone_info)
    for subject, chapters in found.items():
        sys.stdout.write(f"{subject}\n")
        for chapter in chapters:
            sys.stdout.write(f"  {_line(chapter, speech)}\n")


def _stories(
    arguments: argparse.Namespace, reader: Reader, until: Instant | None
) -> tuple[str, dict[str, list[Chapter]]]:
    """Return what the stories are of, and each by its subject."""
    asked: str = arguments.notice or arguments.run_id
    if arguments.notice is not None:
        told = notice_story(reader, asked, until)
        found = {asked: told} if told else {}
        kind, where = "notices", "--notice"
    else:
        found = {each: story_of(reader, each, until) for each in run_ids_of(reader, asked)}
        kind, where = "runs", "--run"
    if not found:
        raise OperatorError(f"the journal has no {where[2:]} {asked!r}", where=where)
    return kind, found


def _line(chapter: Chapter, speech: Speech) -> str:
    record = chapter.record
    head = f"{speech.instant(record.at)}  {speech.word(record.kind)}"
    rev = f"rev {chapter.rev}  " if chapter.rev is not None else ""
    text = " / ".join(map(speech.word, chapter.text.split("/"))) if chapter.codes else chapter.text
    said = rev + (speech.fields(chapter.fields) or text)
    cause = f"  ← {record.cause}" if record.cause and record.cause != "feed" else ""
    subject = "" if chapter.own else f"  {record.subject}"
    return f"{head}{subject}  {said}{cause}"


def _chapter(chapter: Chapter) -> dict[str, Any]:
    record = chapter.record
    return {
        "number": record.number,
        "at": record.at,
        "kind": record.kind,
        "subject": record.subject,
        "cause": record.cause,
        "rev": chapter.rev,
        "body": msgspec.Raw(chapter.body) if chapter.body else None,
        "text": chapter.text,
        "fields": dict(chapter.fields),
    }


def _as_json(shown: Shown) -> dict[str, Any]:
    told = shown.telling
    return {
        "run": shown.run,
        "passengers": shown.passengers,
        "train": shown.train,
        "boards": shown.boards,
        **_origin(told),
    }


def _origin(told: Telling) -> dict[str, Any]:
    return {"entity": told.entity, "rev": told.rev, "since": told.since, "cause": told.cause}


def _put(value: dict[str, Any]) -> None:
    sys.stdout.write(msgspec.json.encode(value).decode() + "\n")
