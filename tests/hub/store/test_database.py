import sqlite3

import pytest
from sqlalchemy import create_engine, inspect, text

from hub.operations import Operations
from hub.store.database import Database
from hub.store.rendered import SIZES
from hub.store.statements import Statements
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
    "advance": ("autoindex_run", {"of_run": "x", "passengers": "", "train": "", "next_at": 0}),
}


@pytest.mark.parametrize("name", HOT)
def test_hot_statements_use_their_index(hub, build, name):
    fill(hub, build)
    index, values = HOT[name]
    plan = explained(hub, getattr(hub._statements, name), values)
    assert index in plan
    assert "SCAN feed_row" not in plan
    assert "SCAN run" not in plan or index == "run_due"


@pytest.mark.parametrize("name", ["feed_rows", "bound", "visits_of", "runs"])
def test_lists_are_looked_up_by_an_index(hub, build, name):
    fill(hub, build)
    for values in (["1"], [str(n) for n in range(8)], [str(n) for n in range(400)]):
        for statement, named in getattr(hub._statements, name).batches(values):
            assert "SCAN" not in explained(hub, statement, named)


def explained(hub, statement, values):
    with hub._database.transaction() as opened:
        opened._cursor.execute(
            f"EXPLAIN QUERY PLAN {statement.text}", {**statement.fixed, **values}
        )
        return " ".join(str(row) for row in opened._cursor.fetchall())


def fill(hub, build):
    rows = [
        build.upsert(build.plan(key=str(n), arrival_number=f"X{n}", departure_number=f"X{n}"))
        for n in range(300)
    ]
    hub.step(build.at("08:00"), rows)


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
