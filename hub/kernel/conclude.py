"""What a change of its facts makes of a stored run: the next one, and what must be said about it.

Law: pure; returns effects, performs none. A revision grows by one exactly when the encoded body
changes: the same revision is always the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from hub.kernel.agenda import Agenda, Moment, make_agenda
from hub.kernel.apply import retold
from hub.kernel.derive import derive
from hub.kernel.events import approaching, from_change
from hub.kernel.manual import next_end, without_replacement
from hub.kernel.steady import follow, next_settling
from protocol.codec import encode_body
from protocol.runs import PassengerPhase, Run, TrainPhase
from protocol.times import to_unix

if TYPE_CHECKING:
    from hub.kernel.facts import Facts
    from protocol.messages import Event
    from protocol.times import Instant
    from station_config.model import Station

_decoder = msgspec.json.Decoder(Run)


@dataclass(frozen=True)
class Stored:
    """A run as it stands in the database.

    Attributes:
        state: the encoded `Run`, also while it is withdrawn: what it was last.
        rev: revision of its publication, 0 if it never had one.
        passengers: phase that was last written.
        train: likewise.
    """

    facts: Facts
    state: bytes
    agenda: Agenda
    rev: int = 0
    passengers: PassengerPhase = PassengerPhase.PLANNED
    train: TrainPhase = TrainPhase.EXPECTED

    @cached_property
    def run(self) -> Run:
        """The run."""
        return _decoder.decode(self.state)

    @property
    def body(self) -> bytes | None:
        """What its publication says; None: there is none."""
        return self.state if is_told(self.facts) else None


@dataclass(frozen=True)
class Concluded:
    """The next state of a run and what follows from it.

    Attributes:
        published: its publication is another one than before.
        events: what has just become true.
    """

    stored: Stored
    published: bool
    events: tuple[Event, ...]

    def after(self, rev: int) -> Concluded:
        """Return the same for a run that had a publication before, deleted at revision `rev`."""
        return replace(self, stored=replace(self.stored, rev=self.stored.rev + rev))

    @property
    def moment(self) -> tuple[PassengerPhase, TrainPhase]:
        """The phases now."""
        return self.stored.passengers, self.stored.train


def conclude(before: Stored | None, facts: Facts, station: Station, now: Instant) -> Concluded:
    """Return what `facts` make of the run that was `before` (None: not known until now)."""
    facts = follow(before.facts if before is not None else None, facts, station.policies, now)
    run = derive(facts, station, now)
    was = before.run if before is not None else None
    if was is not None:
        told = without_replacement(retold(facts, was, run, now), was, run)
        if told is not facts:
            facts = told
            run = derive(facts, station, now)
    agenda = make_agenda(run, _anew_at(facts, station, now))
    if facts.base.withdrawn:
        agenda = Agenda((), agenda.forget_at, agenda.anew_at)
    reached = agenda.at(int(to_unix(now)))
    state = encode_body(run)
    body = state if is_told(facts) else None
    published = body != (before.body if before is not None else None)
    rev = (before.rev if before is not None else 0) + published
    stored = Stored(facts, state, agenda, rev, reached.passengers, reached.train)
    events = _events(before, was, stored, run, reached, now) if was and before else ()
    return Concluded(stored, published, events)


def is_told(facts: Facts) -> bool:
    """Return whether the run has a publication of its own."""
    base = facts.base
    return base.heard and not base.withdrawn


def _anew_at(facts: Facts, station: Station, now: Instant) -> Instant | None:
    """Return when a person's word ends, an estimate settles, or a row is looked at again.

    A row whose time has come but that waits still, after a restart, is looked at in the next step.
    """
    early = facts.early.at if facts.early is not None else None
    instants = (next_end(facts), next_settling(facts, station.policies, now), early)
    return min((at for at in instants if at is not None), default=None)


def _events(
    before: Stored, was: Run, stored: Stored, run: Run, reached: Moment, now: Instant
) -> tuple[Event, ...]:
    if stored.body is None:
        return ()
    if stored.facts == before.facts:
        news = stored.agenda.train_since(int(to_unix(now)))
    else:  # found out by a row, not by the clock: news even if the instant is a little past
        news = Moment(int(to_unix(now)), reached.passengers, reached.train)
    return (
        *approaching(run.run_id, before.train, news, now),
        *from_change(was, run, stored.rev, now),
    )
