"""Which words a kiosk says of a train at an instant.

Law: pure. Only what the run and its timeline say is told; that a train has come or gone is told
when it was reported, never because its time has come. The order of the questions is the order of
importance to a passenger; the first answer is told. Boards answer the same (the tests compare).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from protocol.runs import PassengerPhase, Punctuality, Role, TrainPhase
from protocol.timeline import passenger_phase, train_phase
from subsystems.query.model import Tone, Way

if TYPE_CHECKING:
    from protocol.runs import CallTime, Run
    from protocol.times import Instant


@dataclass(frozen=True)
class Phrase:
    """A word of the table with its values, its meaning and the shape that says it without colour.

    Attributes:
        key: of `subsystems.query.words.Words`; "": nothing is said.
        values: for the word's places.
        tone: its meaning.
        mark: its shape.
        texts: by language, told in place of the word: what a person wrote.
    """

    key: str = ""
    values: dict[str, object] = field(default_factory=dict)
    tone: Tone = Tone.PLAIN
    mark: str = ""
    texts: dict[str, str] = field(default_factory=dict)


SILENCE = Phrase()
CANCELLED = Phrase("cancelled", tone=Tone.BAD, mark="×")
ENDS_HERE = Phrase("ends_here", tone=Tone.BAD, mark="×")
STARTS_HERE = Phrase("starts_here", tone=Tone.BAD, mark="×")
WAITING = Phrase("waiting")
DEPARTED = Phrase("departed", tone=Tone.DIM)
ARRIVED = Phrase("arrived", tone=Tone.GOOD, mark="●")
APPROACHING = Phrase("approaching", tone=Tone.SOON, mark="▲")
AT_PLATFORM = Phrase("at_platform", tone=Tone.GOOD, mark="●")
UNCONFIRMED = Phrase("unconfirmed", tone=Tone.BAD, mark="?")
ASK_STAFF = Phrase("ask_staff", tone=Tone.BAD, mark="?")
CHECK_IN = {
    PassengerPhase.CHECK_IN: Phrase("check_in", tone=Tone.GOOD, mark="●"),
    PassengerPhase.LAST_CALL: Phrase("last_call", tone=Tone.SOON, mark="▲"),
    PassengerPhase.CHECK_IN_CLOSED: Phrase("check_in_closed", tone=Tone.BAD, mark="■"),
}
"""What a station with ticket gates says of them."""
WITHOUT_GATES = {TrainPhase.APPROACHING: APPROACHING, TrainPhase.AT_PLATFORM: AT_PLATFORM}
"""What a station without ticket gates says instead: where the train is."""
_HERE = frozenset({TrainPhase.AT_PLATFORM, TrainPhase.TERMINATED})


def phrase_of(run: Run, way: Way, now: Instant, *, gates: bool) -> Phrase:
    """Return what is said of `run` at `now`.

    Args:
        run: the run.
        way: as a departure or as an arrival.
        now: station time.
        gates: whether the station has ticket gates.
    """
    overriding = _overriding(run, way)
    if overriding is not None:
        return overriding
    if way is Way.ARRIVAL:
        return _arrival(run, now)
    return _departure(run, now, gates=gates)


def lapsed_phrase(run: Run) -> Phrase:
    """Return what is said of a run that has been unconfirmed for too long."""
    return ASK_STAFF if run.cancelled else UNCONFIRMED


def reported_phase(run: Run, now: Instant) -> TrainPhase:
    """Return the phase of the train at `now` as far as it was reported.

    One whose departure nobody reported still stands here if its arrival was; one whose arrival
    nobody reported is still expected to come in.
    """
    phase = train_phase(run, now)
    if phase is TrainPhase.DEPARTED and not _happened(run.departure):
        comes = run.arrival is not None and not run.arrival.cancelled
        phase = TrainPhase.AT_PLATFORM if comes else TrainPhase.EXPECTED
    if phase in _HERE and not _happened(run.arrival):
        return TrainPhase.APPROACHING
    return phase


def _overriding(run: Run, way: Way) -> Phrase | None:
    if run.cancelled:
        return CANCELLED
    call = run.departure if way is Way.DEPARTURE else run.arrival
    if call is not None and call.cancelled:
        return ENDS_HERE if way is Way.DEPARTURE else STARTS_HERE
    if run.held:
        return Phrase("delay_unknown", tone=Tone.BAD, mark="?", texts=run.note)
    return None


def _departure(run: Run, now: Instant, *, gates: bool) -> Phrase:
    train = reported_phase(run, now)
    if train is TrainPhase.DEPARTED:
        return DEPARTED
    phase = passenger_phase(run, now)
    stage = CHECK_IN.get(phase) if gates else WITHOUT_GATES.get(train)
    if stage is not None:
        return stage
    against_plan = _against_plan(run, run.departure)
    if against_plan is SILENCE and phase is PassengerPhase.WAITING and gates:
        return WAITING
    return against_plan


def _arrival(run: Run, now: Instant) -> Phrase:
    train = reported_phase(run, now)
    if train in {TrainPhase.AT_PLATFORM, TrainPhase.DEPARTED, TrainPhase.TERMINATED}:
        return ARRIVED
    if train is TrainPhase.APPROACHING:
        return APPROACHING
    return _against_plan(run, run.arrival)


def _against_plan(run: Run, time: CallTime | None) -> Phrase:
    delay = time.delay_minutes if time is not None else 0
    if delay > 0:
        return Phrase("delayed_by", {"minutes": delay}, Tone.BAD, "!")
    if delay < 0:
        return Phrase("early_by", {"minutes": -delay}, Tone.GOOD, "●")
    if run.punctuality is Punctuality.ON_TIME:
        return Phrase("on_time", tone=Tone.GOOD, mark="●")
    return SILENCE


def role_key(run: Run) -> str:
    """Return the word for what the train does here."""
    return {
        Role.ORIGIN: "role_origin",
        Role.TERMINUS: "role_terminus",
        Role.INTERMEDIATE: "role_intermediate",
        Role.PASS: "role_pass",
    }[run.role]


def _happened(call: CallTime | None) -> bool:
    return call is not None and call.actual is not None
