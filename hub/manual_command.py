"""`station manual …`: what the duty officer says over the feed.

Law: a parser; what a word means is built in `hub.manual_client`, whether it may be said is the
running hub's to decide.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from station_config.runtime.command import Command

if TYPE_CHECKING:
    from collections.abc import Callable

RUN = "train number (today's), or the run's id like 2021-01-20.k274"
CLOCK = "local time HH:MM"


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
    _add_words(actions, command)
    _add_others(actions, common, command)


def _add_words(actions: argparse._SubParsersAction, command: argparse.ArgumentParser) -> None:  # type: ignore[type-arg]
    word = argparse.ArgumentParser(add_help=False, parents=[command])
    word.add_argument("train", metavar="RUN", help=RUN)
    word.add_argument("--day", metavar="DATE", help="service date of a train number, YYYY-MM-DD")
    end = word.add_mutually_exclusive_group()
    end.add_argument("--until", metavar="HH:MM", help=f"AUTO returns then; {CLOCK}")
    end.add_argument("--for", dest="minutes_long", type=int, metavar="MINUTES")
    end.add_argument("--until-departure", action="store_true", help="the default")

    def add(name: str, summary: str) -> argparse.ArgumentParser:
        made: argparse.ArgumentParser = actions.add_parser(name, help=summary, parents=[word])
        return made

    late = add("delay", "so many minutes late; 0: on time")
    late.add_argument("minutes", type=int)
    _add_texts(late, "why, by language")
    for name in ("arrival", "departure"):
        expected = add(name, f"expected {name}")
        expected.add_argument("at", metavar="HH:MM", help=CLOCK)
        _add_texts(expected, "why, by language")
    _add_texts(add("unknown", "nobody knows how late"), "told instead, by language")
    add("track", "another track 股道").add_argument("place", metavar="TRACK")
    add("platform", "another platform 站台").add_argument("place", metavar="PLATFORM")
    add("room", "another waiting room 候车室").add_argument("place", metavar="ROOM")
    add("gates", "other ticket gates 检票口").add_argument("places", nargs="+", metavar="GATE")
    add("check-in", "open or close check-in 检票").add_argument("do", choices=("open", "close"))
    add("cancel", "cancelled 停运")
    add("reinstate", "it runs, whatever dispatching says 恢复开行")
    _add_visit_words(add)


def _add_texts(word: argparse.ArgumentParser, summary: str) -> None:
    word.add_argument("--text", action="append", default=[], metavar="zh=TEXT", help=summary)


def _add_visit_words(add: Callable[[str, str], argparse.ArgumentParser]) -> None:
    for name in ("arrived", "departed"):
        add(name, f"has {name}, by telephone").add_argument("at", metavar="HH:MM", help=CLOCK)
    for name, what in (("ends-here", "终到: its departure"), ("starts-here", "始发: its arrival")):
        add(name, f"本站{what} is cancelled").add_argument(
            "--no", action="store_true", help="it is not, whatever dispatching says"
        )
    replaced = add("replaced-by", "what passengers take instead of a cancelled train 替代")
    replaced.add_argument("by", metavar="BY", help="bus, a train number, or a run's id")
    _add_texts(replaced, "where, by language")
    add("stock", "the run whose stock it leaves with 车底").add_argument(
        "feeder", metavar="FEEDER", help="train number of that day, a run's id, or none"
    )


def _add_others(
    actions: argparse._SubParsersAction,  # type: ignore[type-arg]
    common: argparse.ArgumentParser,
    command: argparse.ArgumentParser,
) -> None:
    clear = actions.add_parser("clear", help="back to AUTO", parents=[command])
    clear.add_argument("train", metavar="RUN", help=RUN)
    clear.add_argument("field", nargs="?", metavar="FIELD", help="only this, e.g. platform")
    clear.add_argument("--day", metavar="DATE", help="service date of a train number, YYYY-MM-DD")
    station = actions.add_parser("station", help="紧急状态: the whole station", parents=[command])
    station.add_argument("mode", choices=("manual", "auto"))
    end = station.add_mutually_exclusive_group()
    end.add_argument("--until", metavar="HH:MM", help=f"AUTO returns then; {CLOCK}")
    end.add_argument("--for", dest="minutes_long", type=int, metavar="MINUTES")
    add = actions.add_parser("add", help="a train that nobody told of", parents=[command])
    add.add_argument("number", metavar="NUMBER")
    add.add_argument("--role", choices=("ORIGIN", "TERMINUS", "INTERMEDIATE", "PASS"))
    add.add_argument("--from", dest="origin", required=True, metavar="PLACE")
    add.add_argument("--to", dest="destination", required=True, metavar="PLACE")
    add.add_argument("--arrival", metavar="HH:MM", help=CLOCK)
    add.add_argument("--departure", metavar="HH:MM", help=CLOCK)
    add.add_argument("--track")
    add.add_argument("--category", default="")
    add.add_argument("--length", type=int, metavar="METRES")
    add.add_argument(
        "--stock-of", metavar="RUN", help="whose stock 车底 it leaves with: train number, run's id"
    )
    actions.add_parser("list", help="what persons have set and what holds", parents=[common])


def _run(arguments: argparse.Namespace) -> int:
    from hub.manual_client import run  # noqa: PLC0415 - light until run

    return run(arguments)


MANUAL = Command(
    summary="set by hand what passengers are told, and give it back to AUTO",
    configure=_configure,
    run=_run,
    examples="""\
  station manual delay K274 20 --why "电话通知"               until it has left
  station manual delay K274 20 --why "电话通知" --until 18:30  AUTO returns at 18:30
  station manual delay K274 45 --why "3号命令" --text zh=大雪限速 --text en="because of snow"
  station manual unknown K274 --why "前方事故" --text zh=等候通知 --text en="Please wait"
  station manual platform K274 3 --why "临时换站台" --preview
  station manual gates K274 A1 A2 --why "检票口故障"
  station manual check-in K274 open --why "晚点，重新检票"
  station manual cancel 2021-01-20.k274 --why "停运命令 12号"
  station manual arrived K274 14:03 --why "车站值班员电话"       also: departed
  station manual ends-here K274 --why "前方线路中断"           its departure is cancelled
  station manual starts-here K275 --why "折返"                 and so turned back here:
  station manual stock K275 K274 --why "折返，用K274车底"
  station manual stock G2403 none --why "换用备用车底"
  station manual replaced-by K274 bus --text zh=东广场 --text en="east square" --why "12号"
  station manual replaced-by K274 Z180 --why "停运命令 12号"
  station manual clear K274 platform --why "恢复"
  station manual add L7 --from 包头 --to 北京 --arrival 14:02 --departure 14:10 --track 5 --why "临客"
  station manual add L8 --from 呼和浩特东 --to 包头 --departure 15:00 --stock-of L6 --why "临客"
  station manual station manual --why "大面积晚点"             the whole station, 紧急状态
  station manual station auto --why "恢复"
  station manual list
A refused command exits with 1 and says why.""",  # noqa: E501 - as it is typed
)
