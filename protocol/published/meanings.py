"""Meanings of enumerated values, and the names that are open.

Law: pure; the words come from the source (`station_config.protocol_words`), none stand here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from protocol.commands import CommandKind, FailReason
from protocol.published.schemas import summary_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from enum import StrEnum

    from protocol.published.schemas import Json

Meanings = dict[str, dict[str, str]]
"""By name of the enumeration and by value."""

OPEN: tuple[type[StrEnum], ...] = (CommandKind, FailReason)
"""Names that may be others, too; so they are in no schema."""


def explained(schemas: Mapping[str, Json], meanings: Meanings) -> dict[str, Json]:
    """Return schemas whose enumerations carry ``x-meanings``, in the order of the source."""
    return {name: _explained(each, meanings.get(name, {})) for name, each in schemas.items()}


def open_names(meanings: Meanings) -> dict[str, tuple[str, dict[str, str]]]:
    """Return the open names: by enumeration what it is about, and the meanings."""
    return {kind.__name__: (summary_of(kind), meanings[kind.__name__]) for kind in OPEN}


def _explained(schema: Json, meant: Mapping[str, str]) -> Json:
    if "enum" not in schema or not meant:
        return schema
    return {**schema, "x-meanings": {value: meant[value] for value in meant}}
