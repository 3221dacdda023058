"""The life of a run as total transition tables: what each instant of its timeline makes of a phase.

Law: tables only. For every role, and for a run that is cancelled, each table has a row for every
phase that there can be and a column for every instant, so nothing is left open; an instant that is
behind leaves the phase as it is. `protocol.timeline` reads a phase off the instants at once, and a
test holds it against these tables for any run. Time alone never goes back; when dispatching or a
person says something else the timeline is another one, and the phase is read off that.

    passengers  PLANNED → SHOWN → WAITING → CHECK_IN → LAST_CALL → CHECK_IN_CLOSED → GONE
    train       EXPECTED → APPROACHING → AT_PLATFORM → DEPARTED or TERMINATED;  PASS: PASSING
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from protocol.runs import PassengerPhase, Role, TrainPhase

if TYPE_CHECKING:
    from collections.abc import Mapping


class PassengerInstant(StrEnum):
    """What changes for passengers: the columns of their tables."""

    SHOWN = "shown_at"
    WAITING = "waiting_at"
    OPENS = "check_in_opens_at"
    LAST_CALL = "last_call_at"
    CLOSES = "check_in_closes_at"
    LEAVES = "leaves the boards"
    """`departure_shown_until`; TERMINUS: `arrival_shown_until`, or the later of both."""


class TrainInstant(StrEnum):
    """What changes for the train: the columns of its tables."""

    APPROACHES = "approaches_at"
    ARRIVES = "arrives_at"
    DEPARTS = "departs_at"
    LEAVES = "arrival_shown_until"


PassengerTable = dict[PassengerPhase, tuple[PassengerPhase, ...]]
TrainTable = dict[TrainPhase, tuple[TrainPhase, ...]]

_P, _S, _W, _C, _L, _X, _G = PassengerPhase

BOARDING: PassengerTable = {
    # at     shown, waiting, opens, last call, closes, leaves
    _P: (_S, _W, _C, _L, _X, _G),
    _S: (_S, _W, _C, _L, _X, _G),
    _W: (_W, _W, _C, _L, _X, _G),
    _C: (_C, _C, _C, _L, _X, _G),
    _L: (_L, _L, _L, _L, _X, _G),
    _X: (_X, _X, _X, _X, _X, _G),
    _G: (_G, _G, _G, _G, _G, _G),
}
"""Passengers get in: waiting room, check-in."""

TOLD_ONLY: PassengerTable = {
    # at     shown, waiting, opens, last call, closes, leaves
    _P: (_S, _P, _P, _P, _P, _G),
    _S: (_S, _S, _S, _S, _S, _G),
    _G: (_G, _G, _G, _G, _G, _G),
}
"""It ends here, passes, or is cancelled: nobody is checked in."""

_E, _A, _AT, _D, _T, _PASSES = TrainPhase

STOPPING: TrainTable = {
    # at      approaches, arrives, departs, leaves the arrival board
    _E: (_A, _AT, _D, _E),
    _A: (_A, _AT, _D, _A),
    _AT: (_AT, _AT, _D, _AT),
    _D: (_D, _D, _D, _D),
}
"""It goes on from here; one that starts here neither approaches nor arrives."""

ENDING: TrainTable = {
    # at      approaches, arrives, departs, leaves the arrival board
    _E: (_A, _AT, _D, _E),
    _A: (_A, _AT, _D, _A),
    _AT: (_AT, _AT, _D, _T),
    _T: (_T, _T, _D, _T),
    _D: (_D, _D, _D, _D),
}
"""It ends here; its stock is nobody's concern when the arrival is told no more."""

PASSING: TrainTable = {
    # at      approaches, arrives, departs, leaves the arrival board
    _E: (_PASSES, _PASSES, _D, _E),
    _PASSES: (_PASSES, _PASSES, _D, _PASSES),
    _D: (_D, _D, _D, _D),
}
"""It does not stop: people on its platform stand back."""

NOT_COMING: TrainTable = {_E: (_E, _E, _E, _E)}
"""Cancelled."""

PASSENGERS: Mapping[Role, PassengerTable] = {
    Role.ORIGIN: BOARDING,
    Role.INTERMEDIATE: BOARDING,
    Role.TERMINUS: TOLD_ONLY,
    Role.PASS: TOLD_ONLY,
}
TRAIN: Mapping[Role, TrainTable] = {
    Role.ORIGIN: STOPPING,
    Role.INTERMEDIATE: STOPPING,
    Role.TERMINUS: ENDING,
    Role.PASS: PASSING,
}


def passengers_of(role: Role, *, cancelled: bool) -> PassengerTable:
    """Return the passengers' table of a run."""
    return TOLD_ONLY if cancelled else PASSENGERS[role]


def train_of(role: Role, *, cancelled: bool) -> TrainTable:
    """Return the train's table of a run."""
    return NOT_COMING if cancelled else TRAIN[role]


def next_for_passengers(
    table: PassengerTable, phase: PassengerPhase, instant: PassengerInstant
) -> PassengerPhase:
    """Return the phase after `instant`.

    Raises:
        KeyError: a run of this table is never in `phase`.
    """
    return table[phase][tuple(PassengerInstant).index(instant)]


def next_for_train(table: TrainTable, phase: TrainPhase, instant: TrainInstant) -> TrainPhase:
    """Return the phase after `instant`.

    Raises:
        KeyError: a run of this table is never in `phase`.
    """
    return table[phase][tuple(TrainInstant).index(instant)]
