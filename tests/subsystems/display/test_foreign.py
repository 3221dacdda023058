"""What boards would show of a run is what they show of it."""

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest
from sample_day import MIN, change, plan

from protocol.errors import OperatorError
from subsystems.display.foreign import cells_at, preview, read_options
from subsystems.display.machine import RunsChanged, document, step
from subsystems.display.model import Status, Tone
from subsystems.display.start import all_words, first_state
from subsystems.display.view import milliseconds

DAY = date(2021, 1, 20)
NOON = datetime(2021, 1, 20, 4, tzinfo=UTC)
LIVE = Status(line={"zh": "实时"}, tone=Tone.GOOD, confirmed_until=1)


@pytest.fixture(scope="module")
def state(hohhot):
    return first_state(hohhot, all_words(hohhot), LIVE, "code", DAY)


@pytest.fixture(scope="module")
def runs(hohhot):
    return plan(hohhot, DAY)


@pytest.mark.parametrize("hour", range(0, 24, 3))
def test_every_run_on_every_board_at_every_hour(state, runs, hour):
    now = datetime(2021, 1, 20, tzinfo=UTC) - timedelta(hours=8) + timedelta(hours=hour)
    at = milliseconds(now)
    after, _ = step(state, RunsChanged(runs), now)
    stands = {
        (board, row.id): cells_at(row, at)
        for board in state.views
        for row in document(after, board, now).rows
        if row.start is not None and row.start <= at
    }
    told = {
        (shown.board, run_id): shown.cells
        for run_id, run in runs.items()
        for shown in preview(run, state.views, state.sheets, at).boards
    }
    assert told == stands
    assert hour < 6 or told


def test_a_delay_that_is_only_thought_of_is_shown_as_it_would_be(state, runs):
    run = next(r for r in runs.values() if r.departure and r.departure.planned > NOON + 20 * MIN)
    late = change(
        run,
        departure=msgspec.structs.replace(
            run.departure, estimated=run.departure.planned + 30 * MIN
        ),
    )
    at = milliseconds(run.departure.planned - 10 * MIN)
    before = preview(run, state.views, state.sheets, at).boards[0]
    after = preview(late, state.views, state.sheets, at).boards[0]
    assert before.board == after.board
    assert before.cells["departure"] != after.cells["departure"]


def test_a_setting_that_is_misspelt_is_an_error_that_names_the_place():
    assert read_options({"origins": ["https://a"]}).origins == ("https://a",)
    with pytest.raises(OperatorError) as told:
        read_options({"origin": []})
    assert told.value.where == "subsystems.display.options"
