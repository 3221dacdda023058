"""`station bench NAME`: measure, print, say whether the aims are reached.

Law: parser and printing only; what is measured stands in the module of the bench's name, as
``run(size) -> Iterator[Figure]``.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING

import msgspec

from protocol.errors import OperatorError
from station_config.runtime.command import Command

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from simulators.bench.figure import Figure

BENCHES = {
    "broadcast": "announcements in the busiest hour of a day with 884 calls",
    "chain": "from a row changed in the dispatching database to the changed board in a browser",
    "clock": "time: hub, subsystem, browser, NTP client, slave clock; steps; a day alone",
    "console": "consoles: from a command to every screen, on a day of 884 runs",
    "diagram": "the track diagram: base layer, patches, films, memory, the page",
    "feed": "the one-way link: corruption, loss, bytes on the wire",
    "kernel": "the train-operations kernel against its database's floors",
    "link": "from a commit to hundreds of devices, over both brokers",
}
"""Name (a module of this package) and what it measures."""

SIZES = ("small", "default", "nightly")
EXIT_MISSED = 2


def _configure(parser: argparse.ArgumentParser) -> None:
    listing = "; ".join(f"{name}: {what}" for name, what in BENCHES.items())
    parser.add_argument("name", choices=[*BENCHES, "all"], metavar="NAME", help=f"{listing}; all")
    parser.add_argument("--json", action="store_true", help="one JSON object per line")
    parser.add_argument("--size", choices=SIZES, default="default", help="how much to measure")
    parser.add_argument(
        "--strict", action="store_true", help=f"exit {EXIT_MISSED} if an aim is missed"
    )


def _run(arguments: argparse.Namespace) -> int:
    names = list(BENCHES) if arguments.name == "all" else [arguments.name]
    missed = 0
    for name in names:
        for figure in _measure(name, arguments.size):
            missed += figure.reached is False
            print(_line(figure, as_json=arguments.json), flush=True)  # noqa: T201 - the answer
    return EXIT_MISSED if missed and arguments.strict else 0


def _measure(name: str, size: str) -> Iterator[Figure]:
    print(f"bench {name} ({size}) ...", file=sys.stderr, flush=True)  # noqa: T201 - progress
    try:
        module = import_module(f"simulators.bench.{name}")
    except ModuleNotFoundError as error:
        message = f"bench {name} needs {error.name}: pip install 'station-hub[dev]'"
        raise OperatorError(message) from error
    yield from module.run(size)


def _line(figure: Figure, *, as_json: bool) -> str:
    if as_json:
        return msgspec.json.encode(figure).decode()
    marks = {None: "", True: "  reached", False: "  MISSED"}
    aim = "" if figure.aim is None else f"  aim {figure.better} than {figure.aim:g}"
    return f"{figure.figure:<58} {figure.value:>12.4g} {figure.unit}{aim}{marks[figure.reached]}"


BENCH = Command(
    summary="measure speed and reliability",
    configure=_configure,
    run=_run,
    examples="  station bench chain --json\n  station bench feed --size nightly",
)
