"""Numbers and times in English.

Law: pure. 105 is "one hundred five", 08:05 is "eight oh five", 08:00 "eight o'clock", 13:00
"thirteen hundred"; a train number is said digit by digit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from station_config.announcements.reading import One
    from subsystems.broadcast.reading.grammar import NumberWords

_TEN = 10
_TWENTY = 20
_NOON = 12
_HOUR = 60


@dataclass(frozen=True)
class English:
    """English by `words`."""

    words: NumberWords

    def cardinal(self, number: int) -> str:
        """Return `number`, 0 to 9999."""
        for size, name in ((1000, self.words.thousand), (100, self.words.hundred)):
            if number >= size:
                high, low = divmod(number, size)
                said = f"{self.cardinal(high)} {name}"
                return f"{said} {self.cardinal(low)}" if low else said
        if number < _TEN:
            return self.words.digits[number]
        if number < _TWENTY:
            return self.words.teens[number - _TEN]
        high, low = divmod(number, _TEN)
        ten = self.words.tens[high - 1]
        return f"{ten} {self.words.digits[low]}" if low else ten

    def digits(self, digits: str, one: One) -> str:  # noqa: ARG002 - Chinese has two words for it
        """Return `digits`, one by one."""
        return " ".join(self.words.digits[int(digit)] for digit in digits)

    def clock(self, hour: int, minute: int) -> str:
        """Return a time of the 24-hour clock."""
        said = self.cardinal(hour)
        if minute == 0:
            plain = 1 <= hour <= _NOON
            return (self.words.oclock if plain else self.words.at_full).format(hour=said)
        zero = f"{self.words.zero_minute} " if minute < _TEN else ""
        return self.words.at.format(hour=said, minute=zero + self.cardinal(minute))

    def duration(self, minutes: int) -> str:
        """Return "one hour and twenty minutes"."""
        hours, left = divmod(minutes, _HOUR)
        said = self._some(self.cardinal(hours), hours, self.words.hour, self.words.hours)
        rest = self._some(self.cardinal(left), left, self.words.minute, self.words.minutes)
        return self._join(hours, left, said, rest)

    def duration_shown(self, minutes: int) -> str:
        """Return "1 hour and 20 minutes"."""
        hours, left = divmod(minutes, _HOUR)
        said = self._some(str(hours), hours, self.words.hour, self.words.hours)
        rest = self._some(str(left), left, self.words.minute, self.words.minutes)
        return self._join(hours, left, said, rest)

    def _join(self, hours: int, left: int, said: str, rest: str) -> str:
        if hours and left:
            return self.words.joined.format(hours=said, minutes=rest)
        return said if hours else rest

    def _some(self, number: str, count: int, one: str, several: str) -> str:
        return f"{number} {one if count == 1 else several}"
