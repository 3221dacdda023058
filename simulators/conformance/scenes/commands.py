"""Scene "commands": done once, answered always, never obeyed too late.

Law: see `simulators.conformance.scenes`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from protocol.commands import AckStage
from protocol.limits import ACCEPTED_WITHIN_S, DONE_WITHIN_S
from protocol.messages import DeviceDescription
from protocol.topics import ALL_ZONES
from simulators.conformance.stage import SLACK_S

if TYPE_CHECKING:
    from protocol.commands import Ack
    from simulators.conformance.stage import Stage

NOT_ANSWERED_S = 3.0
ELSEWHERE = "conformance-zone"
"""A zone in which no device stands."""


async def play(stage: Stage) -> None:
    """One after another."""
    await _once(stage)
    await _unknown(stage)
    await _too_late(stage)
    await _silence(stage)
    await _report(stage)
    await _group(stage)
    await _usual(stage)


async def _once(stage: Stage) -> None:
    hub, device = stage.hub, stage.device.id
    name = f"once-{hub.seq}"
    sent = hub.command(device, name, "identify", parameters={"seconds": 1})
    ack = await stage.acknowledged(name, timeout_s=10.0)
    acks = stage.witness.acks(name)
    first = acks[0][0] - sent if acks else float("inf")
    ok = ack is not None and ack.stage is AckStage.DONE and first <= ACCEPTED_WITHIN_S + SLACK_S / 2
    stage.check("C-7.6", ok, f"identify: {_said(ack)}, first answer after {first:.2f} s")
    before = len(acks)
    hub.command(device, name, "identify", parameters={"seconds": 1})
    again = await stage.acknowledged(name, after=before)
    ok = again is not None and ack is not None and again.stage is ack.stage
    await stage.sleep(1.0)
    found = f"the same again: {_said(again)}, {len(stage.witness.acks(name)) - before} answers"
    stage.check("C-7.7", ok and len(stage.witness.acks(name)) == before + 1, found)
    await known(stage, "C-7.7", name)


async def known(stage: Stage, clause: str, name: str) -> None:
    """Check that a device knows a command that it has done, even if all but its id is another.

    Who remembers answers as before; who does it again has to refuse the kind.
    """
    count = len(stage.witness.acks(name))
    stage.hub.command(stage.device.id, name, "x-conformance.unheard-of")
    again = await stage.acknowledged(name, after=count)
    ok = again is not None and again.stage is AckStage.DONE
    stage.check(clause, ok, f"its id again, for something else: {_said(again)}")


async def _unknown(stage: Stage) -> None:
    hub, device = stage.hub, stage.device.id
    name = f"unknown-{hub.seq}"
    hub.command(device, name, "x-conformance.unheard-of")
    ack = await stage.acknowledged(name)
    ok = ack is not None and (ack.stage, ack.reason) == (AckStage.FAILED, "unknown-kind")
    stage.check("C-7.9", ok, f"a kind unheard of: {_said(ack)}")
    name = f"bad-{hub.seq}"
    hub.command(device, name, "identify", parameters={"seconds": "a while"})
    ack = await stage.acknowledged(name)
    ok = ack is not None and (ack.stage, ack.reason) == (AckStage.FAILED, "bad-parameters")
    stage.check("C-7.9", ok, f"seconds that are no number: {_said(ack)}")


async def _too_late(stage: Stage) -> None:
    hub, device = stage.hub, stage.device.id
    name = f"late-{hub.seq}"
    hub.command(device, name, "identify", life_s=-3.0)
    ack = await stage.acknowledged(name)
    ok = ack is not None and ack.stage is AckStage.EXPIRED
    stage.check("C-7.3", ok, f"3 s past its life: {_said(ack)}")
    stage.check("C-2.10", ok, f"a command past its valid_until: {_said(ack)}")


async def _silence(stage: Stage) -> None:
    """Commands that must not even be answered."""
    hub, device = stage.hub, stage.device.id
    names = {
        f"{what}-{hub.seq}": clause for what, clause in (("endless", "C-7.2"), ("zombie", "C-7.4"))
    }
    endless, zombie = names
    hub.command(device, endless, "identify", life_s=None)
    hub.command(device, zombie, "identify", epoch=hub.epoch - 1)
    await stage.sleep(NOT_ANSWERED_S)
    for name, clause in names.items():
        acks = stage.witness.acks(name)
        stage.check(clause, not acks, f"{name}: {_said(acks[-1][1]) if acks else 'not answered'}")


async def _report(stage: Stage) -> None:
    hub, witness = stage.hub, stage.witness
    name = f"report-{hub.seq}"
    began = hub.command(stage.device.id, name, "report")
    ack = await stage.acknowledged(name)
    await stage.sleep(1.0)
    told = {leaf for leaf in ("desc", "state", "health") if witness.since(began, leaf)}
    ok = ack is not None and ack.stage is AckStage.DONE and {"desc", "state"} <= told
    stage.check("C-7.13", ok, f"report: {_said(ack)}, published {sorted(told)}")


async def _group(stage: Stage) -> None:
    hub = stage.hub
    said = _description(stage)
    kind = said.kind if said is not None else "unknown"
    name = f"group-{hub.seq}"
    topic = hub.topics.group_command(kind, ALL_ZONES)
    hub.command(stage.device.id, name, "report", topic=topic)
    ack = await stage.acknowledged(name)
    ok = ack is not None and ack.stage is AckStage.DONE
    stage.check("C-7.12", ok, f"to grp/{kind}/{ALL_ZONES}: {_said(ack)}")
    name = f"elsewhere-{hub.seq}"
    topic = hub.topics.group_command(kind, ELSEWHERE)
    hub.command(stage.device.id, name, "report", topic=topic)
    await stage.sleep(NOT_ANSWERED_S)
    acks = stage.witness.acks(name)
    stage.check("C-7.12", not acks, f"to grp/{kind}/{ELSEWHERE}: {len(acks)} answers")


async def _usual(stage: Stage) -> None:
    """What the device says that it can do, it does: resync, test, restart."""
    hub, witness = stage.hub, stage.witness
    said = _description(stage)
    for kind in ("resync", "test", "restart"):
        if said is None or kind not in said.commands:
            continue
        before = witness.state
        name = f"{kind}-{hub.seq}"
        hub.command(stage.device.id, name, kind)
        ack = await stage.acknowledged(name, timeout_s=DONE_WITHIN_S)
        ok = ack is not None and ack.stage is AckStage.DONE
        stage.check("C-7.14", ok, f"{kind}: {_said(ack)}")
        state = await stage.online()
        if kind == "restart":
            anew = state is not None and before is not None and state.boot != before.boot
            stage.check("C-7.14", anew, f"restart: {'another' if anew else 'the same'} boot")
        await stage.complete(hub.manifest_seq, f"after {kind}")


def _description(stage: Stage) -> DeviceDescription | None:
    said = [h.message.body for h in stage.witness.heard if h.leaf == "desc" and h.message]
    return said[-1] if said and isinstance(said[-1], DeviceDescription) else None


def _said(ack: Ack | None) -> str:
    if ack is None:
        return "not answered"
    return f"{ack.stage.value} {ack.reason}".strip()
