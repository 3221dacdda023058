"""What the hub tells this one device to do or to be: commands, wants, its configuration.

Law: routes; `orders` and `desired` decide. Commands that every device knows (identify, report,
resync, restart) are done here, all others by the subsystem.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from twisted.internet.defer import Deferred

from protocol.acceptance import Verdict
from protocol.commands import Command, CommandKind, FailReason
from protocol.devices import Config, Want
from protocol.errors import MessageError
from subsystems.kit.obedience import Arrived
from subsystems.kit.orders import DONE, CommandRefusedError, Ears, Orders, Outcome
from subsystems.kit.unfollowed import unfollowed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from structlog.typing import FilteringBoundLogger
    from twisted.internet.interfaces import IReactorTime

    from protocol.messages import LinkMode, Message
    from protocol.spoken import Spoken
    from subsystems.kit.knowledge import Knowledge
    from subsystems.kit.ledger import Ledger
    from subsystems.kit.orders import Order
    from subsystems.kit.voice import Voice

IDENTIFY_S = 10.0
IDENTIFY_MOST_S = 60.0
"""For how long a device says which one it is: by default, and at most."""


@dataclass(frozen=True)
class Willing:
    """What a subsystem does for the hub beyond showing runs.

    Attributes:
        does: its own commands, by kind; see `orders.Orders`.
        wanted: called with each new desired state, and with the one of an earlier life.
        configured: likewise with each new configuration.
        follows: which of their fields it follows, as ``want.volume``; of all others that are asked
            for the hub is told a fault.
        restart: ends the process so that it is started anew; None: it cannot be.
        spoken: called with what loudspeakers say, when a voice begins and when it ends; None: it
            is of no use here.
        measured: further figures for the health message, by name.
    """

    does: Mapping[str, Order] = field(default_factory=dict)
    wanted: Callable[[Want], None] = lambda _want: None
    configured: Callable[[Config], None] = lambda _config: None
    follows: frozenset[str] = frozenset()
    restart: Callable[[], None] | None = None
    spoken: Callable[[Spoken], None] | None = None
    measured: Callable[[], Mapping[str, float]] = dict


@dataclass(frozen=True)
class Reach:
    """What the duties ask of the rest of the link.

    Attributes:
        report: publishes description, state and health.
        resync: forgets everything and fetches it anew; fires when everything is held again.
        changed: publishes the state.
        identify: shows for so many seconds, in the honest line, which device this is.
    """

    report: Callable[[], None]
    resync: Callable[[], Deferred[None]]
    changed: Callable[[], None]
    identify: Callable[[float], None]


class Duties:
    """The duties of one device.

    Args:
        reactor: its real seconds.
        knowledge: holds what is wanted.
        ledger: of commands.
        willing: what the subsystem does.
        reach: see `Reach`.
        zones: in which the device stands, unless its configuration says otherwise.
        log: of the process.
        rate: station seconds per real second.
    """

    def __init__(  # noqa: PLR0913 - the seams meet here
        self,
        reactor: IReactorTime,
        *,
        knowledge: Knowledge,
        ledger: Ledger,
        willing: Willing,
        reach: Reach,
        zones: tuple[str, ...],
        log: FilteringBoundLogger,
        rate: float,
    ) -> None:
        self._knowledge = knowledge
        self._willing = willing
        self._reach = reach
        self._zones = zones
        self._log = log
        self._voice: Voice
        self._unfollowed: Callable[[tuple[str, ...]], None]
        does: dict[str, Order] = {
            CommandKind.IDENTIFY: self._identify,
            CommandKind.REPORT: self._report,
            CommandKind.RESYNC: self._resync,
            **willing.does,
        }
        if willing.restart is not None:
            does[CommandKind.RESTART] = self._restart
        ears = Ears(knowledge.now, self.zones, lambda ack: self._voice.ack(ack))  # noqa: PLW0108 - `over` comes later
        self.orders = Orders(reactor, ledger=ledger, does=does, ears=ears, log=log, rate=rate)

    def over(self, voice: Voice, unfollowed: Callable[[tuple[str, ...]], None]) -> None:
        """Answer with this voice, and say so what is asked for and not followed, by name.

        To be called before anything comes.
        """
        self._voice = voice
        self._unfollowed = unfollowed

    def zones(self) -> tuple[str, ...]:
        """Return the zones of the station in which the device stands."""
        config = self._knowledge.desired.config
        return config.zones if config is not None and config.zones else self._zones

    def recalled(self) -> None:
        """Be as an earlier life was told to be."""
        self.orders.recall()
        desired = self._knowledge.desired
        for word in (desired.want, desired.config):
            if word is not None:
                self._adopt(word)
        self._tell_unfollowed()

    def take(
        self, entity: str, message: Message, payload: bytes, *, retained: bool, mode: LinkMode
    ) -> Verdict:
        """Take a command, a want or a configuration.

        Raises:
            MessageError: the message belongs to another topic.
        """
        body = message.body
        leaf = entity.rpartition("/")[2]
        match body:
            case Command() if leaf == "cmd":
                if self.orders.meant_for_us(entity):
                    epoch = self._knowledge.mirror.epoch
                    self.orders.receive(Arrived(message, body, retained, mode, epoch))
                return Verdict.ACCEPT
            case Want() | Config() if leaf == ("want" if isinstance(body, Want) else "cfg"):
                verdict = self._knowledge.want(entity, message, payload, retained=retained)
                if verdict is Verdict.ACCEPT:
                    self._adopt(body)
                    self._tell_unfollowed()
                    self._reach.changed()
                return verdict
            case _:
                raise MessageError(f"{message.t} does not belong here", where=entity)

    def _adopt(self, word: Want | Config) -> None:
        self._log.info("device.told", what=type(word).__name__.lower(), revision=word.revision)
        if isinstance(word, Want):
            self._willing.wanted(word)
        else:
            self._willing.configured(word)

    def _tell_unfollowed(self) -> None:
        desired, follows = self._knowledge.desired, self._willing.follows
        self._unfollowed(unfollowed(desired.want, desired.config, follows))

    def _identify(self, command: Command) -> Outcome:
        seconds = command.parameters.get("seconds", IDENTIFY_S)
        if not isinstance(seconds, int | float) or isinstance(seconds, bool) or seconds < 0:
            message = f"seconds: {seconds!r} is no time"
            raise CommandRefusedError(message, reason=FailReason.BAD_PARAMETERS)
        self._reach.identify(min(float(seconds), IDENTIFY_MOST_S))
        return DONE

    def _report(self, _command: Command) -> Outcome:
        self._reach.report()
        return DONE

    def _resync(self, _command: Command) -> Deferred[Outcome]:
        return self._reach.resync().addCallback(lambda _: DONE)

    def _restart(self, _command: Command) -> Deferred[Outcome]:
        assert self._willing.restart is not None  # noqa: S101 - else it is no order of ours
        self._willing.restart()
        return Deferred()  # it is over when the next life begins
