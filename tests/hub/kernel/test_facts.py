import pytest

from hub.kernel.facts import Facts, decode_facts, encode_facts


def test_stored_facts_are_the_same_facts(build):
    facts = build.facts(
        plan=build.plan(delay_known=False),
        log=build.log(actual_arrival=build.at("10:00")),
        known_before_hold=build.plan(),
        held_since=build.at("09:00"),
        platform_told="2",
        heard=True,
    )
    assert decode_facts(encode_facts(facts)) == facts


def test_who_the_train_is_is_dispatchings_word_before_the_timetables(build):
    plan = build.plan(departure_number="K2")
    assert build.facts(plan=plan).said is plan
    assert build.facts().said == build.planned()


def test_times_come_from_who_has_them(build):
    facts = build.facts(timetable=None, plan=build.plan(planned_arrival=None))
    assert facts.planned_arrival is None
    assert facts.planned_departure == build.at("10:20")
    assert facts.actual_arrival is None
    assert build.facts(timetable=None).planned_departure is None
    logged = build.facts(log=build.log(actual_departure=build.at("10:21")))
    assert logged.actual_departure == build.at("10:21")


def test_the_timetables_entry_knows_its_first_and_last_event(build):
    entry = build.planned()
    assert (entry.first, entry.last) == (build.at("10:00"), build.at("10:20"))
    assert build.planned(departure=None).last == build.at("10:00")
    assert build.planned(arrival=None).first == build.at("10:20")


def test_empty_facts_are_a_defect(build):
    with pytest.raises(ValueError, match="neither a timetable entry nor a plan row"):
        _ = Facts(run_id="2021-01-20.k1", service_date=build.day).said
