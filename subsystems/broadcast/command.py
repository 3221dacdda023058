"""``station broadcast``: the process that speaks, and an emergency by file.

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
    parser.add_argument(
        "what",
        nargs="*",
        metavar="cap FILE",
        help="give the running process an alert (CAP 1.2) and say what becomes of it",
    )


def _run(arguments: argparse.Namespace) -> int:
    what: list[str] = arguments.what
    if not what:
        from subsystems.broadcast.service import run  # noqa: PLC0415 - the reactor

        return run(arguments.deployment)
    from subsystems.broadcast.cap_client import send  # noqa: PLC0415 - only when asked for

    return send(arguments.deployment, what)


BROADCAST = Command(
    summary="speak to passengers: announcements by the timetable, by hand, in an emergency",
    configure=_configure,
    run=_run,
    examples=(
        "  station broadcast --deployment deployment.toml\n"
        "  station broadcast --deployment deployment.toml cap alert.xml"
    ),
)
