"""Actions about alarms: see them, acknowledge them, put them aside for a time and take them back.

Law: each entry of the table and what does it. Every deed is recorded with who did it and why.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from twisted.python.failure import Failure

from hub.accounts.roles import Permission
from hub.alarms.desk import LONGEST_SHELF, Acknowledge, PutAside, TakeBack
from hub.alarms.watch import Alarms
from hub.audit.record import Outcome
from hub.console.action import Action, Call
from protocol.errors import OperatorError

if TYPE_CHECKING:
    from twisted.internet.defer import Deferred

    from hub.alarms.desk import Event
    from hub.console.office import Office

_KEY = Annotated[str, msgspec.Meta(min_length=1, max_length=255)]
_WHY = Annotated[str, msgspec.Meta(min_length=1, max_length=400)]
_MOST_MINUTES = LONGEST_SHELF // timedelta(minutes=1)
_MINUTES = Annotated[int, msgspec.Meta(ge=1, le=_MOST_MINUTES)]
MOST_KEYS = 500


class Acknowledging(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Alarms that somebody knows of."""

    keys: Annotated[tuple[_KEY, ...], msgspec.Meta(min_length=1, max_length=MOST_KEYS)]


class Shelving(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An alarm that somebody puts aside: for how long, and why."""

    key: _KEY
    minutes: _MINUTES
    why: _WHY


class Unshelving(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An alarm that somebody takes back."""

    key: _KEY


def _list(office: Office, _call: Call) -> Alarms:
    return office.alarms.alarms


def _acknowledge(office: Office, call: Call) -> Deferred[Alarms]:
    body: Acknowledging = call.body
    event = Acknowledge(body.keys, call.by.name)
    return _do(office, call, event, "alarm.acknowledge", body.keys, {})


def _shelve(office: Office, call: Call) -> Deferred[Alarms]:
    body: Shelving = call.body
    until = office.desk().clock.now() + timedelta(minutes=body.minutes)
    event = PutAside(body.key, call.by.name, body.why, until)
    said = {"why": body.why, "minutes": body.minutes}
    return _do(office, call, event, "alarm.shelve", (body.key,), said)


def _unshelve(office: Office, call: Call) -> Deferred[Alarms]:
    body: Unshelving = call.body
    event = TakeBack(body.key, call.by.name)
    return _do(office, call, event, "alarm.unshelve", (body.key,), {})


def _do(
    office: Office,
    call: Call,
    event: Event,
    action: str,
    keys: tuple[str, ...],
    said: dict[str, Any],
) -> Deferred[Alarms]:
    subject = keys[0] if len(keys) == 1 else f"{len(keys)} alarms"
    try:
        done = office.alarms.do(event)
    except OperatorError as refusal:
        why = str(refusal)
        refused = office.entry(call, action, subject, Outcome.REFUSED, refused=why, **said)
        failure = Failure(refusal)
        return office.record(refused).addCallback(lambda _: failure)
    entry = office.entry(call, action, subject, keys=keys, **said)
    return office.record(entry).addCallback(lambda _: done)


ACTIONS = (
    Action(
        "alarm.list", "GET", "/alarms", Permission.SEE, Alarms, _list,
        "All alarms, the most urgent first, and how many a person is given.",
    ),
    Action(
        "alarm.acknowledge", "POST", "/alarms/acknowledge", Permission.ALARM, Alarms, _acknowledge,
        "Say that one knows of them.", takes=Acknowledging,
    ),
    Action(
        "alarm.shelve", "POST", "/alarms/shelve", Permission.ALARM, Alarms, _shelve,
        "Put one aside for some minutes, with a reason.", takes=Shelving,
    ),
    Action(
        "alarm.unshelve", "POST", "/alarms/unshelve", Permission.ALARM, Alarms, _unshelve,
        "Take one back from the shelf.", takes=Unshelving,
    ),
)  # fmt: skip
