"""After a minute the database is tidied and conflicts are looked for, on both databases."""

from dataclasses import replace
from datetime import timedelta

import pytest
import structlog
from twisted.internet.defer import succeed
from twisted.internet.task import Clock

from hub.after_minute import AfterMinute
from hub.figures import HubFigures
from hub.kernel.objections import Code
from hub.kernel.override import OnTrack, SetOverride
from hub.operations import Operations
from hub.tidying import AFTER_S
from protocol.times import minute_number


class SteppedClock:
    """Station time as a test sets it."""

    rate = 1.0

    def __init__(self, now):
        self.at = now

    def now(self):
        return self.at


@pytest.fixture
def hub(database_url, build):
    """A station where K7 comes to platform 2 while K1 stands on platform 1."""
    timetable = build.station().timetable
    k1 = timetable.rows[0]
    k7 = replace(k1, arrival_number="K7", departure_number="K7", track="t3")
    more = replace(timetable, rows=(*timetable.rows, k7))
    operations = Operations(database_url, build.station(timetable=more))
    operations.open(build.at("08:00"))
    yield operations
    operations.close()


def test_a_conflict_that_a_person_makes_is_told_begins_and_ends(hub, build, log_lines):
    reactor, clock, tidied = Clock(), SteppedClock(build.at("08:00")), []
    tidy = hub.tidy
    hub.tidy = lambda now: tidied.append(tidy(now))
    after = AfterMinute(
        reactor,
        clock,
        hub,
        lambda call: succeed(call()),
        figures=HubFigures("hub-a"),
        log=structlog.get_logger(),
    )

    def minute(at):
        clock.at = at
        hub.step(at, (), minute_number(at))
        after.later()
        reactor.advance(AFTER_S)

    minute(build.at("08:01"))
    assert (log_lines, len(tidied)) == ([], 1)
    moved = SetOverride(
        command_id="1", who="Li", why="x", run_id="2021-01-20.k7", word=OnTrack("t1")
    )
    assert Code.TRACK_OCCUPIED in {each.code for each in hub.command(clock.at, moved).warned}
    minute(build.at("08:02"))
    minute(build.at("08:03"))
    assert [(each["event"], each["run"]) for each in log_lines] == [
        ("conflict.begins", "2021-01-20.k7")
    ]
    assert [*hub.in_force(clock.at).conflicts] == ["2021-01-20.k7"]
    minute(build.at("10:20") + timedelta(minutes=1))
    assert [each["event"] for each in log_lines] == ["conflict.begins", "conflict.ended"]
    assert hub.in_force(clock.at).conflicts == {}
    after.later()
    after.stop()
    assert reactor.getDelayedCalls() == []
