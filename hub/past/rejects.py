"""What was not believed in some days, by reason: counted, with examples.

Law: only what stands in the database of rejects, which keeps as many days as the journal. A row
that came again after it was rejected, and was rejected again, counts again: so often was it judged.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from hub.store.records import encode_row

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from zoneinfo import ZoneInfo

    from hub.kernel.reasons import Reason
    from hub.store.reading import Reader
    from protocol.times import Instant

EXAMPLES = 3
"""So many rows of a reason are told; the CSV has all."""


@dataclass(frozen=True)
class Reject:
    """One row, or one part of it, that was not believed.

    Attributes:
        row: ``plan/KEY`` or ``log/KEY``.
        found: what stood there, e.g. the unknown track.
        partial: the rest of the row was used.
        zh: the sentence in Chinese.
        en: the sentence in English.
        body: the row as it came, JSON.
    """

    at: Instant
    row: str
    reason: Reason
    found: str
    partial: bool
    zh: str
    en: str
    body: str


@dataclass(frozen=True)
class OfReason:
    """What was not believed for one reason.

    Attributes:
        whole: rows of which nothing was used.
        parts: parts of rows that were used else.
        first: when it was found first.
        last: when it was found last.
        examples: the latest ones, of different rows, newest first; `EXAMPLES` at most.
    """

    whole: int
    parts: int
    first: Instant
    last: Instant
    examples: tuple[Reject, ...]


def rejects_of(reader: Reader, first: date, last: date, zone: ZoneInfo) -> list[Reject]:
    """Return what was not believed from local date `first` to `last`, in order."""
    begin = datetime.combine(first, time(), zone)
    end = datetime.combine(last + timedelta(days=1), time(), zone)
    return [
        Reject(
            at=at,
            row="/".join(each.key),
            reason=each.reason,
            found=each.found,
            partial=each.partial,
            zh=each.zh,
            en=each.en,
            body=encode_row(row).decode(),
        )
        for at, each, row in reader.rejects_between(begin, end)
    ]


def by_reason(rejects: Iterable[Reject]) -> dict[str, OfReason]:
    """Return what was found, most frequent reason first."""
    groups: defaultdict[str, list[Reject]] = defaultdict(list)
    for each in rejects:
        groups[each.reason.value].append(each)
    ordered = sorted(groups.items(), key=lambda group: (-len(group[1]), group[0]))
    return {reason: _of_reason(found) for reason, found in ordered}


def counts(rejects: Iterable[Reject]) -> tuple[int, int]:
    """Return how many whole rows, and how many parts of rows."""
    extents = [each.partial for each in rejects]
    return extents.count(False), extents.count(True)


def _of_reason(found: list[Reject]) -> OfReason:
    whole, parts = counts(found)
    newest = {each.row: each for each in found}
    rows = list(dict.fromkeys(each.row for each in reversed(found)))[:EXAMPLES]
    return OfReason(
        whole=whole,
        parts=parts,
        first=found[0].at,
        last=found[-1].at,
        examples=tuple(newest[row] for row in rows),
    )
