"""``station announce``: what would be announced on a day, and whether everything has its words.

Law: prints, decides nothing. The runs of a day come from the package that offers them under
``station.plans``, for subsystems do not import the hub.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, date, datetime, time, timedelta
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING

from protocol.errors import OperatorError
from station_config.runtime.command import EXIT_ERROR, Command
from subsystems.broadcast import history_commands

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator

    from protocol.runs import Run
    from station_config.model import Station
    from subsystems.broadcast.model import Occasion, Saying
    from subsystems.broadcast.wording import Vocabulary

PLANS = "station.plans"


def _configure(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(metavar="ACTION", required=True, dest="action")
    listing = actions.add_parser("list", help="print what would be said on a day, by its timetable")
    where = listing.add_mutually_exclusive_group(required=True)
    where.add_argument("--station", type=Path, metavar="DIR", help="the station's directory")
    where.add_argument("--deployment", type=Path, metavar="FILE", help="a deployment: its station")
    listing.add_argument("--day", type=date.fromisoformat, help="default: the timetable's own date")
    listing.add_argument("--kind", help="only this kind, e.g. last-call")
    listing.add_argument("--language", help="only this language, e.g. en")
    listing.add_argument("--zone", help="only what this announcement zone hears")
    listing.add_argument("--samples", action="store_true", help="an example of every kind instead")
    listing.add_argument("--json", action="store_true", help="for machines: an object a line")
    check = actions.add_parser("check", help="check rules, zones, words and readings of a station")
    check.add_argument("directory", type=Path, metavar="DIR", help="the station's directory")
    history_commands.configure(actions.add_parser)


def _run(arguments: argparse.Namespace) -> int:
    if arguments.action in history_commands.ACTIONS:
        return history_commands.run(arguments)
    return _check(arguments) if arguments.action == "check" else _list(arguments)


def _list(arguments: argparse.Namespace) -> int:
    from station_config.load import load_station  # noqa: PLC0415 - lxml only when needed
    from subsystems.broadcast.vocabulary import vocabulary_of  # noqa: PLC0415
    from subsystems.broadcast.wording import say  # noqa: PLC0415

    station = load_station(arguments.station or _directory(arguments.deployment))
    vocabulary = vocabulary_of(station)
    told = (
        _samples(station, vocabulary)
        if arguments.samples
        else _of_day(station, _day(station, arguments.day))
    )
    for occasion in told:
        if arguments.kind not in {None, occasion.kind}:
            continue
        if arguments.zone is not None and arguments.zone not in occasion.zones:
            continue
        saying = say(occasion, vocabulary)
        _print(_lines(occasion, saying, station, arguments))
    return 0


def _of_day(station: Station, day: date) -> list[Occasion]:
    from subsystems.broadcast.occasions import occasions, station_occasions  # noqa: PLC0415

    own, midnight = station.announcements, datetime.combine(day, time(0), station.zone_info)
    start = midnight.astimezone(UTC)
    early = start - timedelta(days=1)
    said = [
        occasion
        for run in _runs(station, day)
        for occasion in occasions(run, own, station, early, told={})
    ]
    said += station_occasions(own, station, start, timedelta(days=1))
    return sorted(said, key=lambda each: (each.due, -each.priority, each.key))


def _runs(station: Station, day: date) -> tuple[Run, ...]:
    offered = list(entry_points(group=PLANS))
    if not offered:
        raise OperatorError("no package offers the runs of a day: install the whole of Station Hub")
    start = datetime.combine(day, time(0), station.zone_info).astimezone(UTC) - timedelta(days=1)
    runs: tuple[Run, ...] = offered[0].load()(station, day, start)
    return runs


def _samples(station: Station, vocabulary: Vocabulary) -> list[Occasion]:
    from msgspec.structs import replace  # noqa: PLC0415

    from subsystems.broadcast.samples import samples_of  # noqa: PLC0415

    languages = tuple(vocabulary.tongues)
    found = samples_of(station, vocabulary)
    return [replace(sample.occasion, languages=languages) for sample in found]


def _lines(
    occasion: Occasion, saying: Saying, station: Station, arguments: argparse.Namespace
) -> Iterator[str]:
    parts = [p for p in saying.parts if arguments.language in {None, p.language}]
    if arguments.json:
        yield json.dumps(
            {
                "due": occasion.due.isoformat(),
                "key": occasion.key,
                "kind": occasion.kind,
                "priority": occasion.priority.name,
                "zones": occasion.zones,
                "texts": {part.language: part.shown for part in parts},
            },
            ensure_ascii=False,
        )
        return
    clock = occasion.due.astimezone(station.zone_info).strftime("%H:%M:%S")
    zones = " ".join(occasion.zones)
    yield f"{clock}  {occasion.kind}  [{zones}]  {occasion.key}"
    for part in parts:
        yield f"          {part.language}  {part.shown}"
        for segment in part.segments:
            if segment.reading:
                yield f"              {segment.reading}"


def _check(arguments: argparse.Namespace) -> int:
    from station_config.load import load_station  # noqa: PLC0415
    from station_config.mistakes import ConfigErrors  # noqa: PLC0415
    from subsystems.broadcast.vocabulary import vocabulary_of  # noqa: PLC0415

    try:
        station = load_station(arguments.directory)
        vocabulary = vocabulary_of(station)
    except ConfigErrors as errors:
        _print([*map(str, errors.mistakes), f"{arguments.directory}: nothing can be announced"])
        return EXIT_ERROR
    _print(_verdict(arguments.directory, station, vocabulary))
    return 0


def _verdict(directory: Path, station: Station, vocabulary: Vocabulary) -> Iterator[str]:
    from subsystems.broadcast.reading.doubts import doubtful, unread  # noqa: PLC0415

    own = station.announcements
    for name, reading in doubtful(station, vocabulary):
        yield f"reading taken from the dictionary, listen to it: {name} {reading}"
    for language, name in unread(station, vocabulary):
        yield f"no reading in {language}, give a lexicon one: {name}"
    templates = sum(len(tongue.templates) for tongue in vocabulary.tongues.values())
    source = "its own announcements" if own.own else "announcements as shipped"
    languages = ", ".join(vocabulary.tongues)
    yield (
        f"{directory}: {source}: {len(own.rules)} rules, {len(own.zones)} of"
        f" {len(station.announcement_zones)} zones placed, {templates} templates in {languages}:"
        " everything that can happen can be said"
    )


def _directory(deployment: Path) -> Path:
    from station_config.runtime.deployment import load_deployment  # noqa: PLC0415

    return load_deployment(deployment).station


def _day(station: Station, asked: date | None) -> date:
    if asked is not None:
        return asked
    if station.timetable is None:
        raise OperatorError(
            "the station has no timetable, so it has no day either: name one, --day"
        )
    return station.timetable.service_date


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        sys.stdout.write(f"{line}\n")


ANNOUNCE = Command(
    summary="print what the loudspeakers would say, and check rules, words and readings",
    configure=_configure,
    run=_run,
    examples="  station announce list --station my_station --kind last-call --language en\n"
    "  station announce list --deployment deployment.toml --day 2026-11-22 --zone room-1\n"
    "  station announce list --station my_station --samples\n"
    "  station announce check my_station\n"
    "  station announce history --station my_station --ledger ledger.sqlite --dropped\n"
    "  station announce gantt --station my_station --ledger ledger.sqlite --out hour.svg",
)
