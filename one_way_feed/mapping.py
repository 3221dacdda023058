"""From a record of the bureau's database to a row of the feed.

Law: pure. A record that cannot be a row is refused by itself, with a reason that names query, key
and column; it never stops the others.

A local time that does not exist (spring) is refused; of one that exists twice (autumn) the first is
meant: a bureau that has such hours must write the offset.
"""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import msgspec

from one_way_feed.bodies import MAX_SYMBOL
from one_way_feed.row_codec import RowTooLong, pack
from one_way_feed.row_codec import nothing as no_dictionary
from one_way_feed.rows import Row, RowKey, RowUpserted, StagePlanRow, Step, TrafficLogRow, row_key
from one_way_feed.settings import CHOICES, TIMES
from protocol.errors import FeedError
from protocol.runs import Role

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from one_way_feed.settings import DatabaseSettings, QuerySettings
    from protocol.times import Instant

LONGEST_DELAY = timedelta(hours=48)
"""More is no delay but a damaged column."""
ENUMERATED = {"role": Role, "step": Step}
"""Fields whose meaning is a member of an enumeration, not just its text."""

UNWRITABLE = frozenset(("Cc", "Cs"))
"""Unicode categories: control characters, halves of surrogate pairs."""


class Reject(msgspec.Struct, frozen=True):
    """A record that cannot be a row.

    Attributes:
        query: name of the query.
        key: of the record, "" if even that cannot be read.
        column: where the fault is.
        reason: what it is.
    """

    query: str
    key: str
    column: str
    reason: str


class _UnusableError(FeedError):
    """Raised inside a mapping; becomes a Reject."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(reason)
        self.column = column


class QueryMapping:
    """Maps the records of one query.

    Attributes:
        columns: names of all columns that it reads.
    """

    def __init__(self, query: QuerySettings, database: DatabaseSettings) -> None:
        self._query = query
        self._zone = ZoneInfo(database.zone)
        self._formats = database.time_formats
        delays = query.delays
        self._delays = {
            side: column
            for side in ("arrival", "departure")
            if delays is not None and (column := getattr(delays, side)) is not None
        }
        self._delay_unit = delays.seconds if delays is not None else 0
        self.columns = {*query.columns.values(), *self._delays.values()}

    def row(self, record: Mapping[str, Any]) -> Row | Reject:
        """Return the row of `record`, or why there is none.

        Args:
            record: values by column; every one of `columns` is there.
        """
        key = ""
        try:
            key = self._text(record, "key") or ""
            row = self._plan(record) if self._query.row == "plan" else self._log(record)
            pack([RowUpserted(row, (0, 0))], MAX_SYMBOL - 1, 0, no_dictionary)
        except _UnusableError as error:
            return Reject(self._query.name, key, error.column, error.message)
        except RowTooLong as error:
            return Reject(self._query.name, key[:40], "*", error.message)
        return row if key else Reject(self._query.name, "", self._query.columns["key"], "is empty")

    def key_of(self, reject: Reject) -> RowKey | None:
        """Return the key of the row that `reject` would have been."""
        return (self._query.row, reject.key) if reject.key else None

    def _plan(self, record: Mapping[str, Any]) -> StagePlanRow:
        fields = self._fields(record)
        for name in ("origin", "destination", "role"):
            if fields.get(name) is None:
                raise _UnusableError(self._query.columns[name], "is empty")
        fields["key"], fields["category"] = fields["key"] or "", fields.get("category") or ""
        known = fields.get("delay_known")
        fields["delay_known"] = known is not False
        fields["cancelled"] = fields.get("cancelled") is True
        if fields["delay_known"]:
            fields.update(self._estimates(record, fields))
        return StagePlanRow(**fields)

    def _log(self, record: Mapping[str, Any]) -> TrafficLogRow:
        fields = self._fields(record)
        return TrafficLogRow(**{**fields, "key": fields["key"] or ""})

    def _fields(self, record: Mapping[str, Any]) -> dict[str, Any]:
        fields: dict[str, Any] = {}
        for name in self._query.columns:
            if name in TIMES:
                fields[name] = self._time(record, name)
            elif name in CHOICES:
                fields[name] = self._choice(record, name)
            else:
                fields[name] = self._text(record, name)
        return fields

    def _text(self, record: Mapping[str, Any], name: str) -> str | None:
        """Return a text without surrounding blanks; empty is None. `values` may rename it."""
        value = record[self._query.columns[name]]
        if value is None:
            return None
        if isinstance(value, bytes | memoryview):
            raise _UnusableError(self._query.columns[name], "is binary")
        text = str(value).strip()
        if any(unicodedata.category(character) in UNWRITABLE for character in text):
            raise _UnusableError(self._query.columns[name], "has control characters")
        renamed = self._query.values.get(name, {}).get(text, text)
        return str(renamed) or None

    def _choice(self, record: Mapping[str, Any], name: str) -> str | bool | None:
        column = self._query.columns[name]
        value = record[column]
        text = "" if value is None else str(value).strip()
        meanings = self._query.values[name]
        if text in meanings:
            meaning = meanings[text]
            return ENUMERATED[name](str(meaning)) if name in ENUMERATED else meaning
        if not text:
            return None
        raise _UnusableError(column, f"{text[:40]!r} is none of {', '.join(meanings)}")

    def _time(self, record: Mapping[str, Any], name: str) -> Instant | None:
        column = self._query.columns[name]
        value = record[column]
        if value is None or value == "":
            return None
        local = value if isinstance(value, datetime) else self._parsed(column, str(value).strip())
        return local if local is None else self._instant(column, local)

    def _parsed(self, column: str, text: str) -> datetime | None:
        if not text:
            return None
        for form in self._formats:
            try:
                return datetime.strptime(text, form)  # noqa: DTZ007 - the zone is added after
            except ValueError:
                continue
        raise _UnusableError(column, f"{text[:40]!r} is no time like {self._formats[0]}")

    def _instant(self, column: str, local: datetime) -> Instant:
        if local.tzinfo is None:
            local = local.replace(tzinfo=self._zone)
        try:
            instant = local.astimezone(UTC)
            exists = instant.astimezone(local.tzinfo).replace(fold=local.fold) == local
        except OverflowError as error:
            raise _UnusableError(column, f"{local} is beyond the calendar") from error
        if not exists:
            raise _UnusableError(
                column, f"{local:%Y-%m-%d %H:%M} does not exist in {self._zone.key}"
            )
        return instant

    def _estimates(self, record: Mapping[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
        estimates: dict[str, Any] = {}
        for side, column in self._delays.items():
            planned, value = fields.get(f"planned_{side}"), record[column]
            if planned is not None and value is not None and value != "":
                estimates[f"estimated_{side}"] = planned + self._delay(column, value)
        return estimates

    def _delay(self, column: str, value: object) -> timedelta:
        try:
            delay = timedelta(seconds=round(float(str(value)) * self._delay_unit))
        except (ValueError, OverflowError) as error:
            raise _UnusableError(column, f"{str(value)[:40]!r} is no number") from error
        if abs(delay) > LONGEST_DELAY:
            raise _UnusableError(column, f"{value} is more than 48 h late or early")
        return delay


def by_key(rows: Sequence[Row]) -> tuple[dict[RowKey, Row], list[RowKey]]:
    """Return rows by key, and keys that came twice (the last one counts)."""
    table: dict[RowKey, Row] = {}
    twice = []
    for row in rows:
        key = row_key(row)
        if key in table:
            twice.append(key)
        table[key] = row
    return table, twice
