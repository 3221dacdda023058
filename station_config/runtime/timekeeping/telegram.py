"""The telegram of Chinese master clocks on RS-422: 9600 8N1, once a second, 21 octets.

Law: octets in, values out. Local time as the master clock shows it; whose zone that is, is
configuration.

    EB 90 | state | YYYY MM DD | weekday | HH MM SS | sum | 0D 1A
    2     | 1     | 8          | 1       | 6        | 1   | 2       octets, digits in ASCII

State ``A``: the clock runs free; ``G``: it follows GPS. Weekday ``0``..``6``, 0 is Sunday. The sum
is that of octets modulo 256. Over which of them is not stated by the published description
(360docs 299322678), so it is configurable: `Span`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial

from protocol.errors import DeviceError
from station_config.runtime.timekeeping.framing import Framer

HEAD = b"\xeb\x90"
TAIL = b"\x0d\x1a"
LENGTH = 21
BAUD = 9600
_SUM = 18
"""Where the sum stands."""


class Span(StrEnum):
    """Which octets the sum is over."""

    PAYLOAD = "payload"
    """From the state to the last digit of the seconds."""
    FRAME = "frame"
    """The same and the head."""
    NONE = "none"
    """It is not looked at; 0 is sent."""


@dataclass(frozen=True)
class Telegram:
    """What a telegram says.

    Attributes:
        local: wall-clock time, without a zone.
        locked: the master clock follows GPS.
    """

    local: datetime
    locked: bool


def encode_telegram(telegram: Telegram, *, span: Span = Span.PAYLOAD) -> bytes:
    """Return the 21 octets."""
    local = telegram.local
    state = "G" if telegram.locked else "A"
    weekday = local.isoweekday() % 7
    body = HEAD + f"{state}{local:%Y%m%d}{weekday}{local:%H%M%S}".encode("ascii")
    return body + bytes((_sum(body, span),)) + TAIL


def decode_telegram(octets: bytes, *, span: Span = Span.PAYLOAD) -> Telegram:
    """Return what `octets`, 21 of them, say.

    Raises:
        DeviceError: no telegram, or one that contradicts itself: sum, date, weekday.
    """
    if len(octets) != LENGTH or not (octets.startswith(HEAD) and octets.endswith(TAIL)):
        raise DeviceError("no telegram of a master clock: head or tail is wrong")
    if span is not Span.NONE and octets[_SUM] != _sum(octets[:_SUM], span):
        raise DeviceError(f"the telegram's sum over its {span.value} is wrong")
    text = octets[2:_SUM].decode("ascii", "replace")
    state, digits = text[0], text[1:]
    if state not in "AG" or not (digits.isascii() and digits.isdigit()):
        raise DeviceError(f"the telegram says {text!r}")
    try:
        local = datetime.strptime(digits[:8] + digits[9:], "%Y%m%d%H%M%S")  # noqa: DTZ007 - the zone is configuration
    except ValueError as error:
        raise DeviceError(f"the telegram tells no time: {text!r}") from error
    if int(digits[8]) != local.isoweekday() % 7:
        raise DeviceError(f"the telegram's weekday is wrong: {text!r}")
    return Telegram(local, locked=state == "G")


def telegram_framer(span: Span = Span.PAYLOAD) -> Framer[Telegram]:
    """Return what finds telegrams in a stream."""
    return Framer(HEAD, LENGTH, partial(decode_telegram, span=span))


def _sum(octets: bytes, span: Span) -> int:
    if span is Span.NONE:
        return 0
    return sum(octets[len(HEAD) :] if span is Span.PAYLOAD else octets) % 256
