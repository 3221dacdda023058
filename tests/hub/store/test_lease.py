"""The row of the lease: of two hubs that want it, one gets it."""

import pytest

from hub.lease import Held, Holder
from hub.operations import Operations
from hub.store.database import Database
from hub.store.lease import LeaseHeldError, LeaseStore
from protocol.errors import DeviceError

ONE, TWO = (Holder(name, f"host of {name}", "boot", 7, 8) for name in ("one", "two"))


@pytest.fixture
def database(database_url):
    database = Database(database_url)
    database.create()
    yield database
    database.close()


@pytest.fixture
def lease(database):
    return LeaseStore(database)


def claim(database, lease, me, seen):
    with database.transaction() as opened:
        lease.claim(opened, me, seen)


def test_at_first_nobody_has_it(lease):
    assert lease.look() == Held(None, 0)


def test_it_is_taken_renewed_and_given_back(database, lease):
    claim(database, lease, ONE, lease.look())
    assert lease.look() == Held(ONE, 1)
    assert lease.renew(ONE)
    assert lease.look() == Held(ONE, 2)
    lease.release(ONE)
    assert lease.look() == Held(None, 3)
    assert not lease.renew(ONE)


def test_only_one_takes_it_from_what_both_have_seen(database, lease):
    seen = lease.look()
    claim(database, lease, ONE, seen)
    with pytest.raises(LeaseHeldError):
        claim(database, lease, TWO, seen)
    assert lease.look() == Held(ONE, 1)


def test_a_holder_that_has_renewed_meanwhile_is_not_replaced(database, lease):
    claim(database, lease, ONE, lease.look())
    seen = lease.look()
    lease.renew(ONE)
    with pytest.raises(LeaseHeldError):
        claim(database, lease, TWO, seen)
    claim(database, lease, TWO, lease.look())
    assert not lease.renew(ONE)
    lease.release(ONE)
    assert lease.look().holder == TWO, "nobody gives back what is another one's"


def test_a_claim_that_fails_leaves_the_epoch_as_it_was(database_url, lease, station, build):
    hub = Operations(database_url, station)
    epoch = hub.open(build.at("08:00"))
    seen = Held(TWO, 99)
    other = Operations(database_url, station)
    with pytest.raises(LeaseHeldError):
        other.open(build.at("08:01"), claim=lambda opened: lease.claim(opened, ONE, seen))
    assert hub.step(build.at("08:02"), [build.upsert(build.plan())]).rows
    free = lease.look()
    taken = other.open(
        build.at("08:03"), claim=lambda opened: lease.claim(opened, ONE, free), above=epoch + 5
    )
    assert taken == epoch + 6
    with pytest.raises(DeviceError, match="another hub"):
        hub.step(build.at("08:04"), [build.upsert(build.plan())])
    with pytest.raises(DeviceError, match="another hub"):
        hub.acknowledge([1])
    hub.close()
    other.close()


def test_a_holder_of_a_newer_program_is_a_holder(database, lease):
    claim(database, lease, ONE, lease.look())
    with database.transaction() as opened:
        octets = "x'5b'" if database.is_sqlite else r"'\x5b'::bytea"
        opened._cursor.execute(f"UPDATE lease SET identity = {octets}")  # noqa: S608 - ours
    assert lease.look().holder.id == ONE.id
