"""``station replay-source``: a recorded feed played into the simulated dispatching database.

Law: arguments only; what they start is imported when it is run.
"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from station_config.runtime.command import Command

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

FORMATS = ("iris", "siri-et", "irish", "timetable")

EXAMPLES = """\
  station replay-source iris plan/ fchg/ --station-zone Europe/Berlin --stop "Essen Hbf" --check
  station replay-source siri-et delivery.xml.xz --station-zone Europe/Oslo --stop "Oslo S" \\
      --database dispatch.db --speed 60
  station replay-source irish snapshots.jsonl.xz --station-zone Europe/Dublin --stop Kildare \\
      --database dispatch.db --speed 120 --at 2025-09-23T06:00
  station replay-source timetable trains.csv --date 2021-01-20 --deployment station.toml \\
      --database dispatch.db
"""


def _configure(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add("format", choices=FORMATS, help="what the files are")
    add("files", nargs="+", type=Path, metavar="FILE", help="or a directory; .gz and .xz too")
    add("--stop", help="name or code of the stop to play, if the files hold several")
    add("--date", type=date.fromisoformat, metavar="DATE", help="of a timetable")
    add("--station-zone", metavar="ZONE", help="of local times, e.g. Europe/Berlin")
    add("--deployment", type=Path, metavar="FILE", help="zone and station time from there")
    add("--database", type=Path, metavar="PATH", help="the SQLite file to write")
    add("--speed", type=float, default=1.0, metavar="N", help="station seconds a second")
    add("--at", type=datetime.fromisoformat, metavar="TIME", help="local time to start at")
    add("--check", action="store_true", help="only read, and say what was found")


def _run(arguments: Namespace) -> int:
    from simulators.replay.app import run  # noqa: PLC0415

    return run(arguments)


REPLAY_SOURCE = Command("play a recorded feed as dispatching", _configure, _run, EXAMPLES)
