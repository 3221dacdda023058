"""A table of somebody else as records with line numbers.

Law: knows lines and cells, not what they mean. Streams: no more than one line is held. One record a
line, UTF-8, a header line, commas, quotes as in RFC 4180 without line breaks inside (GTFS forbids
them, too). A line that is no record is told and passed over.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING

from protocol.errors import OperatorError
from station_config.imports.report import Reason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from station_config.imports.report import Report

PROGRESS_LINES = 100_000


@dataclass(frozen=True)
class Source:
    """A file that can be read from its start, more than once.

    Attributes:
        name: as places in it are told.
        open: returns its lines, with or without line ends.
        progress: is told the name and the number of lines read, each `PROGRESS_LINES`.
    """

    name: str
    open: Callable[[], Iterable[bytes]]
    progress: Callable[[str, int], None] = lambda _name, _lines: None

    def at(self, line: int) -> str:
        """Return the place of `line`."""
        return f"{self.name}:{line}"


Record = tuple[int, tuple[str, ...]]
"""Line, and the stripped cells in the order asked for; an absent optional column is empty."""


def records(
    source: Source,
    required: tuple[str, ...],
    optional: tuple[str, ...] = (),
    report: Report | None = None,
) -> Iterator[Record]:
    """Yield the records of `source` with the columns wanted; there must be two at least.

    Args:
        source: what is read.
        required: columns that must be there.
        optional: columns that may be there. Others are passed over.
        report: is told what is no record; None: it was told before.

    Raises:
        OperatorError: there is no such header: the file is another table.
    """
    lines = _lines(source, report)
    line, header = next(lines, (1, []))
    missing = ", ".join(name for name in required if name not in header)
    if missing:
        raise OperatorError(f"no column {missing}: is it the right file?", where=source.at(line))
    places = {name: place for place, name in reversed(list(enumerate(header)))}
    pick = itemgetter(*(places.get(name, len(header)) for name in required + optional))
    width = len(header)
    for line, cells in lines:
        if len(cells) == width:
            cells.append("")
            yield line, pick(cells)
        elif report is not None:
            detail = f"{len(cells)} cells, the header has {width}"
            report.tell(source.at(line), Reason.NOT_A_RECORD, detail)


def _lines(source: Source, report: Report | None) -> Iterator[tuple[int, list[str]]]:
    """Yield (line, stripped cells) of the lines that are not empty."""
    for number, raw in enumerate(source.open(), start=1):
        if number % PROGRESS_LINES == 0:
            source.progress(source.name, number)
        try:
            text = raw.decode("utf-8-sig" if number == 1 else "utf-8").strip()
            cells = text.split(",") if '"' not in text else next(csv.reader([text], strict=True))
        except UnicodeDecodeError as error:
            _tell(report, source.at(number), Reason.NOT_TEXT, f"byte {error.start + 1}")
        except csv.Error as error:
            _tell(report, source.at(number), Reason.NOT_A_RECORD, str(error))
        else:
            if text:
                yield number, [cell.strip() for cell in cells]


def _tell(report: Report | None, where: str, reason: Reason, detail: str) -> None:
    if report is not None:
        report.tell(where, reason, detail)
