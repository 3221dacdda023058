"""What a terminal says of damaged characters: with PARMRK they are marked in the stream itself.

Law: pure. As termios(3) has it, of a port that is set up with INPCK and PARMRK:

    FF FF      the octet FF
    FF 00 X    X came with a parity or framing error; FF 00 00 is a break, too

A damaged character becomes 00, which is a delimiter: the frame that it stood in ends there, and
is refused by its checksum sooner than it would be otherwise.
"""

from __future__ import annotations

MARK = 0xFF
DAMAGED = 0x00


class Marks:
    """Takes the marks out of what was read.

    Attributes:
        damaged: characters that were marked.
    """

    def __init__(self) -> None:
        self.damaged = 0
        self._left = b""

    def feed(self, octets: bytes) -> bytes:
        """Return what came over the line; a mark may be cut anywhere between two reads."""
        read, at = self._left + octets, 0
        self._left = b""
        line = bytearray()
        while (mark := read.find(MARK, at)) >= 0:
            line += read[at:mark]
            following = read[mark + 1 : mark + 3]
            if not following or following == b"\0":
                self._left = read[mark:]
                return bytes(line)
            if following[0] == DAMAGED:
                self.damaged += 1
                line.append(DAMAGED)
                at = mark + 3
            else:
                # FF and something else is no mark: read before the port was set up.
                line.append(MARK)
                at = mark + (2 if following[0] == MARK else 1)
        return bytes(line + read[at:])
