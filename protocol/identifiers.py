"""Identifiers: short ASCII names that may stand in a topic and never change once given.

Law: an identifier is made here or checked here, nowhere else. Only immutable facts go into one, for
a topic that carries a mutable field leaves retained ghosts behind when the field changes.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING
from uuid import UUID

from protocol.errors import OperatorError

if TYPE_CHECKING:
    from datetime import date

MAX_LENGTH = 40
"""Characters in an identifier; protocol.md, topic tree."""

_IDENTIFIER = re.compile(rf"[a-z0-9.-]{{1,{MAX_LENGTH}}}")
_ENTROPY_BYTES = 10


def check_identifier(text: str, *, where: str = "") -> str:
    """Return `text` if it may stand in a topic.

    Raises:
        OperatorError: it has other characters than ``a-z 0-9 . -`` or more than 40 of them.
    """
    if not _IDENTIFIER.fullmatch(text):
        message = f"{text!r} is not an identifier: use 1 to {MAX_LENGTH} of a-z, 0-9, '.' and '-'"
        raise OperatorError(message, where=where)
    return text


def slug(text: str) -> str:
    """Return `text` as identifier characters: ``K274/K275`` → ``k274-k275``, ``ICE 9`` → ``ice-9``.

    Characters outside ASCII become their code point in hexadecimal, so that different texts of the
    same script stay different. Never empty: an empty text becomes ``-``.
    """
    parts: list[str] = []
    for character in unicodedata.normalize("NFKC", text).lower():
        if character.isascii() and character.isalnum():
            parts.append(character)
        elif character.isascii():
            parts.append("-")
        else:
            parts.append(f"{ord(character):x}")
    return "".join(parts).strip("-") or "-"


def make_run_id(service_date: date, train_number: str, nth: int = 1) -> str:
    """Return the identifier of a run, ``YYYY-MM-DD.NUMBER``.

    Args:
        service_date: the local date of the run's first planned event at this station.
        train_number: as first planned; a later change of the number does not change the id.
        nth: counts runs of one number on one date; from 2 on it is appended as ``.2``.
    """
    suffix = f".{nth}" if nth > 1 else ""
    prefix = f"{service_date.isoformat()}."
    room = MAX_LENGTH - len(prefix) - len(suffix)
    return f"{prefix}{slug(train_number)[:room]}{suffix}"


def make_message_id(unix_ms: int, entropy: bytes) -> str:
    """Return a UUID version 7 (RFC 9562, 5.7) as text.

    Args:
        unix_ms: milliseconds since 1970 UTC, 48 bits.
        entropy: 10 random bytes.
    """
    if len(entropy) != _ENTROPY_BYTES:
        message = f"a message id takes {_ENTROPY_BYTES} bytes of entropy, not {len(entropy)}"
        raise ValueError(message)
    high = (unix_ms & (1 << 48) - 1) << 16 | 0x7000 | int.from_bytes(entropy[:2]) & 0x0FFF
    low = 0x8000_0000_0000_0000 | int.from_bytes(entropy[2:]) & 0x3FFF_FFFF_FFFF_FFFF
    return str(UUID(int=high << 64 | low))
