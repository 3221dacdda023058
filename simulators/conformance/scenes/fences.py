"""Scenes "duplicates" and "zombie": (epoch, rev) decides, not the order of coming.

Law: see `simulators.conformance.scenes`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from protocol.messages import LinkMode, Manifest
from simulators.conformance.day import NUMBERS, run_of
from simulators.conformance.scenes.strays import right_time

if TYPE_CHECKING:
    from simulators.conformance.stage import Stage

GHOST = "QX799"
"""A train that only a dead hub knows."""


async def duplicates(stage: Stage) -> None:
    """The same twice, an older one late, the manifest before what it names."""
    hub = stage.hub
    now = hub.clock.now()
    run = run_of(NUMBERS[2], now, late=5)
    entity = f"run/{run.run_id}"
    topic = hub.topics.of_entity(entity)
    ghost = replace(run, arrival_number=GHOST, departure_number=GHOST)
    older = hub.message(ghost, rev=3)
    newest = hub.message(run, rev=5)
    hub.live[entity] = (run, 5)
    wanted = hub.manifest()
    hub.beat()
    for message in (newest, older, newest, older):
        hub.say(topic, message, retain=message is newest)
    hub.say(topic, newest, retain=True)
    await stage.complete(wanted, "newest, older, newest, older", "C-3.1")
    await stage.shows("C-3.3", with_=(NUMBERS[2],), without=(GHOST,), why="an older revision late")
    await stage.alive("C-3.2", "duplicates")
    await _any_order(stage)


async def _any_order(stage: Stage) -> None:
    """Three revisions of four runs, each twice, in an order that chance makes."""
    hub = stage.hub
    now = hub.clock.now()
    made: list[tuple[str, dict[str, Any], int]] = []
    last: list[str] = []
    older: list[str] = []
    for number in range(4):
        run = run_of(f"QX80{number}", now)
        entity = f"run/{run.run_id}"
        for rev in (1, 2, 3):
            name = f"QX8{number}{rev}"
            said = replace(run, arrival_number=name, departure_number=name)
            made += [(entity, hub.message(said, rev=rev), rev)] * 2
            (last if rev == 3 else older).append(name)  # noqa: PLR2004 - the last of three
        hub.live[entity] = (said, 3)
    hub.random.shuffle(made)
    wanted = hub.manifest()
    for entity, message, rev in made:
        kept = rev == 3  # noqa: PLR2004 - the broker shall keep the last
        hub.say(hub.topics.of_entity(entity), message, retain=kept)
    hub.beat()
    await stage.complete(wanted, "24 messages in any order", "C-1.8")
    await stage.shows("C-1.8", with_=tuple(last), without=tuple(older), why="in any order, twice")
    for entity in {entity for entity, _, _ in made}:
        hub.forget(entity)
    wanted = hub.manifest()
    hub.beat()
    await stage.complete(wanted, "without them", "C-1.8")


async def zombie(stage: Stage) -> None:
    """All that a dead hub can say: it leaves, it says other times, other trains, nothing at all."""
    hub, witness = stage.hub, stage.witness
    dead = hub.epoch - 1
    before = witness.state
    began = stage.reactor.seconds()
    hub.state(online=False, epoch=dead)
    hub.silence()  # a true beat would set right what the dead one's had set wrong
    hub.beat(epoch=dead, utc=hub.clock.now() + timedelta(days=2))
    await right_time(stage, "C-3.4", "a dead hub has told a time of its own")
    hub.come()
    ghost = run_of(GHOST, hub.clock.now())
    hub.say(hub.topics.run(ghost.run_id), hub.message(ghost, rev=10**6, epoch=dead))
    hub.say(hub.topics.hub_manifest, hub.message(Manifest(entries={}), rev=10**6, epoch=dead))
    left = await witness.until(
        lambda heard: heard.leaf == "state" and b'"ONLINE"' not in heard.payload, 5.0
    )
    found = "it left ONLINE" if left else "it stays ONLINE"
    stage.check("C-3.4", left is None, f"a dead hub says that it is offline: {found}")
    await stage.shows("C-3.4", with_=(NUMBERS[0],), without=(GHOST,), why="a dead hub's train")
    await stage.alive("C-3.4", "a dead hub's words")
    state = witness.state
    same = before is not None and state is not None and state.hub_epoch == before.hub_epoch
    now_mode = state.mode if state is not None else None
    seconds = stage.reactor.seconds() - began
    ok = same and now_mode is LinkMode.ONLINE
    stage.check(
        "C-11.8", ok, f"{seconds:.0f} s later in step with epoch {state and state.hub_epoch}"
    )
