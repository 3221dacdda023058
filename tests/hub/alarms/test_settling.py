"""What settles by itself within seconds is no alarm."""

from __future__ import annotations

from hub.alarms.model import Condition, Kind, Priority, Text
from hub.alarms.settling import SETTLE_S, settled

SAID = Text("不对", "wrong")


def wrong(kind: Kind) -> Condition:
    return Condition(key=kind.value, kind=kind, priority=Priority.LOW, text=SAID, response=SAID)


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
