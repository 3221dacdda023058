"""The dispatching database itself: two tables in an SQLite file, in the bureau's own dress.

Law: SQL only; what is written is decided elsewhere. Times are local text without a zone, codes are
the bureau's, for that is what a real dispatching database offers and the feed's sender has to map.

The journal is SQLite's plain rollback journal: a reader with ``mode=ro`` needs to make no file
beside the database. Every transaction opens the file anew and never makes it: a file that was moved
away is missed at once, and found when it is back.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import quote

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Integer,
    MetaData,
    String,
    Table,
    create_engine,
    delete,
    event,
)
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.pool import NullPool

from simulators.dispatch import changes as c

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path
    from zoneinfo import ZoneInfo

    from protocol.times import Instant

TIME_FORMAT = "%Y-%m-%d %H:%M:%S"
BUSY_SECONDS = 0.2
"""How long a write waits for a reader before it is put off; the reactor stands still so long."""

METADATA = MetaData()

STAGE_PLAN = Table(
    "stage_plan",
    METADATA,
    Column("plan_id", String, primary_key=True),
    Column("arr_train_no", String),
    Column("dep_train_no", String),
    Column("train_type", String),
    Column("role", String),
    Column("start_station", String),
    Column("end_station", String),
    Column("arr_track", String),
    Column("dep_track", String),
    Column("plan_arr_time", String),
    Column("plan_dep_time", String),
    Column("arr_delay_min", Integer),
    Column("dep_delay_min", Integer),
    Column("delay_state", String),
    Column("cancel_flag", Integer, server_default="0"),
    Column("upd_time", String),
)

TRAFFIC_LOG = Table(
    "traffic_log",
    METADATA,
    Column("plan_id", String, primary_key=True),
    Column("step", String),
    Column("act_arr_time", String),
    Column("act_dep_time", String),
    Column("track_no", String),
    Column("upd_time", String),
)

_TABLES = {c.Table.PLAN: STAGE_PLAN, c.Table.LOG: TRAFFIC_LOG}


def open_database(path: Path) -> Engine:
    """Open the database, making file and tables if they are not there."""
    path.touch()
    engine = create_engine(
        f"sqlite:///file:{quote(str(path))}?mode=rw&uri=true",
        connect_args={"timeout": BUSY_SECONDS},
        poolclass=NullPool,
    )
    event.listen(engine, "connect", _set_up)
    METADATA.create_all(engine)
    return engine


def _set_up(connection: object, _record: object) -> None:
    """No fsync: a simulated past is made again from the seed, not recovered."""
    cursor = connection.cursor()  # type: ignore[attr-defined]
    cursor.execute("PRAGMA synchronous=OFF")
    cursor.close()


def local_text(instant: Instant, zone: ZoneInfo) -> str:
    """Return `instant` as the bureau writes it."""
    return instant.astimezone(zone).strftime(TIME_FORMAT)


def clear(connection: Connection) -> None:
    """Delete every row."""
    for table in _TABLES.values():
        connection.execute(delete(table))


def apply(connection: Connection, changes: Iterable[c.Change], zone: ZoneInfo) -> None:
    """Apply `changes` in their order.

    Args:
        connection: in a transaction of the caller.
        changes: what to do.
        zone: of the station.
    """
    for change in changes:
        table = _TABLES[change.table]
        if change.values is None:
            connection.execute(delete(table).where(table.c.plan_id == change.key))
            continue
        columns = _texts({**change.values, "upd_time": change.at}, zone)
        statement = insert(table).values(plan_id=change.key, **columns)
        connection.execute(
            statement.on_conflict_do_update(index_elements=[table.c.plan_id], set_=columns)
        )


def _texts(values: Mapping[str, c.Value], zone: ZoneInfo) -> dict[str, str | int | None]:
    return {
        column: local_text(value, zone) if isinstance(value, datetime) else value
        for column, value in values.items()
    }
