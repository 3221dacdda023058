from hub.kernel.draft import Draft
from hub.kernel.rules import windows
from protocol.runs import CallTime, Role, Timeline


def draft(build, **changes):
    said = {
        "category": "K",
        "role": Role.INTERMEDIATE,
        "arrival": CallTime(planned=build.at("10:00")),
        "departure": CallTime(planned=build.at("10:20")),
    }
    return Draft(**(said | changes))


def timeline(build, facts=None, **changes):
    return windows.apply(draft(build, **changes), build.context(facts)).timeline


def test_a_through_train(build):
    assert timeline(build) == Timeline(
        shown_at=build.at("07:00"),
        waiting_at=build.at("09:20"),
        gate_shown_at=build.at("10:00"),
        approaches_at=build.at("09:55"),
        arrives_at=build.at("10:00"),
        departs_at=build.at("10:20"),
        arrival_shown_until=build.at("10:10"),
        departure_shown_until=build.at("10:21"),
    )


def test_a_train_that_starts_here_neither_approaches_nor_arrives(build):
    found = timeline(build, role=Role.ORIGIN, arrival=None)
    assert (found.approaches_at, found.arrives_at, found.arrival_shown_until) == (None, None, None)
    assert found.shown_at == build.at("07:20")


def test_a_train_that_ends_here_neither_waits_nor_departs(build):
    found = timeline(build, role=Role.TERMINUS, departure=None)
    assert (found.waiting_at, found.gate_shown_at, found.departs_at) == (None, None, None)
    assert found.departure_shown_until is None


def test_a_late_train_stays_on_the_board_where_it_was(build):
    late = CallTime(planned=build.at("10:00"), estimated=build.at("14:00"))
    found = timeline(build, arrival=late)
    assert found.shown_at == build.at("07:00")
    assert found.arrives_at == build.at("14:00")


def test_an_early_train_appears_earlier(build):
    early = CallTime(planned=build.at("10:00"), estimated=build.at("09:30"))
    assert timeline(build, arrival=early).shown_at == build.at("06:30")


def test_a_passing_train_is_never_shown(build):
    found = timeline(build, role=Role.PASS)
    assert found == Timeline(
        approaches_at=build.at("09:55"),
        departs_at=build.at("10:20"),
        departure_shown_until=build.at("10:21"),
    )


def test_a_cancelled_train_is_told_and_nothing_opens(build):
    facts = build.facts(cancelled_since=build.at("08:00"))
    assert timeline(build, facts, cancelled=True) == Timeline(
        shown_at=build.at("07:00"),
        gate_shown_at=build.at("09:50"),
        arrival_shown_until=build.at("10:10"),
        departure_shown_until=build.at("10:21"),
    )


def test_a_gate_shows_a_train_as_soon_as_it_opens_for_it(build):
    opens = Timeline(check_in_opens_at=build.at("09:50"))
    assert timeline(build, timeline=opens).gate_shown_at == build.at("09:50")
    later = Timeline(check_in_opens_at=build.at("10:05"))
    assert timeline(build, timeline=later).gate_shown_at == build.at("10:00")


def test_a_late_cancellation_is_told_for_half_an_hour(build):
    facts = build.facts(cancelled_since=build.at("13:00"))
    found = timeline(build, facts, cancelled=True)
    assert found.departure_shown_until == build.at("13:30")
    assert found.arrival_shown_until == build.at("13:30")


def test_a_cancelled_train_that_would_start_here_or_end_here(build):
    facts = build.facts(cancelled_since=build.at("08:00"))
    starts = timeline(build, facts, cancelled=True, role=Role.ORIGIN, arrival=None)
    assert starts.arrival_shown_until is None
    ends = timeline(build, facts, cancelled=True, role=Role.TERMINUS, departure=None)
    assert (ends.departure_shown_until, ends.gate_shown_at) == (None, None)


def test_a_cancelled_passing_train_is_nothing(build):
    assert timeline(build, cancelled=True, role=Role.PASS) == Timeline()


def test_nothing_planned_nothing_shown(build):
    assert timeline(build, arrival=None, departure=None) == Timeline()
    assert timeline(build, arrival=None, departure=None, role=Role.PASS) == Timeline()
