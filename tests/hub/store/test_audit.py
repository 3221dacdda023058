import threading

import pytest
from sqlalchemy import create_engine, update

from hub.audit.record import Actor, Entry, Outcome, Source, verify
from hub.store.audit import AuditStore
from hub.store.database import Database
from hub.store.tables import audit
from protocol.errors import DeviceError
from station_config.runtime.clocks import system_clock

ACTOR = Actor(who="li", role="dispatcher", source=Source.CONSOLE, address="10.0.0.7")


def entry(subject="r", outcome=Outcome.DONE, **more):
    return Entry(actor=ACTOR, action="run.command", subject=subject, outcome=outcome, **more)


def opened(url):
    database = Database(url)
    database.create()
    now = system_clock().now
    return database, AuditStore(database, now=now, wall=now)


@pytest.fixture
def store(database_url):
    database, store = opened(database_url)
    yield store
    database.close()


def test_what_is_added_holds_and_is_found(store):
    for number in range(5):
        store.add(entry(f"r{number % 2}", command_id=f"c{number}", body={"why": "wind"}))
    assert [each.number for each in store.all()] == [1, 2, 3, 4, 5]
    assert [each.number for each in store.last(2)] == [5, 4]
    assert [each.number for each in store.last(9, before=4, subject="r0")] == [3, 1]
    assert [each.command_id for each in store.of_command("c2")] == ["c2"]
    assert store.hands() == {"r0": 5, "r1": 4}
    assert list(verify(store.all(), store.head())) == []


def test_what_was_refused_is_nobodys_hand(store):
    store.add(entry(outcome=Outcome.REFUSED))
    assert store.hands() == {}


def test_what_is_rolled_back_leaves_no_gap(store):
    store.add(entry())

    def breaks():
        with store._database.transaction() as within:
            store.append(within, entry())
            raise KeyError

    with pytest.raises(KeyError):
        breaks()
    store.add(entry())
    assert [each.number for each in store.all()] == [1, 2]
    assert list(verify(store.all(), store.head())) == []


def test_whoever_changes_the_database_is_found(store, database_url):
    for _ in range(3):
        store.add(entry())
    engine = create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(update(audit).where(audit.c.number == 2).values(who="somebody else"))
    engine.dispose()
    assert [fault.number for fault in verify(store.all(), store.head())] == [2]


def test_two_processes_append_one_after_another(store, database_url):
    """On SQLite the second waits for the first; on PostgreSQL for the head's row."""
    failed = []

    def many():
        database, other = opened(database_url)
        for _ in range(20):
            try:
                other.add(entry())
            except DeviceError as error:
                failed.append(error)
        database.close()

    threads = [threading.Thread(target=many) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.head()[0] == 60 - len(failed)
    assert list(verify(store.all(), store.head())) == []
