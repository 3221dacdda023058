"""The live keys of one link.

Law: pure values. Randomness is an argument; files are the business of `keys`. A key is never shown.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

KEY_OCTETS = 32
LINKS = 16
KEY_IDS = 2
"""Live key ids that `rotated` alternates between; the frame has room for 16."""


@dataclass(frozen=True)
class KeyRing:
    """The live keys of one link.

    Attributes:
        link: 0-15, stands in every frame.
        active: id of the key that the sender uses.
        keys: 32 octets by key id; never shown.
    """

    link: int
    active: int
    keys: Mapping[int, bytes] = field(repr=False)

    @property
    def key(self) -> bytes:
        """The active key."""
        return self.keys[self.active]

    def fingerprints(self) -> dict[int, str]:
        """Return by key id what two people can compare over the telephone."""
        return {key_id: fingerprint(key) for key_id, key in sorted(self.keys.items())}


def fingerprint(key: bytes) -> str:
    """Return four groups of four hexadecimal digits that tell nothing else about `key`."""
    digits = hashlib.blake2s(key, digest_size=8, person=b"stnfinpr").hexdigest()
    return "-".join(digits[at : at + 4] for at in range(0, 16, 4))


def new_keys(link: int, randomness: Callable[[int], bytes]) -> KeyRing:
    """Return a ring with one fresh key.

    Args:
        link: 0-15.
        randomness: returns that many unpredictable octets (`os.urandom`).
    """
    return KeyRing(link, 0, {0: randomness(KEY_OCTETS)})


def rotated(ring: KeyRing, randomness: Callable[[int], bytes]) -> KeyRing:
    """Return `ring` with a fresh active key; the one that was active lives on beside it."""
    fresh = 1 - ring.active
    return KeyRing(ring.link, fresh, {ring.active: ring.key, fresh: randomness(KEY_OCTETS)})
