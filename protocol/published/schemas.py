"""JSON Schema of every type of message, with the words of its docstrings.

Law: pure; the types are the source. Further fields are allowed everywhere: readers ignore them.
"""

from __future__ import annotations

import inspect
import re
from typing import Any, Literal

import msgspec

from protocol.limits import Count
from protocol.messages import BODY_TYPES, Message
from protocol.times import Instant

DIALECT = "https://json-schema.org/draft/2020-12/schema"
VERSION_PATTERN = r"^1(\.|$)"

Json = dict[str, Any]

_FIELD = re.compile(r"^ {4}(\w+): (.+(?:\n {8}.+)*)", re.MULTILINE)


def message_schema(type_name: str) -> Json:
    """Return the JSON Schema of messages of `type_name`, self-contained, draft 2020-12."""
    schema, parts = _schema_of(type_name, "#/$defs/{name}")
    return {
        "$schema": DIALECT,
        "$id": f"urn:pis:1:{type_name}",
        **schema,
        "$defs": dict(sorted(parts.items())),
    }


def components() -> tuple[dict[str, Json], dict[str, Json]]:
    """Return for AsyncAPI: the schema of each type's message, and of all that they refer to."""
    messages: dict[str, Json] = {}
    parts: dict[str, Json] = {}
    for name in BODY_TYPES:
        messages[name], found = _schema_of(name, "#/components/schemas/{name}")
        parts.update(found)
    return messages, dict(sorted(parts.items()))


def summary_of(kind: type) -> str:
    """Return the first paragraph of a type's docstring, as one line."""
    return _worded((inspect.getdoc(kind) or "").partition("\n\n")[0])


def fields_of(kind: type) -> dict[str, str]:
    """Return what a type's docstring says of its fields."""
    _, _, attributes = (inspect.getdoc(kind) or "").partition("Attributes:\n")
    return {name: _worded(text) for name, text in _FIELD.findall(attributes)}


def _worded(text: str) -> str:
    """Return words about Python as words about JSON, on one line."""
    text = " ".join(text.split()).replace("``", "`")
    return _WORD.sub(lambda found: _IN_JSON[found[0]], text)


_IN_JSON = {"None": "null", "True": "true", "False": "false"}
_WORD = re.compile(r"\b(?:None|True|False)\b")


def _schema_of(type_name: str, template: str) -> tuple[Json, dict[str, Json]]:
    body = BODY_TYPES[type_name]
    envelope = msgspec.defstruct(
        "Envelope",
        [
            ("v", str),
            ("t", Literal[type_name]),
            ("id", str),
            ("src", str),
            ("epoch", Count),
            ("seq", Count),
            ("issued_at", Instant),
            ("body", body),
            ("rev", Count, 0),
            ("valid_until", Instant | None, None),
        ],
    )
    (_,), parts = msgspec.json.schema_components([envelope], ref_template=template)
    schema = parts.pop("Envelope")
    schema["title"] = f"{type_name} message"
    schema["description"] = summary_of(body)
    schema["properties"]["v"]["pattern"] = VERSION_PATTERN
    _describe(schema, Message)
    kinds = {each.__name__: each for each in _structs(body)}
    for name, part in parts.items():
        _describe(part, kinds.get(name))
    return schema, parts


def _describe(schema: Json, kind: type | None) -> None:
    """Put the words of the docstring to the fields that they are about."""
    if kind is None:
        schema["description"] = _worded(schema.get("description", ""))
        return
    if kind is not Message:
        schema["description"] = summary_of(kind)
    for name, text in fields_of(kind).items():
        if name in schema["properties"]:
            schema["properties"][name]["description"] = text


def _structs(kind: type) -> set[type]:
    """Return `kind` and every struct that it refers to."""
    found: set[type] = set()
    waiting: list[object] = [msgspec.inspect.type_info(kind)]
    while waiting:
        info = waiting.pop()
        if isinstance(info, msgspec.inspect.StructType):
            if info.cls in found:
                continue
            found.add(info.cls)
            waiting += [each.type for each in info.fields]
        waiting += [getattr(info, name) for name in _INNER if hasattr(info, name)]
        waiting += getattr(info, "types", ())
    return found


_INNER = ("item_type", "key_type", "value_type")
