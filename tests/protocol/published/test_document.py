"""The protocol document: every clause, every type, every link."""

from __future__ import annotations

import re

import pytest

from protocol.channels import CHANNELS
from protocol.clauses import CLAUSES, SECTIONS
from protocol.messages import BODY_TYPES
from protocol.published.document import anchor, document, kind_of
from station_config.protocol_words import meanings


@pytest.fixture(scope="module")
def text():
    return document(meanings())


def test_every_clause_stands_in_it_once(text):
    for each in CLAUSES.values():
        assert text.count(f"**{each.id}**") == 1
        assert text.count(f'id="{anchor(each)}"') == 1


def test_every_section_type_and_channel_stands_in_it(text):
    assert all(f"\n## {each.number}. {each.en} {each.zh}\n" in text for each in SECTIONS)
    assert all(f"\n## `{name}`\n" in text for name in BODY_TYPES)
    assert all(f"| `{each.address}` |" in text for each in CHANNELS)


def test_its_links_lead_somewhere(text):
    anchors = set(re.findall(r'id="([^"]+)"', text))
    assert set(re.findall(r"\]\(#([^)]+)\)", text)) <= anchors


def test_it_speaks_of_json_not_of_python(text):
    assert not re.search(r"\b(None|True|False|msgspec|StrEnum)\b", text)
    assert "protocol." not in text


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "string"}, "string"),
        ({"type": "string", "format": "date-time"}, "date-time"),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, "integer or null"),
        ({"type": "array", "items": {"$ref": "#/$defs/Run"}}, "list of Run"),
        ({"type": "object", "additionalProperties": {"type": "number"}}, "number by name"),
        ({"enum": ["A", "B"]}, "`A` `B`"),
        ({}, "anything"),
    ],
)
def test_a_field_is_described_in_few_words(schema, words):
    assert kind_of(schema) == words
