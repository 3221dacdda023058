"""``station query``: the process behind the station's kiosks.

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
    from subsystems.query.service import run  # noqa: PLC0415 - the reactor

    return run(arguments.deployment)


QUERY = Command(
    summary="serve the kiosk where passengers look their train up",
    configure=_configure,
    run=_run,
    examples="  station query --deployment deployment.toml",
)
