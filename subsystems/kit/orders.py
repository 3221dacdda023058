"""Commands to this device: from the broker to whoever does them, and the answers back.

Law: carries out what `obedience` decides, in its order; decides nothing itself. A command that
takes longer than the protocol allows is answered FAILED; what it says later changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred, TimeoutError, maybeDeferred  # noqa: A004 - Twisted's

from protocol.commands import Ack, AckStage, FailReason
from protocol.errors import StationError
from protocol.limits import DONE_WITHIN_S
from protocol.topics import ALL_ZONES
from subsystems.kit import obedience
from subsystems.kit.obedience import Answer, Arrived, Finished, Keep, Obey, Report, Woken

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from structlog.typing import FilteringBoundLogger
    from twisted.internet.interfaces import IReactorTime
    from twisted.python.failure import Failure

    from protocol.commands import Command
    from protocol.limits import Scalar
    from protocol.times import Instant
    from subsystems.kit.ledger import Ledger

    Order = Callable[[Command], "Deferred[Outcome] | Outcome"]

_GROUP_PARTS = 4
"""``grp/{type}/{zone}/cmd``."""


class CommandRefusedError(StationError):
    """Whoever does commands could not do this one.

    Args:
        message: for people, the answer's `detail`.
        reason: a `protocol.commands.FailReason`, or another word.
    """

    def __init__(self, message: str, *, reason: str = FailReason.FAULT) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True)
class Outcome:
    """A command was done.

    Attributes:
        result: what it found out.
    """

    result: Mapping[str, Scalar]


DONE = Outcome({})


@dataclass(frozen=True)
class Ears:
    """What the orders need to know of the rest of the link.

    Attributes:
        now: station time.
        zones: of the station in which the device stands.
        say: sends an answer.
    """

    now: Callable[[], Instant]
    zones: Callable[[], Collection[str]]
    say: Callable[[Ack], None]


class Orders:
    """The commands of one device.

    Args:
        reactor: its real seconds.
        ledger: what is remembered on disk.
        does: who does a command, by kind; may raise `CommandRefusedError`.
        ears: see `Ears`.
        log: of the process.
        rate: station seconds per real second.
    """

    def __init__(
        self,
        reactor: IReactorTime,
        *,
        ledger: Ledger,
        does: Mapping[str, Order],
        ears: Ears,
        log: FilteringBoundLogger,
        rate: float = 1.0,
    ) -> None:
        self._reactor = reactor
        self._ledger = ledger
        self._does = does
        self._ears = ears
        self._log = log
        self._state = obedience.State(frozenset(does), rate)
        self._woken = False
        self._doing: set[Deferred[Any]] = set()
        self._closed = False

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kinds of command that somebody here can do."""
        return tuple(sorted(self._does))

    def recall(self) -> None:
        """Know what an earlier life knew."""
        self._state = replace(self._state, known=self._ledger.recall())

    def up(self) -> None:
        """The connection is there: say what became of what an earlier life had begun."""
        if not self._woken:
            self._woken = True
            self._step(Woken())

    def meant_for_us(self, entity: str) -> bool:
        """Return whether a command on this topic (without the root) is for this device."""
        parts = entity.split("/")
        if parts[0] != "grp" or len(parts) != _GROUP_PARTS:
            return parts[0] == "dev"
        return parts[2] == ALL_ZONES or parts[2] in self._ears.zones()

    def receive(self, arrived: Arrived) -> None:
        """A command came."""
        self._step(arrived)

    def close(self) -> None:
        """Close the ledger; what is under way is over when the next life begins."""
        self._closed = True
        for doing in list(self._doing):
            doing.cancel()
        self._ledger.close()

    def _step(self, event: obedience.Event) -> None:
        self._state, effects = obedience.step(self._state, event, self._ears.now())
        for effect in effects:
            self._perform(effect)

    def _perform(self, effect: obedience.Effect) -> None:
        match effect:
            case Keep(command_id, remembered):
                self._ledger.keep(command_id, remembered)
            case Answer(ack):
                self._log.info(
                    "command.answer", command=ack.command_id, stage=ack.stage, reason=ack.reason
                )
                self._ears.say(ack)
            case Obey(command):
                self._obey(command)
            case Report(why):
                self._log.warning("command.refused", why=why)

    def _obey(self, command: Command) -> None:
        self._log.warning(
            "command.obey", command=command.command_id, kind=command.kind, who=command.who
        )
        doing: Deferred[Outcome] = maybeDeferred(self._does[command.kind], command)  # type: ignore[call-overload] # it takes both
        self._doing.add(doing)
        doing.addTimeout(DONE_WITHIN_S, self._reactor)
        doing.addCallbacks(
            lambda outcome: self._end(command, AckStage.DONE, result=dict(outcome.result)),
            lambda failure: self._fail(command, failure),
        )
        doing.addBoth(lambda _: self._doing.discard(doing))

    def _fail(self, command: Command, failure: Failure) -> None:
        if self._closed:
            return
        error = failure.value
        reason: str = FailReason.FAULT
        detail = str(error)
        if isinstance(error, CommandRefusedError):
            reason, detail = error.reason, error.message
        elif isinstance(error, TimeoutError):
            detail = f"not over after {DONE_WITHIN_S:g} s"
        else:
            self._log.error("command.failed", why=failure.getTraceback())
        self._end(command, AckStage.FAILED, reason=reason, detail=detail)

    def _end(self, command: Command, stage: AckStage, **words: Any) -> None:  # noqa: ANN401 - an Ack's
        self._step(Finished(Ack(command_id=command.command_id, stage=stage, **words)))
