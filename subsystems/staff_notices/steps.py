"""The machine driven: what it says is on disk before anybody is told.

Law: order only. The machine goes on at once; its effects, and what terminals are shown, follow when
the step is on disk, or was tried: a disk that is full silences no post, and is complained about.

    event ─▶ machine.step ─▶ state ─▶ record ─▶ keeper ─▶ on disk ─▶ told, effects
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from protocol.errors import DeviceError
from subsystems.staff_notices import machine
from subsystems.staff_notices.events import Answer, Tick
from subsystems.staff_notices.record import record
from subsystems.staff_notices.store import Step

if TYPE_CHECKING:
    from collections.abc import Callable

    from structlog.typing import FilteringBoundLogger
    from twisted.internet.defer import Deferred
    from twisted.python.failure import Failure

    from protocol.times import Instant
    from subsystems.staff_notices.events import Effect, Event, Signed
    from subsystems.staff_notices.keeper import Keeper


class Steps:
    """Steps of one machine.

    Args:
        state: of the machine, before its first event.
        keeper: the way to the disk.
        now: station time.
        perform: does an effect.
        log: of the process.

    Attributes:
        state: of the machine.
        told: what terminals are shown: the state after the last step that is on disk, or was tried.
    """

    def __init__(
        self,
        state: machine.State,
        keeper: Keeper,
        now: Callable[[], Instant],
        perform: Callable[[Effect], None],
        log: FilteringBoundLogger,
    ) -> None:
        self._keeper = keeper
        self._now = now
        self._perform = perform
        self._log = log
        self.state = self.told = state

    def step(self, event: Event) -> tuple[Effect, ...]:
        """Let it happen; return what the machine made of it."""
        now = self._now()
        reached, effects = machine.step(self.state, event, now)
        self.state = reached
        kept = self._keeper.keep(record(effects, now)).addErrback(self._not_kept)
        kept.addCallback(lambda _: self._tell(reached, effects))
        return effects

    def sign(self, signed: tuple[Signed, ...]) -> Deferred[list[Answer]]:
        """Give signatures to the machine, each with what is due before it; answers are on disk.

        Raises:
            DeviceError: (in the Deferred) they are not on disk, and are to be sent again.
        """
        answers: list[Answer] = []
        self.step(Tick())
        for each in signed:
            answers += [effect for effect in self.step(each) if isinstance(effect, Answer)]

        def refused(failure: Failure) -> None:
            failure.trap(DeviceError)
            raise DeviceError("the signature is not on disk: it is to be sent again")

        return self._keeper.keep(Step()).addErrback(refused).addCallback(lambda _: answers)

    def _not_kept(self, failure: Failure) -> None:
        expected = failure.check(DeviceError)
        why = failure.getErrorMessage() if expected else failure.getTraceback()
        self._log.warning("notices.not-kept", why=why)

    def _tell(self, reached: machine.State, effects: tuple[Effect, ...]) -> None:
        self.told = reached
        for effect in effects:
            self._perform(effect)
