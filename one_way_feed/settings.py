"""The sender's configuration: one TOML file, every mistake named with file and key.

Law: what a bureau's database looks like stands here and nowhere in code. An example with every key
is `examples/dmis.toml`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from one_way_feed.row_codec import ROLES, STEPS
from one_way_feed.rows import StagePlanRow, TrafficLogRow
from protocol.errors import OperatorError
from station_config.runtime.deployment import Strict

ROW_TYPES: dict[str, type[StagePlanRow | TrafficLogRow]] = {
    "plan": StagePlanRow,
    "log": TrafficLogRow,
}
TIMES = {
    "planned_arrival",
    "planned_departure",
    "estimated_arrival",
    "estimated_departure",
    "actual_arrival",
    "actual_departure",
}
CHOICES: dict[str, frozenset[str | bool]] = {
    "role": frozenset(role.value for role in ROLES),
    "step": frozenset(step.value for step in STEPS if step is not None),
    "delay_known": frozenset((True, False)),
    "cancelled": frozenset((True, False)),
}
"""Fields whose values must be said in `values`, and what a value may mean."""

Positive = Annotated[float, msgspec.Meta(gt=0)]


class DatabaseSettings(Strict, frozen=True, kw_only=True):
    """Where the rows come from; see the comments in `examples/dmis.toml`."""

    url: str
    zone: str
    time_formats: tuple[str, ...] = ("%Y-%m-%d %H:%M:%S",)
    poll_s: Positive = 2.0
    statement_timeout_s: Positive = 5.0
    frozen_after_s: Annotated[float, msgspec.Meta(ge=0)] = 0.0
    vanish_share: Annotated[float, msgspec.Meta(gt=0, le=1)] = 0.8
    vanish_polls: Annotated[int, msgspec.Meta(ge=1)] = 3


class LineOutSettings(Strict, frozen=True, kw_only=True):
    """Where the frames go.

    Attributes:
        link: when given, must be the key file's link: finds a file carried to the wrong machine.
    """

    device: Path
    baud: int = 115200
    keys: Path
    state: Path
    link: int | None = None


class DelaySettings(Strict, frozen=True, kw_only=True):
    """Delay columns, which become estimates: planned + delay."""

    late_is: Literal["positive", "negative"]
    unit_s: Annotated[int, msgspec.Meta(gt=0)] = 60
    arrival: str | None = None
    departure: str | None = None

    @property
    def seconds(self) -> int:
        """Seconds late that one unit of the column means."""
        return self.unit_s if self.late_is == "positive" else -self.unit_s


class QuerySettings(Strict, frozen=True, kw_only=True):
    """One query and what its columns mean."""

    name: str
    row: Literal["plan", "log"]
    sql: str
    columns: dict[str, str]
    values: dict[str, dict[str, str | bool]] = msgspec.field(default_factory=dict)
    delays: DelaySettings | None = None


class StatusSettings(Strict, frozen=True, kw_only=True):
    """Where the sender answers `/health` and `/metrics`, inside the dispatching network only."""

    host: str = "127.0.0.1"
    port: int


class SenderSettings(Strict, frozen=True, kw_only=True):
    """The whole file; without `status` the sender answers nobody and loads no web."""

    database: DatabaseSettings
    line: LineOutSettings
    queries: tuple[QuerySettings, ...]
    status: StatusSettings | None = None
    log_json: bool = False
    quiet: bool = False


def load_sender_settings(path: Path) -> SenderSettings:
    """Read a configuration; relative paths in it are relative to it.

    Raises:
        OperatorError: unreadable, not TOML, a key missing, misspelt or of the wrong kind, or a
            mapping that cannot give rows. All mistakes of the mappings are named at once.
    """
    base = path.resolve().parent

    def decode(kind: type, value: object) -> object:
        if kind is Path:
            return base / str(value)
        raise NotImplementedError(kind)

    try:
        settings = msgspec.toml.decode(path.read_bytes(), type=SenderSettings, dec_hook=decode)
    except OSError as error:
        raise OperatorError(f"cannot read: {error.strerror}", where=str(path)) from error
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise OperatorError(str(error), where=str(path)) from error
    mistakes = _mistakes(settings)
    if mistakes:
        raise OperatorError("; ".join(mistakes), where=str(path))
    return settings


def _mistakes(settings: SenderSettings) -> list[str]:
    mistakes = []
    try:
        ZoneInfo(settings.database.zone)
    except (ZoneInfoNotFoundError, ValueError):
        mistakes.append(f"database.zone: there is no zone {settings.database.zone!r}")
    if not settings.queries:
        mistakes.append("queries: there is none")
    names = [query.name for query in settings.queries]
    mistakes += [f"queries: two are named {n!r}" for n in set(names) if names.count(n) > 1]
    for query in settings.queries:
        mistakes += [f"queries {query.name!r}: {mistake}" for mistake in _query_mistakes(query)]
    return mistakes


def _query_mistakes(query: QuerySettings) -> list[str]:
    fields = ROW_TYPES[query.row].__struct_fields__
    needed = {"key", "role", "origin", "destination"} if query.row == "plan" else {"key"}
    mistakes = [
        f"columns.{f}: a {query.row} row has no such field"
        for f in query.columns
        if f not in fields
    ]
    mistakes += [f"columns.{field}: is missing" for field in sorted(needed - query.columns.keys())]
    first = query.sql.split(None, 1)[0].upper() if query.sql.strip() else ""
    if first not in {"SELECT", "WITH"} or ";" in query.sql.strip().rstrip(";"):
        mistakes.append("sql: must be one SELECT")
    for field, choices in CHOICES.items():
        mistakes += _value_mistakes(query, field, choices)
    mistakes += [f"values.{f}: is not in columns" for f in query.values if f not in query.columns]
    return mistakes + _delay_mistakes(query)


def _value_mistakes(query: QuerySettings, field: str, choices: frozenset[str | bool]) -> list[str]:
    if field not in query.columns:
        return []
    values = query.values.get(field)
    if not values:
        return [f"values.{field}: say what the column's values mean"]
    offered = ", ".join(
        sorted(str(choice).lower() if isinstance(choice, bool) else choice for choice in choices)
    )
    return [
        f"values.{field}.{value}: {meaning!r} is none of {offered}"
        for value, meaning in values.items()
        if meaning not in choices
        or isinstance(meaning, bool) != isinstance(next(iter(choices)), bool)
    ]


def _delay_mistakes(query: QuerySettings) -> list[str]:
    if query.delays is None:
        return []
    if query.row != "plan":
        return ["delays: only a plan row has delays"]
    mistakes = []
    for side in ("arrival", "departure"):
        if getattr(query.delays, side) is None:
            continue
        if f"estimated_{side}" in query.columns:
            mistakes.append(f"delays.{side}: columns.estimated_{side} says it already")
        if f"planned_{side}" not in query.columns:
            mistakes.append(f"delays.{side}: needs columns.planned_{side}")
    return mistakes
