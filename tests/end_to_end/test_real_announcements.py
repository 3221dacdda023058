"""Days that other railways recorded, as the loudspeakers would tell them in three languages.

Recording, reader, dispatching database, feed's table, the hub's operations: what is published goes
every few minutes through the shipped rules and words, as if everything due were spoken at once.
Whatever was recorded, each announcement can be said, says no time that its run does not have, and
has a key of its own.
"""

from __future__ import annotations

import dataclasses
import os
import re
from collections import Counter, deque
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from protocol.times import clock_text
from simulators.replay import iris, irish, siri_et
from simulators.replay.calls import Options
from station_config.announcements.load import defaults_for
from station_config.model import (
    AnnouncementZone,
    Category,
    Gate,
    Layout,
    LeadTime,
    Platform,
    Track,
    TrackKind,
    WaitingRoom,
    Yard,
)
from subsystems.broadcast.facts import decode_facts
from subsystems.broadcast.model import Kind
from subsystems.broadcast.occasions import group, occasions
from subsystems.broadcast.vocabulary import vocabulary_of
from subsystems.broadcast.wording import say
from tests.end_to_end.test_real_days import BERLIN, DATA, GERMANY, NORWAY, OSLO, Day, make_station

IRELAND = DATA / "ireland-2025-stream"
DUBLIN = ZoneInfo("Europe/Dublin")
LANGUAGES = ("zh", "en", "de")
MINUTE = timedelta(minutes=1)
CLOCK = re.compile(r"\d\d:\d\d")
DUMP = os.environ.get("STATION_DUMP_ANNOUNCEMENTS")
"""A file to which everything said is appended, for a person to read."""

pytestmark = [
    pytest.mark.end_to_end,
    pytest.mark.skipif(not DATA.exists(), reason="needs ../shared/data"),
]


def in_all(text):
    return dict.fromkeys(LANGUAGES, text)


def speaking_station(zone, calls):
    """A station of the recording's tracks, with a room, a gate and loudspeakers everywhere."""
    told = [each for call in calls for each in (call, *call.told)]
    tracks = {name for each in told for name in (each.arrival_track, each.departure_track) if name}
    platforms = tuple(Platform(f"p{n}", n, "yard", 400) for n in sorted(tracks))
    stands = tuple(
        Track(n, n, "yard", TrackKind.RECEIVING_DEPARTURE, f"p{n}", 400) for n in sorted(tracks)
    )
    layout = Layout(
        valid_from=date(2000, 1, 1),
        yards=(Yard("yard", in_all("Yard")),),
        platforms=platforms,
        tracks=stands,
        waiting_rooms=(WaitingRoom("hall", {"zh": "候车室", "en": "the hall", "de": "Halle"}),),
        gates=(Gate("g", "A1", "hall", tuple(each.id for each in platforms)),),
    )
    return dataclasses.replace(
        make_station(zone, ()),
        names={"zh": "本站", "en": "Recorded", "de": "Aufgenommen"},
        languages=LANGUAGES,
        layouts=(layout,),
        categories=tuple(Category(c, in_all(c)) for c in sorted({c.category for c in calls})),
        lead_times=(LeadTime(opens=15 * MINUTE, last_call=2 * MINUTE, closes=3 * MINUTE),),
        announcement_zones=(AnnouncementZone("all", in_all("All")),),
        announcements=defaults_for(LANGUAGES),
    )


class SpokenDay(Day):
    """A recorded day; `said` counts what was told by kind and variant."""

    slice = 6 * MINUTE

    def __init__(self, directory, zone, reading):
        self.station = speaking_station(zone, reading.calls)
        super().__init__(directory, zone, {}, reading, station=self.station)
        self._words = vocabulary_of(self.station)
        self._told, self._contents = {}, set()
        self.said = Counter()

    def _hear(self, now):
        super()._hear(now)
        due = {}
        for run in self.runs.values():
            ends = [call.expected for call in (run.arrival, run.departure) if call is not None]
            if now - timedelta(hours=2) < max(ends) and min(ends) < now + timedelta(hours=4):
                for each in self._announced(run, now):
                    due.setdefault((each.kind, each.zones, each.groups), []).append(each)
        for (kind, _, groups), some in due.items():
            if groups and len(some) > 1:
                self._check_words(say(group(some), self._words), some, kind)
            self._told |= {told.key: told for each in some for told in each.told(now)}

    def _announced(self, run, now):
        """Check all that is said of a run; return what is due and was not told."""
        own = self.station.announcements
        found = occasions(run, own, self.station, now, told=self._told)
        assert len({each.key for each in found}) == len(found)
        known = {call.expected for call in (run.arrival, run.departure) if call is not None}
        printed = {call.planned for call in (run.arrival, run.departure) if call is not None}
        for each in found:
            assert each.key.startswith(f"{run.run_id}/")
            assert now < each.latest
            facts = decode_facts(each.facts)
            assert {facts.departure, facts.arrival} - {None} <= known
            assert {facts.planned} - {None} <= printed
            self._said(each, {clock_text(at, self.station.zone_info) for at in known | printed})
        return [each for each in found if each.due <= now and each.key not in self._told]

    def _said(self, occasion, clocks):
        if occasion.key in self._told or (occasion.key, occasion.content) in self._contents:
            return
        self._contents.add((occasion.key, occasion.content))
        saying = say(occasion, self._words)
        assert set(CLOCK.findall("".join(saying.shown.values()))) <= clocks
        self._check_words(saying, [occasion], occasion.kind)
        self.said[occasion.kind] += 1

    def _check_words(self, saying, some, kind):
        assert tuple(saying.shown) == LANGUAGES
        for part in saying.parts:
            assert part.segments
        for text in saying.shown.values():
            assert text.strip()
            assert not re.search(r"[{}\[\]]|None|\s\s", text), text
        numbers = [decode_facts(each.facts).train for each in some]
        for text in saying.shown.values():
            assert all(n in text for n in numbers if n and kind is not Kind.STAND_BACK), text
        if DUMP:
            spoken = [" ".join(segment.text for segment in part.segments) for part in saying.parts]
            with Path(DUMP).open("a", encoding="utf-8") as file:
                file.writelines(f"{kind}\t{x}\n" for x in (*saying.shown.values(), *spoken))


def german(number):
    paths = [GERMANY / "plan" / number, GERMANY / "fchg" / number, GERMANY / f"stream_{number}.csv"]
    return BERLIN, iris.read(paths, Options(BERLIN))


def norwegian(stop):
    return OSLO, siri_et.read([NORWAY], Options(OSLO, stop))


def of_ireland(stop):
    return DUBLIN, irish.read([IRELAND], Options(DUBLIN, stop))


@pytest.mark.parametrize(
    ("read", "where", "expected"),
    [
        (german, "8000098", {Kind.DELAY, Kind.CANCELLATION, Kind.PLATFORM_CHANGE}),
        (german, "8000086", {Kind.DELAY}),
        (norwegian, "Oslo S", {Kind.CHECK_IN_OPEN, Kind.LAST_CALL}),
        pytest.param(
            *(of_ireland, "Howth Junction", {Kind.DELAY}),
            marks=pytest.mark.skipif(not DUMP, reason="takes a minute: set the dump's file"),
        ),
    ],
    ids=["essen", "duisburg", "oslo", "howth-junction"],
)
def test_a_recorded_day_can_be_announced(tmp_path, read, where, expected):
    with closing(SpokenDay(tmp_path / "day", *read(where))) as day:
        if read is of_ireland:
            day.slice = 15 * MINUTE  # the largest recording
        deque(day.live(), maxlen=0)
        assert len(day.runs) >= 60
        assert expected <= set(day.said), day.said
        assert {Kind.ARRIVAL, Kind.EXIT_GUIDANCE} <= set(day.said), day.said
