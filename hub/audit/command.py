"""`station audit …`: who did what, and whether somebody changed the record of it.

Law: a parser; what is done is `hub.audit.client`'s.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from station_config.runtime.command import Command


def _configure(parser: argparse.ArgumentParser) -> None:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        "--deployment",
        type=Path,
        default=Path("deployment.toml"),
        metavar="FILE",
        help="TOML file: where this station runs (default deployment.toml)",
    )
    actions = parser.add_subparsers(metavar="ACTION", dest="action", required=True)
    verify = actions.add_parser("verify", help="exit 1 if it was changed", parents=[common])
    verify.add_argument(
        "--known",
        action="append",
        default=[],
        metavar="NUMBER:HASH",
        help="a hash that was noted elsewhere, e.g. from the hub's log; may be given again",
    )
    listed = actions.add_parser("list", help="the last records, newest first", parents=[common])
    listed.add_argument("--limit", type=int, default=50, metavar="N")
    listed.add_argument("--subject", metavar="RUN", help="a run's id, an account, a device")
    listed.add_argument("--json", action="store_true", help="one JSON object a line")
    export = actions.add_parser("export", help="all records", parents=[common])
    export.add_argument("--csv", type=Path, required=True, metavar="FILE")


def _run(arguments: argparse.Namespace) -> int:
    from hub.audit.client import run  # noqa: PLC0415 - light until run

    return run(arguments)


AUDIT = Command(
    summary="who did what: verify, list, export",
    configure=_configure,
    run=_run,
    examples="""\
  station audit verify --deployment deployment.toml
  station audit verify --known 1204:9f2c…    a hash of an earlier `verify`, or of the hub's log
  station audit list --subject 2021-01-20.z180
  station audit export --csv audit.csv
Each record has the hash of all before it. Who can rewrite the whole database can make a chain that
holds; not one that has a hash which somebody noted elsewhere.""",
)
