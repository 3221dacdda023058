import sqlite3

import pytest
from sqlalchemy import create_engine, inspect, text

from hub.operations import Operations
from hub.store.database import Database
from hub.store.rendered import SIZES
from hub.store.statements import Statements
from hub.store.tables import journal
from hub.store.writes import Writes
from protocol.errors import DeviceError, OperatorError


@pytest.fixture
def path(tmp_path):
    return tmp_path / "kept" / "hub.db"


@pytest.fixture
def hub(path, station, build):
    operations = Operations(f"sqlite:///{path}", station)
    operations.open(build.at("08:00"))
    yield operations
    operations.close()


def test_a_url_that_is_none_is_the_operators_mistake():
    with pytest.raises(OperatorError, match="cannot use the database URL"):
        Database("not a url")
    with pytest.raises(OperatorError, match="oracle"):
        Database("oracle+nothing://x")
    with pytest.raises(OperatorError, match="file"):
        Database("sqlite://")


def test_a_password_is_never_said(station, build):
    operations = Operations("postgresql+psycopg://hub:geheim@127.0.0.1:1/none", station)
    with pytest.raises(DeviceError) as raised:
        operations.open(build.at("08:00"))
    assert "geheim" not in str(raised.value)


def test_a_directory_that_cannot_be_made(tmp_path, station, build):
    (tmp_path / "file").touch()
    operations = Operations(f"sqlite:///{tmp_path}/file/hub.db", station)
    with pytest.raises(DeviceError):
        operations.open(build.at("08:00"))


def test_a_file_that_is_no_database(path, station, build):
    path.parent.mkdir()
    path.write_text("this is not a database, it is a letter " * 100)
    with pytest.raises(DeviceError, match="not a database"):
        Operations(f"sqlite:///{path}", station).open(build.at("08:00"))


def pragma(hub, text):
    cursor = hub._database._connection.cursor()
    (value,) = cursor.execute(f"PRAGMA {text}").fetchone()
    cursor.close()
    return value


def test_every_commit_is_on_the_disk_and_checkpoints_wait(hub, path, build):
    pragmas = {
        name: pragma(hub, name) for name in ("journal_mode", "synchronous", "wal_autocheckpoint")
    }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "wal_autocheckpoint": 0}
    wal = path.with_name("hub.db-wal")
    for _ in range(20):
        hub.step(build.at("08:00"), [build.upsert(build.plan())])
    grown = wal.stat().st_size
    hub.tidy(build.at("08:01"))
    for _ in range(5):
        hub.step(build.at("08:00"), [build.upsert(build.plan())])
    assert wal.stat().st_size == grown, "the log begins anew after a checkpoint"


def test_a_full_disk_is_said_nothing_is_lost_and_it_goes_on(hub, build):
    pragma(hub, f"max_page_count={pragma(hub, 'page_count')}")
    rows = [
        build.upsert(build.plan(key=str(n), arrival_number=f"X{n}", departure_number=f"X{n}"))
        for n in range(200)
    ]
    with pytest.raises(DeviceError, match="full"):
        hub.step(build.at("08:01"), rows)
    assert hub.held_rows() == []
    assert len(hub.step(build.at("08:02"), rows).rows) == 200


def test_a_locked_database_is_said_and_it_goes_on(hub, path, build):
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(DeviceError, match="locked"):
        hub.step(build.at("08:01"), [build.upsert(build.plan())])
    other.execute("ROLLBACK")
    other.close()
    assert hub.step(build.at("08:01"), [build.upsert(build.plan())]).rows


def test_a_file_that_is_gone_is_said_and_never_made_anew(hub, path, build):
    away = path.with_name("away.db")
    path.rename(away)
    for _ in range(2):
        with pytest.raises(DeviceError, match="gone"):
            hub.step(build.at("08:01"))
    assert not path.exists()
    path.touch()
    with pytest.raises(DeviceError, match="another one"):
        hub.step(build.at("08:01"))
    path.unlink()
    away.rename(path)
    assert hub.step(build.at("08:02"), [build.upsert(build.plan())]).rows


def test_a_connection_that_is_cut_is_said_and_made_anew(postgresql_url, station, build):
    operations = Operations(postgresql_url, station)
    operations.open(build.at("08:00"))
    engine = create_engine(postgresql_url)
    with engine.connect() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    engine.dispose()
    change = build.upsert(build.plan())
    with pytest.raises(DeviceError):
        operations.step(build.at("08:01"), [change])
    assert operations.step(build.at("08:01"), [change]).rows == ("plan/k1",)
    operations.close()


HOT = {
    "due": ("run_due", {"second": 0}),
    "pending_retained": ("retained_pending", {"at_most": 10, "param_1": 0}),
    "settle_retained": ("retained_pending", {"of_number": 1}),
    "rows_of_run": ("feed_row_run", {"of_run": "x"}),
    "advance": ("run", {"of_run": "x", "passengers": "", "train": "", "next_at": 0}),
    "plans_over": ("retained", {"at": 0}),
    "entity": ("retained", {"of_entity": "run/x"}),
    "drop_event": ("event", {"of_number": 1}),
}
"""Statements with the index that they must use; a table's name stands for its own key."""

LISTS = {
    "feed_rows": {"feed_row"},
    "bound": {"visit", "visit_run", "run"},
    "visits_of": {"visit_run"},
    "runs": {"run"},
}
"""Statements with a list, and the indexes that they must use."""

FEW = 8
"""Of more than a few PostgreSQL may read a whole index, and be right."""

KEYS = {
    "sqlite": {
        "run": "sqlite_autoindex_run_1",
        "retained": "sqlite_autoindex_retained_1",
        "feed_row": "sqlite_autoindex_feed_row_1",
        "visit": "sqlite_autoindex_visit_1",
        "event": "sqlite_autoindex_event_1",
    },
    "postgresql": {
        "run": "run_pkey",
        "retained": "retained_pkey",
        "feed_row": "feed_row_pkey",
        "visit": "visit_pkey",
        "event": "event_pkey",
    },
}
"""What a database calls the index of a table's key."""


@pytest.fixture
def filled(database_url, station, build):
    operations = Operations(database_url, station)
    operations.open(build.at("08:00"))
    rows = [
        build.upsert(build.plan(key=str(n), arrival_number=f"X{n}", departure_number=f"X{n}"))
        for n in range(300)
    ]
    operations.step(build.at("08:00"), rows)
    yield operations
    operations.close()


@pytest.mark.parametrize("name", HOT)
def test_hot_statements_use_their_index(filled, name):
    index, values = HOT[name]
    plan = explained(filled, getattr(filled._statements, name), values)
    assert used(filled, index) in plan
    assert whole_tables(plan) == []


@pytest.mark.parametrize("name", LISTS)
def test_lists_are_looked_up_by_an_index(filled, name):
    for length in (1, 8, 400):
        values = [str(n) for n in range(length)]
        for statement, named in getattr(filled._statements, name).batches(values):
            plan = explained(filled, statement, named)
            assert whole_tables(plan) == []
            unused = {index for index in LISTS[name] if used(filled, index) not in plan}
            assert not unused or length > FEW, plan


def test_what_fails_in_the_midst_undoes_all_of_it(filled, build):
    def records():
        with filled._database.transaction() as opened:
            return len(opened.rows(filled._statements.all_of(journal)))

    before = records()
    writes = Writes(build.at("08:01"), 1)
    event = {"number": 1, "entity": "event/x", "body": b"", "issued_at": 0, "valid_until": 0}
    writes.events = [event | {"cause": ""}] * 2
    writes.note("step", "", b"", "")
    with pytest.raises(DeviceError), filled._database.transaction() as opened:
        writes.flush(opened, filled._statements)
    assert records() == before
    changed = build.plan(key="1", arrival_number="X1", departure_number="X1", arrival_track="t3")
    assert filled.step(build.at("08:01"), [build.upsert(changed)]).rows == ("plan/1",)


def used(hub, index):
    return KEYS["sqlite" if hub._database.is_sqlite else "postgresql"].get(index, index)


def whole_tables(plan):
    """The steps of a plan that read a table from its beginning to its end."""
    by_index = ("USING INDEX", "USING COVERING INDEX")
    scans = [step for step in plan.split("\n") if "SCAN" in step or "Seq Scan" in step]
    return [step for step in scans if not any(words in step for words in by_index)]


def explained(hub, statement, values):
    """How the database would go about it.

    A table of a few rows PostgreSQL reads whole, whatever indexes there are: what is asked is
    whether the statement can use the index, so it is not let.
    """
    sqlite = hub._database.is_sqlite
    with hub._database.transaction() as opened:
        if not sqlite:
            opened._cursor.execute("SET LOCAL enable_seqscan = off")
        explain = "EXPLAIN QUERY PLAN" if sqlite else "EXPLAIN"
        opened._cursor.execute(f"{explain} {statement.text}", {**statement.fixed, **values})
        return "\n".join(str(row) for row in opened._cursor.fetchall())


def test_lists_are_looked_up_in_few_statements(hub):
    listing = Statements(hub._database.engine.dialect).runs
    for length in (0, 1, 2, 8, 9, 512, 513, 2000):
        values = [str(n) for n in range(length)]
        batches = listing.batches(values)
        assert len(batches) == -(-length // SIZES[-1])
        assert {v for _, named in batches for v in named.values()} == set(values)


def test_partial_indexes_are_partial_on_both(database_url, station, build):
    operations = Operations(database_url, station)
    operations.open(build.at("08:00"))
    operations.close()
    engine = create_engine(database_url)
    indexes = {index["name"]: index for index in inspect(engine).get_indexes("run")}
    engine.dispose()
    options = indexes["run_due"]["dialect_options"].values()
    assert any("next_at is not null" in str(option).lower() for option in options)
