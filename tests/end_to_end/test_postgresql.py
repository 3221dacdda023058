"""The whole station on PostgreSQL, which dies under it as in a power cut."""

import json
import sqlite3
import time
import urllib.error
import urllib.request
from contextlib import closing

import pytest
from sqlalchemy import create_engine, func, select

from hub.lease import DEMOTE_S
from hub.store import tables
from simulators.demo.child import wait_until
from simulators.postgresql import server
from tests.end_to_end.demo import Demo
from tests.end_to_end.test_boards import (
    TIMETABLE,
    settled,
    shown,
    wanted_arrivals,
    wanted_departures,
)

pytestmark = pytest.mark.end_to_end

SPEED = 20
"""Station seconds a second: trains leave while the database is away."""


@pytest.fixture
def postgresql(postgresql_programs):
    with server(postgresql_programs, durable=True) as running:
        yield running


def health(demo):
    try:
        with urllib.request.urlopen(demo.hub_url + "/health", timeout=5) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return json.load(error)


def told_by_dispatching(demo):
    """Return how many trains dispatching has logged."""
    with closing(sqlite3.connect(f"file:{demo.data}/dispatch.sqlite?mode=ro", uri=True)) as file:
        (name,) = file.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND lower(name) LIKE '%log%'"
        ).fetchone()
        return file.execute(f"SELECT count(*) FROM {name}").fetchone()[0]  # noqa: S608 - its own


def held_by_hub(url):
    engine = create_engine(url)
    logged = select(func.count()).where(tables.feed_row.c.kind == "log")
    with engine.connect() as connection:
        found = connection.execute(logged).scalar_one()
    engine.dispose()
    return found


def trains_are_right(page):
    """Compare number, place and time: whether a train is on time nobody tells it meanwhile."""
    now, rows = shown(page)
    return [row[:3] for row in rows] == [row[:3] for row in wanted_departures(TIMETABLE, now)]


def test_it_holds_while_the_database_is_dead_says_so_and_loses_nothing(postgresql, tmp_path, page):
    url = postgresql.create()
    words = ("--calm", "--at", "06:50", "--speed", str(SPEED), "--database", url)
    with Demo(tmp_path / "demo", *words).ready() as demo:
        page.goto(demo.board_url("waiting-hall-departures") + "?plain&lang=zh")
        settled(page, wanted_departures, 40)
        epoch = health(demo)["epoch"]

        before = told_by_dispatching(demo)
        postgresql.kill()
        wait_until(lambda: demo.log("store.fails", "hub"), 20, what="the hub to say so")
        wait_until(lambda: health(demo)["role"] == "silent", DEMOTE_S + 10)
        assert health(demo)["store"] == "fails"
        time.sleep(3)
        wait_until(lambda: trains_are_right(page), 40)  # a board has the timeline; it needs nobody
        told = len(demo.log("published.everything", "hub"))
        wait_until(lambda: told_by_dispatching(demo) > before, 60, what="a train to be logged")

        postgresql.start()
        wait_until(lambda: health(demo)["role"] == "leading", 20)
        wait_until(lambda: health(demo)["store"] == "works", 20)
        wait_until(lambda: health(demo)["waiting"] == 0, 20)
        assert health(demo)["epoch"] == epoch, "nobody else has led"
        wait_until(lambda: len(demo.log("published.everything", "hub")) > told, 10)
        wait_until(lambda: demo.json("/health")["mode"] == "ONLINE", 30)
        wait_until(lambda: held_by_hub(url) == told_by_dispatching(demo), 60)
        settled(page, wanted_departures, 40)
        page.goto(demo.board_url("arrivals") + "?plain&lang=zh")
        settled(page, wanted_arrivals, 40)
        assert [line["effect"] for line in demo.log("hub.lease", "hub")] == [
            "lead",
            "hush",
            "speak",
        ]
        assert demo.stop() == 0
