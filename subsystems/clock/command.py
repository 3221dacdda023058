"""``station clock``: the process behind the station's clocks.

Law: parser only; everything heavy is imported when it runs.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from station_config.runtime.command import Command

if TYPE_CHECKING:
    import argparse


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--deployment", type=Path, required=True, metavar="FILE", help="where this station runs"
    )


def _run(arguments: argparse.Namespace) -> int:
    from subsystems.clock.service import run  # noqa: PLC0415 - the reactor

    return run(arguments.deployment)


CLOCK = Command(
    summary="serve the station's clock, disciplined by the hub, to browsers",
    configure=_configure,
    run=_run,
    examples="  station clock --deployment deployment.toml",
)
