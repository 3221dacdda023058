"""What is told of an estimate, over whole sequences of reports; against the text of the rule."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace as changed

from hub.kernel.apply import with_log, with_plan, without_plan
from hub.kernel.conclude import conclude
from hub.kernel.derive import derive
from hub.kernel.facts import HeldBack, decode_facts, encode_facts
from hub.kernel.manual import standing_still, with_override
from hub.kernel.override import ArrivalAt, DelayUnknown, Override
from hub.kernel.rulebook import DEFAULT_ORDER
from hub.kernel.steady import follow, is_on, next_settling, told_at

MINUTE = timedelta(minutes=1)
STEP, SETTLE = 2 * MINUTE, 3 * MINUTE


class Life:
    """One run: rows at minutes after 08:00; what is told is read off the concluded run."""

    def __init__(self, build, station=None):
        self.build, self.station = build, station or build.station()
        self.facts, self.stored = build.facts(), None

    def at(self, minute):
        return self.build.at("08:00") + minute * MINUTE

    def say(self, minute, late, *, log=None, **said):
        arrival = None if late is None else self.build.at("10:00") + late * MINUTE
        row = self.build.plan(estimated_arrival=arrival, **said)
        facts = with_plan(self.stored.facts if self.stored else self.facts, row, self.at(minute))
        self.take(minute, facts if log is None else with_log(facts, log))
        return self

    def take(self, minute, facts):
        self.stored = conclude(self.stored, facts, self.station, self.at(minute)).stored

    def tick(self, minute):
        self.stored = conclude(self.stored, self.stored.facts, self.station, self.at(minute)).stored

    def told(self, minute):
        """Minutes late that the arrival is told at `minute`, as a fresh derivation has it."""
        run = derive(self.stored.facts, self.station, self.at(minute))
        return (run.arrival.expected - run.arrival.planned) / MINUTE


@pytest.fixture
def life(build):
    return Life(build)


def test_a_first_estimate_is_told_at_once(life):
    assert life.say(0, 1).told(0) == 1


def test_earlier_is_told_at_once(life):
    assert life.say(0, 9).say(1, 8).told(1) == 8


def test_a_step_later_is_told_at_once(life):
    assert life.say(0, 9).say(1, 11).told(1) == 11


def test_less_than_a_step_later_is_told_when_it_has_settled(life):
    life.say(0, 9).say(1, 10)
    assert [life.told(minute) for minute in (1, 2, 3, 4, 5)] == [9, 9, 9, 10, 10]


def test_it_settles_since_the_first_report_that_was_later(life):
    life.say(0, 9).say(1, 9.5).say(3, 10)
    assert [life.told(minute) for minute in (3, 4)] == [9, 10]


def test_steps_add_up_against_what_is_told_not_against_what_was_reported(life):
    life.say(0, 9).say(1, 10).say(2, 11)
    assert life.told(2) == 11


def test_up_and_down_by_a_minute_is_not_seen(life):
    life.say(0, 9)
    for minute in range(1, 30):
        life.say(minute, 9 + minute % 2)
        assert life.told(minute) == 9


def test_after_it_has_settled_the_next_minute_is_held_back_anew(life):
    life.say(0, 9).say(1, 10).say(20, 11)
    assert [life.told(minute) for minute in (20, 22, 23)] == [10, 10, 11]


def test_the_departure_follows_from_what_is_told(life):
    life.say(0, 30).say(1, 31)
    run = life.stored.run
    assert run.departure.expected == life.build.at("10:34")
    life.tick(4)
    assert life.stored.run.departure.expected == life.build.at("10:35")


def test_each_end_is_held_back_by_itself(life, build):
    at = build.at
    life.say(0, 30, estimated_departure=at("10:50"))
    life.say(1, 31, estimated_departure=at("10:52"))
    run = life.stored.run
    assert (run.arrival.expected, run.departure.expected) == (at("10:30"), at("10:52"))


def test_what_is_told_changes_by_itself(life):
    life.say(0, 9).say(1, 10)
    assert life.stored.agenda.anew_at == life.at(4).timestamp()
    assert life.stored.agenda.next_at(int(life.at(1).timestamp())) == life.at(4).timestamp()
    rev = life.stored.rev
    life.tick(4)
    assert (life.stored.rev, life.stored.agenda.anew_at) == (rev + 1, None)
    assert life.stored.run.arrival.delay_minutes == 10


def test_a_row_that_says_the_same_changes_nothing(life):
    facts = life.say(0, 9).say(1, 10).stored.facts
    assert life.say(2, 10).stored.facts == facts
    assert life.say(9, 10).stored.facts == facts


def test_a_row_that_changes_something_else_leaves_it(life):
    life.say(0, 9).say(1, 10).say(2, 10, departure_track="t3")
    assert [life.told(minute) for minute in (2, 3, 4)] == [9, 9, 10]


@pytest.mark.parametrize("late", [None, 3])
def test_no_estimate_and_an_earlier_one_end_it(life, late):
    life.say(0, 9).say(1, 10).say(2, late)
    assert life.told(2) == (late or 0)
    assert life.stored.facts.back_arrival is None


def test_an_actual_time_is_told_at_once_and_nothing_is_held_back_of_it(life):
    life.say(0, 9).say(1, 10)
    came = life.build.log(actual_arrival=life.build.at("10:10"))
    life.take(2, with_log(life.stored.facts, came))
    run = life.stored.run
    assert run.arrival.expected == life.build.at("10:10")
    assert run.arrival.estimated == life.build.at("10:10"), "as dispatching reports it"


def test_a_cancellation_and_its_end_are_told_at_once(life):
    life.say(0, 9).say(1, 10).say(2, 10, cancelled=True)
    assert life.stored.run.cancelled
    assert life.stored.facts.back_arrival is None
    assert life.say(3, 11).told(3) == 11


def test_while_held_nothing_settles_for_what_had_opened_opened_by_it(build):
    """K1's check-in opens 10 min before the told arrival; the hold comes when it has opened."""
    life = Life(build).say(100, 0).say(109, 1)
    life.say(110, 1, delay_known=False)
    run = derive(life.stored.facts, life.station, life.at(115))
    assert run.held
    assert run.timeline.check_in_opens_at == life.build.at("09:50")
    assert run.arrival.estimated is None


def test_after_a_hold_the_estimate_is_a_first_one(life):
    life.say(0, 9).say(1, 10).say(2, None, delay_known=False)
    assert life.say(3, 10).told(3) == 10


def test_what_is_settled_before_the_hold_stays_settled(life):
    life.say(90, 9).say(91, 10).say(120, None, delay_known=False)
    run = derive(life.stored.facts, life.station, life.at(120))
    assert run.timeline.check_in_opens_at == life.build.at("10:00")


def test_a_persons_word_is_told_at_once_even_if_dispatching_says_the_same(life):
    life.say(0, 9).say(1, 10)
    facts = with_override(life.stored.facts, override(life, ArrivalAt(life.build.at("10:10"))))
    life.take(2, facts)
    assert life.told(2) == 10
    assert life.stored.run.auto.arrival == life.build.at("10:09"), "AUTO still holds it back"


def test_a_persons_unknown_delay_keeps_what_was_told(life):
    life.say(108, 0).say(109, 1)
    life.take(111, with_override(life.stored.facts, override(life, DelayUnknown(), minute=111)))
    assert life.stored.run.timeline.check_in_opens_at == life.build.at("09:50")


def override(life, word, minute=2):
    return Override(
        id="x", run_id=life.facts.run_id, word=word, who="Li", why="x", since=life.at(minute)
    )


def test_while_the_station_is_manual_nothing_settles(life):
    life.say(0, 9).say(1, 10)
    life.take(2, standing_still(life.stored.facts, life.stored.facts))
    assert [life.told(minute) for minute in (2, 4, 60)] == [9, 9, 9]
    life.tick(4)
    assert life.stored.run.auto.arrival == life.build.at("10:10"), "what AUTO would say goes on"
    life.take(5, changed(life.stored.facts, standing=None))
    assert life.told(5) == 10


def test_what_had_settled_stands_settled_while_the_station_is_manual(life):
    life.say(0, 9).say(1, 10)
    life.take(30, standing_still(life.stored.facts, life.stored.facts))
    assert life.told(30) == 10
    assert life.stored.facts.standing.back_arrival is None


def test_a_deleted_plan_row_holds_nothing_back(life):
    life.say(0, 0).say(1, 1)
    assert life.told(1) == 0
    life.take(2, without_plan(life.stored.facts, life.stored.run, life.at(2)))
    assert life.stored.facts.plan is None
    assert life.stored.facts.back_arrival is None


@pytest.mark.parametrize(
    "policy",
    [
        {"estimate_step": timedelta(0)},
        {"estimate_step": MINUTE},
        {"rules": tuple(name for name in DEFAULT_ORDER if name != "steady")},
    ],
)
def test_it_can_be_switched_off(build, policy):
    policies = replace(build.station().policies, **policy)
    life = Life(build, build.station(policies=policies))
    assert not is_on(policies)
    assert life.say(0, 9).say(1, 9.5).told(1) == 9.5
    assert life.stored.facts.back_arrival is None
    back = HeldBack(life.at(2), life.at(1), life.at(0))
    assert told_at(back, life.at(2), life.at(0), policies) == life.at(2)
    assert next_settling(build.facts(back_arrival=back), policies, life.at(0)) is None


def test_facts_about_another_report_mean_nothing(life, build):
    back = HeldBack(life.at(2), life.at(1), life.at(0))
    assert told_at(back, life.at(5), life.at(0), build.station().policies) == life.at(5)


def test_facts_come_back_from_the_store(life):
    facts = life.say(0, 9).say(1, 10).stored.facts
    assert facts.back_arrival == HeldBack(
        life.build.at("10:10"), life.build.at("10:09"), life.at(1)
    )
    assert decode_facts(encode_facts(facts)) == facts
    follow(None, facts, life.station.policies, life.at(1))


# --- the text of the rule, minute by minute


def plainly(reports, until):
    """What is told at every half minute, by one who looks at the clock and at nothing else."""
    told, later_since, reported, found = None, None, None, {}
    for half in range(2 * until):
        if later_since is not None and half - later_since >= 6:
            told, later_since = reported, None
        if half in reports:
            reported = reports[half]
        if reported is None:
            told, later_since = None, None
        elif told is None or reported <= told or reported - told >= 4:
            told, later_since = reported, None
        elif later_since is None:
            later_since = half
        found[half] = told
    return found


reports = st.dictionaries(
    st.integers(0, 79), st.none() | st.integers(0, 12) | st.integers(0, 3), min_size=1, max_size=25
)


@given(reports=reports, looks=st.sets(st.integers(0, 79)))
def test_whatever_minutes_are_run_the_same_is_told(build, reports, looks):
    """`looks` are the only ticks. Never later than reported, and less than a step earlier."""
    life, wanted, said = Life(build), plainly(reports, 40), None
    for half in range(80):
        if half in reports:
            said = reports[half]
            life.say(half / 2, None if said is None else said / 2)
        elif half in looks and life.stored:
            life.tick(half / 2)
        if life.stored is None:
            continue
        told = life.told(half / 2)
        assert told * 2 == (wanted[half] or 0)
        if said is not None:
            assert 0 <= said / 2 - told < STEP / MINUTE
        due = life.stored.agenda.anew_at
        if half in looks or half in reports:
            assert life.stored.run == derive(life.stored.facts, life.station, life.at(half / 2))
        elif life.stored.run != derive(life.stored.facts, life.station, life.at(half / 2)):
            assert due <= life.at(half / 2).timestamp(), "it was due, and is told by the tick"
