"""Which runs a query means."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.messages import RunQuery
from protocol.queries import MOST, find
from protocol.runs import CallTime, Named, Role, Run

DAY = date(2021, 1, 20)
NORTH = Named("N", {"zh": "北站", "en": "North"})
SOUTH = Named("S", {"zh": "南站", "en": "South"})


def run(number, hour, *, to=SOUTH, day=DAY):
    return Run(
        run_id=f"{day}.{number.lower()}",
        service_date=day,
        departure_number=number,
        category="K",
        role=Role.ORIGIN,
        origin=NORTH,
        destination=to,
        departure=CallTime(planned=datetime(day.year, day.month, day.day, hour, tzinfo=UTC)),
    )


RUNS = [
    run("K12", 9),
    run("K2", 8),
    run("G7", 10, to=NORTH),
    run("K2", 8, day=date(2021, 1, 21)),
]


def numbers(**conditions):
    return [each.run_id for each in find(RUNS, RunQuery(**conditions))[0]]


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({}, ["2021-01-20.k2", "2021-01-20.k12", "2021-01-20.g7", "2021-01-21.k2"]),
        ({"number": "k2"}, ["2021-01-20.k2", "2021-01-21.k2"]),
        ({"number": "K", "service_date": DAY}, ["2021-01-20.k2", "2021-01-20.k12"]),
        ({"place": "南"}, ["2021-01-20.k2", "2021-01-20.k12", "2021-01-21.k2"]),
        ({"place": "south", "number": "12"}, ["2021-01-20.k12"]),
        ({"place": "S"}, ["2021-01-20.k2", "2021-01-20.k12", "2021-01-21.k2"]),
        ({"run_ids": ("2021-01-20.g7", "gone")}, ["2021-01-20.g7"]),
        ({"place": "nowhere"}, []),
    ],
)
def test_every_condition_must_hold(conditions, expected):
    assert numbers(**conditions) == expected


def test_what_is_left_out_is_counted():
    found, more = find(RUNS, RunQuery(limit=1))
    assert ([each.run_id for each in found], more) == (["2021-01-20.k2"], 3)
    assert find(RUNS, RunQuery(limit=0)) == ((), 4)
    many = [run(f"K{n}", 8) for n in range(MOST + 5)]
    found, more = find(many, RunQuery(limit=1000))
    assert (len(found), more) == (MOST, 5)


@given(st.permutations(RUNS), st.integers(0, 5))
def test_the_order_in_which_runs_are_held_does_not_matter(runs, limit):
    assert find(runs, RunQuery(limit=limit)) == find(RUNS, RunQuery(limit=limit))


@given(data=st.data())
def test_any_run_and_any_query_have_an_answer(data, any_run, any_query):
    runs, query = data.draw(st.lists(any_run, max_size=3)), data.draw(any_query)
    found, more = find(runs, query)
    assert len(found) + more <= len(runs)
    assert all(each in runs for each in found)
