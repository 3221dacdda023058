"""What the kiosk knows, and what is to be done when that changes.

Law: `step(state, event, now) -> (state, effects)`, pure. What is held comes from the hub's plans
and runs and is kept up to date; what was asked of the hub for one passenger gets no updates, so it
is forgotten after `ASKED_LIVES`, and never covers what is held.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from protocol.runs import Run
    from protocol.times import Instant
    from subsystems.query.model import Status

ASKED_LIVES = timedelta(minutes=2)
"""Station time for which an answer of the hub is told."""


@dataclass(frozen=True)
class RunsChanged:
    """Event: held runs as they are now; None: no longer known."""

    runs: Mapping[str, Run | None]


@dataclass(frozen=True)
class Answered:
    """Event: the hub answered a question with these runs."""

    runs: tuple[Run, ...]


@dataclass(frozen=True)
class StatusChanged:
    """Event: where the information comes from, as it is now."""

    status: Status


Event = RunsChanged | Answered | StatusChanged


@dataclass(frozen=True)
class Store:
    """Effect: put these runs into the database, and take those of `gone` out of it."""

    runs: tuple[Run, ...]
    gone: tuple[str, ...]


@dataclass(frozen=True)
class Tell:
    """Effect: pages that show one of these runs, or a list, look again."""

    run_ids: tuple[str, ...]


@dataclass(frozen=True)
class SendStatus:
    """Effect: tell all pages the status."""

    status: Status


Effect = Store | Tell | SendStatus


@dataclass(frozen=True)
class Asked:
    """A run that the hub was asked for, and when."""

    run: Run
    at: Instant

    @property
    def until(self) -> Instant:
        """When it is forgotten."""
        return self.at + ASKED_LIVES


@dataclass(frozen=True)
class State:
    """Everything that the machine keeps.

    Attributes:
        status: last told.
        held: ids of the runs in the database.
        asked: by run.
    """

    status: Status | None = None
    held: frozenset[str] = frozenset()
    asked: Mapping[str, Asked] = field(default_factory=dict)


def step(state: State, event: Event, now: Instant) -> tuple[State, tuple[Effect, ...]]:
    """Return the state after `event`, and what is to be done.

    Args:
        state: before.
        event: what happened.
        now: station time.
    """
    match event:
        case RunsChanged(runs):
            return _changed(state, runs)
        case Answered(runs):
            fresh = {run.run_id: Asked(run, now) for run in runs if run.run_id not in state.held}
            known = {i: asked for i, asked in state.asked.items() if now < asked.until}
            return replace(state, asked={**known, **fresh}), ()
        case StatusChanged(status):
            if status == state.status:
                return state, ()
            return replace(state, status=status), (SendStatus(status),)


def asked(state: State, run_id: str, now: Instant) -> Asked | None:
    """Return what the hub answered about a run, None if that is too long ago or never was."""
    found = state.asked.get(run_id)
    return found if found is not None and now < found.until else None


def _changed(state: State, runs: Mapping[str, Run | None]) -> tuple[State, tuple[Effect, ...]]:
    present = tuple(run for run in runs.values() if run is not None)
    gone = tuple(i for i, run in runs.items() if run is None and i in state.held)
    if not present and not gone:
        return state, ()
    ids = {run.run_id for run in present}
    held = (state.held | ids) - set(gone)
    asked_for = {i: each for i, each in state.asked.items() if i not in ids}
    state = replace(state, held=held, asked=asked_for)
    return state, (Store(present, gone), Tell(tuple(sorted(ids | set(gone)))))
