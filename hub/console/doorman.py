"""Who is let in: logging in and out, sessions, one's own password.

Law: passwords are compared one after another in a thread of their own, so many tries at once gain
nothing, and each waits for what those before it came to. Who has to wait follows from the audit,
which is asked before each try; a name that is no account's is remembered here alone. What is asked
of the database is believed for two seconds: so long somebody disabled is still let in.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import msgspec
from twisted.internet.defer import Deferred, DeferredLock, succeed

from hub.accounts.hashing import draw_token, hash_password, is_password
from hub.accounts.lockout import FORGET_S, LOGIN, PASSWORD, Lockout, failed, told
from hub.accounts.passwords import weaknesses
from hub.accounts.session import TOKEN_BYTES, TOUCH_S, Session, hash_of, lives
from hub.audit.record import Actor, Entry, Outcome, Source
from protocol.errors import OperatorError

if TYPE_CHECKING:
    from collections.abc import Callable

    from structlog.typing import FilteringBoundLogger

    from hub.accounts.session import Account, Limits
    from hub.audit.record import Record
    from hub.mqtt.store_calls import RunInStore
    from hub.store.accounts import AccountStore
    from hub.store.audit import AuditStore

BELIEVED_S = 2.0
MOST_WAITING = 16
"""Tries to log in that wait for the one before; more are sent away."""
KEPT = 1000


class NotLetInError(OperatorError):
    """Wrong name or password. Which of them is not said."""

    def __init__(self) -> None:
        super().__init__("账号或密码错误 · wrong name or password")


class WaitError(OperatorError):
    """Too many mistakes; `seconds` until the next try."""

    def __init__(self, seconds: float) -> None:
        self.seconds = int(seconds) + 1
        super().__init__(f"请等待 {self.seconds} 秒 · wait for {self.seconds} s")


class Doorman:
    """Sessions of the console.

    Args:
        accounts: the database.
        audit: where who comes and goes is recorded.
        in_store: runs a call in the store's thread.
        in_hash: runs a call in the thread for passwords.
        wall: the system's clock, seconds; sessions and waits outlive the process.
        seconds: real time, for what is believed.
        limits: how long a session lasts.
        log: the process's log.
    """

    def __init__(  # noqa: PLR0913 - one collaborator each
        self,
        accounts: AccountStore,
        audit: AuditStore,
        *,
        in_store: RunInStore,
        in_hash: Callable[[Callable[[], Any]], Deferred[Any]],
        wall: Callable[[], float],
        seconds: Callable[[], float],
        limits: Limits,
        log: FilteringBoundLogger,
    ) -> None:
        self._accounts = accounts
        self._audit = audit
        self._in_store = in_store
        self._in_hash = in_hash
        self._wall = wall
        self._seconds = seconds
        self._limits = limits
        self._log = log
        self._lockout = Lockout()
        self._heard = 0
        self._one_by_one = DeferredLock()
        self._known: dict[str, tuple[float, tuple[Session, Account] | None]] = {}

    def log_in(self, name: str, password: str, address: str) -> Deferred[tuple[str, Account]]:
        """Begin a session; fires with its token and whose it is.

        Raises:
            NotLetInError: wrong name or password.
            WaitError: too many mistakes, of the account or from there.
            DeviceError: the database failed.
        """
        if len(self._one_by_one.waiting) >= MOST_WAITING:
            raise WaitError(1)
        return self._one_by_one.run(self._try, name, password, address)

    def check(self, token: str, *, touch: bool = True) -> Deferred[tuple[Session, Account] | None]:
        """Fire with the session of `token` and whose it is, None: it is in force no longer.

        Args:
            token: from the cookie.
            touch: somebody is there; False: only a page is open.
        """
        key = hash_of(token)
        at, known = self._known.get(key, (float("-inf"), None))
        if self._seconds() - at < BELIEVED_S:
            return succeed(self._living(known))
        asked = self._in_store(lambda: self._look(key, touch=touch))
        return asked.addCallback(self._learn, key)

    def log_out(self, session: str, actor: Actor) -> Deferred[None]:
        """End a session."""
        self._known.pop(session, None)
        entry = Entry(actor=actor, action="session.logout", subject=actor.who, outcome=Outcome.DONE)
        return self._in_store(lambda: self._accounts.end(session, entry))

    def change_password(
        self, account: Account, session: str, old: str, new: str, address: str
    ) -> Deferred[None]:
        """Give `account` another password; its other sessions end.

        Raises:
            OperatorError: the old one is wrong, or the new one weak.
        """
        for zh, en in weaknesses(new, account.name):
            raise OperatorError(f"{zh} · {en}")

        def work() -> str | None:
            return hash_password(new) if is_password(account.password, old) else None

        def compare(_: object) -> Deferred[Any]:
            return self._in_hash(work).addCallback(self._changed, account, session, address)

        def change() -> Deferred[Any]:
            return self._may_try(account.name, address).addCallback(compare)

        return self._one_by_one.run(change)

    def forget(self) -> None:
        """Ask the database again for everybody: an account was changed here."""
        self._known.clear()

    def waits(self, names: list[str]) -> Deferred[dict[str, int]]:
        """Fire with the seconds for which nobody may try each of these accounts.

        Raises:
            DeviceError: the database failed.
        """

        def told_of(_: object) -> dict[str, int]:
            now = self._wall()
            return {name: math.ceil(self._lockout.waits_of(name, now)) for name in names}

        return self._listen().addCallback(told_of)

    def _try(self, name: str, password: str, address: str) -> Deferred[tuple[str, Account]]:
        def find(_: object) -> Deferred[Account | None]:
            return self._in_store(lambda: self._accounts.find(name))

        found = self._may_try(name, address).addCallback(find)
        return found.addCallback(self._compare, name, password, address)

    def _may_try(self, name: str, address: str) -> Deferred[None]:
        """Fire when `name` may try, from what the audit says by now; fail with `WaitError`."""
        return self._listen().addCallback(lambda _: self._must_wait(name, address))

    def _must_wait(self, name: str, address: str) -> None:
        waits = self._lockout.waits(name, address, self._wall())
        if waits > 0:
            raise WaitError(waits)

    def _listen(self) -> Deferred[None]:
        after, since = self._heard, self._wall() - FORGET_S
        news = self._in_store(lambda: self._audit.at_the_door(after, since))
        return news.addCallback(self._hear)

    def _hear(self, news: tuple[int, list[Record]]) -> None:
        number, records = news
        for record in records:
            if record.number > self._heard:  # another question may have been answered before
                self._lockout = told(self._lockout, record)
        self._heard = max(self._heard, number)

    def _compare(
        self, account: Account | None, name: str, password: str, address: str
    ) -> Deferred[tuple[str, Account]]:
        kept = account.password if account is not None else ""
        compared = self._in_hash(lambda: is_password(kept, password))
        return compared.addCallback(self._judge, account, name, address)

    def _judge(
        self,
        right: bool,  # noqa: FBT001 - what the thread has found out
        account: Account | None,
        name: str,
        address: str,
    ) -> Deferred[Any]:
        if account is None or account.disabled or not right:
            return self._turn_away(account, name, address)
        token, wall = draw_token(TOKEN_BYTES), int(self._wall())
        begun = Session(
            token_hash=hash_of(token),
            account=account.name,
            made_at=wall,
            seen_at=wall,
            address=address,
        )
        entry = _entry(account, address, LOGIN, Outcome.DONE)
        before = wall - self._limits.longest_s
        done = self._in_store(lambda: self._accounts.begin(begun, entry, forget_before=before))
        return done.addCallback(lambda _: (token, account))

    def _turn_away(self, account: Account | None, name: str, address: str) -> Deferred[Any]:
        if account is None:
            self._lockout = failed(self._lockout, name, "", self._wall())
        self._log.warning("console.turned-away", address=address, known=account is not None)
        entry = _entry(account, address, LOGIN, Outcome.REFUSED)

        def refuse(_: object) -> None:
            raise NotLetInError

        return self._in_store(lambda: self._audit.add(entry)).addCallback(refuse)

    def _look(self, key: str, *, touch: bool) -> tuple[Session, Account] | None:
        found = self._accounts.session(key)
        if found is None or not self._is_living(found):
            return None
        session, account = found
        wall = int(self._wall())
        if touch and wall - session.seen_at >= TOUCH_S:
            self._accounts.touch(key, wall)
            session = msgspec.structs.replace(session, seen_at=wall)
        return session, account

    def _learn(
        self, found: tuple[Session, Account] | None, key: str
    ) -> tuple[Session, Account] | None:
        if len(self._known) >= KEPT:
            self._known.clear()
        if found is not None:
            self._known[key] = (self._seconds(), found)
        return found

    def _living(self, found: tuple[Session, Account] | None) -> tuple[Session, Account] | None:
        return found if found is not None and self._is_living(found) else None

    def _is_living(self, found: tuple[Session, Account]) -> bool:
        return lives(found[0], found[1], int(self._wall()), self._limits)

    def _changed(
        self, hashed: str | None, account: Account, session: str, address: str
    ) -> Deferred[Any]:
        if hashed is None:
            entry = _entry(account, address, PASSWORD, Outcome.REFUSED)

            def refuse(_: object) -> None:
                raise NotLetInError

            return self._in_store(lambda: self._audit.add(entry)).addCallback(refuse)
        wall = int(self._wall())
        changed = msgspec.structs.replace(account, password=hashed, changed_at=wall)
        entry = _entry(account, address, PASSWORD, Outcome.DONE)
        self.forget()
        return self._in_store(lambda: self._accounts.change(changed, entry, keep=session))


def actor_of(account: Account, address: str) -> Actor:
    """Return `account` as the audit has it."""
    role = account.role.value
    return Actor(who=account.name, role=role, source=Source.CONSOLE, address=address)


def _entry(account: Account | None, address: str, action: str, outcome: Outcome) -> Entry:
    """Return an entry; a name that is no account's may be a password typed into the wrong box."""
    if account is None:
        actor = Actor(who="", source=Source.CONSOLE, address=address)
        return Entry(actor=actor, action=action, outcome=outcome, body={"account": "unknown"})
    body: dict[str, object] = {"disabled": True} if account.disabled else {}
    actor = actor_of(account, address)
    return Entry(actor=actor, action=action, subject=account.name, outcome=outcome, body=body)
