"""Values of the protocol's types, drawn from their annotations."""

from __future__ import annotations

import types
import typing
from datetime import UTC, date, datetime
from enum import Enum

import msgspec
import pytest
from hypothesis import strategies as st

from protocol.messages import BODY_TYPES, Message, RunQuery
from protocol.runs import Run

INSTANTS = st.datetimes(
    min_value=datetime(1970, 1, 1),  # noqa: DTZ001 - the strategy adds the zone
    max_value=datetime(2200, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
_SIMPLE = {
    str: st.text(max_size=12),
    int: st.integers(-(2**53), 2**53),
    float: st.floats(allow_nan=False, allow_infinity=False),
    bool: st.booleans(),
    types.NoneType: st.none(),
    msgspec.UnsetType: st.just(msgspec.UNSET),
    date: st.dates(date(1970, 1, 1), date(2200, 1, 1)),
    datetime: INSTANTS,
}


def values(kind) -> st.SearchStrategy:
    """Return a strategy for anything that a message may hold."""
    if kind in _SIMPLE:
        return _SIMPLE[kind]
    return bounded(*typing.get_args(kind)) if hasattr(kind, "__metadata__") else composed(kind)


def composed(kind) -> st.SearchStrategy:
    """Return a strategy for what consists of other things."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in {typing.Union, types.UnionType}:
        return st.one_of([values(a) for a in arguments])
    if origin is tuple:
        return st.lists(values(arguments[0]), max_size=2).map(tuple)
    if origin is dict:
        return st.dictionaries(values(arguments[0]), values(arguments[1]), max_size=3)
    if issubclass(kind, Enum):
        return st.sampled_from(kind)
    assert issubclass(kind, msgspec.Struct), kind
    hints = typing.get_type_hints(kind, include_extras=True)
    return st.builds(kind, **{name: values(hints[name]) for name in kind.__struct_fields__})


def bounded(kind, meta) -> st.SearchStrategy:
    """Return a strategy for an annotated kind: numbers between bounds, aware times."""
    if kind is int:
        return st.integers(meta.ge, meta.le)
    return st.floats(meta.ge, meta.le) if kind is float else values(kind)


BODIES = st.one_of([values(kind) for kind in BODY_TYPES.values()])


@st.composite
def messages(draw) -> Message:
    """Draw an envelope whose `t` fits its body."""
    body = draw(BODIES)
    every = typing.get_type_hints(Message, include_extras=True)
    hints = {k: v for k, v in every.items() if k not in {"body", "t", "v"}}
    fields = {name: draw(values(kind)) for name, kind in hints.items()}
    names = {kind: name for name, kind in BODY_TYPES.items()}
    return Message(t=names[type(body)], body=body, **fields)


@pytest.fixture(scope="session")
def any_body() -> st.SearchStrategy:
    return BODIES


@pytest.fixture(scope="session")
def any_message() -> st.SearchStrategy:
    return messages()


@pytest.fixture(scope="session")
def any_run() -> st.SearchStrategy:
    return values(Run)


@pytest.fixture(scope="session")
def any_query() -> st.SearchStrategy:
    return values(RunQuery)
