"""Scenes "late-join" and "record": what a device says of itself.

Law: see `simulators.conformance.scenes`.
"""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING
from uuid import UUID

from protocol.channels import CHANNELS
from protocol.errors import DeviceError
from protocol.limits import STATE_EVERY_S, STATE_LIVES
from protocol.messages import DeviceDescription, DeviceState, LinkMode
from simulators.conformance.day import NUMBERS, plan_of, run_of
from simulators.conformance.scenes.wire_record import wire_record
from simulators.conformance.stage import ONLINE_WITHIN_S, SLACK_S

if TYPE_CHECKING:
    from simulators.conformance.stage import Stage
    from simulators.conformance.witness import Heard

APPEARS_S = 30.0
_UUID_VERSION = 7
_OWN = frozenset(each.name.removeprefix("dev.") for each in CHANNELS if each.sender == "device")
_RETAINED = frozenset({"state", "desc"})


async def play(stage: Stage) -> None:
    """The broker already holds everything when the device hears of it."""
    hub, witness = stage.hub, stage.witness
    now = hub.clock.now()
    hub.put(f"plan/{now.date().isoformat()}", plan_of(now))
    late = run_of(NUMBERS[0], now, late=7)
    hub.put(f"run/{late.run_id}", late)
    began = stage.reactor.seconds()
    hub.come()
    present = await witness.until_state(lambda state: state.online, APPEARS_S)
    if present is None:
        message = f"no state of it within {APPEARS_S:g} s: is it connected, as this device?"
        raise DeviceError(message, where=stage.device.id)
    stage.check("C-9.2", ok=True, found="a state with online true")
    state = await witness.until_mode(LinkMode.ONLINE, ONLINE_WITHIN_S)
    took = stage.reactor.seconds() - began
    stage.check(
        "C-11.4", state is not None, f"ONLINE after {took:.1f} s" if state else "never ONLINE"
    )
    if state is not None:
        stage.check("C-9.5", state.hub_epoch == hub.epoch, f"hub_epoch {state.hub_epoch}")
        await stage.complete(hub.manifest_seq, "the first picture")
    _description(stage)


def _description(stage: Stage) -> None:
    said = [h.message.body for h in stage.witness.heard if h.leaf == "desc" and h.message]
    found = said[-1] if said else None
    if not isinstance(found, DeviceDescription):
        stage.check("C-9.1", ok=False, found="no valid description")
        return
    stage.check("C-9.1", bool(found.kind), f"kind {found.kind!r}, vendor {found.vendor!r}")
    known = {"identify", "report"} <= set(found.commands)
    stage.check("C-7.13", known, f"commands {', '.join(found.commands) or 'none'}")
    more = {"resync", "restart", "test"} <= set(found.commands)
    stage.check("C-7.14", more, f"commands {', '.join(found.commands) or 'none'}")


async def record(stage: Stage) -> None:
    """Look at everything that was said, and at what the broker keeps of it."""
    witness = stage.witness
    bad = [f"{heard.leaf}: {heard.fault}" for heard in witness.heard if heard.message is None]
    stage.check("C-2.1", not bad, "; ".join(bad[:3]) or f"{len(witness.heard)} messages, all valid")
    leaves = Counter(heard.leaf for heard in witness.heard)
    strange = sorted(set(leaves) - _OWN)
    found = f"leaves {dict(leaves)}, strays {witness.strays[:3]}"
    stage.check("C-1.4", not strange and not witness.strays, found)
    _envelopes(stage, [heard for heard in witness.heard if heard.message is not None])
    _states(stage)
    kept = {heard.leaf for heard in witness.heard if heard.retained} | await _kept(stage)
    stage.check("C-1.3", kept == _RETAINED, f"the broker keeps {sorted(kept)}")
    wire_record(stage)
    stage.check("C-9.7", leaves["health"] > 0, f"{leaves['health']} health messages")


def _envelopes(stage: Stage, heard: list[Heard]) -> None:
    messages = [each.message for each in heard if each.message is not None and not each.retained]
    sources = {message.src for message in messages}
    ids = {message.id for message in messages}
    versions = {_version(identifier) for identifier in ids}
    ok = sources == {stage.device.id} and versions == {_UUID_VERSION}
    double = len(messages) - len(ids)
    stage.check(
        "C-2.9", ok and not double, f"src {sources}, UUID versions {versions}, {double} ids twice"
    )
    fences = {(message.epoch, message.rev == message.seq) for message in messages}
    stage.check("C-9.10", fences == {(0, True)}, f"(epoch, rev is seq): {fences}")


def _version(identifier: str) -> int | None:
    try:
        return UUID(identifier).version
    except ValueError:
        return None


def _states(stage: Stage) -> None:
    heard = [each for each in stage.witness.heard if each.leaf == "state" and each.message]
    lives = set()
    moments: dict[str, list[float]] = {}
    for each in heard:
        body = each.message.body if each.message is not None else None
        if not isinstance(body, DeviceState) or each.message is None or not body.online:
            continue
        until = each.message.valid_until
        lives.add(
            None if until is None else round((until - each.message.issued_at).total_seconds())
        )
        if not each.retained:
            moments.setdefault(body.boot, []).append(each.at)
    wanted = round(STATE_EVERY_S * STATE_LIVES)
    stage.check("C-9.2", lives == {wanted}, f"states are valid for {lives} s; {wanted} are right")
    calls = [call.began for call in stage.relay.calls] if stage.relay is not None else []
    gaps = [
        second - first
        for each in moments.values()
        for first, second in pairwise(each)
        if not any(first < began < second for began in calls)  # the line was cut meanwhile
    ]
    longest = max(gaps, default=0.0)
    stage.check(
        "C-9.2", longest <= STATE_EVERY_S + SLACK_S, f"longest gap between states {longest:.1f} s"
    )


async def _kept(stage: Stage) -> set[str]:
    """Return the leaves of which the broker holds a retained message."""
    return await stage.kept() if stage.kept is not None else set()
