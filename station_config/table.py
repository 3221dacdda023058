"""A CSV file as rows with line numbers.

Law: knows columns and cells, not what they mean. UTF-8, a header line, one row a line (no line
break inside a cell); empty lines and lines that begin with ``#`` are left out.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from station_config.mistakes import Findings


@dataclass(frozen=True)
class TableRow:
    """One row: its line and its cells by column, stripped; every column of the header is there."""

    line: int
    cells: dict[str, str]


def read_table(
    findings: Findings, required: tuple[str, ...], optional: tuple[str, ...] = ()
) -> list[TableRow]:
    """Return the rows of the file of `findings`, without those that cannot be read.

    Args:
        findings: takes the mistakes.
        required: columns that must be there, in any order.
        optional: columns that may be there.
    """
    try:
        content = findings.path.read_bytes()
    except OSError as error:
        findings.error(0, f"cannot read: {error.strerror}")
        return []
    return table_of(content, findings, required, optional)


def table_of(
    content: bytes, findings: Findings, required: tuple[str, ...], optional: tuple[str, ...] = ()
) -> list[TableRow]:
    """Return the rows in the bytes of a file; see `read_table`."""
    lines = _numbered(content, findings)
    header_line, header = next(lines, (0, []))
    if not header and not findings.mistakes:
        findings.error(header_line, f"the table is empty: begin with {','.join(required)}")
    if not header or not _good_header(findings, header_line, header, required, optional):
        return []
    rows = []
    for line, cells in lines:
        if len(cells) == len(header):
            rows.append(TableRow(line, dict(zip(header, cells, strict=True))))
        else:
            findings.error(line, f"{len(cells)} cells, the header has {len(header)}: mend the row")
    return rows


def _numbered(content: bytes, findings: Findings) -> Iterator[tuple[int, list[str]]]:
    """Yield (line, cells); notes what cannot be read."""
    for number, raw in enumerate(content.removeprefix(b"\xef\xbb\xbf").splitlines(), start=1):
        try:
            text = raw.decode("utf-8")
            cells = [cell.strip() for cell in next(csv.reader([text], strict=True), [])]
        except UnicodeDecodeError:
            findings.error(number, "not UTF-8: save the file as UTF-8")
        except csv.Error as error:
            findings.error(number, f"not CSV: {error}")
        else:
            if any(cells) and not text.startswith("#"):
                yield number, cells


def _good_header(
    findings: Findings,
    line: int,
    header: list[str],
    required: tuple[str, ...],
    optional: tuple[str, ...],
) -> bool:
    missing = [name for name in required if name not in header]
    unknown = [name for name in header if name not in required + optional]
    twice = sorted({name for name in header if header.count(name) > 1})
    if missing:
        findings.error(line, f"no column {', '.join(missing)}: add it")
    if unknown:
        names = ", ".join(repr(n) for n in unknown)
        findings.error(line, f"unknown column {names}: use {', '.join(required + optional)}")
    if twice:
        findings.error(line, f"column {', '.join(twice)} stands twice: take one out")
    return not (missing or unknown or twice)
