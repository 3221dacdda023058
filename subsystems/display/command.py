"""``station display``: the process behind the guidance displays.

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
    from subsystems.display.service import run  # noqa: PLC0415 - the reactor

    return run(arguments.deployment)


DISPLAY = Command(
    summary="serve the departure, arrival, gate and platform boards to browsers",
    configure=_configure,
    run=_run,
    examples="  station display --deployment deployment.toml",
)
