"""A small station of which tests spoil one thing at a time."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from station_config.load import check_station

if TYPE_CHECKING:
    from station_config.mistakes import Mistake

STATION = """\
<?xml version="1.0" encoding="UTF-8"?>
<station id="test" zone="Europe/Berlin" languages="de en">
  <names>
    <name lang="de">Dorf</name>
    <name lang="en">Village</name>
  </names>
  <codes>
    <code scheme="local">DF</code>
  </codes>
  <categories>
    <category code="G" prefixes="G">
      <name lang="de">Schnell</name>
      <name lang="en">Fast</name>
    </category>
    <category code="K" prefixes="K 1">
      <name lang="de">Langsam</name>
      <name lang="en">Slow</name>
    </category>
  </categories>
  <layouts>
    <layout valid-from="2010-01-01">
      <yard id="old"><name lang="de">Alt</name><name lang="en">Old</name></yard>
      <platform id="1" label="1" yard="old" length-m="200"/>
      <track id="1" label="1" yard="old" kind="receiving-departure" platform="1" length-m="250"/>
    </layout>
    <layout valid-from="2020-01-01">
      <yard id="north"><name lang="de">Nord</name><name lang="en">North</name></yard>
      <yard id="south"><name lang="de">Süd</name><name lang="en">South</name></yard>
      <platform id="1" label="1" yard="north" length-m="200"/>
      <platform id="1a" label="1a" yard="south" length-m="200"/>
      <track id="1" label="1" yard="north" kind="receiving-departure" platform="1" length-m="250"/>
      <track id="2" label="II" yard="north" kind="main" length-m="250"/>
      <track id="3" label="3" yard="south" kind="receiving-departure" platform="1a" length-m="250"/>
      <waiting-room id="hall"><name lang="de">Saal</name><name lang="en">Hall</name></waiting-room>
      <gate id="a1" label="A1" waiting-room="hall" platforms="1 1a"/>
      <gate id="a2" label="A2" waiting-room="hall" platforms="1a"/>
    </layout>
  </layouts>
  <announcement-zones>
    <zone id="hall"><name lang="de">Saal</name><name lang="en">Hall</name></zone>
    <zone id="platforms"><name lang="de">Gleise</name><name lang="en">Platforms</name></zone>
  </announcement-zones>
  <lead-times>
    <lead-time categories="G" role="ORIGIN" platform="1" gate="a1"
               opens="PT20M" last-call="PT2M" closes="PT5M"/>
    <lead-time opens="PT15M" last-call="PT2M" closes="PT5M"/>
  </lead-times>
  <windows shown="PT3H" waiting="PT1H" gate="PT20M" approach="PT5M"
           departure-linger="PT1M" arrival-linger="PT10M"/>
  <policies estimate-lifetime="PT30M" minimum-dwell="PT2M30S" rules="times hold"/>
  <boards>
    <board id="departures" kind="departures" columns="train departure status" rows="10"
           waiting-room="hall">
      <name lang="de">Abfahrt</name>
      <name lang="en">Departures</name>
    </board>
    <board id="gate-a1" kind="gate" gate="a1" columns="train" rows="3" page-time="PT10S">
      <name lang="de">Sperre A1</name>
      <name lang="en">Gate A1</name>
    </board>
    <board id="platform-1" kind="platform" platform="1" columns="train" rows="3" languages="en">
      <name lang="de">Gleis 1</name>
      <name lang="en">Platform 1</name>
    </board>
  </boards>
  <places file="places.csv"/>
  <timetable file="timetable.csv" service-date="2025-03-30"/>
</station>
"""
PLACES = """\
code,de,en,aliases
ST,Stadt,Town,Stadt Hbf|Alt Stadt
BG,Berg,Mountain,
"""
TIMETABLE = """\
arrival_number,departure_number,category,role,origin,destination,arrival,departure,track
,G1,G,ORIGIN,Dorf,Stadt,,06:00,1
K2,,K,TERMINUS,BG,Dorf,07:00,,1
K3,K4,K,INTERMEDIATE,Berg,Stadt Hbf,08:00,08:10,3
# passes
G5,G5,G,PASS,Berg,Stadt,09:00,09:00,2
K6,K6,K,INTERMEDIATE,Berg,Stadt,23:55,24:10,1
"""


@dataclass(frozen=True)
class Draft:
    """A station's directory that tests write."""

    directory: Path

    def write(self, name: str, text: str) -> None:
        (self.directory / name).write_text(text, encoding="utf-8")

    def spoil(self, name: str, old: str, new: str) -> None:
        """Replace `old`, which must stand there exactly once."""
        text = (self.directory / name).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
        self.write(name, text.replace(old, new))

    def line_of(self, name: str, marker: str) -> int:
        text = (self.directory / name).read_text(encoding="utf-8")
        return text[: text.index(marker)].count("\n") + 1

    def check(self) -> list[Mistake]:
        return check_station(self.directory)

    def told(self) -> list[tuple[str, int, str, str]]:
        return [(Path(m.file).name, m.line, str(m.severity), m.message) for m in self.check()]


@pytest.fixture
def draft(tmp_path: Path) -> Draft:
    made = Draft(tmp_path)
    made.write("station.xml", STATION)
    made.write("places.csv", PLACES)
    made.write("timetable.csv", TIMETABLE)
    return made
