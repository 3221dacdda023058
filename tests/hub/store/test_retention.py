"""The past goes after its time, whole days of it, and what is left can be lived again."""

from datetime import timedelta

import pytest
from sqlalchemy import create_engine, func, select

from hub.operations import Operations
from hub.past.replay import replay
from hub.store import retention, tables
from hub.store.reading import reading
from protocol.times import minute_number

HOUR = timedelta(hours=1)


@pytest.fixture
def counted(database_url):
    engine = create_engine(database_url)

    def count(table, *where):
        with engine.connect() as connection:
            found = select(func.count()).select_from(table).where(*where)
            return connection.execute(found).scalar_one()

    yield count
    engine.dispose()


def live(operations, build, hours, start):
    for hour in range(hours):
        now = start + hour * HOUR
        bad = build.plan(arrival_track="t99", estimated_arrival=build.at("10:01"))
        operations.step(now, [build.upsert(bad)] if hour == 0 else (), minute_number(now))
        operations.tidy(now)


@pytest.mark.parametrize("portion", [7, 5000])
def test_whole_days_go_and_the_rest_can_be_lived_again(
    database_url, station, build, counted, monkeypatch, portion
):
    monkeypatch.setattr(retention, "PORTION", portion)
    operations = Operations(database_url, station, keep_days=2)
    operations.open(build.at("08:00"))
    live(operations, build, 24 * 5, build.at("09:00"))
    operations.close()
    with reading(database_url) as reader:
        first = next(r for r in reader.records() if r.kind != "station")
        last = reader.last_at()
        assert counted(tables.journal, tables.journal.c.kind == "station") == 1
        stations = list(reader.records(kinds=frozenset({"station"})))
        days = reader.records(reader.starts()[0].number)
        found = replay(iter([*stations, *days]), reader.tables())
        assert found.differences == []
    assert counted(tables.reject) == 0
    if portion > 1000:
        assert first.kind == "snapshot"
        assert timedelta(days=2) < last - first.at <= timedelta(days=3)


def test_what_is_young_enough_stays(database_url, station, build, counted):
    operations = Operations(database_url, station)
    operations.open(build.at("08:00"))
    live(operations, build, 24 * 3, build.at("09:00"))
    operations.close()
    assert counted(tables.reject) == 1
    with reading(database_url) as reader:
        assert reader.starts()[0].at == build.at("08:00")
