"""``station staff-notices``: the process of the posts' terminals, and what it has kept.

Law: parser only; everything heavy is imported when it runs.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from station_config.runtime.command import Command

TIME = "local time, 2021-01-20T07:30"


def _configure(parser: argparse.ArgumentParser) -> None:
    where = argparse.ArgumentParser(add_help=False)
    where.add_argument(
        "--deployment", type=Path, required=True, metavar="FILE", help="where this station runs"
    )
    parser.add_argument(
        "--deployment", type=Path, metavar="FILE", help="where this station runs: serve the posts"
    )
    actions = parser.add_subparsers(metavar="ACTION", dest="action")
    audit = actions.add_parser("audit", help="who was told what, and when", parents=[where])
    _add_which(audit)
    audit.add_argument("--at", metavar="TIME", help=f"only the minutes around a {TIME}")
    audit.add_argument("--json", action="store_true", help="one JSON object a line")
    audit.add_argument("--verify", action="store_true", help="check the whole chain first")
    listing = actions.add_parser("list", help="notices as they stand", parents=[where])
    _add_which(listing)
    listing.add_argument("--open", action="store_true", help="only what is to be signed for")
    shift = actions.add_parser("shift", help="a post's list of a shift", parents=[where])
    shift.add_argument("--post", required=True, metavar="POST")
    _add_span(shift)
    form = shift.add_mutually_exclusive_group()
    form.add_argument("--csv", action="store_true", help="CSV instead of text")
    form.add_argument("--print", action="store_true", help="a page for paper, HTML")
    person = actions.add_parser(
        "person", help="a line for the list of persons; asks for a PIN", parents=[where]
    )
    person.add_argument("number", metavar="NUMBER")
    person.add_argument("name", metavar="NAME")


def _add_which(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--train", default="", metavar="NUMBER")
    parser.add_argument("--post", default="", metavar="POST")
    _add_span(parser)


def _add_span(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--from", default="", dest="begin", metavar="TIME", help=TIME)
    parser.add_argument("--until", default="", dest="end", metavar="TIME", help=TIME)


def _run(arguments: argparse.Namespace) -> int:
    if arguments.action is None:
        return _serve(arguments)
    from subsystems.staff_notices.desk import run  # noqa: PLC0415 - the database

    return run(arguments)


def _serve(arguments: argparse.Namespace) -> int:
    from protocol.errors import OperatorError  # noqa: PLC0415 - light until run
    from subsystems.staff_notices.service import run  # noqa: PLC0415 - the reactor

    if arguments.deployment is None:
        raise OperatorError("say where this station runs: --deployment FILE")
    return run(arguments.deployment)


STAFF_NOTICES = Command(
    summary="tell posts of trains and have them sign; who was told what when",
    configure=_configure,
    run=_run,
    examples="""\
  station staff-notices --deployment deployment.toml
  station staff-notices audit --train G2404 --deployment deployment.toml
  station staff-notices audit --post watering --at 2021-01-20T07:30 --deployment deployment.toml
  station staff-notices list --open --deployment deployment.toml
  station staff-notices shift --post inspection --csv --deployment deployment.toml
  station staff-notices person 0417 王芳 --deployment deployment.toml
Without a span it is the last twelve hours.""",
)
