from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from hub.kernel.draft import Draft
from hub.kernel.rules import propagate
from protocol.runs import CallTime, Role


def draft(arrival, departure):
    return Draft(category="K", role=Role.INTERMEDIATE, arrival=arrival, departure=departure)


def departure_after(build, arrival, departure=None):
    before = draft(arrival, departure or CallTime(planned=build.at("10:20")))
    return propagate.apply(before, build.context()).departure


def test_a_late_arrival_makes_the_departure_late_by_what_the_dwell_cannot_take_up(build):
    arrival = CallTime(planned=build.at("10:00"), estimated=build.at("10:30"))
    assert departure_after(build, arrival).estimated == build.at("10:34")


def test_a_little_lateness_is_taken_up_by_the_dwell(build):
    arrival = CallTime(planned=build.at("10:00"), estimated=build.at("10:16"))
    assert departure_after(build, arrival).estimated is None


def test_a_planned_dwell_shorter_than_the_minimum_is_enough(build):
    arrival = CallTime(planned=build.at("10:19"), actual=build.at("10:30"))
    assert departure_after(build, arrival).estimated == build.at("10:31")


def test_an_early_arrival_shifts_nothing(build):
    arrival = CallTime(planned=build.at("10:00"), actual=build.at("09:40"))
    assert departure_after(build, arrival) == CallTime(planned=build.at("10:20"))


def test_dispatchings_estimate_stands_where_it_is_possible(build):
    arrival = CallTime(planned=build.at("10:00"), estimated=build.at("10:30"))
    said = CallTime(planned=build.at("10:20"), estimated=build.at("10:50"))
    assert departure_after(build, arrival, said) == said


def test_what_has_left_has_left(build):
    arrival = CallTime(planned=build.at("10:00"), actual=build.at("10:19"))
    left = CallTime(planned=build.at("10:20"), actual=build.at("10:20"))
    assert departure_after(build, arrival, left) == left


def test_no_arrival_nothing_to_propagate(build):
    before = draft(None, CallTime(planned=build.at("10:20")))
    assert propagate.apply(before, build.context()) is before


def test_what_follows_is_a_step_less_certain_than_its_cause(build):
    known = CallTime(planned=build.at("10:00"), estimated=build.at("10:30"), uncertainty_s=120)
    assert departure_after(build, known).uncertainty_s == 180
    came = CallTime(planned=build.at("10:00"), actual=build.at("10:30"), uncertainty_s=0)
    assert departure_after(build, came).uncertainty_s == 60
    said = CallTime(planned=build.at("10:20"), estimated=build.at("10:21"), uncertainty_s=120)
    assert departure_after(build, came, said).uncertainty_s == 60
    early = CallTime(planned=build.at("10:20"), estimated=build.at("10:01"), uncertainty_s=120)
    planned = CallTime(planned=build.at("10:00"))
    assert departure_after(build, planned, early).uncertainty_s is None


@given(
    dwell=st.integers(0, 60), late=st.integers(-120, 600), said=st.none() | st.integers(-20, 600)
)
def test_no_train_leaves_before_it_came_nor_before_its_time_without_a_word(
    build, dwell, late, said
):
    minute = timedelta(minutes=1)
    came, goes = build.at("10:00"), build.at("10:00") + dwell * minute
    arrival = CallTime(planned=came, estimated=came + late * minute)
    estimated = goes + said * minute if said is not None else None
    found = departure_after(build, arrival, CallTime(planned=goes, estimated=estimated))
    minimum = min(dwell, 4) * minute
    assert found.expected >= arrival.expected + minimum
    assert found.expected == max(estimated or goes, arrival.expected + minimum)
    if said is None:
        assert found.expected >= goes
