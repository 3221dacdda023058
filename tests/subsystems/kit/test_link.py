"""The link machine: exact time-outs, the table, and what must hold whatever happens."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.errors import StationError
from protocol.messages import LinkMode
from subsystems.kit.link import (
    TRANSITIONS,
    Completeness,
    Connected,
    Disconnected,
    HubWord,
    Link,
    ModeChanged,
    Replay,
    RequestResync,
    Signal,
    Tick,
    Timings,
    follow,
    next_at,
    step,
)

COMPLETE = Completeness(frozenset())


def beat(epoch=1):
    return HubWord(epoch, online=True, live=True)


def play(*events, link=None):
    """Step through (second, event); return the link and all effects with their seconds."""
    link = link or Link()
    told = []
    for at_s, event in events:
        link, effects = step(link, event, at_s)
        told += [(at_s, effect) for effect in effects]
    return link, told


def online(at_s=0.0, epoch=1):
    link, _ = play((at_s, Connected()), (at_s, beat(epoch)), (at_s, COMPLETE), (at_s + 3.0, Tick()))
    assert link.mode is LinkMode.ONLINE
    return link


def modes(told):
    return [(at_s, e.after) for at_s, e in told if isinstance(e, ModeChanged)]


def test_a_device_boots_alone_and_stays_so_with_a_broker_but_no_hub():
    retained = HubWord(1, online=True, live=False)
    link, told = play((0, Connected()), (0.1, retained), (0.2, COMPLETE), (60, Tick()))
    assert link.mode is LinkMode.AUTONOMOUS
    assert told == []


def test_online_after_everything_is_held_and_three_seconds_of_calm():
    link, told = play(
        (0, Connected()), (1, beat()), (1.2, COMPLETE), (3.999, Tick()), (4.0, Tick())
    )
    assert modes(told) == [(1, LinkMode.SYNCING), (4.0, LinkMode.ONLINE)]
    assert next_at(link) == 1 + 15


def test_what_is_complete_late_must_settle_for_a_second():
    _, told = play(
        (0, Connected()), (0, beat()), (5, COMPLETE), (5.9, Tick()), (6, Tick()), (6, beat())
    )
    assert modes(told)[-1] == (6, LinkMode.ONLINE)


def test_never_online_without_the_manifest():
    link, told = play((0, Connected()), *((s, beat()) for s in range(60)))
    assert link.mode is LinkMode.SYNCING
    assert [(s, e.missing) for s, e in told if isinstance(e, RequestResync)] == [
        (s, ("hub/manifest",)) for s in (10, 20, 30, 40, 50)
    ]


def test_the_broker_is_asked_to_replay_once_and_only_for_a_reason():
    gap = Completeness(frozenset({"run/x"}))
    _, told = play((0, Connected()), (0, beat()), (0.2, gap), *((s, beat()) for s in range(1, 9)))
    assert [(s, e) for s, e in told if isinstance(e, Replay)] == [(2, Replay())]
    _, told = play((0, Connected()), (0, beat()), (0.2, COMPLETE), (1.5, Tick()), (2, gap))
    assert not [e for _, e in told if isinstance(e, Replay)]


def test_silence_of_fifteen_seconds_is_suspect_and_thirty_is_autonomous():
    link = online()
    assert next_at(link) == 15
    link, told = play((14.999, Tick()), (15, Tick()), (29.999, Tick()), (30, Tick()), link=link)
    assert modes(told) == [(15, LinkMode.SUSPECT), (30, LinkMode.AUTONOMOUS)]
    assert next_at(link) is None


def test_a_process_that_slept_finds_both_time_outs_over_at_once():
    _, told = play((500, Tick()), link=online())
    assert modes(told) == [(500, LinkMode.SUSPECT), (500, LinkMode.AUTONOMOUS)]


@pytest.mark.parametrize(
    "loss", [Disconnected(), HubWord(1, online=False, live=True)], ids=["socket", "will"]
)
def test_a_loss_that_is_told_is_suspect_at_once(loss):
    link, told = play((7, loss), (21.9, Tick()), (22, Tick()), link=online())
    assert modes(told) == [(7, LinkMode.SUSPECT), (22, LinkMode.AUTONOMOUS)]
    assert link.since_s == 22


def test_a_hub_that_restarts_is_live_again_within_five_seconds_of_dying():
    link, told = play(
        (10, HubWord(1, online=False, live=True)),
        (11, beat(2)),
        (11.5, COMPLETE),
        (14, Tick()),
        link=online(),
    )
    assert modes(told) == [(10, LinkMode.SUSPECT), (11, LinkMode.SYNCING), (14, LinkMode.ONLINE)]
    assert link.epoch == 2


def test_a_new_epoch_without_a_loss_is_synced_anew():
    link, told = play((5, beat(2)), link=online())
    assert modes(told) == [(5, LinkMode.SYNCING)]
    assert "hub/manifest" in link.missing


def test_a_zombie_changes_nothing():
    link = online(epoch=7)
    for word in (beat(6), HubWord(6, online=False, live=True)):
        assert step(link, word, 4.0) == (link, ())


def test_a_retained_word_is_no_sign_of_life():
    link, _ = play((10, HubWord(1, online=True, live=False)), link=online())
    assert link.silent_at_s == 15


def test_a_beat_after_the_will_means_that_the_hub_is_there():
    late_will = HubWord(1, online=False, live=True)
    _, told = play((5, late_will), (6, beat()), (9, Tick()), link=online())
    assert modes(told) == [(5, LinkMode.SUSPECT), (6, LinkMode.SYNCING), (9, LinkMode.ONLINE)]


def test_a_gap_shorter_than_the_way_of_a_message_is_nothing():
    gap = Completeness(frozenset({"run/x"}))
    _, told = play((5, gap), (5.3, COMPLETE), (15, beat()), (16, Tick()), link=online())
    assert told == []


def test_a_gap_that_stays_asks_and_is_not_called_live():
    gap = Completeness(frozenset({"run/y", "run/x"}))
    _, told = play(
        (5, gap), (10, beat()), (15, Tick()), (16, COMPLETE), (18, Tick()), link=online()
    )
    assert told == [
        (15, ModeChanged(LinkMode.ONLINE, LinkMode.SYNCING)),
        (15, RequestResync(("run/x", "run/y"))),
        (18, ModeChanged(LinkMode.SYNCING, LinkMode.ONLINE)),
    ]


def test_a_loss_while_syncing_is_autonomous():
    link, told = play((0, Connected()), (0, beat()), (1, Disconnected()))
    assert link.mode is LinkMode.AUTONOMOUS
    assert modes(told)[-1] == (1, LinkMode.AUTONOMOUS)


def test_the_table_knows_all_that_can_be_and_refuses_the_rest():
    for mode, signal in product(LinkMode, Signal):
        if (mode, signal) in TRANSITIONS:
            assert follow(mode, signal) is TRANSITIONS[mode, signal]
        else:
            with pytest.raises(StationError):
                follow(mode, signal)


def test_every_mode_is_left_and_reached():
    assert {mode for mode, _ in TRANSITIONS} == set(LinkMode) == set(TRANSITIONS.values())


EVENTS = st.one_of(
    st.just(Connected()),
    st.just(Disconnected()),
    st.builds(HubWord, st.integers(1, 3), st.booleans(), st.booleans()),
    st.sampled_from(
        [COMPLETE, Completeness(frozenset({"run/x"})), Completeness(frozenset({"hub/manifest"}))]
    ),
    st.just(Tick()),
)
HISTORIES = st.lists(st.tuples(st.floats(0, 20), EVENTS), max_size=40)


def run_on_time(link, history, now_s=0.0):
    """Play `history` of (delay, event), ticking when the machine says that a tick is due."""
    for delay_s, event in history:
        target_s = now_s + delay_s
        while (due_s := next_at(link)) is not None and due_s <= target_s:
            assert due_s >= now_s, "a timer in the past would spin"
            before = link
            now_s = due_s
            link, _ = step(link, Tick(), now_s)
            assert link != before, "a due tick that changes nothing would spin"
            yield link, now_s
        now_s = target_s
        link, _ = step(link, event, now_s)
        yield link, now_s


@settings(max_examples=300)
@given(HISTORIES)
def test_live_is_told_only_when_there_is_no_doubt(history):
    for link, now_s in run_on_time(Link(), history):
        if link.mode is LinkMode.ONLINE:
            assert link.connected
            assert not link.said_offline
            assert link.epoch == link.online_epoch
            assert now_s - link.heard_s < 15
            assert link.held_s is not None or now_s < link.ask_s
        if link.mode is LinkMode.SUSPECT:
            assert now_s - link.since_s < 15


@settings(max_examples=300)
@given(HISTORIES)
def test_with_beats_and_everything_held_any_history_ends_online(history):
    *_, (link, now_s) = [(Link(), 0.0), *run_on_time(Link(), history)]
    good = [(0.1, Connected()), (0.1, beat(9)), (0.1, COMPLETE)]
    good += [(1.0, beat(9))] * 6
    *_, (link, now_s) = run_on_time(link, good, now_s)
    assert link.mode is LinkMode.ONLINE


@given(HISTORIES, st.floats(1, 5))
def test_equal_histories_are_equal(history, calm_s):
    first = Link(Timings(calm_s=calm_s))
    assert list(run_on_time(first, history)) == list(run_on_time(first, history))
