"""What the actions of the API have to work with.

Law: collaborators and no rule; made once, in `hub.console.site`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hub.audit.order import Order
from hub.audit.record import Entry, Outcome
from hub.console.doorman import actor_of
from hub.console.orders import AnyOrder, seen_hand, to_command
from hub.console.said import CommandAnswer, line_of
from protocol.errors import OperatorError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from twisted.internet.defer import Deferred

    from hub.alarms.watch import AlarmWatch
    from hub.audit.order import Obeyed
    from hub.console.action import Call
    from hub.console.batches import Batches
    from hub.console.doorman import Doorman
    from hub.console.live import Live
    from hub.desk import Desk
    from hub.diagram.desk import DiagramDesk
    from hub.feed_report import FeedReport
    from hub.mqtt.store_calls import RunInStore
    from hub.scenarios.room import Room
    from hub.store.accounts import AccountStore
    from hub.store.audit import AuditStore
    from hub.web.fleet import FleetCalls


class DeniedError(OperatorError):
    """That role may not."""

    def __init__(self) -> None:
        super().__init__("您的角色无此权限 · your role may not do this")


class NotThereError(OperatorError):
    """What was asked for is not there."""

    def __init__(self, what: str) -> None:
        super().__init__(f"没有 {what[:80]} · there is no {what[:80]}")


@dataclass(frozen=True)
class Office:
    """Everything.

    Attributes:
        desk: of the hub that leads; raises if this one does not.
        fleet: its devices, likewise.
        feed: how its lines stand, likewise.
        sites: addresses of other pages, by the kind of the subsystem that they are of.
        secure: the site speaks TLS.
        wall: the system's clock, seconds.
    """

    desk: Callable[[], Desk]
    fleet: Callable[[], FleetCalls]
    feed: Callable[[], FeedReport]
    doorman: Doorman
    accounts: AccountStore
    audit: AuditStore
    live: Live
    diagram: DiagramDesk
    alarms: AlarmWatch
    scenarios: Room
    batches: Batches
    in_store: RunInStore
    in_hash: Callable[[Callable[[], Any]], Deferred[Any]]
    wall: Callable[[], float]
    sites: Mapping[str, str]
    secure: bool

    def order(
        self, call: Call, order: AnyOrder, action: str, beside: dict[str, object] | None = None
    ) -> Order:
        """Return a command of who is logged in, ready to be done."""
        return Order(
            to_command(order, call.by.name),
            actor_of(call.by, call.address),
            action,
            seen_hand(order),
            beside or {},
        )

    def entry(
        self,
        call: Call,
        action: str,
        subject: str = "",
        outcome: Outcome = Outcome.DONE,
        **body: object,
    ) -> Entry:
        """Return an entry for the audit about something that is no command to the kernel."""
        actor = actor_of(call.by, call.address)
        return Entry(actor=actor, action=action, subject=subject, outcome=outcome, body=body)

    def record(self, entry: Entry) -> Deferred[Any]:
        """Record `entry` in a transaction of its own."""
        return self.in_store(lambda: self.audit.add(entry))


def answer_of(obeyed: Obeyed) -> CommandAnswer:
    """Return what became of a command as the API tells it."""
    overtaken = tuple(map(line_of, obeyed.overtaken))
    return CommandAnswer(answer=obeyed.answer, overtaken=overtaken, hand=obeyed.hand)
