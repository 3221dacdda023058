from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from hub.kernel.agenda import (
    RETAINED,
    RETAINED_HELD,
    decode_agenda,
    encode_agenda,
    forget_at,
    make_agenda,
)
from hub.kernel.derive import derive
from protocol.runs import PassengerPhase, Role, Timeline, TrainPhase
from protocol.timeline import passenger_phase, train_phase
from protocol.times import from_unix, to_unix


def run(build, **changes):
    return derive(build.facts(**changes), build.station(), build.at("08:00"))


def second(build, local):
    return int(to_unix(build.at(local)))


def test_the_agenda_is_stored_and_read_again(build):
    agenda = make_agenda(run(build))
    assert decode_agenda(encode_agenda(agenda)) == agenda


def test_before_everything_a_run_is_planned_and_expected(build):
    found = make_agenda(run(build)).at(0)
    assert (found.passengers, found.train) == (PassengerPhase.PLANNED, TrainPhase.EXPECTED)


def test_the_next_instant_is_the_next_change_and_at_last_the_end(build):
    agenda = make_agenda(run(build))
    assert agenda.next_at(0) == second(build, "07:00")
    assert agenda.next_at(second(build, "07:00")) == second(build, "09:20")
    assert agenda.next_at(second(build, "10:21")) == agenda.forget_at
    assert agenda.next_at(agenda.forget_at) == agenda.forget_at + 1


def test_a_run_is_kept_for_hours_after_its_last_instant(build):
    assert forget_at(run(build)) == build.at("10:21") + RETAINED


def test_a_held_run_is_kept_for_days(build):
    held = run(build, plan=build.plan(delay_known=False), held_since=build.at("08:00"))
    assert forget_at(held) == build.at("10:20") + RETAINED_HELD


def test_instants_within_one_second_are_one_moment_and_never_early(build):
    at = build.at("10:00")
    times = Timeline(
        shown_at=at + timedelta(milliseconds=100), waiting_at=at + timedelta(milliseconds=200)
    )
    found = derive(build.facts(), build.station(), at)
    agenda = make_agenda(type(found)(**{**_fields(found), "timeline": times}))
    assert [(m.at, m.passengers) for m in agenda.moments] == [
        (second(build, "10:00:01"), PassengerPhase.WAITING)
    ]


def _fields(run):
    return {name: getattr(run, name) for name in run.__struct_fields__}


offsets = st.none() | st.integers(-60, 600)


said = st.fixed_dictionaries(
    {
        "role": st.sampled_from(Role),
        "arrival": offsets,
        "departure": offsets,
        "cancelled": st.booleans(),
        "held": st.none() | st.integers(0, 1440),
        "track": st.sampled_from(["t1", "t2", "t4"]),
    }
)


def said_run(build, said):
    minute = timedelta(minutes=1)
    arrival, departure, held = said["arrival"], said["departure"], said["held"]
    plan = build.plan(
        role=said["role"],
        arrival_track=said["track"],
        departure_track=said["track"],
        cancelled=said["cancelled"],
        estimated_arrival=build.at("10:00") + arrival * minute if arrival is not None else None,
        estimated_departure=(
            build.at("10:20") + departure * minute if departure is not None else None
        ),
    )
    return run(
        build,
        plan=plan,
        known_before_hold=plan,
        cancelled_since=build.at("09:00") if said["cancelled"] else None,
        held_since=build.at("00:00") + held * minute if held is not None else None,
    )


@given(
    said=said,
    probes=st.lists(st.integers(-600, 3000), min_size=20, max_size=20),
)
def test_the_agenda_says_what_the_protocol_says_at_any_time(build, said, probes):
    found = said_run(build, said)
    agenda = make_agenda(found)
    for probe in probes:
        now = build.at("00:00") + timedelta(minutes=probe)
        moment = agenda.at(int(to_unix(now)))
        assert moment.passengers is passenger_phase(found, now)
        assert moment.train is train_phase(found, now)
        following = from_unix(agenda.next_at(int(to_unix(now))))
        assert following > now
        just_before = agenda.at(int(to_unix(following)) - 1)
        assert (just_before.passengers, just_before.train) == (moment.passengers, moment.train)


def test_a_persons_word_that_ends_is_an_instant_like_any_other(build):
    agenda = make_agenda(run(build), build.at("08:30"))
    assert agenda.next_at(second(build, "07:30")) == second(build, "08:30")
    assert agenda.next_at(second(build, "08:30")) == second(build, "08:30") + 1, "not missed"
    assert decode_agenda(encode_agenda(agenda)) == agenda
    assert decode_agenda(b"[[],5]").anew_at is None, "as stored before"
