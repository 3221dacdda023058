from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import msgspec
import pytest
from sample_day import MIN, change, plan, with_timeline

from protocol.runs import Control, Punctuality, Role
from station_config.model import Board, BoardKind, Column
from subsystems.display.model import Cell, Tone
from subsystems.display.view import BoardView, milliseconds
from subsystems.display.words import load_words

DAY = date(2021, 1, 20)
COLUMNS = tuple(Column)


@pytest.fixture(scope="module")
def runs(hohhot):
    return plan(hohhot, DAY)


@pytest.fixture
def view(hohhot):
    def make(kind, languages=("zh", "en"), station=hohhot, **fields):
        board = Board("b", kind, {"zh": "板"}, COLUMNS, 10, languages, **fields)
        return BoardView(station, board, load_words(languages))

    return make


def one(runs, role, *, platform=None):
    """Return a run of the afternoon with that role."""
    return next(
        run
        for run in runs.values()
        if run.role is role
        and (run.departure or run.arrival).planned.hour >= 5
        and platform in {None, run.platform}
    )


def status_at(row, at, steps="steps"):
    """Return the status cell that the page takes at `at`."""
    now = milliseconds(at)
    chosen = [s for s in getattr(row, steps) if s.at is None or s.at <= now]
    return chosen[-1].cells["status"]


def says(cell, language="zh"):
    return cell.text if isinstance(cell.text, str) else cell.text[language]


def test_an_origin_train_goes_through_all_stages_of_check_in(view, runs):
    run = one(runs, Role.ORIGIN)
    row = view(BoardKind.DEPARTURES).row(run)
    departs = run.departure.planned
    told = [says(status_at(row, departs - m * MIN)) for m in (170, 60, 15, 7, 5)]
    assert told == ["", "候车", "正在检票", "即将停止检票", "停止检票"]
    assert says(status_at(row, departs), "en") == "Check-in closed"
    assert (row.start, row.end) == (
        milliseconds(run.timeline.shown_at),
        milliseconds(run.timeline.departure_shown_until),
    )


def test_a_change_holds_from_its_very_instant(view, runs):
    run = one(runs, Role.ORIGIN)
    row = view(BoardKind.DEPARTURES).row(run)
    opens = run.timeline.check_in_opens_at
    assert says(status_at(row, opens - timedelta(milliseconds=1))) == "候车"
    assert says(status_at(row, opens)) == "正在检票"


def test_a_station_without_gates_never_speaks_of_check_in(view, runs, hohhot):
    layouts = tuple(replace(layout, gates=()) for layout in hohhot.layouts)
    village = replace(hohhot, layouts=layouts)
    run = one(runs, Role.INTERMEDIATE)
    row = view(BoardKind.DEPARTURES, ("de",), village).row(run)
    told = {step.cells["status"].text for step in row.steps}
    assert told == {"", "Fährt ein"}


@pytest.mark.parametrize(
    ("role", "kind"),
    [
        (Role.ORIGIN, BoardKind.ARRIVALS),
        (Role.TERMINUS, BoardKind.DEPARTURES),
        (Role.TERMINUS, BoardKind.GATE),
    ],
)
def test_a_run_without_that_event_has_no_row(view, runs, role, kind):
    run = msgspec.structs.replace(one(runs, role), gates=("A2",))
    assert view(kind, gate="a2").row(run) is None


@pytest.mark.parametrize("kind", BoardKind)
def test_a_train_that_does_not_stop_is_on_no_board(view, runs, kind):
    run = one(runs, Role.INTERMEDIATE)
    fields = {"gate": "a2", "platform": "2"}
    told = msgspec.structs.replace(run, platform="2", gates=("A2",))
    assert view(kind, **fields).row(told) is not None
    passing = msgspec.structs.replace(told, role=Role.PASS)
    assert view(kind, **fields).row(passing) is None


def test_arrivals_tell_approach_and_arrival(view, runs):
    run = one(runs, Role.TERMINUS)
    row = view(BoardKind.ARRIVALS).row(run)
    arrives = run.arrival.planned
    assert says(status_at(row, arrives - 4 * MIN)) == ""
    assert says(status_at(row, arrives - 3 * MIN)) == "即将进站"
    assert says(status_at(row, arrives)) == "即将进站"
    assert row.end == milliseconds(arrives + 10 * MIN)


@pytest.mark.parametrize(
    ("punctuality", "told"),
    [(Punctuality.UNKNOWN, ""), (Punctuality.ON_TIME, "正点"), (Punctuality.DELAYED, "")],
)
def test_on_time_is_claimed_only_when_dispatching_says_so(view, runs, punctuality, told):
    run = msgspec.structs.replace(one(runs, Role.TERMINUS), punctuality=punctuality)
    row = view(BoardKind.ARRIVALS).row(run)
    assert says(status_at(row, run.arrival.planned - 60 * MIN)) == told


def test_a_late_train_shows_both_times_and_the_minutes(view, runs, hohhot):
    run = change(one(runs, Role.ORIGIN), late=17)
    row = view(BoardKind.DEPARTURES).row(run)
    zone = hohhot.zone_info
    cell = row.cells["departure"]
    assert cell.was == f"{run.departure.planned.astimezone(zone):%H:%M}"
    assert cell.text == f"{run.departure.estimated.astimezone(zone):%H:%M}"
    status = status_at(row, run.timeline.shown_at)
    assert (status.text, status.tone, status.mark) == (
        {"zh": "晚点约17分", "en": "Delayed 17 min"},
        Tone.BAD,
        "!",
    )
    opens = status_at(row, run.departure.planned + 2 * MIN)
    assert says(opens) == "正在检票"


def test_an_early_arrival_is_told(view, runs):
    run = change(one(runs, Role.TERMINUS), late=-4)
    row = view(BoardKind.ARRIVALS).row(run)
    assert says(status_at(row, run.timeline.shown_at)) == "早点4分"
    assert row.cells["arrival"].tone is Tone.GOOD


def test_an_unknown_delay_has_no_time_and_opens_nothing(view, runs):
    run = change(one(runs, Role.ORIGIN), held=True)
    row = view(BoardKind.DEPARTURES).row(run)
    assert {says(step.cells["status"]) for step in row.steps} == {"晚点未定"}
    assert says(row.cells["departure"]) == "待定"
    assert row.cells["departure"].was
    assert row.end is None


def test_a_cancelled_train_keeps_its_struck_time(view, runs):
    run = change(one(runs, Role.ORIGIN), cancelled=True)
    row = view(BoardKind.DEPARTURES).row(run)
    assert {says(step.cells["status"]) for step in row.steps} == {"停运"}
    assert row.cells["departure"].text == ""
    assert row.cells["departure"].was


def test_a_platform_change_shows_old_and_new(view, runs):
    run = change(one(runs, Role.ORIGIN), platform="9", platform_changed_from="4")
    assert view(BoardKind.DEPARTURES).row(run).cells["platform"] == Cell("9", "4", Tone.SOON)


def test_the_platform_that_a_train_left_sends_passengers_on(view, runs):
    run = change(one(runs, Role.ORIGIN), platform="9", platform_changed_from="4")
    old = view(BoardKind.PLATFORM, platform="4").row(run)
    assert {says(step.cells["status"]) for step in old.steps} == {"改在9站台"}
    assert not any(step.lead for step in old.steps)
    new = view(BoardKind.PLATFORM, platform="9").row(run)
    assert all(step.lead for step in new.steps)
    assert view(BoardKind.PLATFORM, platform="3").row(run) is None


def test_a_gate_change_shows_the_gates_that_no_longer_lead_there(view, runs):
    run = change(one(runs, Role.ORIGIN), gates=("A2", "A3"), gates_changed_from=("A1", "A2"))
    row = view(BoardKind.DEPARTURES).row(run)
    assert row.cells["gate"] == Cell("A2 A3", "A1", Tone.SOON)


@pytest.mark.parametrize(
    ("language", "told"),
    [("zh", "改在B4检票口"), ("en", "Now gate B4"), ("de", "Heute Einlass B4")],
)
def test_the_gate_that_lost_a_train_sends_passengers_on(view, runs, language, told):
    run = change(one(runs, Role.ORIGIN), gates=("B4",), gates_changed_from=("A2", "B4"))
    old = view(BoardKind.GATE, (language,), gate="a2").row(run)
    assert {says(step.cells["status"]) for step in old.steps} == {told}
    assert {step.cells["status"].mark for step in old.steps} == {"!"}
    assert not any(step.lead for step in old.steps)
    new = view(BoardKind.GATE, (language,), gate="b4").row(run)
    assert any(step.lead for step in new.steps)
    assert told not in {says(step.cells["status"]) for step in new.steps}
    assert view(BoardKind.GATE, (language,), gate="a1").row(run) is None


def test_the_gate_of_a_train_that_goes_from_none_says_why(view, runs):
    lost = {"gates": (), "gates_changed_from": ("A2",)}

    def told(**fields):
        run = msgspec.structs.replace(one(runs, Role.ORIGIN), **lost, **fields)
        row = view(BoardKind.GATE, gate="a2").row(run)
        return {says(step.cells["status"]) for step in row.steps}

    assert told(platform="3") == {"改在3站台"}
    assert told(platform=None) == {"请询问工作人员"}
    assert told(cancelled=True) == {"停运"}
    assert told(platform="3", held=True) == {"改在3站台"}
    departure = msgspec.structs.replace(one(runs, Role.ORIGIN).departure, cancelled=True)
    assert len(told(departure=departure) & {"改在3站台", "请询问工作人员"}) == 0


def test_a_terminating_train_is_not_boarded(view, runs):
    run = msgspec.structs.replace(one(runs, Role.TERMINUS), platform="4")
    row = view(BoardKind.PLATFORM, platform="4").row(run)
    assert says(status_at(row, run.arrival.planned)) == "终到 请勿上车"


def test_a_gate_leads_from_twenty_minutes_before(view, runs):
    run = msgspec.structs.replace(one(runs, Role.ORIGIN), gates=("A2", "A3"))
    row = view(BoardKind.GATE, gate="a2").row(run)
    leads = [step for step in row.steps if step.lead]
    assert leads[0].at == milliseconds(run.timeline.gate_shown_at)
    assert view(BoardKind.GATE, gate="b5").row(run) is None


def test_a_board_of_one_waiting_room_shows_only_its_trains(view, runs):
    run = one(runs, Role.ORIGIN)
    here = view(BoardKind.DEPARTURES, waiting_room=run.waiting_room.code)
    assert here.row(run) is not None
    assert view(BoardKind.DEPARTURES, waiting_room="elsewhere").row(run) is None


def test_lists_stand_by_plan_and_the_next_train_by_what_is_expected(view, runs):
    run = change(msgspec.structs.replace(one(runs, Role.ORIGIN), platform="4"), late=30)
    listed = view(BoardKind.DEPARTURES).row(run)
    large = view(BoardKind.PLATFORM, platform="4").row(run)
    assert listed.key == milliseconds(run.departure.planned)
    assert large.key == milliseconds(run.departure.estimated)
    held = view(BoardKind.PLATFORM, platform="4").row(change(run, held=True))
    assert held.key > milliseconds(run.departure.planned + timedelta(days=365))


@pytest.mark.parametrize("fields", [{"late": 17}, {"held": True}])
def test_what_is_not_confirmed_any_more_is_not_told_as_a_time(view, runs, fields):
    run = change(one(runs, Role.ORIGIN), **fields)
    row = view(BoardKind.DEPARTURES).row(run)
    for step in row.unconfirmed:
        assert says(step.cells["status"]) == "时间待定 请询问工作人员"
        assert says(step.cells["departure"]) == "待定"
        assert step.cells["departure"].was


def test_an_unconfirmed_cancellation_sends_to_the_staff_without_promising_a_time(view, runs):
    row = view(BoardKind.DEPARTURES).row(change(one(runs, Role.ORIGIN), cancelled=True))
    assert {says(s.cells["status"], "en") for s in row.unconfirmed} == {"Please ask staff"}


def test_a_run_by_plan_has_nothing_that_could_lapse(view, runs):
    assert view(BoardKind.DEPARTURES).row(one(runs, Role.ORIGIN)).unconfirmed == ()


def test_a_run_that_was_never_shown_has_no_row(view, runs):
    run = one(runs, Role.ORIGIN)
    timeline = msgspec.structs.replace(run.timeline, shown_at=None)
    hidden = msgspec.structs.replace(run, timeline=timeline)
    assert view(BoardKind.DEPARTURES).row(hidden) is None


def test_times_are_local_on_both_sides_of_a_change_of_clocks(view, runs, hohhot):
    berlin = replace(hohhot, zone="Europe/Berlin")
    run = one(runs, Role.ORIGIN)
    told = []
    for day in ("2026-03-29T00:59:00+00:00", "2026-03-29T01:00:00+00:00"):
        at = type(run.departure.planned).fromisoformat(day)
        moved = with_timeline(
            msgspec.structs.replace(
                run, departure=msgspec.structs.replace(run.departure, planned=at)
            )
        )
        told.append(view(BoardKind.DEPARTURES, ("de",), berlin).row(moved).cells["departure"].text)
    assert told == ["01:59", "03:00"]


def test_a_persons_note_is_told_in_place_of_an_unknown_delay(view, runs):
    held = change(one(runs, Role.ORIGIN), held=True, note={"zh": "等候通知"})
    row = view(BoardKind.DEPARTURES).row(held)
    cell = status_at(row, held.departure.planned)
    assert says(cell) == "等候通知"
    plain = view(BoardKind.DEPARTURES).row(change(held, note={}))
    usual = status_at(plain, held.departure.planned)
    assert says(cell, "en") == says(usual, "en"), "no language is left without a word"
    assert (cell.tone, cell.mark) == (usual.tone, usual.mark)


@pytest.mark.parametrize("kind", [BoardKind.DEPARTURES, BoardKind.ARRIVALS])
def test_the_reason_of_a_known_delay_takes_nothings_place(view, runs, kind):
    run = one(runs, Role.INTERMEDIATE)
    later = {
        name: msgspec.structs.replace(call, estimated=call.planned + timedelta(minutes=45))
        for name, call in (("arrival", run.arrival), ("departure", run.departure))
    }
    late = change(run, **later, control=Control.MANUAL, manual=("delay",))
    why = change(late, note={"zh": "大雪限速", "en": "Because of snow"})
    assert view(kind).row(why) == view(kind).row(late)


def test_what_a_person_vouches_for_does_not_lapse(view, runs):
    held = change(one(runs, Role.ORIGIN), held=True)
    assert view(BoardKind.DEPARTURES).row(held).unconfirmed
    by_hand = change(held, control=Control.MANUAL, manual=("unknown",))
    assert not view(BoardKind.DEPARTURES).row(by_hand).unconfirmed
    moved = change(held, control=Control.MANUAL, manual=("platform",))
    assert view(BoardKind.DEPARTURES).row(moved).unconfirmed


def test_a_train_that_ends_here_stands_on_both_boards_each_as_it_is(view, runs):
    run = one(runs, Role.INTERMEDIATE)
    cancelled = msgspec.structs.replace(run.departure, cancelled=True)
    times = msgspec.structs.replace(run.timeline, departs_at=None, check_in_opens_at=None)
    ends = msgspec.structs.replace(
        run, departure=cancelled, role=Role.TERMINUS, gates=(), waiting_room=None, timeline=times
    )
    departures = view(BoardKind.DEPARTURES).row(ends)
    assert departures.cells["departure"].was
    assert departures.cells["departure"].text == ""
    assert departures.end == milliseconds(run.timeline.departure_shown_until)
    assert status_at(departures, run.arrival.planned).text["en"] == "Cancelled, ends here"
    arrivals = view(BoardKind.ARRIVALS).row(ends)
    assert arrivals.cells["arrival"].text
    assert arrivals.end == milliseconds(run.timeline.arrival_shown_until)
    room = view(BoardKind.DEPARTURES, waiting_room="room-1").row(ends)
    assert room is not None, "whoever waits for it may sit in any room"
    platform = next(
        p.id
        for p in view(BoardKind.ARRIVALS).station.layouts[-1].platforms
        if p.label == run.platform
    )
    there = view(BoardKind.PLATFORM, platform=platform).row(ends)
    assert there.end == arrivals.end
