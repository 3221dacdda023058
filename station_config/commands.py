"""``station config``: looks at a station's configuration.

Law: prints, decides nothing; what is a mistake is `station_config.load`'s.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from station_config.runtime.command import EXIT_ERROR, Command

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from station_config.mistakes import Mistake


def _configure(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    check = actions.add_parser("check", help="print every mistake of a station's configuration")
    check.add_argument("directory", type=Path, help="the station's directory, with station.xml")
    check.add_argument("--json", action="store_true", help="for machines: an array of objects")


def _run(arguments: argparse.Namespace) -> int:
    from station_config.load import check_station  # noqa: PLC0415 - lxml only when needed
    from station_config.mistakes import Severity  # noqa: PLC0415

    mistakes = check_station(arguments.directory)
    errors = [m for m in mistakes if m.severity is Severity.ERROR]
    if arguments.json:
        text = _json(mistakes)
    else:
        text = _readable(arguments.directory, mistakes, len(errors))
    print(text)  # noqa: T201 - a command line's answer
    return EXIT_ERROR if errors else 0


def _json(mistakes: Sequence[Mistake]) -> str:
    objects = [
        {"file": m.file, "line": m.line, "severity": m.severity, "message": m.message}
        for m in mistakes
    ]
    return json.dumps(objects, ensure_ascii=False, indent=2)


def _readable(directory: Path, mistakes: Sequence[Mistake], errors: int) -> str:
    warnings = len(mistakes) - errors
    counts = f"{errors} error{_s(errors)}, {warnings} warning{_s(warnings)}"
    verdict = "the station is not loaded" if errors else "the station can be loaded"
    return "\n".join([*map(str, mistakes), f"{directory}: {counts}: {verdict}"])


def _s(count: int) -> str:
    return "" if count == 1 else "s"


CONFIG = Command(
    summary="check a station's configuration",
    configure=_configure,
    run=_run,
    examples="  station config check station_config/stations/hohhot_east\n"
    "  station config check --json my_station",
)
