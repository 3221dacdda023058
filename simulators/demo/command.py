"""`station demo`: the command line of the demo.

Law: parser only; everything else is in `simulators.demo.service`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from station_config.runtime.command import Command

if TYPE_CHECKING:
    import argparse


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--at", default="07:00", metavar="HH:MM", help="station time at the start")
    parser.add_argument("--until", metavar="HH:MM", help="end by itself at this station time")
    parser.add_argument("--speed", type=float, default=1.0, help="station seconds per real second")
    parser.add_argument(
        "--station", default="hohhot_east", metavar="DIR", help="a shipped station, or a directory"
    )
    parser.add_argument(
        "--data", type=Path, default=Path("var/demo"), metavar="DIR", help="databases and caches"
    )
    parser.add_argument(
        "--database",
        metavar="URL",
        help="the hub's, instead of an SQLite file; begin with an empty one",
    )
    parser.add_argument(
        "--port", type=int, default=8080, help="boards; clock, broker, hub and kiosk take the next"
    )
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same day")
    parser.add_argument("--calm", action="store_true", help="every train is on time")
    parser.add_argument(
        "--two-lines", action="store_true", help="a second satellite with a line of its own"
    )
    parser.add_argument("--quiet", action="store_true", help="log warnings and errors only")
    parser.add_argument("--log-json", action="store_true", help="one JSON object per line of log")


def _run(arguments: argparse.Namespace) -> int:
    from simulators.demo.service import run  # noqa: PLC0415 - heavy, and only when asked for

    return run(arguments)


DEMO = Command(
    summary="run a whole station on this machine",
    configure=_configure,
    run=_run,
    examples=(
        "  station demo\n"
        "  station demo --at 06:00 --speed 60\n"
        "  station demo --at 22:30 --until 01:00 --speed 30 --quiet\n"
        "  station demo --two-lines           then kill a feed-sender and see who leads:\n"
        "  station feed status --deployment var/demo/deployment.toml\n"
        "  station demo --station my_station/ --data /tmp/demo\n"
        "  station demo --database postgresql+psycopg://hub@/hub"
    ),
)
