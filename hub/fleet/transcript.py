"""What loudspeakers say, carried on to everybody who shows it (C-6.7).

Law: pure. Only what a device of type `SPEAKS` says, in time, in measure and not too often; what is
not carried on is said by whom and why, and harms nobody. Nothing is reworded.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from msgspec import structs

from protocol.limits import SPOKEN_MOST_S, SPOKEN_TEXT
from protocol.spoken import Said, Spoken

if TYPE_CHECKING:
    from protocol.messages import Message
    from protocol.times import Instant

SPEAKS = "broadcast"
"""Type of the devices whose words are carried on."""
BURST = 60
"""Words of one device at once: an emergency in every zone of a large station, begun and ended."""
EVERY_S = 0.1
"""Real seconds after which one more is allowed."""


@dataclass
class _Allowance:
    left: float
    at_s: float


class Transcript:
    """Decides what is carried on.

    Args:
        rate: station seconds per real second.

    Attributes:
        carried: words carried on.
        refused: words that were not.
    """

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._allowances: dict[str, _Allowance] = {}
        self.carried = 0
        self.refused = 0

    def take(self, message: Message, kind: str, now: Instant, now_s: float) -> Spoken | str:
        """Return what is to be said, or why nothing is.

        Args:
            message: with a `Said`.
            kind: type of the device, as the hub knows it.
            now: station time.
            now_s: real seconds.
        """
        assert isinstance(message.body, Said)  # noqa: S101 - the caller looked
        why = self._objection(message, message.body, kind, now)
        if not why and not self._allowed(message.src, now_s):
            why = "too often"
        if why:
            self.refused += 1
            return why
        self.carried += 1
        return Spoken(device=message.src, **structs.asdict(message.body))

    def _objection(self, message: Message, said: Said, kind: str, now: Instant) -> str:
        most = timedelta(seconds=SPOKEN_MOST_S * max(1.0, self._rate))
        if kind != SPEAKS:
            return f"a device of type {kind} does not speak"
        if message.valid_until is None or message.expired(now):
            return "too late, or valid for ever"
        if said.ends_at - said.begins_at > most:
            return f"longer than {SPOKEN_MOST_S:g} s"
        if sum(map(len, said.text.values())) > SPOKEN_TEXT:
            return f"more than {SPOKEN_TEXT} characters"
        return ""

    def _allowed(self, device: str, now_s: float) -> bool:
        known = self._allowances.setdefault(device, _Allowance(BURST, now_s))
        known.left = min(BURST, known.left + (now_s - known.at_s) / EVERY_S)
        known.at_s = now_s
        if known.left < 1:
            return False
        known.left -= 1
        return True
