"""The protocol document, in Markdown.

Law: pure; made from the channels, the types and the clauses. Nothing normative stands here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from protocol.channels import CHANNELS, Channel
from protocol.clauses import CLAUSES, SECTIONS
from protocol.messages import BODY_TYPES, VERSION, Message
from protocol.published.meanings import explained, open_names
from protocol.published.schemas import fields_of, message_schema, summary_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from protocol.clauses import Clause, Section
    from protocol.published.meanings import Meanings
    from protocol.published.schemas import Json

HEAD = f"""\
# The open protocol, version {VERSION}

<!-- Made by `station protocol write` from protocol/; edit there. -->

How the subsystems of a station (boards, loudspeakers, clocks, kiosks) hear from the hub and speak
to it, over MQTT 3.1.1. It is open: whoever follows it can attach a device, in any language.

**Correctness lives in the payload.** Retained messages, wills and QoS make it fast; whoever gets a
message twice, late, out of order or from a dead hub still never shows something false.

- [`index.html`](index.html): the same with schemas and examples, for the browser.
- [`asyncapi.json`](asyncapi.json): AsyncAPI 3.0, for generators.
- [`schemas/`](schemas): a JSON Schema (2020-12) for each type. [`examples/`](examples): messages.
- `station conformance` plays hub and faults against a device and reports by clause.

Sentences with a number (C-3.2) are normative; what binds whom and how strongly stands in front, in
the words of RFC 2119. MUST is meant where nothing else is said.

## Channels

Every topic begins with `pis/1/{{station}}/`. R: retained. W: the sender's will
goes here too.

| topic | type | from | QoS | what | rules |
|---|---|---|---|---|---|
"""

ENVELOPE = """
## The envelope

| field | | what |
|---|---|---|
"""

BODIES = """
# The bodies

Fields without "required" can be left out. Instants are RFC 3339 with an offset. A JSON Schema of
each stands in `schemas/`. Further fields are ignored (C-2.4).
"""


OPEN_NAMES = """
# Open names

Others than these may be sent and are refused by name or ignored (C-13.3).
"""


def document(meanings: Meanings) -> str:
    """Return the document.

    Args:
        meanings: of enumerated values.
    """
    parts = [HEAD, *map(_channel, CHANNELS), ENVELOPE, *_envelope()]
    for section in SECTIONS:
        parts += _section(section)
    parts += [BODIES, *_bodies(meanings), OPEN_NAMES, *_open_names(meanings)]
    return "".join(parts)


def anchor(clause: Clause) -> str:
    """Return the name under which a clause can be linked to."""
    return clause.id.lower().replace(".", "-")


def kind_of(schema: Json) -> str:
    """Return in a few words what a field may hold."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(kind_of(each) for each in schema["anyOf"]))
    if "enum" in schema:
        return " ".join(f"`{each}`" for each in schema["enum"])
    kind = schema.get("type", "anything")
    if kind == "array":
        return f"list of {kind_of(schema.get('items', {}))}"
    if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
        return f"{kind_of(schema['additionalProperties'])} by name"
    return str(schema.get("format", kind))


def _channel(channel: Channel) -> str:
    marks = " R" * channel.retained + " W" * channel.will
    rules = ", ".join(f"C-{number}" for number in channel.clauses)
    address, name = channel.address, channel.type_name
    return (
        f"| `{address}` | `{name}` | {channel.sender} | {channel.qos}{marks} "
        f"| {channel.summary} | {rules} |\n"
    )


def _envelope() -> Iterator[str]:
    required = message_schema("run")["required"]
    for name, text in fields_of(Message).items():
        yield f"| `{name}` | {'required' if name in required else ''} | {_marked(text)} |\n"


def _section(section: Section) -> Iterator[str]:
    yield f"\n## {section.number}. {section.en} {section.zh}\n\n{section.intro}\n\n"
    for each in section.clauses:
        yield f'- <a id="{anchor(each)}"></a>**{each.id}** {each.en} {each.zh} '
        yield f"({each.party}, {each.level}): {_linked(each)}\n"


def _linked(clause: Clause) -> str:
    text = clause.text
    for other in CLAUSES.values():
        text = text.replace(f"({other.id})", f"([{other.id}](#{anchor(other)}))")
    return text


def _open_names(meanings: Meanings) -> Iterator[str]:
    for name, (summary, values) in open_names(meanings).items():
        yield f"\n### {name}\n\n{_marked(summary)}\n"
        yield from _values(values)


def _values(values: Mapping[str, str]) -> Iterator[str]:
    yield "\n| value | what |\n|---|---|\n"
    for value, meaning in values.items():
        yield f"| `{value}` | {_marked(meaning)} |\n"


def _bodies(meanings: Meanings) -> Iterator[str]:
    told: set[str] = set()
    for name, kind in BODY_TYPES.items():
        yield f"\n## `{name}`\n\n{_marked(summary_of(kind))}\n"
        schema = message_schema(name)
        defined = explained(schema["$defs"], meanings)
        yield from _fields(defined[kind.__name__])
        told.add(kind.__name__)
        for part, inner in defined.items():
            if part not in told:
                told.add(part)
                yield f"\n### {part}\n\n{_marked(inner.get('description', ''))}\n"
                yield from _fields(inner)


def _fields(schema: Json) -> Iterator[str]:
    if "enum" in schema:
        yield from _values(schema["x-meanings"])
        return
    yield "\n| field | | holds | what |\n|---|---|---|---|\n"
    for name, inner in schema["properties"].items():
        mark = "required" if name in schema.get("required", ()) else ""
        text = _marked(inner.get("description", ""))
        yield f"| `{name}` | {mark} | {kind_of(inner)} | {text} |\n"


def _marked(text: str) -> str:
    return text.replace("|", "\\|")
