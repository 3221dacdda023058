"""What may be a password, and what may be an account's name.

Law: pure. Length and being no common word are asked for, no mixture of kinds of characters
(NIST SP 800-63B, section 5.1.1.2).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

SHORTEST = 10
"""Characters. Section 5.1.1.2 says 8; this is for people whom no second factor protects."""
LONGEST = 256
"""What is longer costs time at each attempt and protects nothing more."""

NAME = re.compile(r"[a-z][a-z0-9._-]{1,39}")
"""An account's name: it stands in the audit, in overrides and on the screens of others."""

_COMMON = frozenset(
    {"password", "passw0rd", "qwertyuiop", "administrator", "dispatcher", "supervisor", "station"}
)
_RUNS = ("0123456789012345", "abcdefghijklmnop", "qwertyuiopasdfgh", "9876543210987654")


def is_name(name: str) -> bool:
    """Return whether `name` can be an account's."""
    return NAME.fullmatch(name) is not None


def weaknesses(password: str, name: str) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with `password` for the account `name`, in Chinese and English."""
    low = password.casefold()
    if len(password) < SHORTEST:
        yield f"密码至少 {SHORTEST} 个字符", f"a password has at least {SHORTEST} characters"
    if len(password) > LONGEST:
        yield f"密码至多 {LONGEST} 个字符", f"a password has at most {LONGEST} characters"
    if name and name.casefold() in low:
        yield "密码不能包含账号名", "a password must not contain the account's name"
    plain = low.rstrip("0123456789!.?*#")
    if plain in _COMMON or len(set(low)) < min(4, SHORTEST) or any(low in run for run in _RUNS):
        yield "密码过于简单", "that password is too easy to guess"
