"""The made-up day: trains on the board now, and numbers that are found in any text."""

from datetime import UTC, datetime

from protocol.notices import NoticeKind
from protocol.runs import Role
from protocol.timeline import disorder, on_arrival_board, on_departure_board
from simulators.conformance.day import NUMBERS, PASSING, notice_of, plan_of, run_of

NOW = datetime(2026, 11, 22, 15, 0, 30, tzinfo=UTC)


def test_all_trains_of_the_plan_stand_on_both_boards_now():
    runs = plan_of(NOW).runs
    assert [run.departure_number for run in runs] == list(NUMBERS)
    assert all(on_departure_board(run, NOW) and on_arrival_board(run, NOW) for run in runs)
    assert not any(disorder(run.timeline) for run in runs)


def test_a_late_train_has_an_estimate_and_the_same_plan():
    usual, late = run_of(NUMBERS[0], NOW), run_of(NUMBERS[0], NOW, late=7)
    assert late.run_id == usual.run_id
    assert late.departure.planned == usual.departure.planned
    assert (late.departure.estimated - late.departure.planned).total_seconds() == 7 * 60


def test_a_train_that_passes_is_on_no_board():
    run = run_of(PASSING, NOW, role=Role.PASS)
    assert not on_departure_board(run, NOW)


def test_the_notice_is_told_now():
    notice = notice_of(NOW)
    assert notice.kind is NoticeKind.INFORMATION
    assert notice.told(NOW)
