from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_day import MIN, change, plan

from subsystems.display.machine import (
    RunsChanged,
    SendRows,
    SendStatus,
    StatusChanged,
    document,
    step,
)
from subsystems.display.model import Status, Tone
from subsystems.display.start import all_words, first_state
from subsystems.display.view import milliseconds

DAY = date(2021, 1, 20)
NOON = datetime(2021, 1, 20, 4, tzinfo=UTC)
LIVE = Status(line={"zh": "实时"}, tone=Tone.GOOD, confirmed_until=1)
BOARD = "waiting-hall-departures"


@pytest.fixture(scope="module")
def empty(hohhot):
    return first_state(hohhot, all_words(hohhot), LIVE, "code", DAY)


@pytest.fixture(scope="module")
def runs(hohhot):
    return plan(hohhot, DAY)


def test_a_document_has_every_row_that_will_be_seen_and_none_that_was(empty, runs):
    state, _ = step(empty, RunsChanged(runs), NOON)
    rows = document(state, BOARD, NOON).rows
    assert len(rows) > 30
    assert all(row.end > milliseconds(NOON) for row in rows)
    assert [row.key for row in rows] == sorted(row.key for row in rows)
    assert len(document(state, BOARD, NOON + timedelta(hours=8)).rows) < len(rows)


def test_only_a_row_that_came_out_different_is_sent(empty, runs):
    state, _ = step(empty, RunsChanged(runs), NOON)
    again, effects = step(state, RunsChanged(runs), NOON)
    assert effects == ()
    assert again.version == state.version
    run = next(r for r in runs.values() if r.departure and r.departure.planned > NOON)
    late, effects = step(state, RunsChanged({run.run_id: change(run, late=9)}), NOON)
    sent = [e for e in effects if e.board == BOARD]
    assert [[row.id for row in e.rows] for e in sent] == [[run.run_id]]
    assert sent[0].rows[0].version == late.version == state.version + 1


def test_a_run_that_is_gone_or_went_to_another_gate_leaves_the_board(empty, runs):
    state, _ = step(empty, RunsChanged(runs), NOON)
    gates = state.rows["gate-a2"]
    run = runs[next(iter(gates))]
    moved = msgspec.structs.replace(run, gates=("B5",))
    _, effects = step(state, RunsChanged({run.run_id: moved}), NOON)
    by_board = {e.board: e for e in effects}
    assert by_board["gate-a2"].removed == (run.run_id,)
    assert [row.id for row in by_board["gate-b5"].rows] == [run.run_id]
    _, effects = step(state, RunsChanged({run.run_id: None}), NOON)
    assert by_board.keys() - {"gate-b5"} <= {e.board for e in effects}
    assert all(e.removed == (run.run_id,) and not e.rows for e in effects)


def test_rows_that_left_their_board_are_forgotten(empty, runs):
    state, _ = step(empty, RunsChanged(runs), NOON)
    later, effects = step(state, RunsChanged({}), NOON + timedelta(days=2))
    assert effects == ()
    assert not any(later.rows.values())


def test_a_status_is_sent_when_it_changes(empty):
    worse = msgspec.structs.replace(LIVE, tone=Tone.BAD)
    assert step(empty, StatusChanged(LIVE), NOON) == (empty, ())
    state, effects = step(empty, StatusChanged(worse), NOON)
    assert effects == (SendStatus(worse),)
    assert document(state, BOARD, NOON).status == worse


changes = st.one_of(
    st.none(),
    st.fixed_dictionaries({"late": st.integers(-10, 90)}),
    st.sampled_from([{"held": True}, {"cancelled": True}, {"platform": "2"}, {"gates": ("A2",)}]),
)


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_whoever_follows_the_patches_holds_what_the_document_says(empty, runs, data):
    state = empty
    pages = {board: {} for board in empty.views}
    now = NOON
    ids = sorted(runs)[40:60]
    for _ in range(data.draw(st.integers(1, 8))):
        chosen = data.draw(st.dictionaries(st.sampled_from(ids), changes, max_size=4))
        news = {i: c if c is None else change(runs[i], **c) for i, c in chosen.items()}
        before = state.version
        state, effects = step(state, RunsChanged(news), now)
        assert state.version == before + bool(effects)
        for effect in effects:
            assert isinstance(effect, SendRows)
            pages[effect.board] |= {row.id: row for row in effect.rows}
            for gone in effect.removed:
                del pages[effect.board][gone]
        now += data.draw(st.integers(0, 60)) * MIN
    for board, page in pages.items():
        at = milliseconds(now)
        alive = {i: row for i, row in page.items() if row.end is None or row.end > at}
        assert {row.id: row for row in document(state, board, now).rows} == alive
