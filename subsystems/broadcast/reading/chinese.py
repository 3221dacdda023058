"""Numbers and times in Chinese.

Law: pure. 105 is 一百零五, 12 is 十二, 2 before a unit is 两, 08:05 is 八点零五分. Digits one by
one have 幺 or 一 as the station wants it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from station_config.announcements.reading import One

if TYPE_CHECKING:
    from subsystems.broadcast.reading.grammar import NumberWords

_TEN = 10
_HOUR = 60


@dataclass(frozen=True)
class Chinese:
    """Chinese by `words`."""

    words: NumberWords

    def cardinal(self, number: int) -> str:
        """Return `number`, 0 to 9999."""
        if number < _TEN:
            return self.words.digits[number]
        text = self._places(number)
        one_ten = self.words.digits[1] + self.words.tens[0]
        return text.removeprefix(self.words.digits[1]) if text.startswith(one_ten) else text

    def digits(self, digits: str, one: One) -> str:
        """Return `digits`, one by one."""
        spoken = list(self.words.digits)
        if one is One.YAO and self.words.yao:
            spoken[1] = self.words.yao
        return "".join(spoken[int(digit)] for digit in digits)

    def clock(self, hour: int, minute: int) -> str:
        """Return a time of day, ``八点零五分``."""
        said = self._counted(hour)
        if minute == 0:
            return self.words.oclock.format(hour=said)
        zero = self.words.zero_minute if minute < _TEN else ""
        return self.words.at.format(hour=said, minute=zero + self.cardinal(minute))

    def duration(self, minutes: int) -> str:
        """Return ``一小时二十分钟``."""
        return self._duration(minutes, self._counted)

    def duration_shown(self, minutes: int) -> str:
        """Return ``1小时20分钟``."""
        return self._duration(minutes, str)

    def _duration(self, minutes: int, said: object) -> str:
        assert callable(said)  # noqa: S101 - for the types
        hours, left = divmod(minutes, _HOUR)
        parts = [said(hours) + self.words.hours] if hours else []
        parts += [said(left) + self.words.minutes] if left or not hours else []
        return "".join(parts)

    def _counted(self, number: int) -> str:
        """Before a unit two is 两."""
        pair = 2
        return self.words.a_pair if number == pair and self.words.a_pair else self.cardinal(number)

    def _places(self, number: int) -> str:
        units = ((1000, self.words.thousand), (100, self.words.hundred), (10, self.words.tens[0]))
        text, gap = "", False
        for size, name in units:
            digit, number = divmod(number, size)
            if digit:
                text += (self.words.digits[0] if gap else "") + self.words.digits[digit] + name
                gap = False
            else:
                gap = bool(text)
        if number:
            text += (self.words.digits[0] if gap else "") + self.words.digits[number]
        return text
