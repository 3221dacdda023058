"""Scene "alone": the device starts without a broker, with its cache sound and with it damaged.

Law: see `simulators.conformance.scenes`. It needs the maker's command and the relay.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from protocol.messages import DeviceState, LinkMode
from simulators.conformance.day import NUMBERS
from simulators.conformance.stage import ONLINE_WITHIN_S, SLACK_S

if TYPE_CHECKING:
    from simulators.conformance.stage import Stage
    from simulators.conformance.witness import Heard

STARTS_S = 12.0
BACK_S = 32.0
_NUMBER = re.compile(r"QX\d{3}")


async def play(stage: Stage) -> None:
    """Stopped with a goodbye, started with no broker, killed, damaged, started, and back."""
    relay = stage.relay
    assert relay is not None  # noqa: S101 - `Scene.lacks`
    await _goodbye(stage)
    before = _numbers(await stage.hook("shown") or "")
    relay.cut = True
    relay.break_off()
    await stage.hook("start")
    await stage.sleep(2.0)
    await stage.shows(
        "C-11.9", with_=(NUMBERS[0], NUMBERS[1]), why="started without a broker", timeout_s=STARTS_S
    )
    await stage.hook("kill")
    if await stage.hook("damage") is not None:
        await stage.hook("start")
        await stage.sleep(STARTS_S / 2)
        text = await stage.hook("shown")
        if text is not None:
            wrong = sorted(_numbers(text) - before)
            found = f"with a damaged cache it tells of {len(_numbers(text))} trains"
            stage.check("C-11.10", not wrong, f"{found}, of which never heard of: {wrong}")
    else:
        await stage.hook("start")
    relay.cut = False
    state = await stage.witness.until_mode(LinkMode.ONLINE, BACK_S + ONLINE_WITHIN_S)
    stage.check("C-11.4", state is not None, "ONLINE when the broker was there")
    if state is not None:
        await stage.shows("C-11.4", with_=(NUMBERS[0],), why="after it had been alone")


async def _goodbye(stage: Stage) -> None:
    """Stop it in order: what it says itself stands on the wire, a will does not."""
    relay = stage.relay
    assert relay is not None  # noqa: S101 - `Scene.lacks`
    began = stage.reactor.seconds()
    if await stage.hook("stop") is None:
        await stage.hook("kill")
        return
    await stage.sleep(SLACK_S)
    said = [
        publish
        for call in relay.calls
        for at, publish in call.published
        if at >= began and publish.topic.endswith("/state")
    ]
    heard = [each for each in stage.witness.since(began, "state") if _offline(each)]
    ok = bool(said) and bool(heard)
    found = f"{len(said)} states of its own, {len(heard)} offline states"
    stage.check("C-9.6", ok, f"at an orderly stop: {found}")


def _offline(heard: Heard) -> bool:
    body = heard.message.body if heard.message is not None else None
    return isinstance(body, DeviceState) and not body.online


def _numbers(text: str) -> set[str]:
    return set(_NUMBER.findall(text))
