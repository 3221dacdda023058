"""The lease in the database: one row, changed by whoever read it as it is.

Law: every change names what it changes, so that of two hubs one succeeds. Taking the lease over is
a part of the transaction that raises the epoch (`Operations.open`). Since a holder's id is never
used again, its number of renewals need not be compared when it renews.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import bindparam, select

from hub.lease import Held, Holder
from hub.store.rendered import rendered
from hub.store.tables import lease
from protocol.errors import DeviceError

if TYPE_CHECKING:
    from hub.store.database import Database, Transaction

NOBODY = ""


class LeaseHeldError(DeviceError):
    """Another hub has the lease."""


class LeaseStore:
    """The row."""

    def __init__(self, database: Database) -> None:
        """Prepare the statements.

        Args:
            database: with the schema of this program, from the first call on.
        """
        self._database = database
        dialect = database.engine.dialect
        named = (lease.c.holder == bindparam("mine"), lease.c.renewals == bindparam("counted"))
        self._read = rendered(dialect, select(lease.c.holder, lease.c.renewals, lease.c.identity))
        taken = {
            "holder": bindparam("holder", type_=lease.c.holder.type),
            "renewals": lease.c.renewals + 1,
            "identity": bindparam("identity", type_=lease.c.identity.type),
        }
        self._take = rendered(dialect, lease.update().where(*named).values(taken))
        more = {"renewals": lease.c.renewals + 1}
        self._renew = rendered(dialect, lease.update().where(named[0]).values(more))
        nobody = {"holder": NOBODY, "identity": b""} | more
        self._release = rendered(dialect, lease.update().where(named[0]).values(nobody))

    def look(self) -> Held:
        """Return who holds the lease.

        Raises:
            DeviceError: the database failed.
        """
        with self._database.transaction() as opened:
            return self._held(opened)

    def claim(self, opened: Transaction, me: Holder, seen: Held) -> None:
        """Take the lease over from `seen`, in a transaction that does more.

        Raises:
            LeaseHeldError: it is another one's by now.
        """
        held_by = seen.holder.id if seen.holder is not None else NOBODY
        identity = msgspec.json.encode(me)
        changed = opened.run(
            self._take, mine=held_by, counted=seen.renewals, holder=me.id, identity=identity
        )
        if changed != 1:
            raise LeaseHeldError("another hub was faster", where=self._database.where)

    def renew(self, me: Holder) -> bool:
        """Say that this hub leads still; return False if it is another one that does.

        Raises:
            DeviceError: the database failed.
        """
        with self._database.transaction() as opened:
            return opened.run(self._renew, mine=me.id) == 1

    def release(self, me: Holder) -> None:
        """Give the lease back; nothing happens if it is another one's.

        Raises:
            DeviceError: the database failed.
        """
        with self._database.transaction() as opened:
            opened.run(self._release, mine=me.id)

    def _held(self, opened: Transaction) -> Held:
        holder, renewals, identity = opened.rows(self._read)[0]
        if holder == NOBODY:
            return Held(None, renewals)
        return Held(_holder(holder, bytes(identity)), renewals)


def _holder(name: str, identity: bytes) -> Holder:
    """Return who wrote the row; of one that cannot be read no more than the name is known."""
    try:
        return msgspec.json.decode(identity, type=Holder)
    except msgspec.MsgspecError:
        return Holder(name, "an unknown machine")
