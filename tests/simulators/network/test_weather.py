"""Packets on a bad network."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from simulators.network.weather import FINE, Passage, Weather


def test_in_fine_weather_everything_arrives_at_once():
    passage = Passage(Random(1))
    passage.enter(b"a", 10.0, FINE)
    passage.enter(b"b", 10.0, FINE)
    assert passage.leave(10.0) == [b"a", b"b"]
    assert (passage.carried, passage.lost, passage.next_due) == (2, 0, None)


def test_a_delay_holds_a_packet_back():
    passage = Passage(Random(1))
    passage.enter(b"a", 10.0, Weather(delay_s=0.3))
    assert passage.next_due == 10.3
    assert passage.leave(10.29) == []
    assert passage.leave(10.3) == [b"a"]


def test_nothing_passes_a_cut_and_what_was_on_its_way_arrives():
    passage = Passage(Random(1))
    passage.enter(b"before", 10.0, Weather(delay_s=0.3))
    passage.enter(b"after", 10.1, Weather(cut=True))
    assert passage.leave(20.0) == [b"before"]
    assert passage.lost == 1


def test_one_packet_in_ten_is_lost():
    passage = Passage(Random(5))
    for _ in range(5_000):
        passage.enter(b"x", 0.0, Weather(loss=0.1))
    assert 400 < passage.lost < 600
    assert len(passage.leave(0.0)) + passage.lost == 5_000


@given(st.lists(st.tuples(st.floats(0, 5), st.floats(0, 1), st.floats(0, 1)), max_size=40))
def test_packets_keep_their_order_whatever_the_weather(sent):
    passage = Passage(Random(3))
    now = 0.0
    for number, (wait, delay, jitter) in enumerate(sent):
        now += wait
        passage.enter(b"%d" % number, now, Weather(delay_s=delay, jitter_s=jitter))
    assert [int(packet) for packet in passage.leave(now + 10)] == list(range(len(sent)))
