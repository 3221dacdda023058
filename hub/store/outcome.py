"""What a step did, for those who log, count and answer.

Law: values; read off a finished step, decides nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hub.store.step import keys_text

if TYPE_CHECKING:
    from hub.kernel.conclude import Stored
    from hub.kernel.override import StationMode
    from hub.kernel.reasons import Rejected
    from hub.store.step import Step
    from protocol.times import Instant


@dataclass(frozen=True)
class StepResult:
    """What one step did.

    Attributes:
        now: the instant that was used: station time, never before that of an earlier step.
        ran: False if the minute had been run before; then nothing was done.
        rows: row keys that were believed, at least in part, as ``plan/KEY``.
        ignored: rows that were held already, or came together with a newer one.
        rejected: what was not believed.
        over: row keys of good rows about trains long gone, of which there is nothing to tell.
        runs: runs whose publication is another one now.
        phases: how many runs entered another phase.
        publications: how many wait in the outbox because of this step.
    """

    now: Instant
    ran: bool = True
    rows: tuple[str, ...] = ()
    ignored: int = 0
    rejected: tuple[Rejected, ...] = ()
    over: tuple[str, ...] = ()
    runs: tuple[str, ...] = ()
    phases: int = 0
    publications: int = 0


@dataclass(frozen=True)
class Committed:
    """What a committed step left behind, for those who look on.

    Attributes:
        stored: runs about which was concluded, as they are now.
        advanced: others that entered a phase: id, passengers' phase, train's phase.
        gone: runs that are no more.
        hands: see `hub.store.step.Step`.
        mode: set while the whole station is manual.
    """

    now: Instant
    stored: dict[str, Stored]
    advanced: tuple[tuple[str, str, str], ...]
    gone: tuple[str, ...]
    hands: dict[str, int]
    mode: StationMode | None


def committed(step: Step) -> Committed:
    """Return what `step` leaves behind."""
    writes = step.writes
    return Committed(
        now=step.now,
        stored=step.concluded,
        advanced=tuple(
            (str(each["of_run"]), str(each["passengers"]), str(each["train"]))
            for each in writes.advances
        ),
        gone=tuple(str(each["of_run"]) for each in writes.dropped_runs),
        hands=step.hands,
        mode=step.mode,
    )


def outcome(step: Step, first_number: int) -> StepResult:
    """Return what `step` did; `first_number` is that of its first publication."""
    return StepResult(
        now=step.now,
        rows=keys_text(step.accepted),
        ignored=step.ignored,
        rejected=tuple(step.rejected),
        over=keys_text(step.over),
        runs=tuple(step.changed),
        phases=step.phases,
        publications=step.writes.next_number - first_number,
    )
