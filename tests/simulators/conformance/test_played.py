"""The played hub says what an honest hub says, unless it is asked for something else."""

import random
from datetime import UTC, datetime, timedelta

import msgspec
from twisted.internet.defer import succeed
from twisted.internet.task import Clock

from protocol.codec import decode
from protocol.messages import Request
from protocol.topics import Topics
from simulators.conformance.day import NUMBERS, run_of
from simulators.conformance.played import PlayedHub, ShiftedClock

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
TOPICS = Topics("conformance")


class Broker:
    def __init__(self):
        self.said = []

    def publish(self, topic, payload, *, qos, retain):
        self.said.append((TOPICS.entity(topic), payload, qos, retain))
        return succeed(None)


class Still:
    def now(self):
        return NOW


def made():
    hub = PlayedHub(Clock(), TOPICS, ShiftedClock(Still()), random.Random(1), 7)
    hub.connection = Broker()
    return hub, hub.connection.said


def test_it_comes_with_its_state_first_then_all_that_is_live_then_the_manifest_and_a_beat():
    hub, said = made()
    run = run_of(NUMBERS[0], NOW)
    hub.put(f"run/{run.run_id}", run)
    said.clear()
    hub.come()
    entities = [entity for entity, *_ in said]
    assert entities == ["hub/state", f"run/{run.run_id}", "hub/manifest", "hub/beat"]
    for entity, payload, _, retain in said:
        assert decode(payload, topic=TOPICS.of_entity(entity)).epoch == 7
        assert retain is (entity != "hub/beat")
    hub.silence()


def test_a_beat_names_the_manifest_in_force():
    hub, said = made()
    seq = hub.manifest()
    hub.beat()
    assert msgspec.json.decode(said[-1][1])["body"]["manifest_seq"] == seq


def test_what_is_put_again_has_a_greater_revision():
    hub, said = made()
    run = run_of(NUMBERS[0], NOW)
    hub.put("run/x", run)
    hub.put("run/x", run)
    assert [msgspec.json.decode(payload)["rev"] for _, payload, *_ in said] == [1, 2]


def test_a_wish_for_everything_is_answered_with_it():
    hub, said = made()
    run = run_of(NUMBERS[0], NOW)
    hub.put(f"run/{run.run_id}", run)
    said.clear()
    hub.receive("board-1", Request(correlation="c", kind="resync"))
    assert [each[0] for each in said] == [
        "dev/board-1/resp",
        f"run/{run.run_id}",
        "hub/manifest",
    ]


def test_its_time_can_be_stepped():
    hub, _ = made()
    hub.clock.shift = timedelta(hours=1)
    assert hub.message({}, t="x")["issued_at"] == NOW + timedelta(hours=1)
