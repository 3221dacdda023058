"""A run's own future as the store keeps it: at which second which phase begins.

Law: made by `protocol.timeline` once when a run changes, so a tick reads the phase of a due run and
concludes nothing itself; what the hub holds and what a board shows cannot differ. Seconds are whole
and rounded up: never early.
"""

from __future__ import annotations

import math
from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec

from protocol.runs import PassengerPhase, TrainPhase
from protocol.timeline import change_instants, phases

if TYPE_CHECKING:
    from protocol.runs import Run
    from protocol.times import Instant

RETAINED = timedelta(hours=6)
"""How long a run is kept after its last instant: long enough for a late word from dispatching."""

RETAINED_HELD = timedelta(hours=48)
"""How long a run of unknown delay is kept after its planned time, should nobody ever end it."""


class Moment(msgspec.Struct, frozen=True, array_like=True):
    """The phases that hold from a second on.

    Attributes:
        at: unix seconds.
    """

    at: int
    passengers: PassengerPhase
    train: TrainPhase


class Agenda(msgspec.Struct, frozen=True, array_like=True):
    """All moments of a run, ascending, and when the run is forgotten.

    Attributes:
        forget_at: unix seconds.
        anew_at: unix seconds at which the run must be concluded anew, for a person's word ends or
            an estimate settles.
    """

    moments: tuple[Moment, ...]
    forget_at: int
    anew_at: int | None = None

    def at(self, second: int) -> Moment:
        """Return the moment in force at `second`."""
        found = BEFORE_ALL
        for moment in self.moments:
            if moment.at > second:
                break
            found = moment
        return found

    def train_since(self, second: int) -> Moment:
        """Return the moment at which the train's phase in force at `second` began."""
        found = BEFORE_ALL
        for moment in self.moments:
            if moment.at > second:
                break
            if moment.train is not found.train:
                found = moment
        return found

    def next_at(self, second: int) -> int:
        """Return the smallest second after `second` at which something begins or all ends."""
        found = next((m.at for m in self.moments if m.at > second), max(self.forget_at, second + 1))
        anew = self.anew_at
        return found if anew is None else min(found, max(anew, second + 1))


BEFORE_ALL = Moment(0, PassengerPhase.PLANNED, TrainPhase.EXPECTED)

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Agenda)


def encode_agenda(agenda: Agenda) -> bytes:
    """Return `agenda` as the store keeps it."""
    return _encoder.encode(agenda)


def decode_agenda(data: bytes) -> Agenda:
    """Return the agenda in `data`, the inverse of `encode_agenda`."""
    return _decoder.decode(data)


def make_agenda(run: Run, anew: Instant | None = None) -> Agenda:
    """Return the agenda of `run`: only the seconds at which one of its phases changes.

    Args:
        run: the run.
        anew: when something will be otherwise that no instant of the timeline tells.
    """
    moments: list[Moment] = []
    last = BEFORE_ALL
    instants = change_instants(run.timeline)
    for at, passengers, train in phases(run, instants):
        if passengers is last.passengers and train is last.train:
            continue
        last = Moment(_second(at), passengers, train)
        if moments and moments[-1].at == last.at:
            moments.pop()
        moments.append(last)
    anew_at = _second(anew) if anew is not None else None
    return Agenda(tuple(moments), _second(_forget_at(run, instants)), anew_at)


def forget_at(run: Run) -> Instant:
    """Return the instant from which on nobody needs the run any more."""
    return _forget_at(run, change_instants(run.timeline))


def _forget_at(run: Run, instants: list[Instant]) -> Instant:
    """Return the same, the instants of its timeline being known: they ascend."""
    planned = max(call.planned for call in (run.arrival, run.departure) if call is not None)
    if run.held:
        return planned + RETAINED_HELD
    return max([planned, *instants[-1:]]) + RETAINED


def _second(at: Instant) -> int:
    return math.ceil(at.timestamp())
