"""A session: somebody who is logged in, and for how long.

Law: pure. Of the token only its hash is kept, so who reads the database cannot be anybody. The
token that a page shows with each command follows from the session's, and need not be kept.
"""

from __future__ import annotations

import hashlib
import hmac

import msgspec

from hub.accounts.roles import StaffRole

TOKEN_BYTES = 32
TOUCH_S = 60
"""How exactly it is known when somebody was last there: no request costs a write."""


class Preferences(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How somebody wants the console."""

    language: str = "zh"
    theme: str = "system"

    def __post_init__(self) -> None:
        """Refuse what the console has not."""
        if self.language not in {"zh", "en"} or self.theme not in {"system", "light", "dark"}:
            raise ValueError("language is zh or en; theme is system, light or dark")


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """Who may log in.

    Attributes:
        password: its argon2 hash, "": nobody can.
        changed_at: role, password or being disabled; the system's clock, seconds.
    """

    name: str
    role: StaffRole
    password: str
    disabled: bool
    changed_at: int
    preferences: Preferences = Preferences()


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who is logged in; instants are the system's clock, seconds."""

    token_hash: str
    account: str
    made_at: int
    seen_at: int
    address: str


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """How long a session lasts, in seconds: without a word, and at all."""

    idle_s: int
    longest_s: int


def hash_of(token: str) -> str:
    """Return what is kept of a session's token. It is random and long: no salt is needed."""
    return hashlib.sha256(token.encode()).hexdigest()


def page_token(token: str) -> str:
    """Return what a page shows with each command: a foreign page cannot know it."""
    return hmac.new(token.encode(), b"page", hashlib.sha256).hexdigest()


def lives(session: Session, account: Account | None, wall: int, limits: Limits) -> bool:
    """Return whether `session` is in force at `wall`.

    A clock set back ends nothing. Who gets another role or password loses the sessions
    (`hub.store.accounts`).
    """
    if account is None or account.disabled:
        return False
    return wall < min(session.seen_at + limits.idle_s, session.made_at + limits.longest_s)
