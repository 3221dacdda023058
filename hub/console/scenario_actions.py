"""Actions about emergencies: prepared scenarios in two steps, their end, and drills.

Law: each entry of the table and what does it. What a scenario commands is `hub.scenarios.plan`'s;
each command of it is done at the desk, which records it. A drill commands nothing: it is shown on
consoles and recorded, and no message leaves the hub.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import msgspec

from hub.accounts.hashing import draw_token
from hub.accounts.roles import Permission
from hub.audit.order import Order
from hub.console.action import Action, Call
from hub.console.batches import LASTS_S
from hub.console.doorman import actor_of
from hub.console.office import NotThereError, answer_of
from hub.console.said import CommandAnswer
from hub.scenarios.model import Running, Wanted
from hub.scenarios.plan import begin, end
from protocol.timeline import train_phase

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twisted.internet.defer import Deferred

    from hub.audit.order import Obeyed
    from hub.console.office import Office
    from hub.kernel.override import Command

_ID = Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
_WHY = Annotated[str, msgspec.Meta(min_length=1, max_length=400)]
_SAY = Annotated[str, msgspec.Meta(max_length=60)]
BEGIN, END = "scenario.begin", "scenario.end"


class PreparedView(msgspec.Struct, frozen=True, kw_only=True):
    """A prepared scenario."""

    id: str
    names: dict[str, str]
    texts: dict[str, str]


class ScenarioList(msgspec.Struct, frozen=True, kw_only=True):
    """What there is, and what is under way."""

    prepared: tuple[PreparedView, ...]
    running: tuple[Running, ...]


class Arming(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A scenario to be armed, and why."""

    wanted: Wanted
    why: _WHY


class ArmedScenario(msgspec.Struct, frozen=True, kw_only=True):
    """What a scenario would do.

    Attributes:
        token: begins it, once, within `expires_s`.
        running: as it would be under way.
        count: of its commands; 0 of a drill.
        refused: of those that the rules would refuse.
        answers: of each command.
    """

    token: str
    running: Running
    count: int
    refused: int
    answers: tuple[CommandAnswer, ...]
    expires_s: int


class Beginning(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An armed scenario, with the number of commands that the person was shown."""

    token: _ID
    count: int


class Ending(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A scenario to be ended.

    Attributes:
        say: id of a prepared text that is told then, "": nothing.
    """

    id: _ID
    why: _WHY
    say: _SAY = ""


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a scenario's commands."""

    running: tuple[Running, ...]
    done: int
    refused: int
    answers: tuple[CommandAnswer, ...]


def _list(office: Office, _call: Call) -> ScenarioList:
    texts = office.desk().station.announcements.prepared
    return ScenarioList(
        prepared=tuple(PreparedView(id=t.id, names=t.names, texts=t.texts) for t in texts),
        running=office.scenarios.running,
    )


def _arm(office: Office, call: Call) -> Deferred[ArmedScenario]:
    body: Arming = call.body
    desk, now = office.desk(), office.desk().clock.now()
    token = draw_token(18)
    runs = ((row.run, train_phase(row.run, now)) for row in office.live.table.listed())
    running, commands = begin(
        body.wanted,
        desk.station,
        runs,
        now,
        running_id=token[:8].lower().replace("_", "-"),
        who=call.by.name,
        why=body.why,
    )
    orders = _orders(call, commands, BEGIN, running)

    def armed(answers: list[Obeyed]) -> ArmedScenario:
        office.batches.arm(token, call.session, orders, office.wall(), beside=running)
        return ArmedScenario(
            token=token,
            running=running,
            count=len(orders),
            refused=sum(not each.answer.accepted for each in answers),
            answers=tuple(map(answer_of, answers)),
            expires_s=int(LASTS_S),
        )

    return desk.ask(orders).addCallback(armed)


def _begin(office: Office, call: Call) -> Deferred[Done]:
    body: Beginning = call.body
    desk = office.desk()
    armed = office.batches.take_armed(body.token, call.session, office.wall())
    if armed is None or not isinstance(armed.beside, Running) or len(armed.orders) != body.count:
        raise NotThereError("armed scenario")
    running = armed.beside
    entry = office.entry(call, BEGIN, running.id, **_told(running))
    done = office.record(entry).addCallback(lambda _: office.scenarios.begun(running))
    done.addCallback(lambda _: desk.order_all(armed.orders))
    return done.addCallback(lambda answers: _done(office, answers))


def _end(office: Office, call: Call) -> Deferred[Done]:
    body: Ending = call.body
    desk = office.desk()
    running = next((r for r in office.scenarios.running if r.id == body.id), None)
    if running is None:
        raise NotThereError(f"scenario {body.id}")
    said = {"who": call.by.name, "why": body.why, "say": body.say}
    commands = end(running, desk.station, desk.clock.now(), **said)
    orders = _orders(call, commands, END, running)
    entry = office.entry(call, END, running.id, why=body.why, drill=running.wanted.drill)
    done = office.record(entry)
    done.addCallback(lambda _: desk.order_all(orders))

    def over(answers: list[Obeyed]) -> Deferred[Done]:
        kept = office.scenarios.over(running.id)
        return kept.addCallback(lambda _: _done(office, answers))

    return done.addCallback(over)


def _orders(
    call: Call, commands: Sequence[Command], action: str, running: Running
) -> tuple[Order, ...]:
    actor = actor_of(call.by, call.address)
    beside: dict[str, object] = {"scenario": running.id}
    return tuple(Order(each, actor, action, None, beside) for each in commands)


def _told(running: Running) -> dict[str, Any]:
    return {
        "why": running.why,
        "scenario": running.wanted.scenario,
        "drill": running.wanted.drill,
        "zones": running.wanted.zones,
        "held": running.held,
        "until": running.until.isoformat(),
    }


def _done(office: Office, answers: Sequence[Obeyed]) -> Done:
    refused = sum(not each.answer.accepted for each in answers)
    return Done(
        running=office.scenarios.running,
        done=len(answers) - refused,
        refused=refused,
        answers=tuple(map(answer_of, answers)),
    )


ACTIONS = (
    Action(
        "scenario.list", "GET", "/scenarios", Permission.SEE, ScenarioList, _list,
        "Prepared emergencies, and those under way.",
    ),
    Action(
        "scenario.arm", "POST", "/scenarios/arm", Permission.EMERGENCY, ArmedScenario, _arm,
        "What a scenario would do, and a token to begin it.", takes=Arming,
    ),
    Action(
        BEGIN, "POST", "/scenarios/begin", Permission.EMERGENCY, Done, _begin,
        "Begin an armed scenario, or drill.", takes=Beginning,
    ),
    Action(
        END, "POST", "/scenarios/end", Permission.EMERGENCY, Done, _end,
        "Take a scenario back; a drill only ends.", takes=Ending,
    ),
)  # fmt: skip
