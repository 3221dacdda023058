"""Instants and dates that calculation can be trusted with: from 1970 up to 2200 (C-2.6).

Law: pure. Every place of a body in which the types allow an instant is looked at, and no other.
Near the ends of what a date can be, a zone or a lead time leads beyond it, and whoever adds them
would fail; so such a message is not valid, and nobody behind the codec has to think of it.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import msgspec
from msgspec import inspect

FIRST = datetime(1970, 1, 1, tzinfo=UTC)
LAST = datetime(2200, 1, 1, tzinfo=UTC)
_FIRST_DATE, _LAST_DATE = FIRST.date(), LAST.date()

_fields: dict[type, tuple[str, ...]] = {}
"""By struct: fields that can hold an instant or a date, themselves or further inside."""


def implausible(value: object) -> str | None:
    """Return the place of an instant or date in `value` that is out of range, None: there is none.

    Args:
        value: a struct, or what stands in a field of one.
    """
    if isinstance(value, datetime):
        return None if FIRST <= value <= LAST else ""
    if isinstance(value, date):
        return None if _FIRST_DATE <= value <= _LAST_DATE else ""
    if isinstance(value, msgspec.Struct):
        return _in_struct(value)
    if isinstance(value, tuple):
        return next((place for each in value if (place := implausible(each)) is not None), None)
    return None


def _in_struct(value: msgspec.Struct) -> str | None:
    kind = type(value)
    names = _fields.get(kind)
    if names is None:
        names = _fields[kind] = _timed_fields(kind)
    for name in names:
        held = getattr(value, name)
        if held is not None and (place := implausible(held)) is not None:
            return f"{name}.{place}" if place else name
    return None


def _timed_fields(kind: type) -> tuple[str, ...]:
    """Return the fields of a struct that can hold an instant."""
    info: Any = inspect.type_info(kind)
    return tuple(each.name for each in info.fields if _timed(each.type))


def _timed(info: Any) -> bool:  # noqa: ANN401 - msgspec's types of types have no common fields
    match info:
        case inspect.DateTimeType() | inspect.DateType():
            return True
        case inspect.StructType():
            return any(_timed(each.type) for each in info.fields)
        case inspect.UnionType():
            return any(_timed(each) for each in info.types)
        case inspect.VarTupleType():
            return _timed(info.item_type)
        case inspect.DictType():
            assert not _timed(info.value_type), "no body has instants in a dictionary"  # noqa: S101
            return False
        case _:
            return False
