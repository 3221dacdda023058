"""Commands about what has been: `station explain`, `history`, `journal`, `replay`, `report`.

Law: parsers only; what a command does is imported when it runs.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from station_config.runtime.command import Command

if TYPE_CHECKING:
    import argparse


def _database(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--deployment", type=Path, metavar="FILE", help="take database and station from here")
    add("--database", metavar="URL", help="the hub's database, instead")
    add(
        "--station",
        type=Path,
        metavar="DIR",
        help="the station's configuration, instead of the one in the journal",
    )


def _readable(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--language", choices=("zh", "en"), help="default: the locale's")
    parser.add_argument("--json", action="store_true", help="one JSON object, for programs")


def _configure_replay(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("journal", nargs="?", type=Path, help="a file of `station journal export`")
    _database(parser)
    parser.add_argument("--from", dest="first", metavar="DATE", help="begin at that local date")
    parser.add_argument("--differences", type=int, default=20, metavar="N", help="list so many")
    parser.add_argument("--json", action="store_true", help="one JSON object, for programs")


def _configure_journal(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=("export",), help="export: write it into a file")
    _database(parser)
    parser.add_argument("--from", dest="first", metavar="DATE", help="begin at that local date")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE.jsonl.gz")


def _configure_history(parser: argparse.ArgumentParser) -> None:
    _database(parser)
    add = parser.add_argument
    add("--at", metavar="TIME", help="local time, e.g. 2021-01-20T14:32; with Z or +08:00: that")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--gate", help="label or id of a ticket gate")
    what.add_argument("--platform", help="label or id of a platform")
    what.add_argument("--board", help="id of a board")
    what.add_argument(
        "--run", dest="run_id", help="the whole story of one run, or of all runs of a train number"
    )
    what.add_argument("--notice", metavar="NOTICE", help="the whole story of a notice")
    _readable(parser)


def _configure_explain(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "run_id", metavar="RUN", help="e.g. 2021-01-20.z180; or a train number: the next one"
    )
    _database(parser)
    parser.add_argument("--at", metavar="TIME", help="as it was then; local time, or with Z")
    _readable(parser)


def _configure_report(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("subject", choices=("punctuality", "rejects"))
    _database(parser)
    add = parser.add_argument
    add(
        "--from",
        dest="first",
        required=True,
        metavar="DATE",
        help="first day: of service, or for rejects of their coming",
    )
    add("--to", dest="last", required=True, metavar="DATE", help="last day")
    add("--csv", type=Path, metavar="FILE", help="every run, or reject, as a row")
    add("--html", type=Path, metavar="FILE", help="punctuality as a page with plots")
    add(
        "--on-time",
        type=int,
        default=3,
        metavar="MIN",
        help="on time is at most so many minutes late (default 3, our choice)",
    )
    _readable(parser)


def _replay(arguments: argparse.Namespace) -> int:
    from hub.past.replay_command import run  # noqa: PLC0415 - light until run

    return run(arguments)


def _journal(arguments: argparse.Namespace) -> int:
    from hub.past.replay_command import export  # noqa: PLC0415

    return export(arguments)


def _history(arguments: argparse.Namespace) -> int:
    from hub.past.history_command import run  # noqa: PLC0415

    return run(arguments)


def _explain(arguments: argparse.Namespace) -> int:
    from hub.past.explain_command import run  # noqa: PLC0415

    return run(arguments)


def _report(arguments: argparse.Namespace) -> int:
    if arguments.subject == "rejects":
        from hub.past import rejects_command  # noqa: PLC0415

        return rejects_command.run(arguments)
    from hub.past.report_command import run  # noqa: PLC0415

    return run(arguments)


REPLAY = Command(
    summary="live a day again from its journal; exit 1 if anything comes out otherwise",
    configure=_configure_replay,
    run=_replay,
    examples="""\
  station replay day.jsonl.gz
  station replay --deployment deployment.toml
  station replay --deployment deployment.toml --from 2021-01-20""",
)

JOURNAL = Command(
    summary="write the hub's journal into a file",
    configure=_configure_journal,
    run=_journal,
    examples="""\
  station journal export --deployment deployment.toml --out all.jsonl.gz
  station journal export --deployment deployment.toml --from 2021-01-20 --out day.jsonl.gz
  zcat day.jsonl.gz | jq 'select(.kind == "reject")'""",
)

HISTORY = Command(
    summary="what passengers were told at an instant: at a gate, a platform, on a board",
    configure=_configure_history,
    run=_history,
    examples="""\
  station history --deployment deployment.toml --gate B5 --at 2021-01-20T14:32
  station history --deployment deployment.toml --platform 3 --at 14:32
  station history --deployment deployment.toml --run 2021-01-20.z180
  station history --deployment deployment.toml --notice n-3f9a1c""",
)

EXPLAIN = Command(
    summary="why a run is in its state: rows, rules, rejects, phases",
    configure=_configure_explain,
    run=_explain,
    examples="""\
  station explain 2021-01-20.z180 --deployment deployment.toml
  station explain Z180 --deployment deployment.toml --at 14:32
  station explain 2021-01-20.z180 --database sqlite:////var/lib/station/hub.db --json""",
)

REPORT = Command(
    summary="punctuality and check-in windows kept; rows that were not believed",
    configure=_configure_report,
    run=_report,
    examples="""\
  station report punctuality --deployment deployment.toml \\
      --from 2021-01-20 --to 2021-01-26 --html week.html --csv week.csv
  station report rejects --deployment deployment.toml \\
      --from 2021-01-20 --to 2021-01-26 --csv rejects.csv""",
)
