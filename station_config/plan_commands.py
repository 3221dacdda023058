"""``station plan``: makes a timetable file of somebody else's timetable, and shows a plan's days.

Law: arguments, files and answers; what a record means is `station_config.imports`'.
"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from protocol.errors import OperatorError
from station_config.runtime.command import Command

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable
    from zoneinfo import ZoneInfo

    from station_config.imports.calls import Imported
    from station_config.imports.report import Report
    from station_config.model import Station

_GTFS, _NATIONAL, _CSV = "gtfs", "national-2016", "csv"

_IMPORT = """\
formats:
  gtfs           a zip archive or directory with stops.txt, stop_times.txt, trips.txt, …
  national-2016  stop_times.csv[.gz] of the crawled national timetable, then perhaps stations.csv
  csv            timetable files of this program: checked, put together, written again

Times are local times of the station. Records that cannot be used are counted with their reason;
--rejected FILE lists them. Trains with the same number at the same times on one day are one.
"""


def _configure(parser: argparse.ArgumentParser) -> None:
    import argparse  # noqa: PLC0415 - for the formatter only

    actions = parser.add_subparsers(metavar="ACTION", required=True)
    raw = argparse.RawDescriptionHelpFormatter
    add = actions.add_parser(
        "import", help="make a timetable file", epilog=_IMPORT, formatter_class=raw
    )
    add.add_argument("format", choices=(_GTFS, _NATIONAL, _CSV))
    add.add_argument("files", metavar="FILE", nargs="+", type=Path)
    add.add_argument(
        "--stop",
        action="append",
        default=[],
        metavar="NAME_OR_ID",
        help="the station: identifier, code or name; again if it has several",
    )
    add.add_argument("--zone", help="the station's time zone, if the source's is another one")
    add.add_argument(
        "--station", type=Path, metavar="DIR", help="take zone and train categories from here"
    )
    add.add_argument("--out", type=Path, required=True, metavar="timetable.csv")
    add.add_argument("--rejected", type=Path, metavar="FILE", help="list what was told, as CSV")
    add.set_defaults(action=_import)
    show = actions.add_parser("show", help="print the runs of a day")
    show.add_argument("directory", type=Path, help="the station's directory, with station.xml")
    show.add_argument("--date", type=_date, required=True, metavar="YYYY-MM-DD")
    show.set_defaults(action=_show)


def _run(arguments: argparse.Namespace) -> int:
    code: int = arguments.action(arguments)
    return code


def _show(arguments: argparse.Namespace) -> int:
    from station_config.load import load_station  # noqa: PLC0415 - lxml only when needed
    from station_config.plan_summary import day_table  # noqa: PLC0415

    print(day_table(load_station(arguments.directory), arguments.date))  # noqa: T201
    return 0


def _import(arguments: argparse.Namespace) -> int:
    from station_config.imports.plan import plan_of  # noqa: PLC0415 - light until it is asked
    from station_config.imports.report import Report  # noqa: PLC0415
    from station_config.imports.zones import tell_clock_changes  # noqa: PLC0415
    from station_config.plan_summary import summary  # noqa: PLC0415
    from station_config.timetable_text import timetable_text  # noqa: PLC0415

    report = Report()
    station = _station(arguments.station)
    zone = station.zone_info if station and not arguments.zone else _zone(arguments.zone)
    found = _READERS[arguments.format](arguments, report, _category_of(station), zone)
    for item in found if zone else ():
        assert zone is not None  # noqa: S101 - said in the line above, but not to mypy
        tell_clock_changes(item.row, item.where, zone, report)
    rows = plan_of(found, report)
    if arguments.rejected:
        _write(arguments.rejected, _listed(report))
    if not rows:
        print(summary(rows, report))  # noqa: T201 - a command line's answer
        raise OperatorError("no row can be used: nothing is written", where=str(arguments.out))
    files = ", ".join(path.name for path in arguments.files)
    where = " and ".join(arguments.stop)
    remark = f"station plan import {arguments.format}: {files}" + (
        f", stop {where}" if where else ""
    )
    _write(arguments.out, timetable_text(rows, (remark,)))
    print(summary(rows, report))  # noqa: T201
    return 0


def _gtfs(
    arguments: argparse.Namespace,
    report: Report,
    category_of: Callable[[str], str | None],
    zone: ZoneInfo | None,
) -> list[Imported]:
    from station_config.imports.gtfs import TABLES, read_gtfs  # noqa: PLC0415
    from station_config.plan_files import feed_of  # noqa: PLC0415

    _needs_stop(arguments)
    if len(arguments.files) > 1:
        raise OperatorError("one feed at a time: import each and put the files together with csv")
    feed = feed_of(arguments.files[0], TABLES, _progress)
    return read_gtfs(feed, arguments.stop, report, category_of, zone)


def _national(
    arguments: argparse.Namespace,
    report: Report,
    category_of: Callable[[str], str | None],
    _zone: ZoneInfo | None,
) -> list[Imported]:
    from station_config.imports.national_2016 import names_of, read_national  # noqa: PLC0415
    from station_config.plan_files import source_of  # noqa: PLC0415

    _needs_stop(arguments)
    stop_times, *stations = (source_of(path, _progress) for path in arguments.files)
    names = set(arguments.stop)
    for table in stations:
        names.update(*(names_of(table, text, report) for text in arguments.stop))
    return read_national(stop_times, names, report, category_of)


def _csv(
    arguments: argparse.Namespace,
    report: Report,
    _category_of: Callable[[str], str | None],
    _zone: ZoneInfo | None,
) -> list[Imported]:
    from station_config.imports.station_csv import read_station_csv  # noqa: PLC0415
    from station_config.plan_files import source_of  # noqa: PLC0415

    sources = [(source_of(path, _progress), path) for path in arguments.files]
    return [row for source, path in sources for row in read_station_csv(source, path, report)]


_READERS = {_GTFS: _gtfs, _NATIONAL: _national, _CSV: _csv}


def _needs_stop(arguments: argparse.Namespace) -> None:
    if not arguments.stop:
        raise OperatorError("say which station with --stop NAME_OR_ID")


def _station(directory: Path | None) -> Station | None:
    from station_config.load import load_station  # noqa: PLC0415

    return None if directory is None else load_station(directory)


def _zone(name: str | None) -> ZoneInfo | None:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # noqa: PLC0415

    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        message = f"{name!r} is no time zone: give one like Europe/Berlin"
        raise OperatorError(message, where="--zone") from error


def _category_of(station: Station | None) -> Callable[[str], str | None]:
    from station_config.imports.calls import NO_CATEGORY  # noqa: PLC0415

    def category(number: str) -> str | None:
        code = NO_CATEGORY if station is None else station.category_of(number)
        return None if code == NO_CATEGORY else code

    return category


def _date(text: str) -> date:
    return date.fromisoformat(text)


def _progress(name: str, lines: int) -> None:
    if sys.stderr.isatty():
        # the line is wiped by what is written next: the cursor goes back to its start
        print(f"{name}: {lines:,} lines", end="\r", file=sys.stderr, flush=True)  # noqa: T201


def _listed(report: Report) -> str:
    import csv  # noqa: PLC0415
    import io  # noqa: PLC0415

    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("where", "said", "detail"))
    for entries in report.entries.values():
        writer.writerows((e.where, e.said.value, e.detail) for e in entries)
    return out.getvalue()


def _write(path: Path, text: str) -> None:
    """Write the whole file or nothing: a hub may be reading the old one."""
    partial = path.with_name(f".{path.name}.partial")
    try:
        partial.write_text(text, encoding="utf-8")
        partial.replace(path)
    except OSError as error:
        raise OperatorError(f"cannot be written: {error.strerror}", where=str(path)) from error


PLAN = Command(
    summary="import timetables, show a day of the plan",
    configure=_configure,
    run=_run,
    examples="  station plan import gtfs feed.zip --stop 'Berlin Hbf' --out timetable.csv\n"
    "  station plan import national-2016 stop_times.csv.gz stations.csv --stop 广州南 \\\n"
    "      --out timetable.csv --rejected rejected.csv\n"
    "  station plan import csv winter.csv summer.csv --out timetable.csv\n"
    "  station plan show station_config/stations/hohhot_east --date 2021-01-20",
)
