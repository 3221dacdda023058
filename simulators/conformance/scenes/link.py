"""Scenes "offline", "silence", "new-epoch", "clock-step": how a device stands with the hub.

Law: see `simulators.conformance.scenes`. Times are the protocol's, with the stage's slack.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from protocol.commands import AckStage
from protocol.limits import (
    AUTONOMOUS_AFTER_S,
    BEAT_S,
    CALM_S,
    RESYNC_AFTER_S,
    RESYNC_JITTER_S,
    SUSPECT_AFTER_S,
)
from protocol.messages import LinkMode
from simulators.conformance.day import NUMBERS, run_of
from simulators.conformance.stage import ONLINE_WITHIN_S, SLACK_S

if TYPE_CHECKING:
    from protocol.times import Instant
    from simulators.conformance.stage import Stage

_NUMBER = re.compile(r"QX\d{3}")
_WORD = re.compile(r"[^\W\d_]+")
_HOUR = timedelta(hours=1)
_LOST = frozenset({LinkMode.SUSPECT, LinkMode.AUTONOMOUS})


async def offline(stage: Stage) -> None:
    """The hub says goodbye, stays away, and comes back in the same epoch."""
    hub, witness = stage.hub, stage.witness
    before = await stage.hook("shown")
    since = hub.clock.now()
    left = stage.reactor.seconds()
    hub.leave()
    state = await witness.until_state(lambda said: said.mode in _LOST, SLACK_S)
    stage.check("C-11.1", state is not None, _after("SUSPECT", state is not None, stage, left))
    suspect = stage.reactor.seconds()
    state = await witness.until_mode(LinkMode.AUTONOMOUS, AUTONOMOUS_AFTER_S + SLACK_S)
    found = _after("AUTONOMOUS", state is not None, stage, suspect)
    stage.check("C-11.2", state is not None, found)
    name = f"alone-{hub.seq}"
    hub.command(stage.device.id, name, "identify")
    ack = await stage.acknowledged(name)
    ok = ack is not None and (ack.stage, ack.reason) == (AckStage.FAILED, "not-online")
    found = f"a command in autonomy: {ack.stage.value} {ack.reason}" if ack else "not answered"
    stage.check("C-7.5", ok, found)
    await stage.shows("C-11.6", with_=(NUMBERS[0], NUMBERS[2]), why="in autonomy")
    await _shown_alone(stage, before, since)
    await _back(stage)


async def _shown_alone(stage: Stage, before: str | None, since: Instant) -> None:
    """Check that words beside the trains say that the device is alone, and a time since when."""
    text = await stage.hook("shown")
    if text is None or before is None:
        return
    said = _beside(text) - _beside(before)
    stage.check("C-11.3", bool(said), f"words that autonomy adds: {' '.join(sorted(said)) or '-'}")
    zone = ZoneInfo(stage.hub.zone)
    instants = (since + timedelta(seconds=off) for off in (-60, -20, 0, 20, 60))
    times = {f"{at.astimezone(zone):%H:%M}" for at in instants}
    found = sorted(time for time in times if time in text)
    stage.check("C-11.3", bool(found), f"since when: {', '.join(found) or 'no time'}")


def _beside(text: str) -> set[str]:
    """Return the words of the lines that tell of no train."""
    lines = (line for line in text.splitlines() if _NUMBER.search(line) is None)
    return {word for line in lines for word in _WORD.findall(line)}


async def _back(stage: Stage) -> None:
    hub = stage.hub
    came = stage.reactor.seconds()
    hub.come()
    state = await stage.witness.until_mode(LinkMode.ONLINE, ONLINE_WITHIN_S)
    stage.check("C-11.4", state is not None, _after("ONLINE again", state is not None, stage, came))


async def silence(stage: Stage) -> None:
    """No beat any more, and no other word."""
    hub = stage.hub
    hub.silence()
    state = await stage.witness.until_state(
        lambda said: said.mode in _LOST, SUSPECT_AFTER_S + SLACK_S
    )
    waited = stage.reactor.seconds() - hub.last_beat
    ok = state is not None and waited >= SUSPECT_AFTER_S - SLACK_S
    found = f"SUSPECT {waited:.1f} s after the last beat" if state else "never SUSPECT"
    stage.check("C-11.1", ok, found)
    await _back(stage)


async def new_epoch(stage: Stage) -> None:
    """A hub of a greater epoch, whose manifest names a run that does not come until asked for."""
    hub, witness = stage.hub, stage.witness
    run = run_of("QX760", hub.clock.now())
    entity = f"run/{run.run_id}"
    hub.epoch += 1
    hub.answers = False
    began = stage.reactor.seconds()
    hub.come()
    hub.manifest(more={entity: 1})
    hub.beat()
    early = await witness.until_state(
        lambda said: said.mode is LinkMode.ONLINE and said.hub_epoch == hub.epoch, CALM_S + BEAT_S
    )
    found = "ONLINE though a run is missing" if early else "not ONLINE while a run is missing"
    stage.check("C-11.8", early is None, found)
    waited = RESYNC_AFTER_S + RESYNC_JITTER_S + BEAT_S + SLACK_S
    await stage.sleep(max(0.0, began + waited - stage.reactor.seconds()))
    asked = [(at - began, said) for at, said in hub.asked if at >= began and said.kind == "resync"]
    first = asked[0][0] if asked else float("inf")
    ok = RESYNC_AFTER_S - SLACK_S <= first <= waited
    stage.check("C-11.5", ok, f"resync after {first:.1f} s" if asked else "no resync")
    named = not asked or not asked[0][1].entities or entity in asked[0][1].entities
    stage.check(
        "C-11.5",
        bool(asked) and named,
        f"it asks for {asked[0][1].entities[:3] if asked else None}",
    )
    hub.answers = True
    hub.put(entity, run, rev=1)
    hub.manifest()
    hub.beat()
    state = await stage.online()
    found = f"in step with epoch {hub.epoch}" if state else f"not in step with epoch {hub.epoch}"
    stage.check("C-11.8", state is not None, found)
    stage.check("C-11.4", state is not None, f"after what was missing came: {found}")


async def clock_step(stage: Stage) -> None:
    """The hub's time steps by an hour; the device's follows, whatever its own clock says."""
    hub = stage.hub
    for shift, what in ((_HOUR, "an hour forward"), (timedelta(0), "back")):
        hub.clock.shift = shift
        hub.beat()
        await stage.sleep(4 * BEAT_S)
        await stage.alive("C-7.3", f"the hub's time went {what}")
        state = stage.witness.state
        mode = state.mode.value if state is not None else "no state"
        stage.check("C-11.6", mode == "ONLINE", f"the hub's time went {what}: {mode}")


def _after(mode: str, ok: bool, stage: Stage, began: float) -> str:  # noqa: FBT001 - the sentence
    took = stage.reactor.seconds() - began
    return f"{mode} after {took:.1f} s" if ok else f"not {mode} within {took:.1f} s"
