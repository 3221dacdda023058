"""`station status`.

Law: parser only; rich and everything else is imported when it runs.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from station_config.runtime.command import Command

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from hub.overview.model import Overview

EXIT_FAULT = 1
EVERY_S = 2.0


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--deployment",
        type=Path,
        default=Path("deployment.toml"),
        metavar="FILE",
        help="TOML file: where this station runs (default deployment.toml)",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object instead of tables")
    parser.add_argument("--watch", action="store_true", help="again and again until Ctrl-C")
    parser.add_argument(
        "--every", type=float, default=EVERY_S, metavar="S", help="for --watch (default 2)"
    )
    parser.add_argument(
        "--lang", choices=("both", "zh", "en"), default="both", help="language (default both)"
    )


def _run(arguments: argparse.Namespace) -> int:
    from hub.overview.gather import gather  # noqa: PLC0415 - light until run
    from station_config.load import load_station  # noqa: PLC0415
    from station_config.runtime.deployment import load_deployment  # noqa: PLC0415

    deployment = load_deployment(arguments.deployment)
    station = load_station(deployment.station).id
    if arguments.watch:
        return _watch(lambda: gather(deployment, station), arguments)
    overview = gather(deployment, station)
    _show(overview, arguments)
    return _code(overview)


def _show(overview: Overview, arguments: argparse.Namespace) -> None:
    if arguments.json:
        import msgspec  # noqa: PLC0415 - light until run

        print(msgspec.json.encode(overview).decode(), flush=True)  # noqa: T201 - the answer
        return
    from rich.console import Console  # noqa: PLC0415 - 5 MB that only people want

    from hub.overview.screen import render  # noqa: PLC0415

    Console().print(render(overview, arguments.lang))


def _watch(look: Callable[[], Overview], arguments: argparse.Namespace) -> int:
    from time import sleep  # noqa: PLC0415 - a person's terminal, not a service

    if arguments.json:
        while True:
            _show(look(), arguments)
            sleep(arguments.every)
    from rich.console import Console  # noqa: PLC0415 - see _show
    from rich.live import Live  # noqa: PLC0415

    from hub.overview.screen import render  # noqa: PLC0415

    with Live(console=Console(), screen=True, auto_refresh=False) as live:
        while True:
            live.update(render(look(), arguments.lang), refresh=True)
            sleep(arguments.every)


def _code(overview: Overview) -> int:
    from hub.overview.model import Level  # noqa: PLC0415 - light until run

    return EXIT_FAULT if overview.level is Level.FAULT else 0


STATUS = Command(
    summary="every process, line and device of a deployment, and what is wrong with it",
    configure=_configure,
    run=_run,
    examples="""\
  station status --deployment var/demo/deployment.toml
  station status --watch --lang zh
  station status --json | jq '.parts[] | select(.level != "well")'
  station status >/dev/null || echo "something does not do what it is for\"""",
)
