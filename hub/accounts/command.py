"""`station account …`: who may use the console.

Law: a parser; what is done is `hub.accounts.client`'s.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from station_config.runtime.command import Command

ROLES = ("dispatcher", "supervisor", "maintainer", "viewer", "administrator")


def _configure(parser: argparse.ArgumentParser) -> None:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        "--deployment",
        type=Path,
        default=Path("deployment.toml"),
        metavar="FILE",
        help="TOML file: where this station runs (default deployment.toml)",
    )
    named = argparse.ArgumentParser(add_help=False, parents=[common])
    named.add_argument("name", metavar="NAME", help="a-z, 0-9, '.', '_' and '-'")
    actions = parser.add_subparsers(metavar="ACTION", dest="action", required=True)
    first = actions.add_parser(
        "create-admin", help="the first administrator; prints the password once", parents=[common]
    )
    first.add_argument("name", metavar="NAME", nargs="?", default="admin", help="default admin")
    add = actions.add_parser("add", help="an account; prints its password once", parents=[named])
    add.add_argument("--role", choices=ROLES, required=True)
    listed = actions.add_parser("list", help="all accounts", parents=[common])
    listed.add_argument("--json", action="store_true", help="for programs")
    role = actions.add_parser("role", help="give another role", parents=[named])
    role.add_argument("role", choices=ROLES)
    actions.add_parser("reset", help="a new password, printed once", parents=[named])
    actions.add_parser("disable", help="log out, and let in no more", parents=[named])
    actions.add_parser("enable", help="let in again", parents=[named])


def _run(arguments: argparse.Namespace) -> int:
    from hub.accounts.client import run  # noqa: PLC0415 - light until run

    return run(arguments)


ACCOUNT = Command(
    summary="accounts of the console: make, list, change, disable",
    configure=_configure,
    run=_run,
    examples="""\
  station account create-admin --deployment deployment.toml
  station account add wang.li --role dispatcher
  station account reset wang.li
  station account disable wang.li
  station account list
It writes the hub's database, whether the hub runs or not; a running one obeys within 2 s.
Who can read the deployment and write the database is the administrator of last resort.""",
)
