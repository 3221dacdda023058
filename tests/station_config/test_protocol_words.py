"""Meanings of enumerated values, read from the source."""

from enum import StrEnum

import pytest

from protocol.commands import CommandKind
from protocol.messages import SourceMode
from protocol.published.schemas import components
from station_config.protocol_words import MODULES, meanings

ENUMERATIONS = {
    name: kind
    for module in MODULES
    for name, kind in vars(module).items()
    if isinstance(kind, type) and issubclass(kind, StrEnum) and kind is not StrEnum
}


@pytest.mark.parametrize("name", ENUMERATIONS)
def test_every_value_is_found(name):
    assert list(meanings()[name]) == [each.value for each in ENUMERATIONS[name]]


def test_words_under_a_member_are_its_meaning():
    found = meanings()
    assert found["CommandKind"][CommandKind.IDENTIFY].startswith("Show or sound")
    assert found["SourceMode"][SourceMode.LIVE] == ""
    assert found["Role"]["PASS"].startswith("通过")


def test_every_enumeration_of_the_schemas_is_explained():
    _, parts = components()
    named = {name for name, schema in parts.items() if "enum" in schema}
    assert named <= set(meanings())
