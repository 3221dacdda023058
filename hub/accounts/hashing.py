"""Passwords as they are kept: argon2id, salted; and new ones, drawn.

Law: the one user of argon2. It takes some 30 ms of a processor and 19 MiB on purpose, so it is
called in a thread of its own, never in the reactor's. Cost: OWASP's Password Storage Cheat Sheet,
m = 19 MiB, t = 2, p = 1.
"""

from __future__ import annotations

import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_ARGON2 = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that are mistaken for one another."""

NOBODY = _ARGON2.hash(secrets.token_hex(16))
"""Compared with when there is no such account: then it takes as long as if there were."""


def hash_password(password: str) -> str:
    """Return what is kept of `password`."""
    return _ARGON2.hash(password)


def is_password(kept: str, password: str) -> bool:
    """Return whether `password` is the one that `kept` is of; "" is nobody's."""
    try:
        return _ARGON2.verify(kept or NOBODY, password)
    except (VerificationError, InvalidHashError):
        return False


def draw_password() -> str:
    """Return a new password: 16 letters of 31, 79 bits, in groups that can be read out."""
    groups = ("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))
    return "-".join(groups)


def draw_token(size: int) -> str:
    """Return a new token of `size` random bytes."""
    return secrets.token_urlsafe(size)
