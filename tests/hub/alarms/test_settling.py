"""What settles by itself within seconds is no alarm."""

from __future__ import annotations

from datetime import UTC, datetime

from hub.alarms.model import Condition, Kind, Priority, Text
from hub.alarms.settling import SETTLE_S, STARTING_S, settled

T0 = datetime(2021, 1, 20, 8, tzinfo=UTC)
SAID = Text("不对", "wrong")


def wrong(kind: Kind, since: datetime | None = T0) -> Condition:
    return Condition(
        key=kind.value, kind=kind, priority=Priority.LOW, text=SAID, response=SAID, since=since
    )


def test_a_dark_device_is_told_after_the_delay_a_conflict_at_once() -> None:
    both = (wrong(Kind.DEVICE_DARK), wrong(Kind.CONFLICT))
    told, seen = settled(both, {}, 100.0)
    assert told == (both[1],)
    told, seen = settled(both, seen, 100.0 + SETTLE_S - 0.1)
    assert told == (both[1],)
    assert settled(both, seen, 100.0 + SETTLE_S)[0] == both


def test_what_was_well_in_between_waits_anew() -> None:
    dark = (wrong(Kind.DEVICE_DARK),)
    _, seen = settled(dark, {}, 100.0)
    _, seen = settled((), seen, 102.0)
    assert settled(dark, seen, 100.0 + SETTLE_S)[0] == ()


def test_a_device_that_was_never_heard_may_still_be_starting() -> None:
    dark = (wrong(Kind.DEVICE_DARK, None),)
    _, seen = settled(dark, {}, 100.0)
    assert settled(dark, seen, 100.0 + STARTING_S - 1)[0] == ()
    assert settled(dark, seen, 100.0 + STARTING_S)[0] == dark
