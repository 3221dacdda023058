"""Our own timetable file as an import: to check it, or to put several files into one.

Law: what a cell means is `station_config.timetable`'s; a row with a mistake is rejected instead of
forbidding the whole file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from station_config.imports.calls import Imported
from station_config.imports.report import Reason
from station_config.mistakes import Findings, Severity
from station_config.table import table_of
from station_config.timetable import COLUMNS, OPTIONAL_COLUMNS, parse_row

if TYPE_CHECKING:
    from pathlib import Path

    from station_config.imports.records import Source
    from station_config.imports.report import Report


def read_station_csv(source: Source, path: Path, report: Report) -> list[Imported]:
    """Return the rows.

    Args:
        source: the file.
        path: where it is, for its mistakes.
        report: takes what is not used.
    """
    findings = Findings(path)
    found = []
    content = b"\n".join(line.rstrip(b"\r\n") for line in source.open())
    for raw in table_of(content, findings, COLUMNS, OPTIONAL_COLUMNS):
        row = parse_row(findings, raw)
        if row is not None:
            found.append(Imported(source.at(raw.line), row))
    for mistake in findings.mistakes:
        if mistake.severity is Severity.ERROR:
            report.tell(source.at(mistake.line), Reason.BAD_ROW, mistake.message)
    return found
