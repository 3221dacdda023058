"""A timetable as the text of a timetable file: the other half of `station_config.timetable`.

Law: what is written here is read back there as the same rows, and without a mistake. The columns of
the service calendar are written only if a row needs them. A departure on the day after the arrival
is written as 24:10, so that no reader has to guess.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from station_config.day_cells import to_cells
from station_config.timetable import COLUMNS, OPTIONAL_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import time

    from station_config.model import TimetableRow

_DAY_HOURS = 24


def timetable_text(rows: Sequence[TimetableRow], remarks: Iterable[str] = ()) -> str:
    """Return the file's text.

    Args:
        rows: in the order of writing.
        remarks: lines of comment above the header.
    """
    cells = [_cells(row) for row in rows]
    optional = [name for name in OPTIONAL_COLUMNS if any(row[name] for row in cells)]
    columns = (*COLUMNS, *optional)
    lines = [f"# {' '.join(remark.split())}" for remark in remarks]
    lines.append(",".join(columns))
    lines += [_line([row[name] for name in columns]) for row in cells]
    return "\n".join(lines) + "\n"


def _cells(row: TimetableRow) -> dict[str, str]:
    """Return the text of every column; the file has one row a line, so cells have no line break."""
    cells = {
        "arrival_number": row.arrival_number or "",
        "departure_number": row.departure_number or "",
        "category": row.category,
        "role": row.role.value,
        "origin": row.origin,
        "destination": row.destination,
        "arrival": _time(row.arrival),
        "departure": _departure(row.arrival, row.departure),
        "track": row.track or "",
        "stock": row.stock or "",
        **to_cells(row.days),
    }
    return {name: " ".join(text.split()) for name, text in cells.items()}


def _line(cells: list[str]) -> str:
    out = io.StringIO()
    # a line that begins with # is a comment: such a number is quoted
    if cells[0].startswith("#"):
        csv.writer(out, lineterminator="", quoting=csv.QUOTE_ALL).writerow(cells)
    else:
        csv.writer(out, lineterminator="").writerow(cells)
    return out.getvalue()


def _time(at: time | None) -> str:
    return "" if at is None else f"{at:%H:%M}"


def _departure(arrival: time | None, departure: time | None) -> str:
    if departure is None or arrival is None or arrival <= departure:
        return _time(departure)
    return f"{departure.hour + _DAY_HOURS}:{departure.minute:02}"
