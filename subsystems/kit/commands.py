"""``station subsystems`` and ``station new-subsystem``: what belongs to no subsystem.

Law: parser only; everything heavy is imported when it runs.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from station_config.runtime.command import Command

if TYPE_CHECKING:
    import argparse


def _configure_subsystems(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--deployment", type=Path, required=True, metavar="FILE", help="where this station runs"
    )
    parser.add_argument("--host", metavar="NAME", help="whose subsystems, of its table [hosts]")


def _run_subsystems(arguments: argparse.Namespace) -> int:
    from subsystems.kit.host import run  # noqa: PLC0415 - the reactor

    return run(arguments.deployment, arguments.host)


SUBSYSTEMS = Command(
    summary="run several subsystems in one process, as the deployment says",
    configure=_configure_subsystems,
    run=_run_subsystems,
    examples=(
        "  station subsystems --deployment deployment.toml\n"
        "  station subsystems --deployment deployment.toml --host hall\n"
        "in the deployment:\n"
        "  [hosts]\n"
        '  hall = ["display", "clock", "query"]'
    ),
)
