"""Steps, one after another: what arrived meanwhile is the next step, and none is ever lost.

Law: at most one step is in the store's thread. Row changes, minutes and commands wait here in the
order in which they came, commands before the others; what the store could not commit stays and is
tried again. A store that fails is said once when it begins and once when it ends. A change that
breaks the kernel is found by taking changes singly, and set aside, lest it stop all the others; a
command that does is set aside and its person told.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from twisted.internet.defer import Deferred

from protocol.errors import DeviceError, OperatorError, StationError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from structlog.typing import FilteringBoundLogger
    from twisted.internet.interfaces import IDelayedCall, IReactorTime
    from twisted.python.failure import Failure

    from one_way_feed.rows import RowChange
    from protocol.times import Instant
    from station_config.runtime.clocks import StationClock

RETRY_S = 1.0
"""Real seconds until a step that the store refused is tried again."""


@dataclass(frozen=True)
class Minute:
    """A minute of station time has begun: its number, and the instant to work at."""

    number: int
    at: Instant


class Step(Protocol):
    """Port: one transaction of the kernel, in the store's thread."""

    def __call__(
        self, now: Instant, changes: Sequence[RowChange], minute: int | None
    ) -> Deferred[object]:
        """Commit one step."""
        ...


class Given(Protocol):
    """A person's command, however it is wrapped."""

    @property
    def command_id(self) -> str:
        """The command's."""
        ...


class Obey(Protocol):
    """Port: one transaction that does a person's command, in the store's thread."""

    def __call__(self, now: Instant, command: Any) -> Deferred[Any]:  # noqa: ANN401 - see `Given`
        """Commit the command; answer it."""
        ...


def _nobody_obeys(now: Instant, command: Given) -> Deferred[Any]:
    raise DeviceError(f"nobody takes commands here: {command.command_id} at {now}")


class Steps:
    """The queue before the kernel.

    Attributes:
        done: steps committed.
        failed: steps that the store refused (each is tried again).
        set_aside: changes that the kernel cannot take, a defect each.
    """

    def __init__(
        self,
        reactor: IReactorTime,
        *,
        step: Step,
        clock: StationClock,
        committed: Callable[[], None],
        log: FilteringBoundLogger,
        obey: Obey = _nobody_obeys,
    ) -> None:
        """Prepare an empty queue.

        Args:
            reactor: real time, for trying again.
            step: see `Step`.
            clock: station time of a step that is no minute's.
            committed: called after each committed step.
            log: the process's log.
            obey: see `Obey`.
        """
        self._reactor = reactor
        self._step = step
        self._clock = clock
        self._committed = committed
        self._log = log
        self._changes: list[RowChange] = []
        self._minutes: list[Minute] = []
        self._obey = obey
        self._commands: list[tuple[Given, Deferred[Any]]] = []
        self._busy = False
        self._failing = False
        self._singly = False
        self._obeying = False
        self._stopped = False
        self._retry: IDelayedCall | None = None
        self.done = 0
        self.failed = 0
        self.set_aside = 0

    @property
    def waiting(self) -> int:
        """Changes, minutes and commands that wait for their step."""
        return len(self._changes) + len(self._minutes) + len(self._commands)

    @property
    def failing(self) -> bool:
        """Whether the store refused the last step."""
        return self._failing

    def changes(self, changes: Sequence[RowChange]) -> None:
        """Take row changes that arrived together."""
        self._changes.extend(changes)
        self._next()

    def minute(self, minute: Minute) -> None:
        """Take a minute; minutes are worked off singly, in order."""
        self._minutes.append(minute)
        self._next()

    def command(self, command: Given) -> Deferred[Any]:
        """Take a person's command; fires with its answer once that is committed."""
        answered: Deferred[Any] = Deferred()
        self._commands.append((command, answered))
        self._next()
        return answered

    def stop(self) -> None:
        """Begin no further step; who waits for an answer is told. Rows will be heard again."""
        self._stopped = True
        if self._retry is not None and self._retry.active():
            self._retry.cancel()
        waiting = self._commands[self._obeying :]
        del self._commands[self._obeying :]
        for command, answered in waiting:
            answered.errback(_no_longer(command))

    def _next(self) -> None:
        if self._stopped or self._busy or not self.waiting:
            return
        self._busy = True
        if self._commands:
            self._obeying = True
            command = self._commands[0][0]
            self._obey(self._clock.now(), command).addCallbacks(self._obeyed, self._not_obeyed)
            return
        minute = self._minutes[0] if self._minutes else None
        now, changes = self._due(minute)
        number = minute.number if minute is not None else None
        step = self._step(now, changes, number)
        step.addCallback(self._succeeded, len(changes), minute)
        step.addErrback(self._refused, changes)

    def _due(self, minute: Minute | None) -> tuple[Instant, tuple[RowChange, ...]]:
        """Return the instant of the next step and its rows.

        Minutes that are caught up with are run at their own instants, without the rows: a row that
        says what happened just now must not be judged by a time that has passed.
        """
        if minute is not None and len(self._minutes) > 1:
            return minute.at, ()
        present = self._clock.now()
        now = present if minute is None else max(minute.at, present)
        return now, tuple(self._changes[:1] if self._singly else self._changes)

    def _succeeded(self, _: object, taken: int, minute: Minute | None) -> None:
        del self._changes[:taken]
        if minute is not None:
            self._minutes.remove(minute)
        self._singly = self._singly and bool(self._changes)
        self._go_on()

    def _obeyed(self, answer: object) -> None:
        self._obeying = False
        _, answered = self._commands.pop(0)
        self._go_on()
        answered.callback(answer)

    def _not_obeyed(self, failure: Failure) -> None:
        """Keep the command if the store failed; set it aside if the kernel did, or its person."""
        self._obeying = False
        ours = failure.check(StationError) and not failure.check(OperatorError)
        if ours and not self._stopped:
            self._refused(failure, ())
            return
        command, answered = self._commands.pop(0)
        if self._stopped:
            answered.errback(_no_longer(command))
            return
        self.set_aside += 1
        why = failure.getTraceback()
        self._log.error("steps.set-aside", command=repr(command), why=why)
        self._again()
        answered.errback(failure)

    def _go_on(self) -> None:
        """After a committed step."""
        self.done += 1
        self._busy = False
        if self._failing:
            self._failing = False
            self._log.warning("store.works-again", waiting=self.waiting)
        self._committed()
        self._next()

    def _refused(self, failure: Failure, changes: Sequence[RowChange]) -> None:
        """Keep everything; say it once; try again."""
        self.failed += 1
        known = failure.check(StationError)
        if not self._failing:
            self._failing = True
            why = str(failure.value) if known else failure.getTraceback()
            self._log.error("store.fails", why=why, waiting=self.waiting)
        if not known and changes:
            self._suspect(changes, failure)
        if not self._stopped:
            self._retry = self._reactor.callLater(RETRY_S, self._again)

    def _suspect(self, changes: Sequence[RowChange], failure: Failure) -> None:
        """Not the store but the kernel failed: find the change that does it."""
        if self._singly:
            del self._changes[:1]
            self.set_aside += 1
            self._log.error("steps.set-aside", change=repr(changes[0]), why=failure.getTraceback())
        self._singly = bool(self._changes)

    def _again(self) -> None:
        self._busy = False
        self._next()


def _no_longer(command: Given) -> DeviceError:
    message = "this hub leads no longer; whether it was done is not known, give the command again"
    return DeviceError(message, where=command.command_id)
