from types import SimpleNamespace

from one_way_feed.bodies import SourceState
from one_way_feed.carousel import SourceReport
from one_way_feed.sender_figures import sender_figures, sender_health
from protocol.times import from_unix
from station_config.runtime.clocks import SystemClock

CLOCK = SystemClock(from_unix(0), 0.0, wall=lambda: 1000.0)


def sender(*, ready=True, **report):
    said = {"state": SourceState.OK, "poll_ok_at_ms": 998_500, "received": 0} | report
    return SimpleNamespace(
        ready=ready, rows=270, epoch=7, frames=40, octets=9000, report=SourceReport(**said)
    )


def told(of):
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in sender_figures(of, CLOCK).registry.collect()
        for sample in family.samples
    }


def test_what_the_sender_knows_is_told():
    found = told(sender(received=3))
    assert found["station_sender_frames_total",] == 40
    assert found["station_sender_poll_age_seconds",] == 1.5
    assert found["station_sender_received_total",] == 3
    assert found["station_sender_source_state", "OK"] == 1
    assert found["station_sender_source_state", "UNREACHABLE"] == 0
    assert found["station_figures_unread_total",] == 0


def test_before_the_first_poll_there_is_no_age():
    found = told(sender(state=SourceState.NEVER_POLLED, poll_ok_at_ms=0))
    assert ("station_sender_poll_age_seconds",) not in found


def test_health_says_why():
    assert sender_health(sender()).ok
    assert sender_health(sender(state=SourceState.SLOW)).ok
    blind = sender_health(sender(state=SourceState.UNREACHABLE, ready=False))
    assert not blind.ok
    assert blind.details["reasons"] == ["the line cannot be written", "the database: UNREACHABLE"]
