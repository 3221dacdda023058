"""Alarms: every state with every event, persons' deeds, the shelf, the rate."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.alarms.cause import grouped
from hub.alarms.desk import (
    CHATTER,
    LONGEST_SHELF,
    RATE_OVER,
    Acknowledge,
    Desk,
    Load,
    PutAside,
    Seen,
    TakeBack,
    Tick,
    step,
)
from hub.alarms.model import Condition, Kind, Priority, State, Text
from protocol.errors import OperatorError

T0 = datetime(2021, 1, 20, 8, tzinfo=UTC)
SAID = Text("不对", "wrong")
MINUTE = timedelta(minutes=1)


def wrong(key: str, priority: Priority = Priority.LOW, *because: str) -> Condition:
    return Condition(
        key=key, kind=Kind.FEED, priority=priority, text=SAID, response=SAID, because=because
    )


def seen(*conditions: Condition) -> Seen:
    return Seen({each.key: (each, ()) for each in conditions})


def after(*events: tuple[object, float]) -> tuple[Desk, frozenset[str]]:
    desk, changed = Desk(), frozenset[str]()
    for event, minute in events:
        desk, changed = step(desk, event, T0 + minute * MINUTE)  # type: ignore[arg-type] # events
    return desk, changed


def test_an_alarm_stands_is_acknowledged_and_leaves_when_it_is_over() -> None:
    desk, changed = after((seen(wrong("a")), 0))
    assert changed == {"a"}
    assert desk.alarms["a"].calls
    desk, _ = step(desk, Acknowledge(("a",), "wang"), T0 + MINUTE)
    assert desk.alarms["a"].state is State.ACKNOWLEDGED
    assert (desk.alarms["a"].acknowledged_by, desk.alarms["a"].calls) == ("wang", False)
    desk, changed = step(desk, seen(), T0 + 2 * MINUTE)
    assert not desk.alarms
    assert changed == {"a"}


def test_what_is_over_stays_until_somebody_knows_that_it_was() -> None:
    desk, _ = after((seen(wrong("a")), 0), (seen(), 1))
    assert desk.alarms["a"].state is State.RETURNED
    assert desk.alarms["a"].returned_at == T0 + MINUTE
    desk, _ = step(desk, Acknowledge(("a",), "wang"), T0 + 2 * MINUTE)
    assert not desk.alarms


def test_nothing_that_stays_as_it_is_is_told() -> None:
    _, changed = after((seen(wrong("a")), 0), (seen(wrong("a")), 1))
    assert changed == frozenset()


def test_what_comes_again_soon_is_counted_and_acknowledged_anew() -> None:
    desk, _ = after(
        (seen(wrong("a")), 0), (Acknowledge(("a",), "wang"), 1), (seen(), 2), (seen(wrong("a")), 3)
    )
    alarm = desk.alarms["a"]
    assert (alarm.times, alarm.state, alarm.acknowledged_by) == (2, State.STANDING, "")


def test_what_comes_again_much_later_is_another_one() -> None:
    late = 2 + CHATTER / MINUTE + 1
    desk, _ = after(
        (seen(wrong("a")), 0), (Acknowledge(("a",), "w"), 1), (seen(), 2), (Tick(), late)
    )
    desk, _ = step(desk, seen(wrong("a")), T0 + late * MINUTE)
    assert desk.alarms["a"].times == 1


def test_what_got_worse_calls_again() -> None:
    desk, _ = after((seen(wrong("a")), 0), (Acknowledge(("a",), "wang"), 1))
    desk, _ = step(desk, seen(wrong("a", Priority.HIGH)), T0 + 2 * MINUTE)
    assert desk.alarms["a"].calls


class TestShelf:
    until = T0 + 30 * MINUTE

    def put(self, key: str = "a", why: str = "cable on order", until: datetime = until) -> PutAside:
        return PutAside(key, "wang", why, until)

    def test_it_makes_no_call_and_comes_back_by_itself(self) -> None:
        desk, _ = after((seen(wrong("a")), 0), (self.put(), 1))
        assert not desk.alarms["a"].calls
        desk, changed = step(desk, Tick(), self.until)
        assert changed == {"a"}
        assert desk.alarms["a"].calls
        assert desk.rate(self.until) == 1

    def test_what_comes_while_on_the_shelf_makes_no_call(self) -> None:
        desk, _ = after((seen(wrong("a")), 0), (self.put(), 1), (seen(), 2), (seen(wrong("a")), 3))
        assert desk.alarms["a"].shelf is not None
        assert not desk.alarms["a"].calls

    def test_what_is_over_leaves_with_the_shelf(self) -> None:
        events = (
            (seen(wrong("a")), 0),
            (Acknowledge(("a",), "w"), 1),
            (self.put(), 1),
            (seen(), 2),
        )
        desk, _ = after(*events)
        assert desk.alarms["a"].state is State.NORMAL
        desk, _ = step(desk, Tick(), self.until)
        assert not desk.alarms

    def test_it_can_be_taken_back(self) -> None:
        desk, _ = after((seen(wrong("a")), 0), (self.put(), 1), (TakeBack("a", "li"), 2))
        assert desk.alarms["a"].calls

    @pytest.mark.parametrize(
        "deed",
        [
            PutAside("a", "wang", "  ", T0 + MINUTE * 5),
            PutAside("a", "wang", "why", T0),
            PutAside("a", "wang", "why", T0 + LONGEST_SHELF + MINUTE),
            PutAside("b", "wang", "why", T0 + MINUTE * 5),
            TakeBack("a", "wang"),
            Acknowledge(("a", "b"), "wang"),
        ],
        ids=["no reason", "over already", "too long", "unknown", "not there", "one unknown"],
    )
    def test_what_does_not_fit_is_refused(self, deed: object) -> None:
        desk, _ = after((seen(wrong("a")), 0))
        with pytest.raises(OperatorError):
            step(desk, deed, T0)  # type: ignore[arg-type] # of different kinds

    def test_what_must_be_dealt_with_now_is_acknowledged_first(self) -> None:
        desk, _ = after((seen(wrong("a", Priority.HIGH)), 0))
        with pytest.raises(OperatorError, match="acknowledge it first"):
            step(desk, self.put(), T0)
        desk, _ = step(desk, Acknowledge(("a",), "wang"), T0)
        desk, _ = step(desk, self.put(), T0)
        assert desk.alarms["a"].shelf is not None


class TestRate:
    def test_each_call_of_the_last_ten_minutes_counts_once(self) -> None:
        desk, _ = after(*((seen(*(wrong(str(n)) for n in range(k + 1))), k) for k in range(3)))
        assert desk.rate(T0 + 2 * MINUTE) == 3
        assert desk.rate(T0 + RATE_OVER) == 2

    @pytest.mark.parametrize(
        ("number", "load"),
        [
            (0, Load.ACCEPTABLE),
            (1, Load.ACCEPTABLE),
            (2, Load.MANAGEABLE),
            (3, Load.DEMANDING),
            (9, Load.DEMANDING),
            (10, Load.FLOOD),
        ],
    )
    def test_what_it_means_for_a_person(self, number: int, load: Load) -> None:
        desk, _ = after((seen(*(wrong(str(n)) for n in range(number))), 0))
        assert desk.load(T0) is load

    def test_a_dead_switch_calls_once(self) -> None:
        boards = [wrong(f"board-{n}", Priority.LOW, "segment/3") for n in range(40)]
        first = grouped(boards[:2], {})
        desk, _ = step(Desk(), Seen(first), T0)
        desk, changed = step(desk, Seen(grouped(boards, {}, first)), T0 + MINUTE)
        assert set(desk.alarms) == {"cause/segment/3"}
        assert {"board-0", "cause/segment/3"} <= changed
        assert desk.rate(T0 + MINUTE) == 3


KEYS = ("a", "b", "c")
EVENTS = st.one_of(
    st.lists(st.sampled_from(KEYS), unique=True).map(lambda ks: seen(*(wrong(k) for k in ks))),
    st.lists(st.sampled_from(KEYS), unique=True).map(lambda ks: Acknowledge(tuple(ks), "wang")),
    st.tuples(st.sampled_from(KEYS), st.integers(1, 60)),
    st.sampled_from(KEYS).map(lambda key: TakeBack(key, "wang")),
    st.just(Tick()),
)


@given(st.lists(st.tuples(EVENTS, st.integers(0, 20)), max_size=40))
def test_nothing_that_is_wrong_is_missing_or_quiet_without_a_person(
    events: list[tuple[Any, int]],
) -> None:
    desk, now = Desk(), T0
    so: set[str] = set()
    known: set[str] = set()
    for event, minutes in events:
        now += minutes * MINUTE
        deed = event
        if isinstance(event, tuple):
            deed = PutAside(event[0], "wang", "why", now + event[1] * MINUTE)
        try:
            desk, changed = step(desk, deed, now)
        except OperatorError:
            continue
        assert changed <= set(KEYS)
        if isinstance(deed, Seen):
            known -= set(deed.conditions) - so
            so = set(deed.conditions)
        if isinstance(deed, Acknowledge):
            known |= set(deed.keys)
        assert so <= set(desk.alarms)
        for key in so:
            alarm = desk.alarms[key]
            assert alarm.active
            assert alarm.calls or alarm.shelf is not None or key in known
            assert alarm.shelf is None or alarm.shelf.until > now


def test_alarms_go_over_a_wire() -> None:
    desk, _ = after((seen(wrong("a")), 0), (PutAside("a", "w", "why", T0 + MINUTE), 0))
    alarm = desk.alarms["a"]
    assert msgspec.json.decode(msgspec.json.encode(alarm), type=type(alarm)) == alarm
