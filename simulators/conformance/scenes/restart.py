"""Scene "restart": the device is killed and started again by its maker's command.

Law: see `simulators.conformance.scenes`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from protocol.limits import IN_FORCE_WITHIN_S
from protocol.messages import Beat, DeviceState, LinkMode
from simulators.conformance.scenes.commands import known
from simulators.conformance.scenes.wishes import say
from simulators.conformance.stage import ONLINE_WITHIN_S, SLACK_S

if TYPE_CHECKING:
    from protocol.devices import Config, Want
    from simulators.conformance.stage import Stage
    from simulators.conformance.witness import Heard

WILL_S = 10.0
STARTS_S = 30.0


async def play(stage: Stage) -> None:
    """Kill -9: the will speaks; a new start remembers commands and wishes, and no old time."""
    hub, witness = stage.hub, stage.witness
    before = witness.state
    name = f"remembered-{hub.seq}"
    hub.command(stage.device.id, name, "identify", parameters={"seconds": 1})
    done = await stage.acknowledged(name, timeout_s=10.0)
    killed = stage.reactor.seconds()
    await stage.hook("kill")
    will = await witness.until(_offline, WILL_S) or _last_offline(stage, killed)
    body = will.message.body if will is not None and will.message is not None else None
    same = isinstance(body, DeviceState) and before is not None and body.boot == before.boot
    found = f"boot {body.boot}" if isinstance(body, DeviceState) else "no will"
    stage.check("C-9.3", same, f"{found}; it ran as {before.boot if before else None}")
    hub.silence()
    lie = hub.message(Beat(utc=hub.clock.now(), manifest_seq=hub.manifest_seq))
    hub.say(hub.topics.hub_beat, lie, retain=True)
    said = dict(stage.wishes)
    for leaf in said:
        hub.say(hub.topics.device(stage.device.id, leaf), b"", retain=True)
    await started(stage, before)
    early = await witness.until_mode(LinkMode.ONLINE, ONLINE_WITHIN_S)
    found = (
        "ONLINE by a beat that the broker kept" if early else "a beat that was kept counts nothing"
    )
    stage.check("C-4.3", early is None, found)
    hub.say(hub.topics.hub_beat, b"", retain=True)
    hub.come()
    state = await witness.until_mode(LinkMode.ONLINE, ONLINE_WITHIN_S)
    stage.check(
        "C-11.4", state is not None, "in step after the restart" if state else "never ONLINE"
    )
    await _wishes(stage, said, state)
    if done is not None:
        await known(stage, "C-7.8", name)


async def _wishes(
    stage: Stage, said: dict[str, tuple[Want | Config, int]], state: DeviceState | None
) -> None:
    """The broker had lost them: the device has kept them, or takes them when they come."""
    if not said:
        return
    kept = state.want_revision if state is not None else None
    _, wanted = said["want"]
    stage.check("C-8.6", kept == wanted, f"want {kept} after a restart, the broker had none")
    for leaf, (body, rev) in said.items():
        say(stage, leaf, body, rev)
    state = await stage.witness.until_state(
        lambda now: now.want_revision == wanted, IN_FORCE_WITHIN_S + SLACK_S
    )
    found = "in force" if state else "not in force"
    stage.check("C-8.2", state is not None, f"want {wanted} after the restart: {found}")


async def started(stage: Stage, before: DeviceState | None) -> None:
    """Have the device started, and wait for the state of another boot."""
    await stage.hook("start")
    known = before.boot if before is not None else ""
    state = await stage.witness.until_state(
        lambda said: said.online and said.boot != known, STARTS_S
    )
    found = f"boot {state.boot}" if state else f"no state of a new boot within {STARTS_S:g} s"
    stage.check("C-9.4", state is not None, found)


def _offline(heard: Heard) -> bool:
    body = heard.message.body if heard.message is not None else None
    return isinstance(body, DeviceState) and not body.online


def _last_offline(stage: Stage, since: float) -> Heard | None:
    said = [heard for heard in stage.witness.since(since, "state") if _offline(heard)]
    return said[-1] if said else None
