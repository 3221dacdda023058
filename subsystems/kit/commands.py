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


def _configure_new(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="small letters and digits, e.g. lighting")
    parser.add_argument(
        "--root", type=Path, default=Path(), metavar="DIR", help="checkout of the project"
    )


def _run_new(arguments: argparse.Namespace) -> int:
    from subsystems.kit.new import create  # noqa: PLC0415 - only when asked for

    name, root = arguments.name, arguments.root
    written = create(root, name)
    lines = [
        *map(str, written),
        "",
        "Now: pip install -e .   so that `station` knows it,",
        f"a table [subsystems.{name}] (id, cache, port) in the deployment,",
        f"pytest tests/subsystems/{name}   and: station {name} --deployment FILE",
    ]
    print("\n".join(lines))  # noqa: T201 - the command's answer
    return 0


NEW_SUBSYSTEM = Command(
    summary="write the six files of a new subsystem, its page and its tests",
    configure=_configure_new,
    run=_run_new,
    examples="  station new-subsystem lighting",
)
