from datetime import UTC, datetime

from hub.mqtt.inventory import Inventory
from hub.outbox import Publication


def publication(entity, rev=1, body=b"{}"):
    at = datetime(2021, 1, 20, tzinfo=UTC)
    return Publication(1, entity, "run", rev, body, True, at, None)


def test_what_is_confirmed_is_not_needed_again_until_the_connection_is_lost():
    inventory = Inventory()
    inventory.load([publication("run/a", 2)])
    assert inventory.take(publication("run/a", 2))
    inventory.confirm(publication("run/a", 2))
    assert not inventory.take(publication("run/a", 2))
    assert inventory.take(publication("run/a", 3))
    inventory.forget()
    assert inventory.take(publication("run/a", 2))


def test_a_deletion_is_needed_and_leaves_the_manifest():
    inventory = Inventory()
    inventory.load([publication("run/a"), publication("run/b")])
    inventory.confirm(publication("run/a"))
    assert inventory.take(publication("run/a", 1, body=None))
    assert inventory.live == {"run/b": 1}
    assert inventory.take(publication("run/a", 1))


def test_ghosts_are_what_is_replayed_and_not_live_once_that_is_known():
    inventory = Inventory()
    inventory.replayed("run/old")
    inventory.replayed("run/a")
    assert inventory.take_ghosts() == []
    inventory.load([publication("run/a")])
    assert inventory.take_ghosts() == ["run/old"]
    assert inventory.take_ghosts() == []
