"""Frames at their time."""

from __future__ import annotations

from twisted.internet.task import Clock

from subsystems.broadcast.speech.pace import BURST, Pace


def make(clock):
    sent, skipped = [], []
    pace = Pace(clock, 0.02, lambda: sent.append(clock.seconds()), skipped.append)
    pace.start()
    return pace, sent, skipped


def test_no_drift_over_an_hour_of_late_timers():
    clock = Clock()
    pace, sent, skipped = make(clock)
    for number in range(3600 * 8):
        clock.advance(0.125 + (0.003 if number % 7 == 0 else -0.0005))
    assert len(sent) == int(clock.seconds() / 0.02 + 1e-6) + 1
    assert skipped == []
    pace.stop()
    assert not pace.running
    assert clock.getDelayedCalls() == []


def test_frames_are_sent_when_they_are_due():
    clock = Clock()
    pace, sent, _ = make(clock)
    for _ in range(50):
        clock.advance(0.001)
    assert [round(each, 3) for each in sent] == [0.0, 0.02, 0.04]
    pace.stop()


def test_who_slept_leaves_frames_out_and_says_how_many():
    clock = Clock()
    pace, sent, skipped = make(clock)
    clock.advance(10)
    assert len(sent) == 1 + BURST
    assert sum(skipped) + len(sent) == 501
    pace.stop()


def test_it_may_be_stopped_by_what_it_sends():
    clock = Clock()

    def send():
        pace.stop()

    pace = Pace(clock, 0.02, send, lambda _frames: None)
    pace.start()
    clock.advance(1)
    assert clock.getDelayedCalls() == []
