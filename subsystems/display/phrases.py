"""Which words a board says about a run at an instant.

Law: pure. Only what the run and its timeline say is told: no word claims punctuality that nobody
confirmed, and where a station has no ticket gates nothing speaks of check-in. That a train has come
or gone is told when it was reported, never because its time has come: until then its last word
stands. The order of the questions is the order of importance to a passenger; the first answer is
told.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from protocol.runs import PassengerPhase, Punctuality, Role, TrainPhase
from protocol.timeline import passenger_phase, train_phase
from subsystems.display.model import Tone

if TYPE_CHECKING:
    from protocol.runs import CallTime, Run
    from protocol.times import Instant

GOOD_MARK = "●"
SOON_MARK = "▲"
BAD_MARK = "■"
LATE_MARK = "!"
CANCELLED_MARK = "×"
UNKNOWN_MARK = "?"


@dataclass(frozen=True)
class Phrase:
    """A word of the table with its values, its meaning and the shape that says it without colour.

    Attributes:
        key: of `subsystems.display.words.Words`; "": nothing is said.
        values: for the word's places.
        tone: its meaning.
        mark: its shape.
        texts: by language, told in place of the word: what a person wrote.
        beside: by language, told behind the word: what a person wrote.
    """

    key: str = ""
    values: dict[str, object] = field(default_factory=dict)
    tone: Tone = Tone.PLAIN
    mark: str = ""
    texts: dict[str, str] = field(default_factory=dict)
    beside: dict[str, str] = field(default_factory=dict)


SILENCE = Phrase()
CANCELLED = Phrase("cancelled", tone=Tone.BAD, mark=CANCELLED_MARK)
DELAY_UNKNOWN = Phrase("delay_unknown", tone=Tone.BAD, mark=UNKNOWN_MARK)
WAITING = Phrase("waiting")
DEPARTED = Phrase("departed", tone=Tone.DIM)
ARRIVED = Phrase("arrived", tone=Tone.GOOD, mark=GOOD_MARK)
APPROACHING = Phrase("approaching", tone=Tone.SOON, mark=SOON_MARK)
AT_PLATFORM = Phrase("at_platform", tone=Tone.GOOD, mark=GOOD_MARK)
TERMINATES = Phrase("terminates", tone=Tone.BAD, mark=BAD_MARK)
UNCONFIRMED = Phrase("unconfirmed", tone=Tone.BAD, mark=UNKNOWN_MARK)
ASK_STAFF = Phrase("ask_staff", tone=Tone.BAD, mark=UNKNOWN_MARK)

ENDS_HERE = Phrase("ends_here", tone=Tone.BAD, mark=CANCELLED_MARK)
STARTS_HERE = Phrase("starts_here", tone=Tone.BAD, mark=CANCELLED_MARK)

CHECK_IN = {
    PassengerPhase.CHECK_IN: Phrase("check_in", tone=Tone.GOOD, mark=GOOD_MARK),
    PassengerPhase.LAST_CALL: Phrase("last_call", tone=Tone.SOON, mark=SOON_MARK),
    PassengerPhase.CHECK_IN_CLOSED: Phrase("check_in_closed", tone=Tone.BAD, mark=BAD_MARK),
}
"""What a station with ticket gates says of them."""


WITHOUT_GATES = {
    TrainPhase.APPROACHING: APPROACHING,
    TrainPhase.AT_PLATFORM: AT_PLATFORM,
}
"""What a station without ticket gates says instead: where the train is."""


_HERE = frozenset({TrainPhase.AT_PLATFORM, TrainPhase.TERMINATED})


def reported_phase(run: Run, now: Instant) -> TrainPhase:
    """Return the phase of the train at `now` as far as it was reported.

    The timeline tells when the train should come and go. One whose departure nobody reported still
    stands here if its arrival was; one whose arrival nobody reported is still expected to come in.
    """
    phase = train_phase(run, now)
    if phase is TrainPhase.DEPARTED and not _happened(run.departure):
        phase = TrainPhase.AT_PLATFORM if run.arrival is not None else TrainPhase.EXPECTED
    if phase in _HERE and not _happened(run.arrival):
        return TrainPhase.APPROACHING
    return phase


def lapsed_phrase(run: Run) -> Phrase:
    """Return what is said of a run that has been unconfirmed for too long."""
    return ASK_STAFF if run.cancelled or _in_part(run) else UNCONFIRMED


def departure_phrase(run: Run, now: Instant, *, gates: bool) -> Phrase:
    """Return what a departure board or a gate screen says of `run` at `now`.

    Args:
        run: the run.
        now: station time.
        gates: whether the station has ticket gates.
    """
    phase = passenger_phase(run, now)
    overriding = _overriding(run, run.departure, ENDS_HERE)
    if overriding is not None and not (gates and _opened_by_hand(run, phase)):
        return overriding
    train = reported_phase(run, now)
    if train is TrainPhase.DEPARTED:
        return DEPARTED
    stage = CHECK_IN.get(phase) if gates else WITHOUT_GATES.get(train)
    if stage is not None:
        return stage
    against_plan = _against_plan(run, run.departure)
    if against_plan is SILENCE and phase is PassengerPhase.WAITING and gates:
        return WAITING
    return against_plan


def arrival_phrase(run: Run, now: Instant) -> Phrase:
    """Return what an arrival board says of `run` at `now`."""
    overriding = _overriding(run, run.arrival, STARTS_HERE)
    if overriding is not None:
        return overriding
    train = reported_phase(run, now)
    if train in {TrainPhase.AT_PLATFORM, TrainPhase.DEPARTED, TrainPhase.TERMINATED}:
        return ARRIVED
    if train is TrainPhase.APPROACHING:
        return APPROACHING
    return _against_plan(run, run.arrival)


def platform_phrase(run: Run, now: Instant) -> Phrase:
    """Return what a platform screen says of `run` at `now`.

    That a train ends here is true whether it has come or not, and is told from its time on.
    """
    overriding = _overriding(run, None, ENDS_HERE)
    if overriding is not None:
        return overriding
    if run.role is Role.TERMINUS and train_phase(run, now) in _HERE:
        return TERMINATES
    train = reported_phase(run, now)
    if train is TrainPhase.DEPARTED:
        return DEPARTED
    if train is TrainPhase.AT_PLATFORM:
        return AT_PLATFORM
    if train is TrainPhase.APPROACHING:
        return APPROACHING
    calls = (call for call in (run.arrival, run.departure) if call and not call.cancelled)
    return _against_plan(run, next(calls, None))


def moved_phrase(run: Run) -> Phrase:
    """Return what the screen of the platform that `run` was moved away from says."""
    if run.cancelled:
        return _cancelled(run, CANCELLED)
    return Phrase("moved_to", {"platform": run.platform or "?"}, Tone.BAD, LATE_MARK)


def gate_lost_phrase(run: Run) -> Phrase:
    """Return what the screen of a gate says that no longer leads to `run`."""
    if run.cancelled:
        return _cancelled(run, CANCELLED)
    if run.departure is not None and run.departure.cancelled:
        return _cancelled(run, ENDS_HERE)
    if run.gates:
        return Phrase("moved_to_gate", {"gates": " ".join(run.gates)}, Tone.BAD, LATE_MARK)
    return moved_phrase(run) if run.platform is not None else ASK_STAFF


def _overriding(run: Run, call: CallTime | None, in_part: Phrase) -> Phrase | None:
    """Return what outranks everything else; `in_part`: said if only `call` is cancelled."""
    if run.cancelled:
        return _cancelled(run, CANCELLED)
    if call is not None and call.cancelled:
        return _cancelled(run, in_part)
    return replace(DELAY_UNKNOWN, texts=run.note) if run.held else None


def _cancelled(run: Run, otherwise: Phrase) -> Phrase:
    """Return what is taken instead beside the cancellation, else `otherwise`."""
    by = run.replaced_by
    if by is None:
        return otherwise
    values: dict[str, object] = {} if by.number is None else {"train": by.number}
    key = "replaced_by_bus" if by.number is None else "replaced_by_train"
    return Phrase(key, values, Tone.BAD, CANCELLED_MARK, beside=by.texts)


def _in_part(run: Run) -> bool:
    return any(call is not None and call.cancelled for call in (run.arrival, run.departure))


def _opened_by_hand(run: Run, phase: PassengerPhase) -> bool:
    """Whether a person has opened check-in: whoever is let through must be told so.

    That the delay is unknown stands in the row's time.
    """
    by_hand = run.held and not run.cancelled and "check-in" in run.manual
    return by_hand and phase in {PassengerPhase.CHECK_IN, PassengerPhase.LAST_CALL}


def _happened(call: CallTime | None) -> bool:
    return call is not None and call.actual is not None


def _against_plan(run: Run, time: CallTime | None) -> Phrase:
    delay = time.delay_minutes if time is not None else 0
    if delay > 0:
        return Phrase("delayed_by", {"minutes": delay}, Tone.BAD, LATE_MARK)
    if delay < 0:
        return Phrase("early_by", {"minutes": -delay}, Tone.GOOD, GOOD_MARK)
    if run.punctuality is Punctuality.ON_TIME:
        return Phrase("on_time", tone=Tone.GOOD, mark=GOOD_MARK)
    return SILENCE
