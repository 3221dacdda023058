"""Actions about oneself: who am I, what do I prefer, my password; and accounts of others.

Law: each entry of the table and what does it. Logging in and out set the cookie: `hub.console.api`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from hub.accounts.hashing import draw_password, hash_password
from hub.accounts.lockout import RESET, UNLOCK
from hub.accounts.roles import MAY, Permission
from hub.accounts.session import Account, Preferences
from hub.console.action import Action, Call
from hub.console.office import NotThereError, Office
from hub.console.said import (
    AccountChange,
    AccountView,
    Done,
    GivenPassword,
    Login,
    Me,
    NewAccount,
    NewPassword,
    view_of,
)

if TYPE_CHECKING:
    from twisted.internet.defer import Deferred

DONE = Done()


def me_of(account: Account, token: str) -> Me:
    """Return who is logged in; `token` is the page's."""
    return Me(
        name=account.name,
        role=account.role,
        may=tuple(sorted(MAY[account.role])),
        preferences=account.preferences,
        page_token=token,
    )


def _nothing(_office: Office, _call: Call) -> None:
    """The API does it itself: it is about the cookie."""


def _prefer(office: Office, call: Call) -> Deferred[Done]:
    name = call.by.name
    office.doorman.forget()
    kept = office.in_store(lambda: office.accounts.prefer(name, call.body))
    return kept.addCallback(lambda _: DONE)


def _password(office: Office, call: Call) -> Deferred[Done]:
    new: NewPassword = call.body
    changed = office.doorman.change_password(call.by, call.session, new.old, new.new, call.address)
    return changed.addCallback(lambda _: DONE)


def _list(office: Office, _call: Call) -> Deferred[tuple[AccountView, ...]]:
    def told(accounts: list[Account]) -> Deferred[tuple[AccountView, ...]]:
        waiting = office.doorman.waits([each.name for each in accounts])
        return waiting.addCallback(
            lambda waits: tuple(view_of(each, waits[each.name]) for each in accounts)
        )

    return office.in_store(office.accounts.all).addCallback(told)


def _add(office: Office, call: Call) -> Deferred[GivenPassword]:
    wanted: NewAccount = call.body
    password = draw_password()
    entry = office.entry(call, "account.add", wanted.name, role=wanted.role.value)

    def make(hashed: str) -> Deferred[Any]:
        made = Account(
            name=wanted.name,
            role=wanted.role,
            password=hashed,
            disabled=False,
            changed_at=int(office.wall()),
        )
        return office.in_store(lambda: office.accounts.make(made, entry))

    hashed = office.in_hash(lambda: hash_password(password)).addCallback(make)
    return hashed.addCallback(lambda _: GivenPassword(name=wanted.name, password=password))


def _change(office: Office, call: Call) -> Deferred[AccountView]:
    wanted: AccountChange = call.body
    name = call.path["name"]

    def change() -> AccountView:
        held = office.accounts.find(name)
        if held is None:
            raise NotThereError(name)
        role = held.role if wanted.role is None else wanted.role
        disabled = held.disabled if wanted.disabled is None else wanted.disabled
        changed = msgspec.structs.replace(
            held, role=role, disabled=disabled, changed_at=int(office.wall())
        )
        before, after = view_of(held), view_of(changed)
        entry = office.entry(call, "account.change", name, before=before, after=after)
        office.accounts.change(changed, entry)
        return after

    return office.in_store(change).addCallback(_forget, office)


def _reset(office: Office, call: Call) -> Deferred[GivenPassword]:
    name, password = call.path["name"], draw_password()
    entry = office.entry(call, RESET, name)

    def change(hashed: str) -> None:
        held = office.accounts.find(name)
        if held is None:
            raise NotThereError(name)
        wall = int(office.wall())
        changed = msgspec.structs.replace(held, password=hashed, changed_at=wall)
        office.accounts.change(changed, entry)

    done = office.in_hash(lambda: hash_password(password))
    done.addCallback(lambda hashed: office.in_store(lambda: change(hashed)))
    done.addCallback(_forget, office)
    return done.addCallback(lambda _: GivenPassword(name=name, password=password))


def _unlock(office: Office, call: Call) -> Deferred[Done]:
    name = call.path["name"]
    entry = office.entry(call, UNLOCK, name)

    def unlock() -> Done:
        if office.accounts.find(name) is None:
            raise NotThereError(name)
        office.audit.add(entry)
        return DONE

    return office.in_store(unlock)


def _forget(result: Any, office: Office) -> Any:  # noqa: ANN401 - passed through
    office.doorman.forget()
    return result


LOGIN = Action(
    "session.login", "POST", "/session", None, Me, _nothing,
    "Log in; sets the cookie of the session.", takes=Login,
)  # fmt: skip
ME = Action(
    "session.me",
    "GET",
    "/session",
    None,
    Me | None,
    _nothing,
    "Who is logged in; null: nobody.",
)
LOGOUT = Action(
    "session.logout", "POST", "/session/end", Permission.OWN, Done, _nothing,
    "Log out; the session is over everywhere.", takes=Done,
)  # fmt: skip

ACTIONS = (
    LOGIN,
    ME,
    LOGOUT,
    Action(
        "session.preferences", "POST", "/session/preferences", Permission.OWN, Done, _prefer,
        "Keep language and theme.", takes=Preferences,
    ),
    Action(
        "session.password", "POST", "/session/password", Permission.OWN, Done, _password,
        "Change one's own password; one's other sessions end.", takes=NewPassword,
    ),
    Action(
        "account.list", "GET", "/accounts", Permission.ACCOUNTS, tuple[AccountView, ...], _list,
        "All accounts.",
    ),
    Action(
        "account.add", "POST", "/accounts", Permission.ACCOUNTS, GivenPassword, _add,
        "Make an account; its password is told this once.", takes=NewAccount,
    ),
    Action(
        "account.change", "POST", "/accounts/{name}", Permission.ACCOUNTS, AccountView, _change,
        "Change role or disable; its sessions end.", takes=AccountChange,
    ),
    Action(
        "account.reset", "POST", "/accounts/{name}/password", Permission.ACCOUNTS, GivenPassword,
        _reset, "Draw a new password, told this once; its sessions end.", takes=Done,
    ),
    Action(
        "account.unlock", "POST", "/accounts/{name}/unlock", Permission.ACCOUNTS, Done, _unlock,
        "Let somebody who mistyped try again at once.", takes=Done,
    ),
)  # fmt: skip
