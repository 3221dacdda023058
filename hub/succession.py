"""Carries the lease out: looks, claims and renews in time, and tells the hub when it leads.

Law: decides nothing (`hub.lease` does) and knows nothing of what leading is. At most one call is in
the store's thread; that a call does not come back is noticed all the same, for the time is looked
at apart from it. What it is told it tells at once, in order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from twisted.internet.task import LoopingCall

from hub.holder import known_dead
from hub.lease import (
    LOOK_S,
    RENEW_S,
    Claimed,
    Effect,
    Failed,
    Found,
    Lease,
    Lost,
    Refused,
    Renewed,
    Stage,
    Woke,
    step,
)
from hub.store.lease import LeaseHeldError
from protocol.errors import DeviceError

if TYPE_CHECKING:
    from collections.abc import Callable

    from structlog.typing import FilteringBoundLogger
    from twisted.internet.defer import Deferred
    from twisted.internet.interfaces import IReactorTime
    from twisted.python.failure import Failure

    from hub.lease import Event, Held, Holder

WAKE_S = 0.5
"""How often the time is looked at."""


class LeaseCalls(Protocol):
    """Port: the database, in the store's thread."""

    def look(self) -> Deferred[Held]:
        """Read who holds the lease."""
        ...

    def claim(self, seen: Held) -> Deferred[Any]:
        """Take the database over if it still says `seen`; else fail with `LeaseHeldError`."""
        ...

    def renew(self) -> Deferred[bool]:
        """Renew; False: it is another one's."""
        ...


class Duties(Protocol):
    """Port: whoever leads."""

    def lead(self) -> None:
        """Begin: the lease is ours, and the database is open."""
        ...

    def hush(self) -> None:
        """Publish nothing until `speak`."""
        ...

    def speak(self) -> None:
        """Go on."""
        ...

    def retire(self) -> None:
        """Stop everything: another hub leads."""
        ...


class Succession:
    """One hub's place among those on its database.

    Attributes:
        lease: where this hub stands.
        failing: whether the database failed when it was asked last.
    """

    def __init__(
        self,
        reactor: IReactorTime,
        *,
        seconds: Callable[[], float],
        calls: LeaseCalls,
        duties: Duties,
        broken: Callable[[Failure], None],
        log: FilteringBoundLogger,
    ) -> None:
        """Do nothing yet.

        Args:
            reactor: real time, for the timers.
            seconds: the lease's clock: goes on while the machine sleeps.
            calls: see `LeaseCalls`.
            duties: see `Duties`.
            broken: gets what is neither the database's failure nor another hub's success.
            log: the process's log.
        """
        self._seconds = seconds
        self._calls = calls
        self._duties = duties
        self._broken = broken
        self._log = log
        self._turn_at = 0.0
        self._busy = False
        self._dead: Holder | None = None
        self._told: Holder | None = None
        self._wakes = LoopingCall(self._wake)
        self._wakes.clock = reactor
        self.lease = Lease()
        self.failing = False

    def start(self) -> None:
        """Look at once, and from then on."""
        self._wakes.start(WAKE_S).addErrback(self._broken)

    def stop(self) -> None:
        """Neither look nor renew any more; this hub may go on speaking until its lease is over."""
        if self._wakes.running:
            self._wakes.stop()

    def may_speak(self) -> bool:
        """Return whether this hub may publish now; ask before each message.

        A process that was stopped wakes up in the middle of something: who asks is told first to
        be silent, so that what it could not say is said after `Duties.speak`.
        """
        self._step(Woke())
        return self.lease.may_speak(self._seconds())

    @property
    def status(self) -> dict[str, object]:
        """What people are told."""
        told: dict[str, object] = {"role": self.lease.stage.value}
        if self.lease.stage is Stage.STANDING_BY and self.lease.seen is not None:
            holder = self.lease.seen.holder
            told["leader"] = None if holder is None else {"host": holder.host, "pid": holder.pid}
            told["takes_over_in_s"] = round(self.lease.wait(self._seconds()), 1)
        return told

    def _wake(self) -> None:
        self._step(Woke())
        if not self._busy and self._seconds() >= self._turn_at:
            self._turn()

    def _turn(self) -> None:
        """Ask the database, whatever is next."""
        asked = self._seconds()
        leads = self.lease.stage in {Stage.LEADING, Stage.SILENT}
        self._turn_at = asked + (RENEW_S if leads else LOOK_S)
        self._busy = True
        turn = self._renew(asked) if leads else self._look()
        turn.addErrback(self._failed).addErrback(self._break).addBoth(self._rest)

    def _renew(self, asked: float) -> Deferred[None]:
        return self._calls.renew().addCallback(
            lambda ours: self._answered(Renewed(asked) if ours else Lost())
        )

    def _look(self) -> Deferred[None]:
        return self._calls.look().addCallback(self._found)

    def _found(self, held: Held) -> Deferred[None] | None:
        self._dead = held.holder if held.holder is not None and known_dead(held.holder) else None
        self._answered(Found(held, dead=self._dead is not None))
        if self.lease.stage is not Stage.CLAIMING:
            self._tell_waiting(held)
            return None
        asked = self._seconds()
        claim = self._calls.claim(held)
        claim.addCallback(lambda _: self._claimed(held, asked))
        return claim.addErrback(self._refused)

    def _claimed(self, seen: Held, asked: float) -> None:
        before = seen.holder
        if before is not None:
            why = "its process is gone" if before == self._dead else "it was silent"
            self._log.warning("hub.takes-over", host=before.host, pid=before.pid, why=why)
        self._told = None
        self._turn_at = asked + RENEW_S
        self._answered(Claimed(asked))

    def _refused(self, failure: Failure) -> None:
        failure.trap(LeaseHeldError)
        self._answered(Refused())

    def _tell_waiting(self, held: Held) -> None:
        if held.holder is not None and held.holder != self._told:
            self._told = held.holder
            host, pid = held.holder.host, held.holder.pid
            wait = round(self.lease.wait(self._seconds()), 1)
            self._log.warning("hub.stands-by", leader=host, pid=pid, takes_over_in_s=wait)

    def _answered(self, event: Event) -> None:
        if self.failing:
            self.failing = False
            self._log.warning("store.answers-again")
        self._step(event)

    def _failed(self, failure: Failure) -> None:
        failure.trap(DeviceError)
        if not self.failing:
            self.failing = True
            self._log.error("store.fails", why=str(failure.value), again_s=LOOK_S)
        self._step(Failed())

    def _break(self, failure: Failure) -> None:
        self._broken(failure)
        self._step(Failed())

    def _rest(self, _: object) -> None:
        self._busy = False

    def _step(self, event: Event) -> None:
        self.lease, effects = step(self.lease, event, self._seconds())
        for effect in effects:
            if effect is not Effect.CLAIM:  # the call that found the lease free goes on with it
                self._carry_out(effect)

    def _carry_out(self, effect: Effect) -> None:
        duties = self._duties
        does = {
            Effect.LEAD: duties.lead,
            Effect.HUSH: duties.hush,
            Effect.SPEAK: duties.speak,
            Effect.RETIRE: duties.retire,
        }
        say = self._log.info if effect is Effect.LEAD else self._log.warning
        say("hub.lease", stage=self.lease.stage.value, effect=effect.value)
        does[effect]()
