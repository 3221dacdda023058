"""Consistent Overhead Byte Stuffing (Cheshire and Baker, 1999) for at most 254 octets.

Law: pure, and strict: `unstuff` accepts exactly what `stuff` makes.

    in   11 22 00 33        00 stands nowhere in the output, which is always one octet longer:
    out  03 11 22 02 33     each octet 03, 02 says how far the next zero (or the end) is
"""

from __future__ import annotations

MAX_PLAIN = 254
"""Longer input would cost a second octet."""


def stuff(plain: bytes) -> bytes:
    """Return `plain` without zeros, one octet longer.

    Args:
        plain: at most 254 octets.

    Raises:
        ValueError: it is longer.
    """
    if len(plain) > MAX_PLAIN:
        raise ValueError(f"{len(plain)} octets are more than {MAX_PLAIN}")
    return b"".join(bytes((len(run) + 1,)) + run for run in plain.split(b"\0"))


def unstuff(stuffed: bytes) -> bytes | None:
    """Return what was stuffed, None if it was not made by `stuff`.

    Args:
        stuffed: octets without a zero, at most 255.
    """
    if not 0 < len(stuffed) <= MAX_PLAIN + 1 or 0 in stuffed:
        return None
    runs = []
    at = 0
    while at < len(stuffed):
        end = at + stuffed[at]
        runs.append(stuffed[at + 1 : end])
        at = end
    return b"\0".join(runs) if at == len(stuffed) else None
