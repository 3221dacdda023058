"""Actions about rows that were not believed: counted by reason with the latest ones, all as CSV.

Law: each entry of the table and what does it. What is counted stands in `hub.past.rejects`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from hub.accounts.roles import Permission
from hub.console.action import Action, Call
from hub.console.days import Days, Sheet, range_of, sheet_of
from hub.kernel.reasons import SENTENCES, Reason
from hub.past.rejects import by_reason, counts, rejects_of
from hub.past.rejects_command import as_csv
from protocol.times import Instant

if TYPE_CHECKING:
    from datetime import date

    from twisted.internet.defer import Deferred

    from hub.console.office import Office
    from hub.past.rejects import OfReason
    from hub.store.reading import Reader


class Example(msgspec.Struct, frozen=True, kw_only=True):
    """A row, or a part of one; `found` is what stood there."""

    at: Instant
    row: str
    found: str
    partial: bool


class Reasoned(msgspec.Struct, frozen=True, kw_only=True):
    """What was not believed for one reason.

    Attributes:
        whole: rows of which nothing was used.
        parts: parts of rows that were used else.
        first: when it was found first.
        last: when it was found last.
        examples: the latest ones of different rows, newest first.
    """

    reason: str
    zh: str
    en: str
    whole: int
    parts: int
    first: Instant
    last: Instant
    examples: tuple[Example, ...]


class Rejects(msgspec.Struct, frozen=True, kw_only=True):
    """What was not believed in some days, most frequent reason first."""

    first: str
    last: str
    whole: int
    parts: int
    reasons: tuple[Reasoned, ...]


def _rejects(office: Office, call: Call) -> Deferred[Rejects]:
    zone = office.desk().station.zone_info
    first, last = range_of(office, call.query)

    def made(reader: Reader) -> Rejects:
        found = rejects_of(reader, first, last, zone)
        whole, parts = counts(found)
        return Rejects(
            first=first.isoformat(),
            last=last.isoformat(),
            whole=whole,
            parts=parts,
            reasons=tuple(_reasoned(*each) for each in by_reason(found).items()),
        )

    return office.desk().past(made)


def _reasoned(reason: str, found: OfReason) -> Reasoned:
    zh, en = SENTENCES[Reason(reason)]
    return Reasoned(
        reason=reason,
        zh=zh,
        en=en,
        whole=found.whole,
        parts=found.parts,
        first=found.first,
        last=found.last,
        examples=msgspec.convert(found.examples, tuple[Example, ...], from_attributes=True),
    )


def _csv(office: Office, call: Call) -> Deferred[Sheet]:
    zone = office.desk().station.zone_info

    def text(reader: Reader, first: date, last: date) -> str:
        return as_csv(rejects_of(reader, first, last, zone))

    return sheet_of(office, call.query, text, "rejects-")


ACTIONS = (
    Action(
        "report.rejects", "GET", "/reports/rejects", Permission.REJECTS, Rejects, _rejects,
        "Rows that were not believed in some days, by reason, with the latest ones.", query=Days,
    ),
    Action(
        "report.rejects-csv", "GET", "/reports/rejects/all", Permission.REJECTS, Sheet, _csv,
        "Every row that was not believed in some days as a line of CSV.", query=Days,
    ),
)  # fmt: skip
