"""Numbers and times in German.

Law: pure. 21 is *einundzwanzig*, 652 *sechshundertzweiundfünfzig*, 08:05 *acht Uhr fünf*, 1 before
a noun *ein* or *eine*.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from station_config.announcements.reading import One
    from subsystems.broadcast.reading.grammar import NumberWords

_TEN = 10
_TWENTY = 20
_HOUR = 60


@dataclass(frozen=True)
class German:
    """German by `words`."""

    words: NumberWords

    def cardinal(self, number: int) -> str:
        """Return `number`, 0 to 9999."""
        for size, name in ((1000, self.words.thousand), (100, self.words.hundred)):
            if number >= size:
                high, low = divmod(number, size)
                return self._short(high) + name + (self.cardinal(low) if low else "")
        if number < _TEN:
            return self.words.digits[number]
        if number < _TWENTY:
            return self.words.teens[number - _TEN]
        high, low = divmod(number, _TEN)
        ten = self.words.tens[high - 1]
        return f"{self._short(low)}und{ten}" if low else ten

    def digits(self, digits: str, one: One) -> str:  # noqa: ARG002 - Chinese has two words for it
        """Return `digits`, one by one."""
        return " ".join(self.words.digits[int(digit)] for digit in digits)

    def clock(self, hour: int, minute: int) -> str:
        """Return a time of the 24-hour clock."""
        said = self._short(hour)
        if minute == 0:
            return self.words.oclock.format(hour=said)
        return self.words.at.format(hour=said, minute=self.cardinal(minute))

    def duration(self, minutes: int) -> str:
        """Return *eine Stunde und zwanzig Minuten*."""
        hours, left = divmod(minutes, _HOUR)
        return self._join(hours, left, *(self._counted(number) for number in (hours, left)))

    def duration_shown(self, minutes: int) -> str:
        """Return *1 Stunde und 20 Minuten*."""
        hours, left = divmod(minutes, _HOUR)
        return self._join(hours, left, str(hours), str(left))

    def _join(self, hours: int, left: int, many_hours: str, many_minutes: str) -> str:
        said = f"{many_hours} {self.words.hour if hours == 1 else self.words.hours}"
        rest = f"{many_minutes} {self.words.minute if left == 1 else self.words.minutes}"
        if hours and left:
            return self.words.joined.format(hours=said, minutes=rest)
        return said if hours else rest

    def _counted(self, number: int) -> str:
        """Both units are feminine."""
        return f"{self.words.a_one}e" if number == 1 else self.cardinal(number)

    def _short(self, number: int) -> str:
        """In a compound and before *Uhr*, one is *ein*."""
        return self.words.a_one if number == 1 else self.cardinal(number)
