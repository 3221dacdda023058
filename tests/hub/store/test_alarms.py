"""What persons made of alarms, on both databases."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert

from hub.alarms.model import Alarm, Condition, Kind, Priority, Shelf, State, Text
from hub.store.alarms import AlarmStore
from hub.store.database import Database
from hub.store.tables import alarm

T0 = datetime(2021, 1, 20, 8, tzinfo=UTC)


@pytest.fixture
def database(database_url):
    database = Database(database_url)
    database.create()
    yield database
    database.close()


def made(key):
    text = Text("离线", "dark")
    condition = Condition(
        key=key, kind=Kind.DEVICE_DARK, priority=Priority.LOW, text=text, response=text
    )
    shelf = Shelf(who="wang", why="cable", at=T0, until=T0 + timedelta(hours=1))
    return Alarm(condition=condition, state=State.ACKNOWLEDGED, raised_at=T0, shelf=shelf)


def test_they_outlive_the_hub_and_leave(database):
    store = AlarmStore(database)
    assert store.all() == {}
    store.keep({"a": made("a"), "b": made("b")})
    store.keep({"b": None, "a": made("a")})
    assert AlarmStore(database).all() == {"a": made("a")}


def test_one_that_cannot_be_read_is_none(database):
    store = AlarmStore(database)
    store.keep({"a": made("a")})
    with database.engine.begin() as connection:
        connection.execute(insert(alarm), {"key": "x", "body": b"not an alarm"})
    assert set(store.all()) == {"a"}
