"""The Meinberg standard time string: once a second, 32 octets of ASCII.

Law: octets in, values out. Most clocks send it at 19200 8N1 or 9600 7E2; the eighth bit is parity
or nothing, so it is masked.

    STX D:dd.mm.yy;T:w;U:hh.mm.ss;uvxy ETX

    w  day of the week, 1 is Monday
    ss may be 60: a leap second is inserted
    u  '#' never synchronised since it was switched on, ' ' it was
    v  '*' runs on its own oscillator, ' ' follows its reference
    x  'U' UTC, ' ' standard time, 'S' daylight saving time
    y  '!' a change of daylight saving time within the hour, 'A' a leap second, ' ' neither

The first start bit of STX is the second's beginning.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from protocol.errors import DeviceError
from station_config.runtime.timekeeping.framing import Framer

STX = b"\x02"
ETX = b"\x03"
LENGTH = 32
BAUD = 19200
_CENTURY = 2000
_LAST = 59
_LEAP = 60
_FORM = re.compile(
    r"D:(\d\d)\.(\d\d)\.(\d\d);T:([1-7]);U:(\d\d)\.(\d\d)\.(\d\d);([# ])([* ])([US ])([!A ])",
    re.ASCII,
)


@dataclass(frozen=True)
class MeinbergString:
    """What a string says.

    Attributes:
        local: wall-clock time, without a zone; of a 60th second the 59th.
        leap_second: it is the 60th second.
        never_synced: since the clock was switched on.
        holdover: it runs on its own oscillator.
        utc: `local` is UTC.
        summer: daylight saving time is in force.
        leap_announced: a leap second comes at the end of the hour.
        change_announced: daylight saving time begins or ends within the hour.
    """

    local: datetime
    leap_second: bool = False
    never_synced: bool = False
    holdover: bool = False
    utc: bool = False
    summer: bool = False
    leap_announced: bool = False
    change_announced: bool = False


def encode_meinberg(told: MeinbergString) -> bytes:
    """Return the 32 octets."""
    local = told.local
    second = _LEAP if told.leap_second else local.second
    flags = (
        ("#" if told.never_synced else " ")
        + ("*" if told.holdover else " ")
        + ("U" if told.utc else "S" if told.summer else " ")
        + ("A" if told.leap_announced else "!" if told.change_announced else " ")
    )
    text = f"D:{local:%d.%m.%y};T:{local.isoweekday()};U:{local:%H.%M}.{second:02};{flags}"
    return STX + text.encode("ascii") + ETX


def decode_meinberg(octets: bytes) -> MeinbergString:
    """Return what `octets`, 32 of them, say.

    Raises:
        DeviceError: no such string, or one that contradicts itself: date, weekday.
    """
    text = octets[1:-1].decode("ascii", "replace")
    found = _FORM.fullmatch(text)
    if len(octets) != LENGTH or octets[:1] != STX or octets[-1:] != ETX or found is None:
        raise DeviceError(f"no Meinberg string: {text!r}")
    day, month, year, weekday, hour, minute, second = map(int, found.groups()[:7])
    leap = second == _LEAP
    try:
        local = datetime(_CENTURY + year, month, day, hour, minute, _LAST if leap else second)  # noqa: DTZ001 - the flags tell the zone
    except ValueError as error:
        raise DeviceError(f"the Meinberg string tells no time: {text!r}") from error
    if local.isoweekday() != weekday:
        raise DeviceError(f"the Meinberg string's weekday is wrong: {text!r}")
    u, v, x, y = found.groups()[7:]
    return MeinbergString(
        local,
        leap_second=leap,
        never_synced=u == "#",
        holdover=v == "*",
        utc=x == "U",
        summer=x == "S",
        leap_announced=y == "A",
        change_announced=y == "!",
    )


def meinberg_framer() -> Framer[MeinbergString]:
    """Return what finds strings in a stream."""
    return Framer(STX, LENGTH, decode_meinberg, mask=0x7F)
