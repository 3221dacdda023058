"""What became of a run: a part of its call that was cancelled is no part of the day."""

from hub.operations import Operations
from hub.past.visits import visits_of
from hub.store.reading import reading
from protocol.runs import Role


def test_a_train_that_ends_here_is_counted_by_its_arrival(database_url, station, build):
    operations = Operations(database_url, station)
    operations.open(build.at("08:00"))
    ends = build.plan(role=Role.TERMINUS, departure_number=None)
    operations.step(build.at("09:00"), [build.upsert(ends)])
    came = build.log(step=build.Step.ARRIVED, actual_arrival=build.at("10:04"), track="t1")
    operations.step(build.at("10:05"), [build.upsert(came)])
    operations.close()
    with reading(database_url) as reader:
        found = visits_of(reader, build.day, build.day, station.zone_info)
    visit = next(each for each in found if each.run_id == "2021-01-20.k1")
    assert (visit.arrives, visit.departs) == (True, False)
    assert (visit.arrival, visit.departure, visit.window) == (4, None, None)
    assert (visit.number, visit.hour) == ("K1", 10)
