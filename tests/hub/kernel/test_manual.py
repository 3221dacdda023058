"""Persons' words over the feed's, field by field; what is told is read off the derived run."""

from dataclasses import replace

import msgspec
import pytest
from msgspec.structs import replace as changed

from hub.kernel.derive import derive, explain
from hub.kernel.facts import decode_facts, encode_facts
from hub.kernel.manual import (
    ended,
    in_force,
    next_end,
    spoken,
    standing_still,
    with_added,
    with_override,
    without_ended,
    without_override,
)
from hub.kernel.override import (
    ArrivalAt,
    AtPlatform,
    ByGates,
    Cancelled,
    CheckIn,
    Delayed,
    DelayUnknown,
    DepartureAt,
    Field,
    InWaitingRoom,
    OnTrack,
    Override,
    SetOverride,
    StationMode,
    decode_command,
    decode_mode,
    encode_command,
    encode_mode,
)
from hub.kernel.rulebook import DEFAULT_ORDER
from protocol.runs import Control, PassengerPhase, Punctuality, Role
from protocol.timeline import disorder, lapsed, passenger_phase

SNOW = {"zh": "大雪限速", "en": "Snow"}


@pytest.fixture
def say(build):
    """Facts after words, each said at 08:00 or at the time given with it."""

    def said(facts, *words, since="08:00", until=None):
        for number, word in enumerate(words):
            facts = with_override(
                facts,
                Override(
                    id=f"{word.field}-{number}",
                    run_id=facts.run_id,
                    word=word,
                    who="Li",
                    why="x",
                    since=build.at(since),
                    until=build.at(until) if until else None,
                ),
            )
        return facts

    return said


@pytest.fixture
def told(build, say):
    """The run as passengers are told of it."""

    def run(*words, facts=None, now="08:30", station=None, **said):
        facts = say(facts or build.facts(plan=build.plan()), *words, **said)
        made = derive(facts, station or build.station(), build.at(now))
        assert disorder(made.timeline) is None
        return made

    return run


# --- times


def test_a_delay_by_hand_shifts_all_that_follows_from_it(build, told):
    run = told(Delayed(20))
    assert (run.arrival.expected, run.departure.expected) == (build.at("10:20"), build.at("10:40"))
    assert run.timeline.check_in_opens_at == build.at("10:10")
    assert run.punctuality is Punctuality.DELAYED
    assert (run.control, run.auto.departure) == (Control.MANUAL, build.at("10:20"))


def test_no_delay_by_hand_is_a_claim_of_punctuality(build, told):
    assert told(Delayed(0), facts=build.facts()).punctuality is Punctuality.ON_TIME
    assert told(facts=build.facts()).punctuality is Punctuality.UNKNOWN


def test_an_arrival_by_hand_makes_the_departure_late_by_rule(build, told):
    run = told(ArrivalAt(build.at("10:25")))
    assert run.departure.expected == build.at("10:29")


def test_a_departure_by_hand_is_told_as_far_as_the_stop_allows(build, told):
    assert told(DepartureAt(build.at("10:30"))).departure.expected == build.at("10:30")
    both = told(ArrivalAt(build.at("10:25")), DepartureAt(build.at("10:27")))
    assert both.departure.expected == build.at("10:29")


def test_an_origin_has_a_delay_too(build, told):
    origin = build.planned(role=Role.ORIGIN, arrival=None, arrival_number=None)
    assert told(Delayed(5), facts=build.facts(timetable=origin)).departure.delay_minutes == 5


def test_what_was_reported_outranks_words_about_times(build, told):
    came = build.facts(plan=build.plan(), log=build.log(actual_arrival=build.at("10:02")))
    run = told(Delayed(20), facts=came, now="10:05")
    assert run.arrival.actual == run.arrival.expected == build.at("10:02")
    assert run.departure.expected == build.at("10:40")


def test_nothing_but_places_is_decided_by_hand_once_the_train_has_left(build, told):
    log = build.log(actual_arrival=build.at("10:00"), actual_departure=build.at("10:20"))
    gone = build.facts(plan=build.plan(), log=log)
    assert told(Delayed(20), Cancelled(), facts=gone, now="10:21").control is Control.AUTO
    moved = told(AtPlatform("p2"), facts=gone, now="10:21")
    assert (moved.platform, moved.control) == ("2", Control.MANUAL)


def test_at_the_terminus_the_arrival_is_the_end(build, told):
    log = build.log(actual_arrival=build.at("10:00"))
    end = build.facts(plan=build.plan(role=Role.TERMINUS), log=log)
    assert told(Delayed(20), facts=end, now="10:21").control is Control.AUTO


# --- unknown delay, cancellation


def test_an_unknown_delay_by_hand_stops_the_timeline_and_carries_its_text(told):
    run = told(DelayUnknown({"zh": "等候通知"}))
    assert run.held
    assert run.note == {"zh": "等候通知"}
    assert run.timeline.departs_at is None
    assert run.punctuality is Punctuality.UNKNOWN
    assert run.auto.held is False


def test_what_check_in_had_opened_by_then_stays_open(build, told):
    run = told(DelayUnknown(), since="09:55", now="10:00")
    assert run.timeline.check_in_opens_at == build.at("09:50")
    assert passenger_phase(run, build.at("23:00")) is PassengerPhase.CHECK_IN
    assert run.note == {}


def test_an_unknown_delay_that_dispatching_told_first_keeps_its_moment(build, told):
    held = build.facts(plan=build.plan(delay_known=False), held_since=build.at("07:00"))
    run = told(DelayUnknown({"en": "Wait"}), facts=held, since="09:55", now="10:00")
    assert run.timeline.check_in_opens_at is None
    assert run.note == {"en": "Wait"}
    assert run.auto is None, "AUTO says the same"


def test_a_known_time_ends_a_hold_and_what_was_estimated_before_is_valid(build, told):
    known = build.plan(estimated_departure=build.at("10:50"))
    held = build.facts(
        plan=build.plan(delay_known=False),
        held_since=build.at("07:00"),
        known_before_hold=known,
    )
    run = told(ArrivalAt(build.at("10:15")), facts=held)
    assert not run.held
    assert run.arrival.expected == build.at("10:15")
    assert run.departure.expected == build.at("10:50")
    assert run.auto.held is True
    first_word = build.facts(plan=build.plan(delay_known=False), held_since=build.at("07:00"))
    assert told(Delayed(5), facts=first_word).departure.expected == build.at("10:25")


@pytest.mark.parametrize("make", [lambda _: Delayed(45, SNOW), lambda at: DepartureAt(at, SNOW)])
def test_a_known_delay_carries_its_reason(build, told, make):
    run = told(make(build.at("10:50")))
    assert (run.held, run.note) == (False, SNOW)
    assert run.auto.departure == run.departure.planned


def test_the_last_word_with_a_reason_gives_it(build, told):
    late = ArrivalAt(build.at("10:15"), {"en": "Snow"})
    assert told(late, DepartureAt(build.at("11:00"))).note == {"en": "Snow"}
    assert told(late, DepartureAt(build.at("11:00"), {"en": "Crew"})).note == {"en": "Crew"}
    assert told(Delayed(45)).note == {}


def test_a_reason_ends_with_its_delay(build, told):
    held = build.facts(plan=build.plan(delay_known=False), held_since=build.at("07:00"))
    assert told(Delayed(45, SNOW), facts=held).note == SNOW
    assert told(Delayed(45, SNOW), DelayUnknown()).note == {}, "not in place of an unknown delay"
    assert told(Delayed(45, SNOW), Cancelled()).note == {}
    gone = build.facts(log=build.log(actual_departure=build.at("10:20")), plan=build.plan())
    assert told(Delayed(45, SNOW), AtPlatform("p2"), facts=gone, now="10:21").note == {}


def test_a_reason_adds_nothing_to_what_is_written_without_one():
    command = SetOverride(command_id="1", who="Li", why="x", run_id="r", word=Delayed(5))
    assert b"texts" not in encode_command(command)
    old = encode_command(command)
    assert decode_command(old) == command
    why = changed(command, word=Delayed(5, SNOW))
    assert decode_command(encode_command(why)) == why


def test_the_note_is_not_told_of_a_train_that_is_not_held(build, told):
    gone = build.facts(plan=build.plan(cancelled=True), cancelled_since=build.at("07:30"))
    run = told(DelayUnknown({"zh": "等候通知"}), facts=gone)
    assert (run.cancelled, run.note) == (True, {})


def test_cancelled_by_hand_is_told_from_then_on_and_reinstated_runs(build, told):
    run = told(Cancelled(), since="10:20", now="10:21")
    assert run.cancelled
    assert run.auto.cancelled is False
    assert run.timeline.departure_shown_until == build.at("10:50")
    gone = build.facts(plan=build.plan(cancelled=True), cancelled_since=build.at("07:30"))
    back = told(Cancelled(cancelled=False), facts=gone)
    assert (back.cancelled, back.auto.cancelled) == (False, True)
    again = told(Cancelled(), facts=gone, since="10:20", now="10:21")
    assert again.timeline.departure_shown_until == build.at("10:21"), "as first heard"


def test_a_cancelled_train_with_a_known_time_stays_cancelled(told):
    assert told(Cancelled(), Delayed(20)).cancelled
    assert told(Delayed(20), Cancelled()).cancelled


# --- places


def test_a_track_by_hand_takes_platform_gates_and_room_with_it(told):
    run = told(OnTrack("t3"))
    assert (run.track, run.platform, run.gates) == ("3", "2", ("A1", "B3"))
    assert (run.auto.track, run.auto.platform) == ("1", "1")


def test_a_track_by_hand_outranks_a_route_that_is_set(build, told):
    log = build.log(step=build.Step.ROUTE_SET, track="t1")
    assert told(OnTrack("t3"), facts=build.facts(plan=build.plan(), log=log)).track == "3"
    assert told(OnTrack("t3"), facts=build.facts()).track == "3"


# --- what is in force


def test_a_word_holds_until_its_instant_and_not_at_it(told):
    assert told(Delayed(20), until="09:00", now="08:59:59").control is Control.MANUAL
    assert told(Delayed(20), until="09:00", now="09:00").control is Control.AUTO


def test_ends_are_found_and_what_has_ended_goes(build, say):
    facts = say(build.facts(), Delayed(20), until="09:00")
    facts = say(facts, Cancelled(), until="08:30")
    facts = say(facts, OnTrack("t3"))
    assert next_end(facts) == build.at("08:30")
    assert [each.word.field for each in ended(facts, build.at("08:30"))] == [Field.CANCELLED]
    left = without_ended(facts, build.at("08:30"))
    assert [each.word.field for each in left.overrides] == [Field.DELAY, Field.TRACK]
    assert next_end(build.facts()) is None
    assert in_force(build.facts(), build.at("08:30")) == ()
    assert spoken(build.facts(), build.at("08:30")) is None


@pytest.mark.parametrize(
    ("first", "then", "left"),
    [
        (Delayed(5), Delayed(9), [Field.DELAY]),
        (DelayUnknown(), Delayed(9), [Field.DELAY]),
        (Delayed(9), DelayUnknown(), [Field.UNKNOWN]),
        (OnTrack("t3"), AtPlatform("p1"), [Field.PLATFORM]),
        (AtPlatform("p1"), OnTrack("t3"), [Field.TRACK]),
        (ByGates(("g1",)), AtPlatform("p1"), [Field.GATES, Field.PLATFORM]),
        (Cancelled(), Cancelled(cancelled=False), [Field.CANCELLED]),
    ],
)
def test_of_words_that_contradict_each_other_the_last_stands(build, say, first, then, left):
    facts = say(build.facts(), first, then)
    assert [each.word.field for each in facts.overrides] == left
    assert facts.overrides[-1].word == then


def test_taking_words_back(build, say):
    facts = say(build.facts(), Delayed(5), OnTrack("t3"))
    one = without_override(facts, Field.TRACK)
    assert [each.word.field for each in one.overrides] == [Field.DELAY]
    assert without_override(facts, None).overrides == ()


def test_a_station_without_the_rule_is_told_by_the_feed_alone(build, told):
    policies = replace(build.station().policies, rules=DEFAULT_ORDER[:-1])
    station = build.station(policies=policies)
    assert told(Delayed(20), station=station).control is Control.AUTO
    facts = build.facts()
    assert not [c for c in explain(facts, station, build.at("08:00")) if c.rule == "manual"]


# --- trains that a person told of


def test_an_added_train_is_manual_until_dispatching_tells_of_it(build, told):
    facts = with_added(build.facts(timetable=None), build.planned())
    run = told(facts=facts)
    assert (run.control, run.auto, run.category) == (Control.MANUAL, None, "K")
    assert run.departure.planned == build.at("10:20")
    assert facts.heard
    assert told(facts=changed(facts, plan=build.plan())).control is Control.AUTO
    assert told(OnTrack("t3"), facts=facts).track == "3"


def test_an_added_train_taken_back_is_withdrawn_unless_others_told_of_it(build):
    facts = with_added(build.facts(timetable=None), build.planned())
    assert without_override(facts, Field.ADDED).withdrawn
    assert not without_override(changed(facts, plan=build.plan()), Field.ADDED).withdrawn
    stood = standing_still(facts, None)
    assert without_override(stood, Field.ADDED).standing.withdrawn


# --- the whole station


def test_a_station_that_is_manual_is_told_as_it_was(build, told):
    before = build.facts(plan=build.plan(), heard=True)
    stood = standing_still(before, before)
    assert standing_still(stood, before) is stood
    after = changed(stood, plan=build.plan(cancelled=True), cancelled_since=build.at("08:10"))
    run = told(facts=after)
    assert (run.cancelled, run.control, run.auto.cancelled) == (False, Control.MANUAL, True)
    assert told(Delayed(7), facts=after).departure.delay_minutes == 7
    assert after.base.plan == before.plan
    assert derive(after.auto, build.station(), build.at("08:30")).cancelled
    gone = told(facts=changed(stood, withdrawn=True))
    assert gone.auto.withdrawn is True


def test_what_only_the_feed_tells_meanwhile_is_not_told(build):
    stranger = build.facts(timetable=None, plan=build.plan(), heard=True)
    assert standing_still(stranger, None).base.withdrawn
    assert not standing_still(build.facts(), None).base.withdrawn
    back = with_added(standing_still(stranger, None), build.planned())
    assert not back.base.withdrawn
    assert back.base.said == build.planned(), "the person's train, whatever the feed says of it"
    assert back.plan == stranger.plan


def test_a_word_about_a_silent_train_gives_it_a_publication(build, say):
    assert say(build.facts(), Delayed(5)).heard
    stood = standing_still(build.facts(), None)
    assert say(stood, Delayed(5)).base.heard


# --- as they are stored


WORDS = [
    Delayed(-3),
    DelayUnknown({"zh": "等"}),
    OnTrack("t3"),
    AtPlatform("p1"),
    InWaitingRoom("w1"),
    ByGates(("g1", "g2")),
    CheckIn(is_open=False),
    Cancelled(cancelled=False),
]


@pytest.mark.parametrize("word", WORDS, ids=lambda word: word.field)
def test_facts_with_words_come_back_as_they_were(build, say, word):
    facts = say(build.facts(), word, until="09:00")
    facts = standing_still(with_added(facts, build.planned()), facts)
    assert decode_facts(encode_facts(facts)) == facts
    assert msgspec.to_builtins(word)["field"] == word.field.value


def test_instants_come_back_as_they_were(build, say):
    facts = say(build.facts(), ArrivalAt(build.at("10:01")), DepartureAt(build.at("10:21")))
    assert decode_facts(encode_facts(facts)) == facts
    mode = StationMode(id="1", who="Li", why="x", since=build.at("08:00"), until=build.at("09:00"))
    assert decode_mode(encode_mode(mode)) == mode


def test_explanations_name_the_words(build, say):
    facts = say(build.facts(plan=build.plan()), AtPlatform("p2"), CheckIn(is_open=True))
    said = {(c.rule, c.field): c.value for c in explain(facts, build.station(), build.at("08:30"))}
    assert said["manual", "platform"] == "2"
    assert said["manual", "timeline"].check_in_opens_at == build.at("08:00")


def test_the_run_names_what_a_person_decides(build, told):
    assert told(OnTrack("t3"), Delayed(5)).manual == ("delay", "track")
    assert told(Delayed(5), until="08:10").manual == ()
    added = with_added(build.facts(timetable=None), build.planned())
    assert told(facts=added).manual == ("added",)
    assert told(facts=standing_still(build.facts(), None)).manual == ("station",)


def test_a_persons_word_about_times_does_not_lapse_while_the_feed_is_silent(build, told):
    def has_lapsed(run):
        return lapsed(
            run, build.at("10:00"), build.at("08:00"), build.at("08:30") - build.at("08:00")
        )

    late = build.facts(plan=build.plan(estimated_departure=build.at("10:50")))
    assert has_lapsed(told(facts=late))
    assert has_lapsed(told(OnTrack("t3"), facts=late)), "nobody vouches for its time"
    assert not has_lapsed(told(Delayed(30), facts=late))
