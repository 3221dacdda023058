"""Scene "commands": done once, answered always, never obeyed too late.

Law: see `simulators.conformance.scenes`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from protocol.commands import AckStage
from protocol.limits import ACCEPTED_WITHIN_S
from protocol.messages import DeviceDescription
from protocol.topics import ALL_ZONES
from simulators.conformance.stage import SLACK_S

if TYPE_CHECKING:
    from protocol.commands import Ack
    from simulators.conformance.stage import Stage

NOT_ANSWERED_S = 3.0


async def play(stage: Stage) -> None:
    """One after another."""
    await _once(stage)
    await _unknown(stage)
    await _too_late(stage)
    await _silence(stage)
    await _report(stage)
    await _group(stage)


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
    found = f"the same again: {_said(again)}"
    stage.check("C-7.7", ok and len(stage.witness.acks(name)) == before + 1, found)


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
    said = [h.message.body for h in stage.witness.heard if h.leaf == "desc" and h.message]
    kind = said[-1].kind if said and isinstance(said[-1], DeviceDescription) else "unknown"
    name = f"group-{hub.seq}"
    topic = hub.topics.group_command(kind, ALL_ZONES)
    hub.command(stage.device.id, name, "report", topic=topic)
    ack = await stage.acknowledged(name)
    ok = ack is not None and ack.stage is AckStage.DONE
    stage.check("C-7.12", ok, f"to grp/{kind}/{ALL_ZONES}: {_said(ack)}")


def _said(ack: Ack | None) -> str:
    if ack is None:
        return "not answered"
    return f"{ack.stage.value} {ack.reason}".strip()
