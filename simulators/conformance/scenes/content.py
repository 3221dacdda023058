"""Scene "content": what is told of runs and plans, as far as the device lets it be seen.

Law: see `simulators.conformance.scenes`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from msgspec.structs import replace

from protocol.runs import Role
from simulators.conformance.day import NUMBERS, PASSING, run_of

if TYPE_CHECKING:
    from simulators.conformance.stage import Stage

RENAMED = "QX777"


async def play(stage: Stage) -> None:
    """Changes of a day, one after another, each complete in the end."""
    hub = stage.hub
    now = hub.clock.now()
    passing = run_of(PASSING, now, role=Role.PASS)
    hub.put(f"run/{passing.run_id}", passing)
    third = run_of(NUMBERS[3], now)
    renamed = replace(third, arrival_number=RENAMED, departure_number=RENAMED)
    hub.put(f"run/{third.run_id}", renamed)
    await _complete(stage, "a train that passes, a number that changed")
    await stage.shows("C-5.7", without=(PASSING,), why="a train that does not stop")
    await stage.shows(
        "C-5.1", with_=(RENAMED,), without=(NUMBERS[3],), why="a run covers the plan's entry"
    )
    await _over(stage)
    await _left_out(stage)
    await _emptied(stage)


async def _over(stage: Stage) -> None:
    """A run whose time is over is not told, and the plan's entry is not told instead."""
    hub = stage.hub
    run = run_of(NUMBERS[4], hub.clock.now(), late=3)
    entity = f"run/{run.run_id}"
    hub.live[entity] = (run, 2)
    made = hub.message(run, rev=2, valid_until=hub.clock.now() + timedelta(seconds=3))
    hub.say(hub.topics.of_entity(entity), made, retain=True)
    await _complete(stage, "a run that is valid for three seconds")
    await stage.sleep(4.0)
    await stage.shows("C-5.8", without=(NUMBERS[4],), why="a run past its valid_until")
    await stage.shows("C-2.10", without=(NUMBERS[4],), why="a run past its valid_until")


async def _left_out(stage: Stage) -> None:
    """What the manifest does not name is gone, though its deletion was never heard."""
    hub = stage.hub
    now = hub.clock.now()
    run = run_of("QX750", now)
    entity = f"run/{run.run_id}"
    hub.put(entity, run)
    await _complete(stage, "one more train")
    await stage.shows("C-3.1", with_=("QX750",), why="one more train")
    del hub.live[entity]
    await _complete(stage, "a manifest without it")
    await stage.shows("C-4.5", without=("QX750",), why="what the manifest leaves out")
    hub.say(hub.topics.of_entity(entity), b"", retain=True)


async def _emptied(stage: Stage) -> None:
    """An empty payload deletes nothing that the manifest names."""
    hub = stage.hub
    run = run_of(NUMBERS[3], hub.clock.now())
    entity = f"run/{run.run_id}"
    hub.say(hub.topics.of_entity(entity), b"", retain=True)
    await stage.sleep(1.5)
    await stage.shows(
        "C-2.11", with_=(RENAMED,), why="an empty payload for what the manifest names"
    )
    hub.tell(entity)


async def _complete(stage: Stage, what: str) -> None:
    wanted = stage.hub.manifest()
    stage.hub.beat()
    await stage.complete(wanted, what)
