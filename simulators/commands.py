"""``station simulate dispatch`` and ``station simulate line``.

Law: arguments only; what they start is imported when it is run.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from station_config.runtime.command import Command

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

EXAMPLES = """\
  station simulate dispatch --deployment station.toml --database dispatch.db --seed 7
  station simulate dispatch --deployment station.toml --database dispatch.db --calm
  station simulate line --directory line --baud 9600
  station simulate line --directory line --bit-error-rate 1e-5 --burst 0.0001 --seed 3
  station simulate line --directory line --tap second-hub
  kill -USR1 PID        the line prints its counters
"""


def _configure(parser: ArgumentParser) -> None:
    what = parser.add_subparsers(metavar="WHAT", required=True)
    _configure_dispatch(what.add_parser("dispatch", help="the dispatching database, living a day"))
    _configure_line(what.add_parser("line", help="a serial line with faults, between two PTYs"))


def _configure_dispatch(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add("--deployment", type=Path, required=True, metavar="FILE")
    add("--database", type=Path, required=True, metavar="PATH", help="the SQLite file to write")
    add("--seed", type=int, default=1, help="the same seed gives the same days (default 1)")
    add("--calm", action="store_true", help="everything exactly on the timetable")
    add("--delays", type=float, default=1.0, metavar="X", help="1 is as fitted, 2 twice as bad")
    add("--dirt", type=float, default=3.0, metavar="N", help="dirty rows an hour (default 3)")
    parser.set_defaults(simulate=_run_dispatch)


def _configure_line(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add("--directory", type=Path, required=True, metavar="DIR", help="gets satellite and hub")
    add("--baud", type=int, default=115200, help="bits a second; 10 a byte (default 115200)")
    add("--latency", type=float, default=0.0, metavar="S", help="seconds added to every byte")
    add("--bit-error-rate", type=float, default=0.0, metavar="P", help="per bit, e.g. 1e-5")
    add("--burst", type=float, default=0.0, metavar="P", help="a burst begins, per byte")
    add("--burst-bytes", type=int, default=16, metavar="N", help="garbled by one (default 16)")
    add("--drop", type=float, default=0.0, metavar="P", help="a byte is lost, per byte")
    add("--insert", type=float, default=0.0, metavar="P", help="a byte is added, per byte")
    add("--receiver-baud", type=int, default=None, help="the receiver's, when it is wrongly set")
    add("--stuck", type=float, default=0.0, metavar="P", help="the line falls silent, per byte")
    add(
        "--break", type=float, default=0.0, metavar="P", help="a break begins, per byte", dest="brk"
    )
    add("--silence", type=float, default=1.0, metavar="S", help="length of stuck and break")
    add("--two-way", action="store_true", help="carry what the hub's end writes, too")
    add("--tap", action="append", default=[], metavar="NAME", help="another hub's end; repeatable")
    add("--status-port", type=int, default=None, metavar="PORT", help="/health, /metrics here only")
    add("--seed", type=int, default=1)
    add("--deployment", type=Path, default=None, metavar="FILE", help="only for the log's form")
    parser.set_defaults(simulate=_run_line)


def _run(arguments: Namespace) -> int:
    code: int = arguments.simulate(arguments)
    return code


def _run_dispatch(arguments: Namespace) -> int:
    from simulators.dispatch.app import run  # noqa: PLC0415

    return run(arguments)


def _run_line(arguments: Namespace) -> int:
    from simulators.line.app import run  # noqa: PLC0415

    return run(arguments)


SIMULATE = Command("play what is outside: dispatching, a serial line", _configure, _run, EXAMPLES)
