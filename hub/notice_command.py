"""`station notice …`: free text to passengers.

Law: a parser; what is typed becomes a command in `hub.notice_client`, whether it may be said is the
running hub's to decide.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from station_config.runtime.command import Command

WHEN = "local time HH:MM, or YYYY-MM-DDTHH:MM"
KINDS = ("INFORMATION", "DISRUPTION", "EMERGENCY")


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
    command = argparse.ArgumentParser(add_help=False, parents=[common])
    command.add_argument("--why", default="", metavar="TEXT", help="the reason; must be given")
    command.add_argument("--who", metavar="NAME", help="default: the account's name")
    command.add_argument("--id", metavar="ID", help="give a command again whose answer was lost")
    command.add_argument("--preview", action="store_true", help="only ask what would become of it")
    actions = parser.add_subparsers(metavar="ACTION", dest="action", required=True)
    publish = actions.add_parser("publish", help="a new notice 发布", parents=[command])
    publish.add_argument("--notice", metavar="NAME", help="its identifier; default: a new one")
    _add_content(publish)
    change = actions.add_parser("change", help="say it anew 更改", parents=[command])
    change.add_argument("notice", metavar="NOTICE", help="its identifier, see list")
    _add_content(change)
    withdraw = actions.add_parser("withdraw", help="take it down 撤销", parents=[command])
    withdraw.add_argument("notice", metavar="NOTICE", help="its identifier, see list")
    actions.add_parser("list", help="what is told and what is to come", parents=[common])


def _add_content(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--text", action="append", default=[], metavar="zh=TEXT", help="by language")
    add("--title", action="append", default=[], metavar="zh=TEXT", help="by language")
    add("--kind", type=str.upper, choices=KINDS, help="default INFORMATION")
    add("--zone", action="append", metavar="ZONE", help="a zone, waiting room or board; not: all")
    add("--device-kind", action="append", metavar="KIND", help="e.g. display; not: all devices")
    add(
        "--run",
        dest="about",
        action="append",
        metavar="RUN",
        help="train number of today, or a run's id",
    )
    add("--from", dest="begins", metavar="TIME", help=f"default: at once; {WHEN}")
    end = parser.add_mutually_exclusive_group()
    end.add_argument("--until", metavar="TIME", help=WHEN)
    end.add_argument("--for", dest="minutes_long", type=int, metavar="MINUTES")
    end.add_argument("--until-withdrawn", action="store_true", help="no end; publish: the default")
    add("--spoken", action=argparse.BooleanOptionalAction, help="to be spoken, too")


def _run(arguments: argparse.Namespace) -> int:
    from hub.notice_client import run  # noqa: PLC0415 - light until run

    return run(arguments)


NOTICE = Command(
    summary="free text to passengers: publish, change, withdraw, list",
    configure=_configure,
    run=_run,
    examples="""\
  station notice publish --text zh=东进站口关闭，请走西口 --text en="East entrance closed, use the west one" --until 18:30 --why "施工"
  station notice publish --kind disruption --title zh=大风限速 --text zh=部分列车晚点 --for 90 --why "12号命令"
  station notice publish --kind emergency --text zh=请立即离开候车室 --text en="Leave the hall now" --why "火警"
  station notice publish --zone room-1 --device-kind display --text zh=… --from 20:00 --until 22:00 --why "…" --preview
  station notice change n-3f9a1c --until 19:00 --why "延长"    what is not named stays
  station notice withdraw n-3f9a1c --why "恢复"
  station notice list
A refused command exits with 1 and says why.""",  # noqa: E501 - as it is typed
)
