"""Alarms in the database: who acknowledged what, and what is put aside, outlive the hub.

Law: what is wrong is not kept here but seen anew; this is what persons have made of it. An alarm
that this program cannot read any more is told anew: that is safe.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import bindparam, select

from hub.alarms.model import Alarm
from hub.store.rendered import rendered
from hub.store.tables import alarm

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.store.database import Database

_decoder = msgspec.msgpack.Decoder(Alarm)


class AlarmStore:
    """The table.

    Args:
        database: with the schema of this program, from the first call on.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        dialect = database.engine.dialect
        self._all = rendered(dialect, select(alarm.c.key, alarm.c.body))
        self._drop = rendered(dialect, alarm.delete().where(alarm.c.key == bindparam("of")))
        body = bindparam("body", type_=alarm.c.body.type)
        insert = alarm.insert().inline().values({"key": bindparam("of"), "body": body})
        self._insert = rendered(dialect, insert)

    def all(self) -> dict[str, Alarm]:
        """Return all alarms that had not left, by key.

        Raises:
            DeviceError: the database failed.
        """
        with self._database.transaction() as opened:
            found = [(key, _read(bytes(body))) for key, body in opened.rows(self._all)]
        return {key: read for key, read in found if read is not None}

    def keep(self, changed: Mapping[str, Alarm | None]) -> None:
        """Keep alarms as they are now; None: it has left.

        Raises:
            DeviceError: the database failed.
        """
        with self._database.transaction() as opened:
            for key, each in changed.items():
                opened.run(self._drop, of=key)
                if each is not None:
                    opened.run(self._insert, of=key, body=msgspec.msgpack.encode(each))


def _read(body: bytes) -> Alarm | None:
    try:
        return _decoder.decode(body)
    except msgspec.MsgspecError:
        return None
