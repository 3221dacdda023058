"""Scenes "garbage" and "unknown-fields": nothing that comes harms what is told.

Law: see `simulators.conformance.scenes`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import msgspec

from protocol.codec import encode_body
from protocol.devices import Health
from protocol.limits import MAX_OTHER_BYTES
from protocol.messages import Beat
from protocol.runs import Named, Role, Run
from simulators.conformance.day import NUMBERS, run_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulators.conformance.stage import Stage

_DEEP = 5_000
LEAST = "QX755"
GHOST = "QX756"


async def garbage(stage: Stage) -> None:
    """Noise and half-right messages on every topic that a device reads."""
    for clause, what, payloads in _kinds(stage):
        for payload in payloads:
            for topic in _topics(stage):
                stage.hub.say(topic, payload)
        await stage.alive(clause, what)
    await stage.shows("C-2.3", with_=(NUMBERS[0], NUMBERS[1]), why="after garbage")
    counted = [
        heard.message.body.rejected
        for heard in stage.witness.heard
        if heard.message is not None and isinstance(heard.message.body, Health)
    ]
    if counted:
        stage.check("C-3.5", counted[-1] > 0, f"health counts {counted[-1]} rejected")


def _kinds(stage: Stage) -> Iterator[tuple[str, str, list[bytes]]]:
    hub = stage.hub
    now = hub.clock.now()
    run = run_of(NUMBERS[0], now, late=99)
    noise = [hub.random.randbytes(size) for size in (1, 100, MAX_OTHER_BYTES - 1)]
    yield "C-2.3", "64 KiB of noise", noise
    broken = [b"{", b"[]", b"null", b'"x"', b"{}", b"\xff\xfe{}", b"[" * _DEEP, b'{"a":' * _DEEP]
    yield "C-2.3", "broken JSON", broken
    yield "C-2.2", "a run of more than 64 KiB", [_run(stage, names="x" * MAX_OTHER_BYTES)]
    right = hub.message(run, rev=1000)
    wrong: list[dict[str, Any]] = [
        right | {"epoch": "many"},
        right | {"rev": -1},
        right | {"seq": 2.5},
        right | {"body": None},
        right | {"body": {"run_id": run.run_id}},
        right | {"id": 7, "src": None},
        {key: value for key, value in right.items() if key != "epoch"},
    ]
    yield "C-2.3", "wrong types and missing fields", [msgspec.json.encode(each) for each in wrong]
    naive = right | {"issued_at": "2021-01-20T04:00:00"}
    yield "C-2.6", "an instant without an offset", [msgspec.json.encode(naive)]
    beyond = right | {"rev": 2**53}
    yield "C-2.7", "a revision beyond 2^53-1", [msgspec.json.encode(beyond)]
    yield "C-2.5", "an unknown type", [msgspec.json.encode(right | {"t": "weather"})]
    yield "C-13.1", "another major version", [msgspec.json.encode(right | {"v": "2.0"})]
    astray = hub.message(run, rev=1000) | {"body": run_of(NUMBERS[1], now, late=98)}
    yield "C-2.8", "a run on another's topic", [msgspec.json.encode(astray)]


def _topics(stage: Stage) -> Iterator[str]:
    topics, device = stage.hub.topics, stage.device.id
    now = stage.hub.clock.now()
    yield topics.run(run_of(NUMBERS[2], now).run_id)
    yield from (topics.hub_state, topics.hub_beat, topics.hub_manifest)
    yield topics.plan(now.date().replace(year=now.year + 1))
    yield from (topics.notice("garbage"), topics.event("changed"))
    yield from (topics.device(device, leaf) for leaf in ("cmd", "resp"))


def _run(stage: Stage, *, names: str) -> bytes:
    run = run_of(NUMBERS[2], stage.hub.clock.now())
    body = msgspec.json.decode(encode_body(run))
    body["note"] = {"en": names}
    return msgspec.json.encode(stage.hub.message(body, t="run", rev=1000))


async def unknown(stage: Stage) -> None:
    """A hub of version 1.9 that says more than the device knows."""
    hub = stage.hub
    run = run_of(NUMBERS[1], hub.clock.now(), late=11)
    entity = f"run/{run.run_id}"
    body = msgspec.json.decode(encode_body(run))
    body |= {"mood": "sunny", "coaches": [{"number": 1, "shape": {"doors": 4}}]}
    body["departure"]["confidence"] = 0.9
    body["timeline"]["doors_open_at"] = None
    made = hub.message(body, t="run", rev=1, valid_until=hub.message(run)["valid_until"])
    hub.live[entity] = (run, 1)
    hub.say(hub.topics.of_entity(entity), made | {"v": "1.9", "trace": {"a": [1]}}, retain=True)
    wanted = hub.manifest()
    hub.beat()
    reached = await stage.complete(wanted, "unknown fields", "C-2.4")
    stage.check("C-13.1", reached, "version 1.9")
    await stage.shows("C-2.4", with_=(NUMBERS[1],), why="a run with unknown fields")
    await stage.alive("C-2.4", "unknown fields")
    await _least(stage)
    await _open_names(stage)


async def _least(stage: Stage) -> None:
    """Messages with nothing in them but what must be there."""
    hub = stage.hub
    name = f"{hub.clock.now().date().isoformat()}.{LEAST.lower()}"
    least = Run(
        run_id=name,
        service_date=hub.clock.now().date(),
        category="Q",
        role=Role.ORIGIN,
        origin=Named("ORG", {"en": "Origin"}),
        destination=Named("DST", {"en": "Destination"}),
    )
    body = {
        key: value
        for key, value in msgspec.json.decode(encode_body(least)).items()
        if key in {"run_id", "service_date", "category", "role", "origin", "destination"}
    }
    entity = f"run/{name}"
    hub.live[entity] = (least, 1)
    made = hub.message(body, t="run", rev=1)
    del made["valid_until"]
    hub.say(hub.topics.of_entity(entity), made, retain=True)
    wanted = hub.manifest()
    beat = hub.message({"utc": hub.clock.now(), "manifest_seq": wanted}, t="hub.beat")
    del beat["valid_until"], beat["rev"]
    hub.say(hub.topics.hub_beat, beat, qos=0)
    await stage.complete(wanted, "a run with its required fields only", "C-13.2")
    await stage.alive("C-13.2", "messages with their required fields only")
    hub.forget(entity)
    wanted = hub.manifest()
    hub.beat()
    await stage.complete(wanted, "without it", "C-13.2")


async def _open_names(stage: Stage) -> None:
    """Names that may be added within a version, and a value that may not."""
    hub = stage.hub
    now = hub.clock.now()
    run = run_of(NUMBERS[0], now)
    event = {"event_id": "x-1", "kind": "unheard-of", "run_id": run.run_id, "at": now}
    soon = now + timedelta(seconds=20)
    hub.say(hub.topics.event("unheard-of"), hub.message(event, t="event", valid_until=soon))
    beat = hub.message(Beat(utc=now, manifest_seq=hub.manifest_seq, clock_quality="unheard-of"))
    hub.say(hub.topics.hub_beat, beat, qos=0)
    stray = {"correlation": "x", "kind": "unheard-of"}
    answer = hub.message(stray, t="dev.resp")
    hub.say(hub.topics.device(stage.device.id, "resp"), answer)
    await stage.alive("C-13.3", "open names unheard of")
    body = msgspec.json.decode(encode_body(run_of(GHOST, now))) | {"role": "GHOST"}
    hub.say(hub.topics.run(body["run_id"]), hub.message(body, t="run", rev=9))
    await stage.shows("C-13.3", with_=(NUMBERS[0],), without=(GHOST,), why="a role unheard of")
    await stage.alive("C-13.3", "a closed value unheard of")
