from __future__ import annotations

import sqlite3
import threading

import pytest
from sqlalchemy import create_engine, text

from one_way_feed.bodies import SourceState
from one_way_feed.settings import load_sender_settings
from one_way_feed.source import PollFailed, Source
from protocol.errors import OperatorError


@pytest.fixture
def source(config):
    made = []

    def make() -> Source:
        settings = load_sender_settings(config.save())
        made.append(Source(settings.database, settings.queries))
        return made[-1]

    yield make
    for each in made:
        each.close()


def failure(source):
    with pytest.raises(PollFailed) as raised:
        source.poll()
    return raised.value


def test_rows_and_rejects(bureau, source):
    bureau.plan("P1")
    bureau.plan("P2", role="??")
    bureau.plan("P3", dep_delay_min="x")
    bureau.log("P1", "DD", "2021-01-20 12:01:00")
    polled = source().poll()
    assert set(polled.rows) == {("plan", "P1"), ("log", "P1")}
    assert {(r.key, r.column) for r in polled.rejects} == {("P2", "role"), ("P3", "dep_delay_min")}
    assert polled.unreadable == {("plan", "P2"), ("plan", "P3")}


def test_a_key_that_comes_twice_is_said_and_the_last_counts(bureau, source):
    bureau.plan("P1", arr_track="3")
    bureau.plan("P1", arr_track="4")
    polled = source().poll()
    assert polled.rows["plan", "P1"].arrival_track == "4"
    assert polled.rejects[0].reason == "comes twice; the last counts"


def test_polls_follow_the_database(bureau, source):
    reading = source()
    bureau.plan("P1")
    assert len(reading.poll().rows) == 1
    bureau.run("UPDATE stage_plan SET cancel_flag = 1")
    assert reading.poll().rows["plan", "P1"].cancelled
    bureau.run("DELETE FROM stage_plan")
    assert reading.poll().rows == {}


def test_it_cannot_write(bureau, source, config):
    """Neither through SQL in the configuration nor by making a missing file."""
    config.values["queries"][1]["sql"] = "WITH x AS (SELECT 1) DELETE FROM traffic_log"
    bureau.log("P1", "DD")
    assert "readonly" in failure(source()).message
    connection = sqlite3.connect(bureau.path)
    assert connection.execute("SELECT count(*) FROM traffic_log").fetchone() == (1,)
    connection.close()


def test_a_database_that_vanishes_and_comes_back(bureau, source, tmp_path):
    reading = source()
    bureau.plan("P1")
    reading.poll()
    bureau.path.rename(tmp_path / "away")
    assert failure(reading).state is SourceState.UNREACHABLE
    assert not bureau.path.exists()
    (tmp_path / "away").rename(bureau.path)
    assert len(reading.poll().rows) == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("DROP TABLE traffic_log", "query 'traffic log': no such table"),
        ("ALTER TABLE stage_plan RENAME COLUMN role TO part", "query 'stage plan': no such column"),
    ],
)
def test_a_changed_schema_is_said(bureau, source, change, said):
    bureau.run(change)
    error = failure(source())
    assert error.state is SourceState.SCHEMA_CHANGED
    assert said in str(error)


def test_a_missing_column_of_the_answer_is_named(config, source):
    config.values["queries"][1]["sql"] = "SELECT * FROM (SELECT plan_id FROM traffic_log)"
    error = failure(source())
    assert error.state is SourceState.SCHEMA_CHANGED
    assert "no column act_arr_time, act_dep_time, step, track_no" in str(error)


def test_a_slow_query_is_cut_off(config, source):
    config.values["database"]["statement_timeout_s"] = 0.2
    config.values["queries"][1]["sql"] = (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
        " SELECT max(i) AS plan_id, 1 AS step, 1 AS act_arr_time, 1 AS act_dep_time,"
        " 1 AS track_no FROM n"
    )
    assert failure(source()).state is SourceState.SLOW


def test_a_locked_database_is_slow(bureau, config, source):
    config.values["database"]["statement_timeout_s"] = 0.2
    locking = sqlite3.connect(bureau.path)
    locking.execute("BEGIN EXCLUSIVE")
    assert failure(source()).state is SourceState.SLOW
    locking.rollback()
    locking.close()


def test_a_file_that_is_no_database(bureau, source):
    bureau.path.write_bytes(b"not a database" * 100)
    assert failure(source()).state is SourceState.UNREACHABLE


@pytest.mark.parametrize("url", ["nonsense", "nosuch://host/db"])
def test_a_url_that_is_none(config, source, url):
    config.values["database"]["url"] = url
    with pytest.raises(OperatorError, match=r"database\.url"):
        source()


@pytest.fixture
def postgresql(postgresql_url, config):
    config.values["database"]["url"] = postgresql_url
    engine = create_engine(postgresql_url, isolation_level="AUTOCOMMIT")

    def run(sql):
        with engine.connect() as connection:
            connection.execute(text(sql))

    run(
        "CREATE TABLE stage_plan (plan_id text, arr_train_no text, dep_train_no text,"
        " train_type text, role text, start_station text, end_station text, arr_track text,"
        " dep_track text, plan_arr_time timestamp, plan_dep_time timestamptz, arr_delay_min int,"
        " dep_delay_min int, delay_state text, cancel_flag int)"
    )
    run(
        "CREATE TABLE traffic_log (plan_id text, step text, act_arr_time text, act_dep_time text,"
        " track_no text)"
    )
    run(
        "INSERT INTO stage_plan VALUES ('P1', 'K1', 'K1', 'K', 'TG', '包头', '北京', '3', '3',"
        " '2021-01-20 12:00', '2021-01-20 12:10+08', 5, 5, 'K', 0)"
    )
    yield run
    engine.dispose()


@pytest.mark.usefixtures("postgresql")
def test_postgresql(source, config):
    polled = source().poll()
    row = polled.rows["plan", "P1"]
    assert str(row.planned_arrival) == "2021-01-20 04:00:00+00:00"
    assert str(row.estimated_departure) == "2021-01-20 04:15:00+00:00"
    config.values["queries"][1]["sql"] = "WITH x AS (DELETE FROM stage_plan RETURNING 1) SELECT 1"
    assert "read-only" in failure(source()).message
    assert len(polled.rows) == 1


def test_postgresql_slow_locked_and_changed(postgresql, source, config):
    config.values["database"]["statement_timeout_s"] = 0.3
    reading = source()
    engine = create_engine(config.values["database"]["url"])
    with engine.begin() as locking:
        locking.execute(text("LOCK TABLE stage_plan IN ACCESS EXCLUSIVE MODE"))
        assert failure(reading).state is SourceState.SLOW
    assert len(reading.poll().rows) == 1
    postgresql("ALTER TABLE traffic_log DROP COLUMN step")
    assert failure(reading).state is SourceState.SCHEMA_CHANGED
    postgresql("DROP TABLE traffic_log")
    assert failure(reading).state is SourceState.SCHEMA_CHANGED
    engine.dispose()


def test_postgresql_that_is_not_there(config, source, tmp_path):
    config.values["database"]["url"] = f"postgresql+psycopg://u:secret@/db?host={tmp_path}"
    error = failure(source())
    assert error.state is SourceState.UNREACHABLE
    assert "secret" not in str(error)


def test_reading_goes_on_while_the_bureau_writes(bureau, source):
    """A poll and a writer in another thread: every poll succeeds or says that it was locked."""
    bureau.run("PRAGMA journal_mode = WAL")
    reading, done = source(), threading.Event()

    def write():
        for number in range(100):
            bureau.plan(f"P{number}")
        done.set()

    writer = threading.Thread(target=write)
    writer.start()
    counts = []
    while not done.is_set():
        counts.append(len(reading.poll().rows))
    writer.join()
    assert counts == sorted(counts)
    assert len(reading.poll().rows) == 100
