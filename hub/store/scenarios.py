"""Scenarios under way in the database: a hub that takes over can end them.

Law: one that this program cannot read any more is not under way: its commands end by themselves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import bindparam, select

from hub.scenarios.model import Running
from hub.store.rendered import rendered
from hub.store.tables import scenario

if TYPE_CHECKING:
    from hub.store.database import Database

_decoder = msgspec.msgpack.Decoder(Running)


class ScenarioStore:
    """The table.

    Args:
        database: with the schema of this program, from the first call on.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        dialect = database.engine.dialect
        self._all = rendered(dialect, select(scenario.c.body))
        self._drop = rendered(dialect, scenario.delete().where(scenario.c.id == bindparam("of")))
        body = bindparam("body", type_=scenario.c.body.type)
        insert = scenario.insert().inline().values({"id": bindparam("of"), "body": body})
        self._insert = rendered(dialect, insert)

    def all(self) -> dict[str, Running]:
        """Return all, by id.

        Raises:
            DeviceError: the database failed.
        """
        with self._database.transaction() as opened:
            found = [_read(bytes(body)) for (body,) in opened.rows(self._all)]
        return {each.id: each for each in found if each is not None}

    def put(self, running: Running) -> None:
        """Keep one.

        Raises:
            DeviceError: the database failed.
        """
        with self._database.transaction() as opened:
            opened.run(self._drop, of=running.id)
            opened.run(self._insert, of=running.id, body=msgspec.msgpack.encode(running))

    def drop(self, running_id: str) -> None:
        """Forget one.

        Raises:
            DeviceError: the database failed.
        """
        with self._database.transaction() as opened:
            opened.run(self._drop, of=running_id)


def _read(body: bytes) -> Running | None:
    try:
        return _decoder.decode(body)
    except msgspec.MsgspecError:
        return None
