"""How long somebody who typed wrong passwords has to wait: by account and by address.

Law: pure: `(state, event, now) -> state`. The first few mistakes cost nothing; then the wait
doubles up to a limit, and what is long past is forgotten. A right password forgets the account's
mistakes, not the address's. Nobody is locked out for ever, lest anybody could lock out everybody.

What is known of accounts and addresses follows from the audit (`told`), which has every mistake
already: so a restart forgets nothing, and hubs on one database know the same. Times are the
system's clock; one that was set back by more than the longest wait keeps nobody waiting.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hub.audit.record import Outcome

if TYPE_CHECKING:
    from hub.audit.record import Record

FREE_OF_ACCOUNT = 5
FREE_OF_ADDRESS = 20
"""Several people may sit behind one address."""
FIRST_S = 2.0
LONGEST_S = 300.0
FORGET_S = 3600.0
KEPT = 4096
"""Accounts and addresses that are remembered; the longest untouched go first."""

LOGIN = "session.login"
PASSWORD = "session.password"  # noqa: S105 - the name of an action
RESET = "account.reset"
UNLOCK = "account.unlock"
OF_OTHERS = (RESET, UNLOCK)
ACTIONS = (LOGIN, PASSWORD, *OF_OTHERS)
"""Of the audit, what `told` asks for."""


@dataclass(frozen=True)
class Tries:
    """Failures of one account or one address.

    Attributes:
        failures: in a row.
        last: of the last one, seconds.
        until: nothing is tried before, seconds.
    """

    failures: int = 0
    last: float = 0.0
    until: float = 0.0


@dataclass(frozen=True)
class Lockout:
    """All that is remembered, the longest untouched first."""

    of: tuple[tuple[str, Tries], ...] = ()

    def waits_of(self, account: str, now: float) -> float:
        """Return for how many seconds nobody may try `account`, wherever from."""
        return max(0.0, _left(dict(self.of).get(_account(account), Tries()), now))

    def waits(self, account: str, address: str, now: float) -> float:
        """Return for how many seconds nobody may try `account` from `address`, 0: at once."""
        held = dict(self.of)
        keys = (_account(account), _address(address))
        return max(0.0, *(_left(held.get(key, Tries()), now) for key in keys))


def failed(state: Lockout, account: str, address: str, now: float) -> Lockout:
    """Return the state after a wrong password, or an account that there is not; "": not known."""
    free_of = {_account(account): FREE_OF_ACCOUNT, _address(address): FREE_OF_ADDRESS}
    for named, (key, free) in zip((account, address), free_of.items(), strict=True):
        if named:
            state = _put(state, key, _more(dict(state.of).get(key, Tries()), free, now))
    return state


def succeeded(state: Lockout, account: str) -> Lockout:
    """Return the state after a right password, or after an administrator's word."""
    key = _account(account)
    return replace(state, of=tuple(each for each in state.of if each[0] != key))


def told(state: Lockout, record: Record) -> Lockout:
    """Return the state after what `record` of the audit tells, which may be about anything."""
    if record.action not in ACTIONS:
        return state
    if record.outcome == Outcome.DONE:
        return succeeded(state, record.subject)
    if record.outcome == Outcome.REFUSED and record.action not in OF_OTHERS:
        return failed(state, record.who, record.address, record.wall / 1e6)
    return state


def _left(tries: Tries, now: float) -> float:
    return 0.0 if tries.last > now + LONGEST_S else min(LONGEST_S, tries.until - now)


def _more(tries: Tries, free: int, now: float) -> Tries:
    failures = 1 if now - tries.last > FORGET_S else tries.failures + 1
    over = failures - free
    wait = min(LONGEST_S, FIRST_S * 2.0 ** min(over, 20)) if over >= 0 else 0.0
    return Tries(failures, now, now + wait)


def _put(state: Lockout, key: str, tries: Tries) -> Lockout:
    others = tuple(each for each in state.of if each[0] != key)
    return replace(state, of=(*others, (key, tries))[-KEPT:])


def _account(name: str) -> str:
    return f"account/{name.casefold()[:80]}"


def _address(address: str) -> str:
    return f"address/{address}"
