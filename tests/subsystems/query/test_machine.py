"""The kiosk's machine: what is held counts, what was asked for is soon forgotten."""

from __future__ import annotations

from datetime import timedelta

from subsystems.query.machine import (
    ASKED_LIVES,
    Answered,
    RunsChanged,
    SendStatus,
    State,
    StatusChanged,
    Store,
    Tell,
    asked,
    step,
)
from subsystems.query.model import Status, Tone

SECOND = timedelta(seconds=1)


def changed(*runs, gone=()):
    return RunsChanged({run.run_id: run for run in runs} | dict.fromkeys(gone))


def test_what_changes_is_stored_before_pages_look_again(make):
    run = make.run("G1")
    state, effects = step(State(), changed(run), make.T0)
    assert effects == (Store((run,), ()), Tell((run.run_id,)))
    state, effects = step(state, changed(gone=[run.run_id]), make.T0)
    assert effects == (Store((), (run.run_id,)), Tell((run.run_id,)))
    assert step(state, changed(gone=[run.run_id]), make.T0) == (state, ())


def test_an_answer_is_told_for_two_minutes_and_not_longer(make):
    run = make.run("G1")
    state, effects = step(State(), Answered((run,)), make.T0)
    assert effects == ()
    assert asked(state, run.run_id, make.T0 + ASKED_LIVES - SECOND).run == run
    assert asked(state, run.run_id, make.T0 + ASKED_LIVES) is None
    state, _ = step(state, Answered((make.run("G2"),)), make.T0 + ASKED_LIVES)
    assert set(state.asked) == {make.run("G2").run_id}, "memory is bounded"


def test_an_answer_never_covers_what_is_held(make):
    held = make.run("G1", late=5)
    state, _ = step(State(), changed(held), make.T0)
    state, _ = step(state, Answered((make.run("G1"),)), make.T0)
    assert asked(state, held.run_id, make.T0) is None
    state, _ = step(State(), Answered((make.run("G1"),)), make.T0)
    state, _ = step(state, changed(held), make.T0)
    assert asked(state, held.run_id, make.T0) is None


def test_a_status_is_told_when_it_is_another():
    status = Status(line={"en": "Live"}, code="LIVE", tone=Tone.GOOD, confirmed_until=None)
    state, effects = step(State(), StatusChanged(status), None)
    assert effects == (SendStatus(status),)
    assert step(state, StatusChanged(status), None) == (state, ())
