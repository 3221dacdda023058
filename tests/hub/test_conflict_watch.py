"""A conflict is told once when it begins and once when it ends, and counted."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
import structlog
from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.task import Clock

from hub.conflict_watch import AFTER_S, ConflictWatch
from hub.figures import HubFigures
from hub.kernel.objections import Code, objection
from hub.store.manual import InForce
from protocol.errors import DeviceError

NOON = datetime(2021, 1, 20, 4, tzinfo=UTC)
OCCUPIED = objection(Code.TRACK_OCCUPIED, "1, K5")
SHORT = objection(Code.TOO_SHORT, "500 m < 900 m")


@dataclass
class FixedClock:
    """Station time that stands still."""

    rate: float

    def now(self):
        return NOON


class Hub:
    """What stands, as a test says it."""

    def __init__(self, rate=1.0):
        self.reactor = Clock()
        self.figures = HubFigures("hub-a")
        self.stands = {}
        self.asked = []
        self.failing = False
        self.watch = ConflictWatch(
            self.reactor,
            FixedClock(rate),
            self.in_force,
            self.in_store,
            figures=self.figures,
            log=structlog.get_logger(),
        )

    def in_force(self, now):
        self.asked.append(now)
        return InForce(conflicts=self.stands)

    def in_store(self, call):
        return fail(DeviceError("disk full")) if self.failing else succeed(call())

    def minute(self):
        self.watch.later()
        self.reactor.advance(AFTER_S)

    def count(self, name, code):
        registry = self.figures.figures.registry
        return registry.get_sample_value(f"station_hub_{name}", {"code": code.value})


@pytest.fixture
def hub():
    return Hub()


def test_each_is_told_when_it_begins_and_when_it_ends(hub, log_lines):
    hub.stands = {"a": (OCCUPIED,), "b": (SHORT,)}
    hub.minute()
    hub.minute()
    begun = [(line["event"], line["run"], line["code"]) for line in log_lines]
    assert begun == [
        ("conflict.begins", "a", "track-occupied"),
        ("conflict.begins", "b", "too-short"),
    ]
    hub.stands = {"b": (SHORT,)}
    hub.minute()
    hub.minute()
    assert [(line["event"], line["run"]) for line in log_lines[2:]] == [("conflict.ended", "a")]
    assert log_lines[2]["why"] == OCCUPIED.en
    hub.stands = {"a": (OCCUPIED,), "b": (SHORT,)}
    hub.minute()
    assert [(line["event"], line["run"]) for line in log_lines[3:]] == [("conflict.begins", "a")]


def test_they_are_counted(hub, log_lines):  # noqa: ARG001 - keeps the output quiet
    hub.stands = {"a": (OCCUPIED, SHORT), "b": (SHORT,)}
    hub.minute()
    hub.minute()
    assert hub.count("conflicts", Code.TOO_SHORT) == 2
    hub.stands = {"a": (SHORT,)}
    hub.minute()
    assert hub.count("conflicts", Code.TOO_SHORT) == 1
    assert not hub.count("conflicts", Code.TRACK_OCCUPIED)
    assert hub.count("conflicts_total", Code.TOO_SHORT) == 2
    assert hub.count("conflicts_total", Code.TRACK_OCCUPIED) == 1


def test_it_is_looked_once_for_several_minutes(hub):
    hub.watch.later()
    hub.watch.later()
    hub.reactor.advance(AFTER_S - 0.1)
    assert hub.asked == []
    hub.reactor.advance(0.1)
    assert hub.asked == [NOON]


def test_a_faster_clock_is_looked_at_sooner():
    hub = Hub(rate=10.0)
    hub.watch.later()
    hub.reactor.advance(AFTER_S / 10)
    assert hub.asked == [NOON]


def test_a_database_that_fails_is_told_and_ends_no_conflict(hub, log_lines):
    hub.stands = {"a": (OCCUPIED,)}
    hub.minute()
    hub.failing = True
    hub.minute()
    assert [line["event"] for line in log_lines] == ["conflict.begins", "conflict.unknown"]
    assert hub.count("conflicts", Code.TRACK_OCCUPIED) == 1


def test_after_a_stop_nothing_is_known(hub, log_lines):
    hub.stands = {"a": (OCCUPIED,)}
    hub.minute()
    late: Deferred = Deferred()
    hub.watch.later()
    hub.watch._in_store = lambda _: late
    hub.reactor.advance(AFTER_S)
    hub.watch.later()
    hub.watch.stop()
    late.callback(InForce(conflicts={"b": (SHORT,)}))
    hub.watch.later()
    assert hub.reactor.getDelayedCalls() == []
    assert not hub.count("conflicts", Code.TRACK_OCCUPIED)
    assert [line["event"] for line in log_lines] == ["conflict.begins"]
