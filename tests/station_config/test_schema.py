"""The schema and the model say the same, and the schema explains itself."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta

import pytest
from lxml import etree

from protocol.runs import Role
from station_config.build import duration
from station_config.model import Anchor, BoardKind, Column, TrackKind
from station_config.schema import SCHEMA, element_names

XS = "{http://www.w3.org/2001/XMLSchema}"
ROOT = etree.parse(SCHEMA).getroot()


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("column", Column),
        ("board-kind", BoardKind),
        ("track-kind", TrackKind),
        ("role", Role),
        ("anchor", Anchor),
    ],
)
def test_every_choice_is_one_of_the_model(name, kind):
    simple = ROOT.find(f"{XS}simpleType[@name='{name}']")
    assert simple is not None
    assert [e.get("value") for e in simple.iter(f"{XS}enumeration")] == list(kind)


def test_every_element_is_documented():
    types = {e.get("name"): e for e in ROOT.iterchildren(f"{XS}complexType")}
    bare = [
        e.get("name")
        for e in ROOT.iter(f"{XS}element")
        if e.find(f"{XS}annotation/{XS}documentation") is None
        and (kind := types.get(e.get("type"))) is not None
        and kind.find(f"{XS}annotation/{XS}documentation") is None
    ]
    assert bare == []
    assert "lead-time" in element_names()


def test_every_simple_type_has_a_hint_or_choices():
    for simple in ROOT.iterchildren(f"{XS}simpleType"):
        hint = simple.findtext(f"{XS}annotation/{XS}appinfo")
        choices = list(simple.iter(f"{XS}enumeration"))
        assert hint or choices, simple.get("name")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("PT15M", timedelta(minutes=15)),
        ("PT1H30M", timedelta(minutes=90)),
        ("PT2M30S", timedelta(seconds=150)),
        ("PT0S", timedelta(0)),
        ("PT1H5S", timedelta(seconds=3605)),
    ],
)
def test_durations(text, expected):
    assert duration(text) == expected


@pytest.mark.parametrize("text", ["", "PT", "15", "P1D", "PT15M ", "-PT1M", "PT1.5M"])
def test_what_is_no_duration_is_refused(text):
    with pytest.raises(ValueError, match="is not a duration"):
        duration(text)


def test_the_command_is_light_until_it_runs():
    code = "import sys, station_config.commands; sys.exit('lxml' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
