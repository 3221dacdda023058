r"""What a UART makes of bytes that another UART sent at another speed.

Law: pure; 8 data bits, no parity, one stop bit, the least significant bit first.

```
 idle ‾‾‾\_____/ b0 X b1 X b2 X b3 X b4 X b5 X b6 X b7 /‾‾‾‾‾\_____
          start                                          stop   start
          0     1    2    3    4    5    6    7    8    9
```

A receiver waits for the line to fall, then samples in the middle of each bit by its own clock. A
speed some per cent off is harmless; farther off it reads other bytes, and a missing stop bit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

BITS_PER_BYTE = 10
"""Start, eight of data, stop."""

_DATA_BITS = 8


def line_levels(data: Iterable[int]) -> bytearray:
    """Return the level of the line (0 or 1) in each of the sender's bit times."""
    levels = bytearray()
    for byte in data:
        levels.append(0)
        levels.extend(byte >> bit & 1 for bit in range(_DATA_BITS))
        levels.append(1)
    return levels


def sample(levels: bytearray, ratio: float) -> bytes:
    """Return what a receiver reads.

    Args:
        levels: see `line_levels`; the line is idle (1) before and after.
        ratio: the receiver's bits per bit of the sender, i.e. its speed divided by the sender's.

    Returns:
        The bytes, also those whose stop bit was missing: a terminal without PARMRK passes them.
    """
    read = bytearray()
    position = 0.0
    while (start := levels.find(0, _first_index(position))) >= 0:
        begin = max(float(start), position)
        middles = [begin + (bit + 1.5) / ratio for bit in range(_DATA_BITS)]
        read.append(sum(_level(levels, at) << bit for bit, at in enumerate(middles)))
        position = begin + (BITS_PER_BYTE - 0.5) / ratio
        position = _next_high(levels, position)
    return bytes(read)


def _first_index(position: float) -> int:
    return int(position)


def _level(levels: bytearray, position: float) -> int:
    index = int(position)
    return levels[index] if index < len(levels) else 1


def _next_high(levels: bytearray, position: float) -> float:
    """After a missing stop bit the receiver waits until the line is idle again."""
    index = int(position)
    if index >= len(levels) or levels[index]:
        return position
    high = levels.find(1, index)
    return float(high if high >= 0 else len(levels))
