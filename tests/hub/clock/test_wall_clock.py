"""Local time without a zone, and the hour that comes twice."""
# ruff: noqa: DTZ001 - wall-clock times without a zone are what comes in

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from hub.clock.readings import Trust
from hub.clock.wall_clock import say_meinberg, say_telegram
from station_config.runtime.timekeeping.meinberg import MeinbergString
from station_config.runtime.timekeeping.telegram import Telegram

BERLIN = ZoneInfo("Europe/Berlin")
TWICE = datetime(2026, 10, 25, 2, 30)
SUMMER = datetime(2026, 10, 25, 0, 30, tzinfo=UTC).timestamp()
WINTER = datetime(2026, 10, 25, 1, 30, tzinfo=UTC).timestamp()


def test_the_string_says_which_of_the_two_hours_it_is():
    say = say_meinberg(BERLIN)
    assert say(MeinbergString(TWICE, summer=True)).utc == SUMMER
    assert say(MeinbergString(TWICE)).utc == WINTER
    assert say(MeinbergString(datetime(2026, 10, 25, 1, 30), utc=True)).utc == WINTER


def test_of_the_telegrams_two_hours_the_nearer_is_taken():
    assert say_telegram(BERLIN, lambda: SUMMER - 3)(Telegram(TWICE, locked=True)).utc == SUMMER
    assert say_telegram(BERLIN, lambda: WINTER + 9)(Telegram(TWICE, locked=True)).utc == WINTER


def test_what_they_say_of_themselves():
    say = say_meinberg(BERLIN)
    assert say(MeinbergString(TWICE, leap_second=True)).utc is None
    assert say(MeinbergString(TWICE, never_synced=True)).trust is Trust.REFUSED
    assert say(MeinbergString(TWICE, holdover=True)).trust is Trust.HOLDOVER
    assert say(MeinbergString(TWICE, leap_announced=True)).leap == 1
    free = say_telegram(BERLIN, lambda: SUMMER)(Telegram(TWICE, locked=False))
    assert free.trust is Trust.HOLDOVER
    assert free.distance_s > 0.05
