"""Numbers and texts as octets: big-endian integers, variable-length integers, bounded reading.

Law: pure. Reading never trusts: whatever does not fit is a `BodyError`, never an IndexError.
"""

from __future__ import annotations

from protocol.errors import FeedError

MORE = 0x80
VARINT_MAX_OCTETS = 10
"""A variable-length integer holds at most 64 bits."""


class BodyError(FeedError):
    """A frame that is authentic carries a body that does not follow the layout."""


def varint(value: int) -> bytes:
    """Return unsigned `value` as LEB128: seven bits an octet, lowest first; top bit: more come."""
    out = bytearray()
    while value >= MORE:
        out.append(value & ~MORE & 0xFF | MORE)
        value >>= 7
    out.append(value)
    return bytes(out)


def zigzag(value: int) -> bytes:
    """Return signed `value` as a varint: 0, -1, 1, -2, 2 become 0, 1, 2, 3, 4."""
    return varint(value << 1 if value >= 0 else (-value << 1) - 1)


class Reader:
    """Reads a body from front to back.

    Every method raises BodyError when the octets do not suffice or are malformed.
    """

    def __init__(self, octets: bytes) -> None:
        self._octets = octets
        self._at = 0

    def take(self, count: int) -> bytes:
        """Return the next `count` octets."""
        end = self._at + count
        if end > len(self._octets):
            raise BodyError(f"body ends {end - len(self._octets)} octets early")
        taken = self._octets[self._at : end]
        self._at = end
        return taken

    def uint(self, octets: int) -> int:
        """Return the next `octets` octets as an unsigned big-endian integer."""
        return int.from_bytes(self.take(octets))

    def varint(self) -> int:
        """Return the next variable-length integer."""
        value = 0
        for shift in range(0, 7 * VARINT_MAX_OCTETS, 7):
            octet = self.uint(1)
            value |= (octet & ~MORE) << shift
            if octet < MORE:
                return value
        raise BodyError(f"integer longer than {VARINT_MAX_OCTETS} octets")

    def zigzag(self) -> int:
        """Return the next signed variable-length integer."""
        value = self.varint()
        return -((value + 1) >> 1) if value & 1 else value >> 1

    def rest(self) -> bytes:
        """Return everything that is left."""
        return self.take(len(self._octets) - self._at)

    def end(self) -> None:
        """Check that nothing but padding is left.

        Raises:
            BodyError: an octet other than zero follows.
        """
        left = self.rest()
        if left.strip(b"\0"):
            raise BodyError(f"{len(left)} octets too many")


def text_of(octets: bytes) -> str:
    """Return `octets` as text.

    Raises:
        BodyError: they are not UTF-8.
    """
    try:
        return octets.decode()
    except UnicodeDecodeError as error:
        raise BodyError(f"not UTF-8: {error.reason}") from error
