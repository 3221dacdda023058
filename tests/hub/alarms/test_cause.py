"""A switch that dies is one alarm, and nothing is lost in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from hub.alarms.cause import FEW, grouped
from hub.alarms.model import Condition, Kind, Priority, Text

if TYPE_CHECKING:
    from random import Random

CAUSES = ("broker", "segment/3", "segment/4", "zone/hall")
SAID = Text("不对", "wrong")


def dark(name: str, *because: str, priority: Priority = Priority.LOW) -> Condition:
    return Condition(
        key=f"device-dark/{name}",
        kind=Kind.DEVICE_DARK,
        priority=priority,
        text=SAID,
        response=SAID,
        place=name,
        because=because,
    )


def test_forty_boards_of_one_switch_are_one_alarm() -> None:
    boards = [dark(f"board-{n}", "segment/3", "zone/hall") for n in range(40)]
    told = grouped(boards, {"segment/3": Text("3 号交换机", "switch 3")})
    assert list(told) == ["cause/segment/3"]
    group, members = told["cause/segment/3"]
    assert len(members) == len(boards)
    assert "switch 3" in group.text.en
    assert "40" in group.text.zh


def test_two_may_be_chance() -> None:
    told = grouped([dark("a", "segment/3"), dark("b", "segment/3")], {})
    assert set(told) == {"device-dark/a", "device-dark/b"}


def test_the_cause_that_explains_the_most_wins_and_the_rest_stays_by_itself() -> None:
    of_three = [dark(n, "segment/3", "zone/hall") for n in "abc"]
    of_four = [dark(n, "segment/4", "zone/hall") for n in "de"]
    told = grouped([*of_three, *of_four, dark("z", "segment/4")], {})
    assert told["cause/zone/hall"][1] == tuple(f"device-dark/{n}" for n in "abcde")
    assert set(told) == {"cause/zone/hall", "device-dark/z"}


def test_the_group_is_as_urgent_as_its_most_urgent_member() -> None:
    members = [dark("a", "x"), dark("b", "x", priority=Priority.HIGH), dark("c", "x")]
    assert grouped(members, {})["cause/x"][0].priority is Priority.HIGH


def test_what_recovers_one_by_one_stays_one_alarm_until_the_last() -> None:
    before = grouped([dark(n, "segment/3") for n in "abc"], {})
    one_left = grouped([dark("b", "segment/3")], {}, before)
    assert one_left["cause/segment/3"][1] == ("device-dark/b",)
    assert grouped([], {}, one_left) == {}


@given(
    st.lists(
        st.tuples(st.integers(0, 30), st.lists(st.sampled_from(CAUSES), max_size=3, unique=True)),
        unique_by=lambda each: each[0],
        max_size=20,
    ),
    st.randoms(use_true_random=False),
)
def test_nothing_is_lost_nothing_told_twice_whatever_the_order(
    drawn: list[tuple[int, list[str]]], random: Random
) -> None:
    conditions = [dark(str(number), *because) for number, because in drawn]
    told = grouped(conditions, {})
    shown = [key for key, (_, members) in told.items() for key in (members or (key,))]
    assert sorted(shown) == sorted(each.key for each in conditions)
    assert all(len(members) == 0 or len(members) >= FEW for _, members in told.values())
    random.shuffle(conditions)
    assert grouped(conditions, {}) == told
