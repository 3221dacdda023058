"""Accounts and sessions in the database, and with each change its record in the audit.

Law: who loses a right loses it at once: another role, another password or being disabled ends the
account's sessions in the same transaction. No password is ever here, only what is kept of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import bindparam, select

from hub.accounts.roles import StaffRole
from hub.accounts.session import Account, Preferences, Session
from hub.store.rendered import rendered
from hub.store.tables import account, session
from protocol.errors import OperatorError

if TYPE_CHECKING:
    from sqlalchemy import Dialect

    from hub.audit.record import Entry
    from hub.store.audit import AuditStore
    from hub.store.database import Database, Transaction

_ACCOUNT = ("name", "role", "password", "disabled", "changed_at", "preferences")
_SESSION = ("token_hash", "account", "made_at", "seen_at", "address")


class AccountStore:
    """Both tables.

    Args:
        database: with the schema of this program, from the first call on.
        audit: where changes are recorded.
    """

    def __init__(self, database: Database, audit: AuditStore) -> None:
        self._database = database
        self._audit = audit
        self._make_account_statements(database.engine.dialect)
        self._make_session_statements(database.engine.dialect)

    def _make_account_statements(self, dialect: Dialect) -> None:
        named = account.c.name == bindparam("of")
        every = select(*(account.c[n] for n in _ACCOUNT))
        self._all = rendered(dialect, every.order_by(account.c.name))
        self._one = rendered(dialect, every.where(named))
        values = {n: bindparam(n, type_=account.c[n].type) for n in _ACCOUNT}
        self._insert = rendered(dialect, account.insert().inline().values(values))
        changed = {n: v for n, v in values.items() if n != "name"}
        self._update = rendered(dialect, account.update().where(named).values(changed))

    def _make_session_statements(self, dialect: Dialect) -> None:
        of_token = session.c.token_hash == bindparam("of_token")
        of_account = session.c.account == bindparam("of_account")
        values = {n: bindparam(n, type_=session.c[n].type) for n in _SESSION}
        self._put_session = rendered(dialect, session.insert().inline().values(values))
        both = (*(session.c[n] for n in _SESSION), *(account.c[n] for n in _ACCOUNT))
        joined = session.join(account, account.c.name == session.c.account)
        self._session = rendered(dialect, select(*both).select_from(joined).where(of_token))
        seen = {"seen_at": bindparam("now_seen", type_=session.c.seen_at.type)}
        self._touch = rendered(dialect, session.update().where(of_token).values(seen))
        self._drop = rendered(dialect, session.delete().where(of_token))
        others = session.c.token_hash != bindparam("but", type_=session.c.token_hash.type)
        self._drop_others = rendered(dialect, session.delete().where(of_account, others))
        old = session.c.made_at < bindparam("before", type_=session.c.made_at.type)
        self._drop_old = rendered(dialect, session.delete().where(old))

    def all(self) -> list[Account]:
        """Return all accounts by name.

        Raises:
            DeviceError: the database failed.
        """
        with self._database.transaction() as opened:
            return [_account(row) for row in opened.rows(self._all)]

    def find(self, name: str) -> Account | None:
        """Return an account, None: there is none of that name.

        Raises:
            DeviceError: the database failed.
        """
        with self._database.transaction() as opened:
            return self._find(opened, name)

    def make(self, made: Account, entry: Entry) -> None:
        """Make an account.

        Raises:
            OperatorError: there is one of that name.
            DeviceError: the database failed.
        """
        with self._database.transaction() as opened:
            if self._find(opened, made.name) is not None:
                raise OperatorError(f"there is an account {made.name!r} already")
            opened.run(self._insert, **_values(made))
            self._audit.append(opened, entry)

    def change(self, changed: Account, entry: Entry, *, keep: str = "") -> None:
        """Write an account anew and end its sessions, but for that of the token hash `keep`.

        Raises:
            OperatorError: there is no such account, or nobody could administer any more.
            DeviceError: the database failed.
        """
        with self._database.transaction() as opened:
            held = self._find(opened, changed.name)
            if held is None:
                raise OperatorError(f"there is no account {changed.name!r}")
            self._write(opened, changed)
            left = any(_administers(_account(row)) for row in opened.rows(self._all))
            if _administers(held) and not left:
                raise OperatorError("then nobody could administer accounts; make another first")
            opened.run(self._drop_others, of_account=changed.name, but=keep)
            self._audit.append(opened, entry)

    def prefer(self, name: str, preferences: Preferences) -> None:
        """Keep how somebody wants the console; no session ends.

        Raises:
            DeviceError: the database failed.
        """
        with self._database.transaction() as opened:
            held = self._find(opened, name)
            if held is not None:
                self._write(opened, msgspec.structs.replace(held, preferences=preferences))

    def begin(self, begun: Session, entry: Entry, *, forget_before: int) -> None:
        """Write a new session; those made before `forget_before` are deleted.

        Raises:
            DeviceError: the database failed.
        """
        with self._database.transaction() as opened:
            opened.run(self._drop_old, before=forget_before)
            opened.run(self._put_session, **msgspec.structs.asdict(begun))
            self._audit.append(opened, entry)

    def session(self, token_hash: str) -> tuple[Session, Account] | None:
        """Return a session and whose it is, None: there is none.

        Raises:
            DeviceError: the database failed.
        """
        with self._database.transaction() as opened:
            rows = opened.rows(self._session, of_token=token_hash)
        if not rows:
            return None
        fields = dict(zip(_SESSION, rows[0], strict=False))
        return Session(**fields), _account(rows[0][len(_SESSION) :])

    def touch(self, token_hash: str, seen_at: int) -> None:
        """Write when somebody was last there.

        Raises:
            DeviceError: the database failed.
        """
        with self._database.transaction() as opened:
            opened.run(self._touch, of_token=token_hash, now_seen=seen_at)

    def end(self, token_hash: str, entry: Entry) -> None:
        """Delete a session.

        Raises:
            DeviceError: the database failed.
        """
        with self._database.transaction() as opened:
            opened.run(self._drop, of_token=token_hash)
            self._audit.append(opened, entry)

    def _find(self, opened: Transaction, name: str) -> Account | None:
        rows = opened.rows(self._one, of=name)
        return _account(rows[0]) if rows else None

    def _write(self, opened: Transaction, made: Account) -> None:
        values = _values(made)
        del values["name"]
        opened.run(self._update, of=made.name, **values)


def _administers(held: Account) -> bool:
    return held.role is StaffRole.ADMINISTRATOR and not held.disabled


def _values(made: Account) -> dict[str, object]:
    return {
        "name": made.name,
        "role": made.role.value,
        "password": made.password,
        "disabled": int(made.disabled),
        "changed_at": made.changed_at,
        "preferences": msgspec.json.encode(made.preferences),
    }


def _account(row: tuple[Any, ...]) -> Account:
    name, role, password, disabled, changed_at, preferences = row
    return Account(
        name=name,
        role=StaffRole(role),
        password=password,
        disabled=bool(disabled),
        changed_at=changed_at,
        preferences=msgspec.json.decode(bytes(preferences), type=Preferences),
    )
