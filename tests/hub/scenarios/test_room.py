"""What is under way, kept over restarts, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import insert
from twisted.internet.defer import execute

from hub.scenarios.model import Running, Wanted
from hub.scenarios.room import Room
from hub.store.database import Database
from hub.store.scenarios import ScenarioStore
from hub.store.tables import scenario

if TYPE_CHECKING:
    from collections.abc import Iterator

T0 = datetime(2021, 1, 20, 8, tzinfo=UTC)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    database.create()
    yield database
    database.close()


def room(database: Database, now: datetime = T0) -> tuple[Room, list[int]]:
    told: list[int] = []
    return Room(ScenarioStore(database), execute, lambda: now, lambda: told.append(1)), told


def running(name: str, minutes: int = 60) -> Running:
    return Running(
        id=name,
        wanted=Wanted(scenario="fire"),
        names={"zh": "火灾"},
        texts={"zh": "着火"},
        who="wang",
        why="smoke",
        since=T0,
        until=T0 + timedelta(minutes=minutes),
    )


def test_it_is_told_kept_read_and_over(database: Database) -> None:
    first, told = room(database)
    first.begun(running("a"))
    first.begun(running("b"))
    assert len(told) == 2
    second, told = room(database)
    second.read()
    assert second.running == first.running
    assert told == [1]
    second.over("a")
    third, _ = room(database)
    third.read()
    assert [each.id for each in third.running] == ["b"]


def test_one_whose_time_is_over_is_not_under_way(database: Database) -> None:
    late, _ = room(database, T0 + timedelta(minutes=30))
    late.begun(running("short", 30))
    late.begun(running("long", 31))
    assert [each.id for each in late.running] == ["long"]


def test_one_that_cannot_be_read_is_none(database: Database) -> None:
    kept, _ = room(database)
    kept.begun(running("a"))
    with database.engine.begin() as connection:
        connection.execute(insert(scenario), {"id": "x", "body": b"nothing"})
    kept.read()
    assert [each.id for each in kept.running] == ["a"]
