"""Commands on their way: carries out what `hub.fleet.order` decides.

Law: decides nothing itself. Whoever wanted what, and what became of it, stands in the log.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from msgspec import structs
from twisted.internet.defer import Deferred, succeed

from hub.fleet.order import Answered, Ended, Order, SendAgain, Tick, next_at, step
from hub.fleet.said import CommandReport, OrderReport
from protocol.commands import Ack, Command
from protocol.limits import COMMAND_LIFE_S

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random

    from structlog.typing import FilteringBoundLogger
    from twisted.internet.interfaces import IDelayedCall

    from hub.fleet.order import Event
    from hub.fleet.said import Given
    from protocol.times import Instant
    from protocol.topics import Topics
    from station_config.runtime.clocks import StationClock
    from station_config.runtime.reactor import Reactor

REMEMBERED = 200
"""Commands whose report can be asked for."""
_ID_BITS = 128


@dataclass
class _Batch:
    """One command to one or several devices."""

    command: Command
    at: Instant
    until: Instant
    orders: dict[str, Order]
    waiting: list[Deferred[CommandReport]] = field(default_factory=list)

    @property
    def ended(self) -> bool:
        return all(order.ended for order in self.orders.values())

    def report(self) -> CommandReport:
        orders = {device: _told(order) for device, order in sorted(self.orders.items())}
        command = self.command
        return CommandReport(
            command_id=command.command_id,
            kind=command.kind,
            who=command.who,
            at=self.at,
            orders=orders,
        )


class Commanding:
    """The commands that this hub has given.

    Args:
        reactor: real time.
        topics: of the station.
        clock: station time.
        random: for the ids.
        publish: publishes a command on a topic: issued at, valid until.
        log: the process's log.
    """

    def __init__(
        self,
        reactor: Reactor,
        *,
        topics: Topics,
        clock: StationClock,
        random: Random,
        publish: Callable[[str, Command, Instant, Instant], None],
        log: FilteringBoundLogger,
    ) -> None:
        self._reactor = reactor
        self._topics = topics
        self._clock = clock
        self._random = random
        self._publish = publish
        self._log = log
        self._batches: dict[str, _Batch] = {}
        self._timer: IDelayedCall | None = None

    def reports(self) -> tuple[CommandReport, ...]:
        """Return what became of the last commands, newest first."""
        return tuple(batch.report() for batch in reversed(self._batches.values()))

    def give(self, given: Given, devices: Sequence[str]) -> Deferred[CommandReport]:
        """Send a command; fires when it is over at every device, or after `wait_s`."""
        batch = self._batches.get(given.command_id) or self._begin(given, devices)
        if batch.ended:
            return succeed(batch.report())
        over: Deferred[CommandReport] = Deferred()
        batch.waiting.append(over)
        late = self._reactor.callLater(given.wait_s, self._answer, batch, over)

        def cancel(report: CommandReport) -> CommandReport:
            if late.active():
                late.cancel()
            return report

        return over.addCallback(cancel)

    def acknowledged(self, device: str, ack: Ack) -> None:
        """Take a device's answer; one that nobody waits for changes nothing."""
        batch = self._batches.get(ack.command_id)
        if batch is not None and device in batch.orders:
            self._step(batch, device, Answered(ack))
            self._wind()

    def stop(self) -> None:
        """Wait for nothing more."""
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        for batch in self._batches.values():
            for over in list(batch.waiting):
                self._answer(batch, over)

    def _begin(self, given: Given, devices: Sequence[str]) -> _Batch:
        now = self._clock.now()
        command = Command(
            command_id=given.command_id or f"{self._random.getrandbits(_ID_BITS):032x}",
            kind=given.kind,
            parameters=given.parameters,
            who=given.who,
        )
        until = now + timedelta(seconds=COMMAND_LIFE_S * self._clock.rate)
        order = Order(sent_s=self._reactor.seconds())
        batch = _Batch(command, now, until, dict.fromkeys(devices, order))
        while len(self._batches) >= REMEMBERED:
            self._forget(next(iter(self._batches)))
        self._batches[command.command_id] = batch
        target = given.device or f"{given.group}/{given.zone}"
        self._log.info(
            "device.command", who=given.who, id=command.command_id, kind=given.kind, target=target
        )
        if given.device:
            topic = self._topics.device(given.device, "cmd")
        else:
            topic = self._topics.group_command(given.group, given.zone)
        self._publish(topic, command, now, until)
        self._wind()
        return batch

    def _forget(self, command_id: str) -> None:
        batch = self._batches.pop(command_id)
        for over in list(batch.waiting):
            self._answer(batch, over)

    def _step(self, batch: _Batch, device: str, event: Event) -> None:
        order, effects = step(batch.orders[device], event, self._reactor.seconds())
        batch.orders[device] = order
        for effect in effects:
            match effect:
                case SendAgain(attempt):
                    again = structs.replace(batch.command, attempt=attempt)
                    self._publish(self._topics.device(device, "cmd"), again, batch.at, batch.until)
                case Ended():
                    self._ended(batch, device)

    def _ended(self, batch: _Batch, device: str) -> None:
        order = batch.orders[device]
        self._log.info(
            "device.command.over",
            id=batch.command.command_id,
            device=device,
            stage=order.stage.value,
            reason=order.reason,
            attempts=order.attempt,
        )
        if batch.ended:
            for over in list(batch.waiting):
                self._answer(batch, over)

    def _answer(self, batch: _Batch, over: Deferred[CommandReport]) -> None:
        if over in batch.waiting:
            batch.waiting.remove(over)
            over.callback(batch.report())

    def _tick(self) -> None:
        now_s = self._reactor.seconds()
        for batch in list(self._batches.values()):
            for device, order in list(batch.orders.items()):
                due_s = next_at(order)
                if due_s is not None and due_s <= now_s:
                    self._step(batch, device, Tick())
        self._wind()

    def _wind(self) -> None:
        """Wake up when the next order needs it."""
        orders = [o for batch in self._batches.values() for o in batch.orders.values()]
        due = [due_s for order in orders if (due_s := next_at(order)) is not None]
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        self._timer = None
        if due:
            delay_s = max(0.0, min(due) - self._reactor.seconds())
            self._timer = self._reactor.callLater(delay_s, self._tick)


def _told(order: Order) -> OrderReport:
    ack = order.ack
    return OrderReport(
        stage=order.stage,
        attempts=order.attempt,
        reason=order.reason,
        detail="" if ack is None else ack.detail,
        result={} if ack is None else ack.result,
    )
