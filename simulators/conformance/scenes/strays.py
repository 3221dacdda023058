"""Scene "strays": answers that nobody asked for, and the time that is the hub's alone.

Law: see `simulators.conformance.scenes`. What a device takes for the time stands in its messages.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from protocol.commands import Ack
from protocol.limits import BEAT_S
from protocol.messages import Response
from protocol.times import to_unix
from simulators.conformance.stage import SLACK_S

if TYPE_CHECKING:
    from simulators.conformance.stage import Stage
    from simulators.conformance.witness import Heard

_DAYS = timedelta(days=2)
_HOUR = timedelta(hours=1)
CLOSE_S = 3.0
"""How far a device's time may be from the hub's a while after a beat, the way included."""


async def play(stage: Stage) -> None:
    """Answers to requests that were never made; then the hub's time, an hour off, and silence."""
    hub = stage.hub
    for epoch, what in ((None, "of no request"), (hub.epoch - 1, "of a dead hub")):
        stray = Response(correlation=f"x-{hub.seq}", kind="time", utc=hub.clock.now() + _DAYS)
        hub.say(hub.topics.device(stage.device.id, "resp"), hub.message(stray, epoch=epoch))
        await right_time(stage, "C-10.2", f"an answer {what}")
    await stage.alive("C-10.2", "answers that nobody asked for")
    hub.clock.shift = _HOUR
    hub.beat()
    hub.silence()
    await stage.sleep(2 * SLACK_S)
    await right_time(stage, "C-11.7", "the hub's time is an hour ahead")
    if await stage.hook("step") is not None:
        await right_time(stage, "C-11.7", "the device's system clock was stepped, too")
        await stage.hook("unstep")
    hub.clock.shift = timedelta(0)
    hub.come()
    await stage.sleep(4 * BEAT_S)  # a jump may want more than one word
    await right_time(stage, "C-11.7", "the hub's time is right again")


async def right_time(stage: Stage, clause: str, why: str) -> None:
    """Check under `clause` by what the device stamps on its answer that it has the hub's time.

    Whatever it answers: it took all that was said before the command.
    """
    hub, witness = stage.hub, stage.witness
    name = f"time-{hub.seq}"
    hub.command(stage.device.id, name, "report")

    def answers(said: Heard) -> bool:
        body = said.message.body if said.message is not None else None
        return isinstance(body, Ack) and body.command_id == name

    heard = await witness.until(answers, 2 * SLACK_S)
    if heard is None or heard.message is None:
        stage.check(clause, ok=False, found=f"{why}: no answer to the command to report")
        return
    off = to_unix(heard.message.issued_at) - to_unix(hub.clock.now())
    stage.check(clause, abs(off) <= CLOSE_S, f"{why}: its time is {off:+.1f} s off the hub's")
