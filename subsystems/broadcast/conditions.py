"""Whether an announcement of a kind would be true of a run.

Law: pure; one question a kind, asked for the instant at which it would be spoken. A run whose
deviation has lapsed is asked only what has happened and what a person decided. When it is spoken is
the rule's affair; whether it is true is not the configuration's to choose.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from protocol.runs import PassengerPhase, Role
from protocol.timeline import passenger_phase, stand_back
from station_config.announcements.model import Moment
from subsystems.broadcast.model import Kind
from subsystems.broadcast.moments import awaited, comes, ends_here, leaves, starts_here

if TYPE_CHECKING:
    from collections.abc import Callable

    from protocol.runs import Run
    from protocol.times import Instant


@dataclass(frozen=True)
class Case:
    """A run at the instant of an announcement.

    Attributes:
        run: the run.
        at: when it would be spoken.
        lapsed: its deviation has been unconfirmed for too long.
        was_told: what was told of it, at any time, of what may be taken back.
    """

    run: Run
    at: Instant
    lapsed: bool = False
    was_told: frozenset[Kind] = frozenset()

    @property
    def phase(self) -> PassengerPhase:
        """What the run is for a passenger then."""
        return passenger_phase(self.run, self.at)

    @property
    def by_hand(self) -> bool:
        """Whether a person decides check-in, so that it is no guess."""
        return "check-in" in self.run.manual


def is_true(kind: Kind, case: Case) -> bool:
    """Return whether an announcement of `kind` would be true of `case`."""
    if case.run.cancelled and kind is not Kind.CANCELLATION:
        return False
    if case.run.role is Role.PASS and kind is not Kind.STAND_BACK:
        return False
    asked = _ASKED.get(kind)
    return asked is not None and asked(case)


TRUE_UNTIL: dict[Kind, Moment] = {
    Kind.CHECK_IN_OPEN: Moment.CHECK_IN_CLOSES,
    Kind.REMINDER: Moment.CHECK_IN_CLOSES,
    Kind.LAST_CALL: Moment.CHECK_IN_CLOSES,
    Kind.CHECK_IN_REOPENED: Moment.CHECK_IN_CLOSES,
    Kind.APPROACH: Moment.ARRIVES,
    Kind.DEPARTURE: Moment.DEPARTS,
    Kind.STARTS_HERE: Moment.DEPARTS,
}
"""Moment at which the words of a kind stop being true."""

_OPEN = frozenset({PassengerPhase.CHECK_IN, PassengerPhase.LAST_CALL})
_BEFORE_CHECK_IN = frozenset({PassengerPhase.SHOWN, PassengerPhase.WAITING})
_NOT_TOLD = frozenset({PassengerPhase.PLANNED, PassengerPhase.GONE})


def is_open(case: Case) -> bool:
    """Return whether check-in is open, by a timeline that is still believed or by a person."""
    known = case.by_hand or not case.lapsed
    return known and not _has_left(case) and case.phase in _OPEN


def _welcome(case: Case) -> bool:
    waits = case.phase in _BEFORE_CHECK_IN and leaves(case.run) is not None
    return waits and not case.lapsed and not case.run.held and not _has_left(case)


def _last_call(case: Case) -> bool:
    return is_open(case) and case.phase is PassengerPhase.LAST_CALL


def _closed(case: Case) -> bool:
    known = case.by_hand or not case.lapsed
    return known and not _has_left(case) and case.phase is PassengerPhase.CHECK_IN_CLOSED


def _approaches(case: Case) -> bool:
    arrival = comes(case.run)
    expected = arrival is not None and arrival.actual is None
    return expected and not case.lapsed and not case.run.held and not _has_left(case)


def _stand_back(case: Case) -> bool:
    return not case.lapsed and stand_back(case.run, case.at)


def _arrived(case: Case) -> bool:
    arrival = comes(case.run)
    if arrival is None or arrival.actual is None or arrival.actual > case.at:
        return False
    return not _has_left(case)


def _leaves_now(case: Case) -> bool:
    """It stands here: its arrival was reported, or it starts here."""
    here = comes(case.run) is None or _arrived(case)
    departure = leaves(case.run)
    known = not case.lapsed and not case.run.held
    return here and known and departure is not None and departure.actual is None


def _shows_exit(case: Case) -> bool:
    arrival = comes(case.run)
    return arrival is not None and arrival.actual is not None and arrival.actual <= case.at


def _delayed(case: Case) -> bool:
    waited = awaited(case.run)
    ahead = waited is not None and waited.actual is None and waited.expected > case.at
    return ahead and not case.lapsed and not case.run.held and not _has_left(case)


def _delay_unknown(case: Case) -> bool:
    return case.run.held and not case.lapsed and case.phase not in _NOT_TOLD


def _platform_changed(case: Case) -> bool:
    run = case.run
    before, now = run.platform_changed_from, run.platform
    return None not in {before, now} and before != now and _is_awaited(case)


def _gates_changed(case: Case) -> bool:
    run = case.run
    moved = bool(run.gates) and bool(run.gates_changed_from)
    changed = moved and set(run.gates) != set(run.gates_changed_from)
    boards = leaves(run) is not None and not _platform_changed(case)
    return changed and boards and _is_awaited(case)


def _cancelled(case: Case) -> bool:
    """It is, or it was told to be and is no more."""
    if case.lapsed or case.phase in _NOT_TOLD:
        return False
    return case.run.cancelled or (Kind.CANCELLATION in case.was_told and _is_awaited(case))


def _ends_here(case: Case) -> bool:
    """It does, or it was told to and goes on after all."""
    if case.lapsed or case.phase in _NOT_TOLD:
        return False
    goes_on = Kind.ENDS_HERE in case.was_told and leaves(case.run) is not None
    return ends_here(case.run) or (goes_on and _is_awaited(case))


def _starts_here(case: Case) -> bool:
    """It does, or it was told to and comes after all."""
    if case.lapsed or case.phase in _NOT_TOLD or _has_left(case):
        return False
    arrival = comes(case.run)
    expected = arrival is not None and arrival.actual is None
    return starts_here(case.run) or (Kind.STARTS_HERE in case.was_told and expected)


def _is_awaited(case: Case) -> bool:
    """Return whether people still look for it: it has not come to its end here, or left."""
    waited = awaited(case.run)
    over = waited is not None and waited.actual is not None and waited.actual <= case.at
    return waited is not None and not over and case.phase not in _NOT_TOLD


def _has_left(case: Case) -> bool:
    departure = leaves(case.run)
    return departure is not None and departure.actual is not None and departure.actual <= case.at


_ASKED: dict[Kind, Callable[[Case], bool]] = {
    Kind.WELCOME: _welcome,
    Kind.CHECK_IN_OPEN: is_open,
    Kind.REMINDER: is_open,
    Kind.LAST_CALL: _last_call,
    Kind.CHECK_IN_CLOSED: _closed,
    Kind.CHECK_IN_REOPENED: is_open,
    Kind.APPROACH: _approaches,
    Kind.STAND_BACK: _stand_back,
    Kind.ARRIVAL: _arrived,
    Kind.DEPARTURE: _leaves_now,
    Kind.DELAY: _delayed,
    Kind.DELAY_UNKNOWN: _delay_unknown,
    Kind.PLATFORM_CHANGE: _platform_changed,
    Kind.GATE_CHANGE: _gates_changed,
    Kind.CANCELLATION: _cancelled,
    Kind.ENDS_HERE: _ends_here,
    Kind.STARTS_HERE: _starts_here,
    Kind.EXIT_GUIDANCE: _shows_exit,
}
