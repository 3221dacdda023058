"""``station simulate``: dispatch, line, ntp, master-clock.

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
  station simulate ntp --port 8123 --offset 7
  station simulate master-clock --link gps --form telegram --zone Asia/Shanghai
"""


def _configure(parser: ArgumentParser) -> None:
    what = parser.add_subparsers(metavar="WHAT", required=True)
    _configure_dispatch(what.add_parser("dispatch", help="the dispatching database, living a day"))
    _configure_line(what.add_parser("line", help="a serial line with faults, between two PTYs"))
    _configure_ntp(what.add_parser("ntp", help="a server of NTP, right or wrong"))
    _configure_master(what.add_parser("master-clock", help="a master clock on a PTY"))


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


def _configure_ntp(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add("--port", type=int, required=True, help="UDP")
    add("--host", default="127.0.0.1", help="address to listen on (default 127.0.0.1)")
    add("--stratum", type=int, default=1)
    add("--kiss", default="", metavar="CODE", help="a kiss of death instead of the time")
    _add_clock_faults(parser)
    parser.set_defaults(simulate=_run_ntp)


def _configure_master(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add("--link", type=Path, required=True, metavar="PATH", help="becomes a link to the terminal")
    add("--form", choices=("telegram", "meinberg"), default="telegram")
    add("--baud", type=int, default=None, help="default 9600 for telegrams, 19200 for meinberg")
    add("--zone", default="UTC", help="of the local time that is told (default UTC)")
    add("--checksum", choices=("payload", "frame", "none"), default="payload")
    _add_clock_faults(parser)
    parser.set_defaults(simulate=_run_master)


def _add_clock_faults(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add("--offset", type=float, default=0.0, metavar="S", help="it is ahead by so much")
    add("--drift", type=float, default=0.0, metavar="PPM", help="it runs faster by so much")
    add("--jitter", type=float, default=0.0, metavar="S", help="it is late by up to so much")
    add("--lost", type=float, default=0.0, metavar="P", help="share of answers that get lost")
    add("--garbage", type=float, default=0.0, metavar="P", help="share that is damaged")
    add("--holdover", action="store_true", help="it says that it runs free")
    add("--never-synced", action="store_true", help="it says that it does not know the time")
    add("--leap", type=int, choices=(-1, 0, 1), default=0, help="a leap second is announced")
    add("--seed", type=int, default=1)


def _run(arguments: Namespace) -> int:
    code: int = arguments.simulate(arguments)
    return code


def _run_dispatch(arguments: Namespace) -> int:
    from simulators.dispatch.app import run  # noqa: PLC0415

    return run(arguments)


def _run_line(arguments: Namespace) -> int:
    from simulators.line.app import run  # noqa: PLC0415

    return run(arguments)


def _run_ntp(arguments: Namespace) -> int:
    from simulators.devices.clock.app import run_ntp  # noqa: PLC0415

    return run_ntp(arguments)


def _run_master(arguments: Namespace) -> int:
    from simulators.devices.clock.app import run_master  # noqa: PLC0415

    return run_master(arguments)


SIMULATE = Command(
    "play what is outside: dispatching, lines, master clocks", _configure, _run, EXAMPLES
)
