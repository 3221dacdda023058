"""The rates of beat and manifest, on a clock that the test moves."""

import random
from datetime import UTC, datetime
from itertools import pairwise

import pytest
import structlog
from twisted.internet.defer import succeed
from twisted.internet.task import Clock

from hub.mqtt.envelopes import Envelopes
from hub.mqtt.identity import HubIdentity
from hub.mqtt.presence import Presence
from protocol.codec import decode
from protocol.topics import Topics

NOON = datetime(2021, 1, 20, 4, tzinfo=UTC)


class Noon:
    rate = 1.0

    def now(self):
        return NOON


class Said:
    def __init__(self):
        self.reactor = Clock()
        self.live = {}
        self.ids = []
        self.words = []
        self.failing = False
        topics = Topics("st")
        self.presence = Presence(
            self.reactor,
            identity=HubIdentity("hub", "UTC"),
            topics=topics,
            envelopes=Envelopes(hub="hub", epoch=3, clock=Noon(), random=random.Random(1)),
            clock=Noon(),
            source=self.source,
            live=self.live,
            say=self.say,
            said=self.ids.append,
            log=structlog.get_logger(),
        )

    def source(self):
        if self.failing:
            raise RuntimeError("a defect")

    def say(self, topic, payload, qos, retain):
        message = decode(payload, topic=topic)
        self.words.append((self.reactor.seconds(), topic.rpartition("/")[2], message))
        assert (qos, retain) == ((0, False) if topic.endswith("beat") else (1, True))
        return succeed(None)

    def of(self, leaf):
        return [(at, message) for at, name, message in self.words if name == leaf]

    def pass_seconds(self, seconds):
        self.reactor.pump([0.1] * round(seconds * 10))


@pytest.fixture
def said():
    return Said()


def test_a_beat_each_five_seconds_from_the_first_moment_to_the_last(said):
    said.presence.begin()
    said.pass_seconds(20)
    said.presence.end()
    said.pass_seconds(60)
    assert [round(at) for at, _ in said.of("beat")] == [0, 5, 10, 15, 20]
    assert said.reactor.getDelayedCalls() == []


def test_changes_make_at_most_one_manifest_a_second_and_the_last_is_complete(said):
    said.presence.begin()
    for number in range(30):
        said.live[f"run/{number}"] = 1
        said.presence.manifest_changed()
        said.pass_seconds(0.1)
    said.pass_seconds(2)
    times = [at for at, _ in said.of("manifest")]
    assert len(times) == 4
    assert min(b - a for a, b in pairwise(times)) >= 0.999
    assert len(said.of("manifest")[-1][1].body.entries) == 30
    said.presence.end()


def test_the_manifest_comes_at_least_each_minute(said):
    said.presence.begin()
    said.pass_seconds(300)
    times = [at for at, _ in said.of("manifest")]
    assert max(b - a for a, b in pairwise(times)) <= 60
    assert times[-1] > 240
    said.presence.end()


def test_the_beat_names_the_manifest_in_force(said):
    said.presence.begin()
    said.live["run/1"] = 1
    said.presence.manifest_changed()
    said.pass_seconds(6)
    assert said.of("beat")[-1][1].body.manifest_seq == said.of("manifest")[-1][1].seq
    said.presence.end()


def test_without_a_connection_nothing_is_said(said):
    said.presence.manifest_changed()
    said.presence.source_changed()
    said.pass_seconds(10)
    assert said.words == []


def test_the_will_is_later_than_all_that_its_connection_says_and_earlier_than_the_next(said):
    wills = []
    revisions = []
    for _ in range(3):
        wills.append(decode(said.presence.make_will().payload, topic="").rev)
        for _ in range(1200):  # more often than revisions are set apart
            said.presence.say_state()
        revisions.append([message.rev for _, message in said.of("state")])
        said.words.clear()
    for will, spoken in zip(wills, revisions, strict=True):
        assert max(spoken) < will
    assert all(will < min(later) for will, later in zip(wills, revisions[1:], strict=False))


def test_a_defect_in_a_beat_does_not_end_the_beating(said):
    said.presence.begin()
    said.failing = True
    said.pass_seconds(6)
    said.failing = False
    said.pass_seconds(10)
    assert len(said.of("beat")) >= 3
    said.presence.end()
