"""What is wanted of devices, on both databases."""

import pytest

from hub.store.database import Database
from hub.store.wishes import WishStore
from protocol.devices import Config, Power, Want
from protocol.errors import OperatorError


@pytest.fixture
def database(database_url):
    database = Database(database_url)
    database.create()
    yield database
    database.close()


@pytest.fixture
def store(database):
    return WishStore(database)


def test_nothing_is_wanted_at_first(store):
    assert store.all() == {}


def test_a_change_is_a_new_revision_and_is_kept(store, database):
    assert store.change("b", "want", {"brightness": 0.5}) == Want(revision=1, brightness=0.5)
    made = store.change("b", "want", {"power": "STANDBY", "speed": 3})
    assert made == Want(revision=2, brightness=0.5, power=Power.STANDBY, values={"speed": 3})
    store.change("b", "cfg", {"zones": ["hall"]})
    store.change("c", "want", {"muted": True})
    assert WishStore(database).all() == {
        ("b", "want"): made,
        ("b", "cfg"): Config(revision=1, zones=("hall",)),
        ("c", "want"): Want(revision=1, muted=True),
    }


def test_what_changes_nothing_is_no_revision(store):
    first = store.change("b", "want", {"brightness": 0.5})
    assert store.change("b", "want", {"brightness": 0.5}) == first
    assert store.all() == {("b", "want"): first}


def test_a_refused_change_changes_nothing(store):
    first = store.change("b", "want", {"brightness": 0.5})
    with pytest.raises(OperatorError):
        store.change("b", "want", {"brightness": 2})
    assert store.all() == {("b", "want"): first}


def test_what_the_deployment_says_holds_when_it_is_said_anew(store):
    store.configure("b", "cfg", b"one", {"zones": ["hall"]})
    store.change("b", "cfg", {"zones": ["gate"]})
    store.configure("b", "cfg", b"one", {"zones": ["hall"]})  # the hub starts again
    assert store.all()["b", "cfg"] == Config(revision=2, zones=("gate",))
    store.configure("b", "cfg", b"two", {"zones": ["roof"]})
    assert store.all()["b", "cfg"] == Config(revision=3, zones=("roof",))
