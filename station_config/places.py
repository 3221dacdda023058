"""The places file: other stations, as dispatching writes them and as passengers read them.

Law: reads and checks one CSV file. Columns: code, one for each language of the station, and
optionally aliases, separated by ``|``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from protocol.runs import Named
from station_config.mistakes import Findings
from station_config.table import TableRow, read_table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from station_config.mistakes import Mistake


def read_places(path: Path, languages: Sequence[str]) -> tuple[dict[str, Named], Sequence[Mistake]]:
    """Return the places by everything that dispatching may call them, and the mistakes.

    Keys are the code, the name in the first of `languages`, and the aliases. Names in the other
    languages are no keys: transliterations of different places may be equal. A place with a
    mistake is returned too: that it is known is true, and saves the timetable false warnings.
    """
    findings = Findings(path)
    places: dict[str, Named] = {}
    lines: dict[str, int] = {}
    for row in read_table(findings, ("code", *languages), ("aliases",)):
        _check_complete(findings, row, languages)
        named = Named(row.cells["code"], {language: row.cells[language] for language in languages})
        for key in dict.fromkeys(_keys(row, languages[0])):
            if key in places:
                findings.error(
                    row.line, f"{key!r} already means the place of line {lines[key]}: keep one"
                )
            else:
                places[key], lines[key] = named, row.line
    return places, findings.mistakes


def _check_complete(findings: Findings, row: TableRow, languages: Sequence[str]) -> None:
    for name in ("code", *languages):
        if not row.cells[name]:
            findings.error(row.line, f"{name} is empty: fill it in")


def _keys(row: TableRow, language: str) -> list[str]:
    aliases = [alias.strip() for alias in row.cells.get("aliases", "").split("|")]
    return [key for key in (row.cells["code"], row.cells[language], *aliases) if key]
