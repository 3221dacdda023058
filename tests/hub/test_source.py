from datetime import timedelta

from hub.source import CONFIRMING_S, lifetime_seconds, source_of
from one_way_feed.status import LineStatus
from protocol.messages import Source, SourceMode
from protocol.times import from_unix

NOW = from_unix(1_600_000_000)
LATER = NOW + timedelta(seconds=5)


def line(mode, age=None, name="a"):
    return LineStatus(name=name, mode=mode, source_age_s=age)


def test_without_any_line_the_link_is_down():
    assert source_of([], before=None, now=NOW, rate=1) == Source(SourceMode.LINK_DOWN, NOW)


def test_the_best_line_counts():
    lines = [line(SourceMode.LINK_DOWN), line(SourceMode.LIVE, 1.0, "b")]
    source = source_of(lines, before=None, now=NOW, rate=1)
    assert source == Source(SourceMode.LIVE, NOW, NOW - timedelta(seconds=1))


def test_since_is_kept_while_the_mode_stays():
    before = Source(SourceMode.LIVE, NOW, NOW)
    source = source_of([line(SourceMode.LIVE, 0.5)], before=before, now=LATER, rate=1)
    assert source.since == NOW
    assert source.confirmed_at == LATER - timedelta(seconds=0.5)


def test_another_mode_begins_now_and_keeps_the_last_confirmation():
    before = Source(SourceMode.LIVE, NOW, NOW)
    source = source_of([line(SourceMode.LINK_DOWN)], before=before, now=LATER, rate=1)
    assert source == Source(SourceMode.LINK_DOWN, LATER, NOW)


def test_real_age_becomes_station_time_by_the_rate():
    source = source_of([line(SourceMode.LIVE, 2.0)], before=None, now=NOW, rate=60)
    assert source.confirmed_at == NOW - timedelta(minutes=2)


def test_a_confirmation_never_goes_back():
    before = Source(SourceMode.LIVE, NOW, LATER)
    source = source_of([line(SourceMode.LIVE, 60.0)], before=before, now=LATER, rate=1)
    assert source.confirmed_at == LATER


def test_the_lifetime_is_the_stations_unless_the_simulation_outruns_the_beats():
    half_an_hour = timedelta(minutes=30)
    assert lifetime_seconds(half_an_hour, 1.0) == 1800
    assert lifetime_seconds(half_an_hour, 600.0) == CONFIRMING_S * 600
