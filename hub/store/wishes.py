"""What is wanted of devices, in the database: it outlives the hub, and is another hub's too.

Law: revisions only grow. What the deployment says is remembered as it was said, so that it holds
again only when it is said anew, and a person's later change is not lost at each start.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, select

from hub.fleet.wishes import changed, decode_wish, encode_wish
from hub.store.rendered import rendered
from hub.store.tables import wish

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.fleet.wishes import Leaf, Wish
    from hub.store.database import Database, Transaction

Wishes = dict[tuple[str, "Leaf"], "Wish"]
"""By device and leaf."""


class WishStore:
    """The table.

    Args:
        database: with the schema of this program, from the first call on.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        dialect = database.engine.dialect
        named = (wish.c.device == bindparam("of"), wish.c.leaf == bindparam("under"))
        self._all = rendered(dialect, select(wish.c.device, wish.c.leaf, wish.c.content))
        self._one = rendered(dialect, select(wish.c.content, wish.c.configured).where(*named))
        values = {
            name: bindparam(name, type_=wish.c[name].type) for name in ("content", "configured")
        }
        self._update = rendered(dialect, wish.update().where(*named).values(values))
        keys: dict[str, Any] = {"device": bindparam("of"), "leaf": bindparam("under")}
        self._insert = rendered(dialect, wish.insert().values(keys | values))

    def all(self) -> Wishes:
        """Return everything that is wanted.

        Raises:
            DeviceError: the database failed.
        """
        with self._database.transaction() as opened:
            return {
                (device, leaf): decode_wish(leaf, bytes(content))
                for device, leaf, content in opened.rows(self._all)
            }

    def change(self, device: str, leaf: Leaf, fields: Mapping[str, object]) -> Wish:
        """Change it and return what holds then; nothing is written if nothing changes.

        Raises:
            DeviceError: the database failed.
            OperatorError: see `hub.fleet.wishes.changed`.
        """
        with self._database.transaction() as opened:
            held, configured = self._held(opened, device, leaf)
            made = changed(leaf, held, fields)
            if made is not held:
                self._write(opened, device, leaf, made, configured, new=held is None)
            return made

    def configure(self, device: str, leaf: Leaf, said: bytes, fields: Mapping[str, object]) -> None:
        """Take over what the deployment says, if it says it anew.

        Args:
            device: identifier.
            leaf: ``want`` or ``cfg``.
            said: what the deployment says, to be compared.
            fields: the same, by name.

        Raises:
            DeviceError: the database failed.
            OperatorError: see `hub.fleet.wishes.changed`.
        """
        with self._database.transaction() as opened:
            held, configured = self._held(opened, device, leaf)
            if configured == said:
                return
            made = changed(leaf, held, fields)
            self._write(opened, device, leaf, made, said, new=held is None)

    def _held(self, opened: Transaction, device: str, leaf: Leaf) -> tuple[Wish | None, bytes]:
        found = opened.rows(self._one, of=device, under=leaf)
        if not found:
            return None, b""
        content, configured = found[0]
        return decode_wish(leaf, bytes(content)), bytes(configured)

    def _write(
        self,
        opened: Transaction,
        device: str,
        leaf: Leaf,
        made: Wish,
        configured: bytes,
        *,
        new: bool,
    ) -> None:
        statement = self._insert if new else self._update
        content = encode_wish(made)
        opened.run(statement, of=device, under=leaf, content=content, configured=configured)
