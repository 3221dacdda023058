"""Legends of accounts, on both databases."""

import msgspec
import pytest
from sqlalchemy import create_engine

from hub.store import tables
from hub.store.database import Database
from hub.store.legends import LegendStore
from protocol.errors import OperatorError
from svg_layers.presets import DARK, LIGHT


@pytest.fixture
def database(database_url):
    database = Database(database_url)
    database.create()
    yield database
    database.close()


@pytest.fixture
def store(database):
    return LegendStore(database)


def test_an_account_has_no_legend_of_its_own_at_first(store):
    assert store.get("wang") is None


def test_a_legend_is_kept_for_its_account_alone(store, database):
    store.put("wang", DARK)
    store.put("li", LIGHT)
    store.put("wang", LIGHT)
    assert LegendStore(database).get("wang") == LIGHT
    store.reset("wang")
    assert store.get("wang") is None
    assert store.get("li") == LIGHT


def test_a_legend_that_is_not_whole_is_refused_and_nothing_changes(store):
    store.put("wang", DARK)
    with pytest.raises(OperatorError, match="late"):
        store.put("wang", msgspec.structs.replace(DARK, accounts={}))
    assert store.get("wang") == DARK


@pytest.mark.parametrize("body", [b"{}", b"not json"])
def test_one_that_cannot_be_read_any_more_is_none(store, database_url, body):
    store.put("wang", DARK)
    engine = create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(tables.legend.update().values(body=body))
    engine.dispose()
    assert store.get("wang") is None
