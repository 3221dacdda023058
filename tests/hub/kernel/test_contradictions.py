"""What speaks against words about what a train does here; commands are judged as the hub does."""

import pytest
from msgspec.structs import replace as changed

from hub.kernel.conclude import conclude
from hub.kernel.contradictions import LONGEST_TEXT, stock_lost
from hub.kernel.derive import derive
from hub.kernel.facts import Facts, Planned
from hub.kernel.obey import named_by, obey_clear, obey_set
from hub.kernel.objections import Code
from hub.kernel.override import (
    ArrivedAt,
    Cancelled,
    ClearOverride,
    Delayed,
    DepartedAt,
    DepartureAt,
    EndsHere,
    Field,
    ReplacedBy,
    SetOverride,
    StartsHere,
    StockOf,
)
from hub.kernel.stock import with_feeder
from protocol.runs import Replacement, Role

RUN, FEEDER = "2021-01-20.k1", "2021-01-20.g3"
WHO = {"command_id": "1", "who": "Li", "why": "x"}


@pytest.fixture
def stored(build):
    def made(facts, now="08:30"):
        return conclude(None, facts, build.station(), build.at(now)).stored

    return made


@pytest.fixture
def obey(build, stored):
    def said(word, facts=None, now="08:30", other=None, until=None):
        facts = facts or build.facts(plan=build.plan(), heard=True)
        command = SetOverride(**WHO, run_id=facts.run_id, word=word, until=until)
        before = stored(facts, now)
        other = stored(other, now) if other is not None else None
        return obey_set(command, before, (), build.station(), build.at(now), other)

    return said


@pytest.fixture
def back(build, stored):
    """The facts after a word about a field is taken back."""

    def cleared(facts, field, now="08:40"):
        command = ClearOverride(**WHO, run_id=facts.run_id, field=field)
        before = stored(facts, now)
        found = obey_clear(command, before, build.station(), build.at(now))
        assert found.refused == ()
        return conclude(before, found.facts, build.station(), build.at(now)).stored

    return cleared


def refused(obeyed):
    assert (obeyed.facts is None) is bool(obeyed.refused)
    return [each.code for each in obeyed.refused]


def warned(obeyed):
    assert obeyed.refused == ()
    return [each.code for each in obeyed.warned]


@pytest.fixture
def ending(build):
    """G3 ends here at 12:00."""
    entry = Planned(
        arrival_number="G3",
        category="G",
        role=Role.TERMINUS,
        origin="South",
        destination="Here",
        arrival=build.at("12:00"),
        feeds="2021-01-20.g4",
    )
    return Facts(run_id=FEEDER, service_date=build.day, timetable=entry)


@pytest.fixture
def starting(build):
    """G4 starts here at 12:30."""
    entry = Planned(
        departure_number="G4",
        category="G",
        role=Role.ORIGIN,
        origin="Here",
        destination="South",
        departure=build.at("12:30"),
        track="t1",
    )
    return Facts(run_id="2021-01-20.g4", service_date=build.day, timetable=entry)


# --- ends here, starts here


def test_a_through_train_ends_here_by_hand(obey):
    found = obey(EndsHere()).run
    assert (found.role, found.departure.cancelled) == (Role.TERMINUS, True)
    assert found.manual == ("ends-here",)
    assert (found.auto.ends_here, found.auto.gates) == (False, ("A1", "A2"))
    assert not found.uncertain, "a person vouches for it"


def test_a_through_train_starts_here_by_hand(obey):
    found = obey(StartsHere()).run
    assert (found.role, found.arrival.cancelled) == (Role.ORIGIN, True)


@pytest.mark.parametrize("word", [EndsHere(), StartsHere(), EndsHere(cancelled=False)])
def test_only_a_train_that_stops_on_its_way_can_end_or_start_here(obey, ending, starting, word):
    assert refused(obey(word, ending)) == [Code.NOT_THROUGH]
    assert refused(obey(word, starting)) == [Code.NOT_THROUGH]


def test_who_passes_neither_ends_nor_starts_here(build, obey):
    passing = build.facts(timetable=build.planned(role=Role.PASS))
    assert refused(obey(EndsHere(), passing)) == [Code.NOT_THROUGH]


def test_both_at_once_is_nothing_and_must_be_said_so(build, obey):
    ends = build.facts(plan=build.plan(role=Role.TERMINUS))
    assert refused(obey(StartsHere(), ends)) == [Code.NOT_THROUGH]
    by_hand = obey(EndsHere()).facts
    assert obey(StartsHere(), by_hand).run.role is Role.ORIGIN, "the newer word stands"


def test_who_has_come_does_not_start_here_and_who_has_left_does_not_end(build, obey):
    came = build.facts(plan=build.plan(), log=build.log(actual_arrival=build.at("10:00")))
    assert refused(obey(StartsHere(), came, now="10:05")) == [Code.HAPPENED]
    left = build.facts(plan=build.plan(), log=build.log(actual_departure=build.at("10:20")))
    assert refused(obey(EndsHere(), left, now="10:25")) == [Code.LEFT]


def test_it_goes_on_whatever_dispatching_says(build, obey):
    ends = build.facts(plan=build.plan(role=Role.TERMINUS))
    found = obey(EndsHere(cancelled=False), ends).run
    assert (found.role, found.departure.cancelled) == (Role.INTERMEDIATE, False)
    assert found.auto.ends_here


def test_a_train_of_dispatching_alone_ends_here_by_hand(build, obey):
    only = build.facts(timetable=None, plan=build.plan(), heard=True)
    found = obey(EndsHere(), only).run
    assert (found.departure.planned, found.departure.cancelled) == (build.at("10:20"), True)
    assert found.destination.name("en") == "West"


def test_it_is_so_already(build, obey):
    ends = build.facts(plan=build.plan(role=Role.TERMINUS))
    assert warned(obey(EndsHere(), ends)) == [Code.ALREADY]


# --- replaced


def test_a_bus_replaces_a_cancelled_train(obey, back):
    cancelled = obey(Cancelled()).facts
    found = obey(ReplacedBy(texts={"en": "east square"}), cancelled)
    assert found.run.replaced_by == Replacement(texts={"en": "east square"})
    runs = back(found.facts, Field.CANCELLED)
    assert (runs.run.replaced_by, runs.facts.overrides) == (None, ())


def test_what_replaces_goes_when_dispatching_takes_the_cancellation_back(build, obey, stored):
    cancelled = build.facts(
        plan=build.plan(cancelled=True), cancelled_since=build.at("08:00"), heard=True
    )
    replaced = obey(ReplacedBy(number="Z9"), cancelled).facts
    runs = changed(replaced, plan=build.plan(), cancelled_since=None)
    after = conclude(stored(replaced), runs, build.station(), build.at("08:50")).stored
    assert (after.run.replaced_by, after.facts.overrides) == (None, ())


def test_another_run_replaces_a_cancelled_departure_and_is_told_by_its_number(obey, starting):
    ends = obey(EndsHere()).facts
    by = ReplacedBy(run_id=starting.run_id)
    found = obey(by, ends, other=starting).run
    assert found.replaced_by == Replacement(run_id=starting.run_id, number="G4")
    assert named_by(by) == starting.run_id
    assert refused(obey(by, ends)) == [Code.NO_OTHER]


def test_a_train_that_runs_is_not_replaced(obey):
    assert refused(obey(ReplacedBy(number="Z9"))) == [Code.NOT_CANCELLED]


def test_a_text_that_no_board_can_show(obey):
    cancelled = obey(Cancelled()).facts
    long = ReplacedBy(texts={"zh": "广" * (LONGEST_TEXT + 1)})
    assert refused(obey(long, cancelled)) == [Code.TOO_LONG]


# --- stock


def test_a_train_leaves_with_other_stock(build, obey, starting, ending):
    late = changed(
        ending,
        plan=build.plan("g3", role=Role.TERMINUS, estimated_arrival=build.at("12:50")),
        heard=True,
    )
    late = changed(late, plan=changed(late.plan, planned_arrival=None, planned_departure=None))
    found = obey(StockOf(FEEDER), starting, other=late)
    assert (found.run.feeder, found.run.departure.estimated) == (FEEDER, build.at("12:50"))
    assert warned(found) == []


def test_stock_that_is_to_leave_as_another_train(obey, ending, starting):
    other = changed(starting, run_id="2021-01-20.g8")
    assert warned(obey(StockOf(FEEDER), other, other=ending)) == [Code.STOCK_TAKEN]


def test_stock_comes_with_a_train_that_ends_here_for_one_that_starts_here(
    build, obey, starting, ending
):
    through = build.facts()
    assert refused(obey(StockOf(FEEDER), through, other=ending)) == [Code.STARTS_ELSEWHERE]
    assert refused(obey(StockOf(RUN), starting, other=through)) == [Code.ENDS_ELSEWHERE]
    assert refused(obey(StockOf("x"), starting)) == [Code.NO_OTHER]
    itself = StockOf(starting.run_id)
    assert refused(obey(itself, starting, other=starting)) == [Code.NO_OTHER]
    assert refused(obey(StockOf(), starting)) == []


def test_who_cancels_a_feeder_is_told_whose_stock_that_is(obey, ending):
    assert warned(obey(Cancelled(), ending)) == [Code.STOCK_NEEDED]


def test_a_run_whose_stock_does_not_come_is_warned_of(build, obey, stored, starting, ending):
    cancelled = changed(ending, plan=build.plan("g3", role=Role.TERMINUS, cancelled=True))
    fed = obey(StockOf(FEEDER), starting, other=cancelled)
    assert warned(fed) == [Code.STOCK_LOST]
    assert [each.code for each in stock_lost(fed.facts, fed.run)] == [Code.STOCK_LOST]
    told = with_feeder(fed.facts, stored(ending), "x", build.at("08:40"))
    run = derive(told, build.station(), build.at("08:40"))
    assert list(stock_lost(told, run)) == []


def test_a_departure_before_its_stock_is_told_later(build, obey, starting, ending):
    late = changed(
        ending, plan=build.plan("g3", role=Role.TERMINUS, estimated_arrival=build.at("12:50"))
    )
    late = changed(late, plan=changed(late.plan, planned_arrival=None, planned_departure=None))
    fed = obey(StockOf(FEEDER), starting, other=late).facts
    found = obey(DepartureAt(build.at("12:40")), fed)
    assert Code.TURN_ROUND in warned(found)
    assert found.run.departure.expected == build.at("12:50")


# --- what has happened


def test_a_person_reports_what_has_happened(build, obey):
    came = obey(ArrivedAt(build.at("10:03")), now="10:04")
    assert came.run.arrival.actual == build.at("10:03")
    assert came.run.arrival.uncertainty_s == 0
    assert came.run.auto.actual_arrival is None
    left = obey(DepartedAt(build.at("10:24")), came.facts, now="10:25")
    assert left.run.departure.actual == build.at("10:24")
    assert left.run.manual == ("actual-arrival", "actual-departure")


def test_what_is_still_to_come_has_not_happened(build, obey):
    assert refused(obey(ArrivedAt(build.at("10:03")), now="10:02")) == [Code.FUTURE]
    assert refused(obey(DepartedAt(build.at("10:03")), now="10:02")) == [Code.FUTURE]
    assert refused(obey(ArrivedAt(build.at("10:03")), now="10:03")) == []


def test_nobody_leaves_before_he_came(build, obey):
    came = obey(ArrivedAt(build.at("10:10")), now="10:11").facts
    assert refused(obey(DepartedAt(build.at("10:09")), came, now="10:30")) == [Code.DISORDER]
    left = obey(DepartedAt(build.at("10:20")), now="10:21").facts
    assert refused(obey(ArrivedAt(build.at("10:21")), left, now="10:22")) == [Code.DISORDER]
    assert refused(obey(ArrivedAt(build.at("10:20")), left, now="10:22")) == []


def test_of_a_train_of_unknown_delay_only_what_happened_counts(build, obey):
    held = build.facts(plan=build.plan(delay_known=False), held_since=build.at("09:00"))
    assert refused(obey(DepartedAt(build.at("09:50")), held, now="09:55")) == []


def test_what_does_not_take_place_has_not_happened(build, obey, starting):
    ends = obey(EndsHere()).facts
    assert refused(obey(DepartedAt(build.at("10:20")), ends, now="10:21")) == [Code.NO_CALL]
    assert refused(obey(ArrivedAt(build.at("10:20")), starting, now="10:21")) == [Code.NO_CALL]


def test_a_time_of_another_day_is_a_slip(build, obey):
    wrong = ArrivedAt(build.at("10:00").replace(day=18))
    assert refused(obey(wrong)) == [Code.TOO_FAR]


def test_when_it_has_left_by_hand_only_what_lasts_is_in_force(build, obey):
    late = obey(Delayed(9), until=build.at("23:00")).facts
    left = obey(DepartedAt(build.at("10:30")), late, now="10:31")
    assert left.run.manual == ("actual-departure",)
    assert refused(obey(Delayed(3), left.facts, now="10:32")) == [Code.LEFT]


def test_a_persons_time_stands_beside_the_feeds(build, obey):
    said = obey(ArrivedAt(build.at("10:03")), now="10:04").facts
    log = build.log(actual_arrival=build.at("10:01"))
    both = derive(changed(said, log=log), build.station(), build.at("10:05"))
    assert both.arrival.actual == build.at("10:03")
    assert both.auto.actual_arrival == build.at("10:01")


def test_an_arrival_by_telephone_shifts_the_departure(build, obey):
    found = obey(ArrivedAt(build.at("10:30")), now="10:31").run
    assert found.departure.estimated == build.at("10:34")
