"""What persons command of the kernel and ask of it, on the hub's database.

Law: what is commanded together is one transaction. Every method blocks and is called from the
store's thread. What a command means is `hub.store.manual`'s; here it gets its step, its place in
the journal and its commit.
"""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from hub.kernel.days import Days
from hub.store.held import Held
from hub.store.manual import InForce, in_force_now, obey, return_to_auto
from hub.store.marks import mark_auto, mark_step
from hub.store.outcome import committed
from hub.store.step import Step
from hub.store.writes import Writes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from hub.kernel.objections import Answer
    from hub.kernel.override import Command, StationMode
    from hub.store.database import Transaction
    from hub.store.outcome import Committed
    from protocol.times import Instant
    from station_config.model import Station

_Answer = TypeVar("_Answer")


def _anyhow(_: Sequence[object]) -> bool:
    return True


class Obedience(Held):
    """A hub's database with a station on it.

    Args:
        url: SQLAlchemy URL of the database.
        station: what the station is.

    Attributes:
        look_on: is called after each commit, in the store's thread.

    Raises:
        OperatorError: the URL cannot be used.
    """

    def __init__(self, url: str, station: Station) -> None:
        super().__init__(url)
        self.station = station
        self.look_on: Callable[[Committed], None] = _unseen
        self._days = Days(station)
        self._latest: Instant | None = None
        self._mode: StationMode | None = None

    @property
    def mode(self) -> StationMode | None:
        """Set while the whole station is manual."""
        return self._mode

    def command(self, now: Instant, command: Command) -> Answer:
        """Do what a person commands: one transaction, with journal, outbox and the answer.

        The same command again, after a restart, too, is answered as it was and not done again.

        Raises:
            DeviceError: the database failed; nothing was done, the command can be given again.
        """
        return self.obeying(now, [lambda step: obey(step, command)])[0]

    def preview(self, now: Instant, command: Command) -> Answer:
        """Return what `command` would be answered; nothing is done.

        Raises:
            DeviceError: the database failed.
        """
        ((answer, _),) = self.rehearsing(now, [partial(obey, command=command, write=False)])
        return answer

    def obeying(
        self,
        now: Instant,
        works: Sequence[Callable[[Step], _Answer]],
        *,
        wanted: Callable[[Sequence[_Answer]], bool] = _anyhow,
    ) -> list[_Answer]:
        """Do what persons want, one after another, in one transaction: all of it is kept or none.

        Args:
            now: station time.
            works: each gets a step of its own, in which those before it have happened; nothing
                else has changed runs in it.
            wanted: is asked at the end; False: nothing is kept.

        Returns:
            What each answers.

        Raises:
            DeviceError: the database failed; nothing was done.
        """
        now = max(now, self._latest or now)
        self.end_manual(now)
        done: list[tuple[_Answer, Step]] = []
        kept: list[Step] = []
        with suppress(_TakenBackError), self._database.transaction() as opened:
            _, last_minute, next_number = self._fence(opened)
            done += self._in_turn(opened, now, next_number, works, mark=True)
            answers = [answer for answer, _ in done]
            if not wanted(answers):
                raise _TakenBackError
            kept = [step for _, step in done if not step.writes.idle]
            if kept:
                number = kept[-1].writes.next_number
                self._write_kernel(opened, self.epoch, self.epoch, last_minute, number)
        for step in kept:
            self._latest, self._mode = now, step.mode
            self.look_on(committed(step))
        return answers

    def rehearsing(
        self, now: Instant, works: Sequence[Callable[[Step], _Answer]]
    ) -> list[tuple[_Answer, Step]]:
        """Do what persons want as `obeying` would, and keep nothing of it.

        Returns:
            Of each what it answers, and its step, to be read only.

        Raises:
            DeviceError: the database failed.
        """
        now = max(now, self._latest or now)
        self.end_manual(now)
        done: list[tuple[_Answer, Step]] = []
        with suppress(_TakenBackError), self._database.transaction() as opened:
            done += self._in_turn(opened, now, self._fence(opened)[2], works, mark=False)
            raise _TakenBackError
        return done

    def _in_turn(
        self,
        opened: Transaction,
        now: Instant,
        next_number: int,
        works: Sequence[Callable[[Step], _Answer]],
        *,
        mark: bool,
    ) -> Iterator[tuple[_Answer, Step]]:
        """Do works in an open transaction, each in a step; with `mark` the journal tells steps."""
        mode = self._mode
        for work in works:
            step = self._step(opened, now, next_number)
            step.mode = mode
            yield work(step), step
            if step.writes.idle:
                continue
            step.tick()
            if mark:
                mark_step(step, None, new_day=False)
            step.writes.flush(opened, self._statements)
            next_number, mode = step.writes.next_number, step.mode

    def in_force(self, now: Instant) -> InForce:
        """Return what persons have set and what holds at `now`.

        Raises:
            DeviceError: the database failed.
        """
        with self._database.transaction() as opened:
            return in_force_now(self._step(opened, now, 0))

    def end_manual(self, now: Instant) -> None:
        """Return to AUTO if that was set to come by itself; a step of its own.

        `step` and `command` do so: nobody else need call it.

        Raises:
            DeviceError: the database failed; nothing was done.
        """
        mode = self._mode
        if mode is None or mode.until is None or now < mode.until:
            return
        with self._database.transaction() as opened:
            _, last_minute, next_number = self._fence(opened)
            step = self._step(opened, now, next_number)
            return_to_auto(step, f"manual/{mode.id}")
            mark_auto(step)
            step.writes.flush(opened, self._statements)
            self._write_kernel(opened, self.epoch, self.epoch, last_minute, step.writes.next_number)
        self._latest, self._mode = now, None
        self.look_on(committed(step))

    def _step(self, opened: Transaction, now: Instant, next_number: int) -> Step:
        return Step(
            opened,
            self._statements,
            self.station,
            self._days,
            now,
            Writes(now, next_number),
            mode=self._mode,
            decoded=self._decoded,
        )


class _TakenBackError(Exception):
    """Ends a transaction of which nothing is kept."""


def _unseen(_: Committed) -> None:
    """Nobody looks on."""
