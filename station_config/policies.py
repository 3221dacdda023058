"""Numbers and choices of a station that its rules go by.

Law: values and look-ups only, a part of `station_config.model`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class TurnRound:
    """How long stock stands at least between two trains (最小折返时间).

    Attributes:
        minimum: from the arrival to the departure.
        categories: of the train that leaves; None: all that no other one is for.
    """

    minimum: timedelta
    categories: frozenset[str] | None = None


@dataclass(frozen=True)
class Policies:
    """Numbers that are the station's choice.

    Attributes:
        estimate_lifetime: how long a deviation stays true without confirmation.
        minimum_dwell: shortest stop when a late train makes up time.
        rules: names of the kernel's rules in the order in which they are applied; ``manual`` comes
            last, and without it nobody can override the rules by hand.
        estimate_step: a later estimate is told at once if it is at least so much later than what
            is told; 0 or 1 minute: every estimate is.
        estimate_settle: a later estimate is told at the latest when it has stood so long.
        estimate_uncertainty: of an estimate that dispatching makes.
        propagation_uncertainty: added whenever a rule concludes one time from another.
        turn_rounds: the one that names the category wins, among equals the first in the file.
    """

    estimate_lifetime: timedelta
    minimum_dwell: timedelta
    rules: tuple[str, ...]
    estimate_step: timedelta = timedelta(minutes=2)
    estimate_settle: timedelta = timedelta(minutes=3)
    estimate_uncertainty: timedelta = timedelta(minutes=2)
    propagation_uncertainty: timedelta = timedelta(minutes=1)
    turn_rounds: tuple[TurnRound, ...] = ()

    def turn_round(self, category: str) -> timedelta:
        """Return how long stock stands at least before a train of `category`; 0: nobody says."""
        said = [each for each in self.turn_rounds if category in (each.categories or ())]
        said += [each for each in self.turn_rounds if each.categories is None]
        return said[0].minimum if said else timedelta(0)
