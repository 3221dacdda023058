"""`station device …`: what a maintainer asks of devices: list, command, want, set up.

Law: a parser; what is asked is built in `hub.device_client`, and done by the running hub.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from station_config.runtime.command import Command

VALUES = "NAME=VALUE; a value is JSON or else text"


def _configure(parser: argparse.ArgumentParser) -> None:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        "--deployment",
        type=Path,
        default=Path("deployment.toml"),
        metavar="FILE",
        help="TOML file: where this station runs (default deployment.toml)",
    )
    common.add_argument("--json", action="store_true", help="the hub's answer as it is")
    asking = argparse.ArgumentParser(add_help=False, parents=[common])
    asking.add_argument("--who", metavar="NAME", help="default: the account's name")
    actions = parser.add_subparsers(metavar="ACTION", dest="action", required=True)
    actions.add_parser("list", help="every device and how it is", parents=[common])
    _add_command(actions, asking)
    for leaf, what in (("want", "the state in which it shall be"), ("cfg", "how it is set up")):
        changing = actions.add_parser(leaf, help=what, parents=[asking])
        changing.add_argument("device", metavar="DEVICE")
        changing.add_argument(
            "values", nargs="+", metavar="NAME=VALUE", help=f"{VALUES}; NAME= takes it back"
        )


def _add_command(
    actions: argparse._SubParsersAction,  # type: ignore[type-arg]
    asking: argparse.ArgumentParser,
) -> None:
    command = actions.add_parser("command", help="something done once, now", parents=[asking])
    command.add_argument("target", metavar="DEVICE", help="with --group: type of devices")
    command.add_argument(
        "kind", metavar="KIND", help="identify, report, resync, restart, test, or a maker's own"
    )
    command.add_argument("values", nargs="*", metavar="NAME=VALUE", help=VALUES)
    command.add_argument("--group", action="store_true", help="to all devices of that type")
    command.add_argument("--zone", default="all", help="of the group (default all)")
    command.add_argument("--id", default="", metavar="ID", help="ask again what became of it")
    command.add_argument(
        "--wait", type=float, default=90.0, metavar="S", help="answer after S seconds at most"
    )


def _run(arguments: argparse.Namespace) -> int:
    from hub.device_client import run  # noqa: PLC0415 - light until run

    return run(arguments)


DEVICE = Command(
    summary="devices: how they are, commands to them, what is wanted of them",
    configure=_configure,
    run=_run,
    examples="""\
  station device list
  station device command board-7 identify seconds=30
  station device command display report --group --zone hall-1
  station device want board-7 brightness=0.5 power=STANDBY
  station device want board-7 power=                           as it likes
  station device cfg board-7 'zones=["hall-1"]' 'languages=["zh","en"]'
A command that is not done everywhere exits with 1.""",
)
