"""Legends of the track diagram in the database: one an account, or none.

Law: what is kept was checked (`svg_layers.legend.check_legend`). A legend that this program cannot
read any more is none, and its account begins with a preset: it is only colours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import bindparam, select

from hub.store.rendered import rendered
from hub.store.tables import legend
from protocol.errors import OperatorError
from svg_layers.legend import Legend, check_legend

if TYPE_CHECKING:
    from hub.store.database import Database

_decoder = msgspec.json.Decoder(Legend)


class LegendStore:
    """The table.

    Args:
        database: with the schema of this program, from the first call on.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        dialect = database.engine.dialect
        named = legend.c.account == bindparam("of")
        body = bindparam("body", type_=legend.c.body.type)
        self._one = rendered(dialect, select(legend.c.body).where(named))
        self._drop = rendered(dialect, legend.delete().where(named))
        insert = legend.insert().inline().values({"account": bindparam("of"), "body": body})
        self._insert = rendered(dialect, insert)

    def get(self, account: str) -> Legend | None:
        """Return the legend of an account, None if it has none of its own.

        Raises:
            DeviceError: the database failed.
        """
        with self._database.transaction() as opened:
            found = opened.rows(self._one, of=account)
        return _read(bytes(found[0][0])) if found else None

    def put(self, account: str, made: Legend) -> None:
        """Keep the legend of an account.

        Raises:
            DeviceError: the database failed.
            OperatorError: it is not whole.
        """
        check_legend(made)
        with self._database.transaction() as opened:
            opened.run(self._drop, of=account)
            opened.run(self._insert, of=account, body=msgspec.json.encode(made))

    def reset(self, account: str) -> None:
        """Forget the legend of an account.

        Raises:
            DeviceError: the database failed.
        """
        with self._database.transaction() as opened:
            opened.run(self._drop, of=account)


def _read(body: bytes) -> Legend | None:
    try:
        found = _decoder.decode(body)
        check_legend(found)
    except (msgspec.MsgspecError, OperatorError):
        return None
    return found
