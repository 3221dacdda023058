"""Scenes "network" and "refused": the line between device and broker, in the kit's hand.

Law: see `simulators.conformance.scenes`. They need the relay (`simulators.conformance.relay`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from protocol.limits import BEAT_S, CALM_S
from protocol.messages import Beat, DeviceState, LinkMode
from protocol.times import to_unix
from simulators.conformance.day import NUMBERS, run_of
from simulators.conformance.scenes import spoken
from simulators.conformance.scenes.fences import GHOST
from simulators.conformance.stage import ONLINE_WITHIN_S, SLACK_S

if TYPE_CHECKING:
    from simulators.conformance.relay import Relay
    from simulators.conformance.stage import Stage

CUT_S = 12.0
MOST_TRIES = 12
"""While the line is cut: who tries more often than each second does not back off."""
BACK_S = 32.0
REFUSED_S = 8.0


async def play(stage: Stage) -> None:
    """The line is cut; when it is there again, the broker has kept lies."""
    hub, relay = stage.hub, stage.relay
    assert relay is not None  # noqa: S101 - `Scene.lacks`
    cut = stage.reactor.seconds()
    relay.cut = True
    relay.break_off()
    await stage.sleep(CUT_S)
    tries = [call.began - cut for call in relay.calls if call.began > cut]
    found = f"{len(tries)} attempts in {CUT_S:g} s: {', '.join(f'{each:.1f}' for each in tries)} s"
    stage.check("C-1.7", 1 <= len(tries) <= MOST_TRIES, found)
    hub.silence()
    lies = _lies(stage)
    healed = stage.reactor.seconds()
    relay.cut = False
    ready = await _there(stage, relay, healed)
    if stage.check("C-1.7", ready is not None, _since("connected again", ready, healed)):
        await _what_it_says(stage, ready or healed)
    await stage.sleep(CALM_S + BEAT_S)
    state = stage.witness.state
    early = state is None or state.mode is LinkMode.ONLINE
    stage.check("C-4.3", not early, "a beat that was kept: " + ("ONLINE" if early else "no life"))
    acks = stage.witness.acks(lies)
    stage.check("C-7.2", not acks, "a command that was kept: " + (str(acks[:1]) or "no answer"))
    await spoken.check_kept(stage)
    _truth(stage)
    hub.come()
    state = await stage.witness.until_mode(LinkMode.ONLINE, ONLINE_WITHIN_S)
    stage.check("C-11.4", state is not None, "ONLINE again" if state else "never ONLINE again")
    await stage.complete(hub.manifest_seq, "after the line was cut")
    await stage.shows("C-3.6", with_=(NUMBERS[0],), without=(GHOST,), why="a dead hub's kept train")


def _lies(stage: Stage) -> str:
    """Leave with the broker what must do nothing; return the command's id."""
    hub = stage.hub
    beat = hub.message(Beat(utc=hub.clock.now(), manifest_seq=hub.manifest_seq))
    hub.say(hub.topics.hub_beat, beat, retain=True)
    ghost = run_of(GHOST, hub.clock.now())
    old = hub.message(ghost, rev=10**6, epoch=hub.epoch - 1)
    old["seq"] = 1
    hub.say(hub.topics.run(ghost.run_id), old, retain=True)
    spoken.keep(stage)
    name = f"kept-{hub.seq}"
    hub.command(stage.device.id, name, "identify", retain=True, life_s=60.0)
    return name


def _truth(stage: Stage) -> None:
    hub = stage.hub
    topics = (hub.topics.hub_beat, hub.topics.device(stage.device.id, "cmd"))
    ghost = hub.topics.run(run_of(GHOST, hub.clock.now()).run_id)
    for topic in (*topics, ghost):
        hub.say(topic, b"", retain=True)


async def _there(stage: Stage, relay: Relay, since: float) -> float | None:
    """Return when the device spoke on a new connection, None if it does not."""
    heard = await stage.witness.until(
        lambda heard: heard.leaf == "state" and _online(heard), BACK_S
    )
    calls = [call.began for call in relay.calls if call.began >= since]
    return calls[0] if heard is not None and calls else None


def _online(heard: object) -> bool:
    message = getattr(heard, "message", None)
    return message is not None and isinstance(message.body, DeviceState) and message.body.online


async def _what_it_says(stage: Stage, ready: float) -> None:
    await stage.sleep(1.0)
    witness = stage.witness
    new = [
        heard
        for leaf in ("state", "desc", "ack", "evt", "req")
        for heard in witness.since(ready, leaf)
    ]
    now = to_unix(stage.hub.clock.now())
    began = now - (stage.reactor.seconds() - ready)
    old = [
        f"{heard.leaf} of {began - to_unix(heard.message.issued_at):.1f} s before"
        for heard in new
        if heard.message is not None and to_unix(heard.message.issued_at) < began - SLACK_S
    ]
    stage.check("C-1.5", not old, "; ".join(old[:3]) or f"{len(new)} messages, none older")
    said = {heard.leaf for heard in new}
    stage.check("C-1.5", {"state", "desc"} <= said, f"on the new connection: {sorted(said)}")
    first = next((heard.message.body for heard in new if heard.message is not None), None)
    mode = first.mode if isinstance(first, DeviceState) else None
    stage.check("C-11.1", mode is not LinkMode.ONLINE, f"its first state after the cut: {mode}")


async def refused(stage: Stage) -> None:
    """The broker refuses the subscriptions of one connection."""
    relay = stage.relay
    assert relay is not None  # noqa: S101 - `Scene.lacks`
    relay.refuses = True
    began = stage.reactor.seconds()
    relay.break_off()
    call = None
    while stage.reactor.seconds() < began + BACK_S and call is None:
        await stage.sleep(0.5)
        call = next((each for each in relay.calls if each.refused_at is not None), None)
    if call is None or call.refused_at is None:
        relay.refuses = False
        stage.findings.note("no subscription seen after the line was cut: C-1.6 is not observed")
        return
    ends = call.refused_at + REFUSED_S
    while stage.reactor.seconds() < ends and call.ended is None:
        await stage.sleep(0.2)
    left = call.ended is not None
    stage.check("C-1.6", left, _since("it hung up", call.ended, call.refused_at))
    relay.refuses = False
    if not left:
        relay.break_off()
    state = await stage.witness.until_mode(LinkMode.ONLINE, BACK_S + ONLINE_WITHIN_S)
    stage.check("C-1.6", state is not None, "ONLINE again" if state else "never ONLINE again")


def _since(what: str, at: float | None, since: float) -> str:
    return f"{what} after {at - since:.1f} s" if at is not None else f"not: {what}"
