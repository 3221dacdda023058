"""Each mistake that can be made in a station.xml: told once, at its line, in words.

A spoiled station must give exactly the one mistake: what follows from a mistake is not told.
"""

from __future__ import annotations

import pytest

GATED = '<gate id="a2" label="A2" waiting-room="hall" platforms="1a"/>'
LAYOUT = '<layout valid-from="2020-01-01">'
NEW_TRACK = '<track id="3" label="3" yard="south" kind="receiving-departure"'
YARD = '      <yard id="south"><name lang="de">Süd</name><name lang="en">South</name></yard>\n'
TRACK = '<track id="2" label="II" yard="north" kind="main" length-m="250"/>'
COMMON = '    <lead-time opens="PT15M" last-call="PT2M" closes="PT5M"/>\n'

# (what is replaced, by what, text at whose line it is told, words of the message)
SCHEMA = [
    ('id="test" ', "", "<station", "<station> needs the attribute id: use 1 to 40 of a-z"),
    ('id="test"', 'id="Täst"', "Täst", "id='Täst' cannot be read: use 1 to 40 of a-z, 0-9"),
    ('languages="de en"', 'languages="de x"', "de x", "languages='de x' cannot be read: give one"),
    (
        ">Dorf<",
        "><",
        '<name lang="de"',
        "<name>='' cannot be read: give a text that people can read",
    ),
    (LAYOUT, LAYOUT.replace("20-01-01", "20-02-30"), "02-30", "write a date that exists"),
    ('label="II"', 'lable="II"', '"II"', "<track> has no attribute lable: mend its spelling"),
    ('kind="main"', 'kind="side"', "side", "kind: 'side' is not known: use main, receiving-dep"),
    ('id="a1" label="A1"', 'id="a1"', '<gate id="a1"', "<gate> needs the attribute label: give a"),
    ('closes="PT5M"/>\n    <', 'closes="PT"/>\n    <', 'opens="PT20M"', "write PT15M for 15 min"),
    ('rows="10"', 'rows="many"', '"many"', "rows='many' cannot be read: write a number of rows"),
    ('rows="10"', 'rows="99"', '"99"', "rows='99' cannot be read: write a number of rows, 1 to"),
    ('columns="train departure status"', 'columns=""', '""', "give one or more columns"),
    ('role="ORIGIN"', 'role="START"', "START", "role: 'START' is not known: use ORIGIN, TERM"),
    ("<policies", "<policy/>\n  <policies", "<policy/>", "<policy> does not belong here in <stat"),
    ("<policies", "<方针/>\n  <policies", "<方针/>", "<方针> does not belong here in <station>"),
    ("<policies", "<x:y xmlns:x='z'/>\n  <policies", "<x:y", "<{z}y> does not belong here in"),
    (
        "<boards>",
        "<places file='places.csv'/><boards>",
        'file="places',
        "<places> does not belong here in",
    ),
    ("<windows", "<winds", "<winds", "<winds> does not belong here in <station>: expected <"),
    ('file="timetable.csv" ', "", "<timetable", "<timetable> needs the attribute file: name a"),
    ("</codes>", "text</codes>", "<codes", "<codes>: Character content other than whitespace"),
]
UNREADABLE = [
    ('page-time="PT10S"', 'page-time="10"', 'page-time="10"', "page-time='10' cannot be read"),
    (
        'last-call="PT2M" closes="PT5M"/>\n  </l',
        'closes="PT5M"/>\n  </l',
        "PT15M",
        "attribute last",
    ),
    ('<name lang="en">Old', "<name>Old", "<name>Old", "<name> needs the attribute lang: write a l"),
    ('<gate id="a2"', "<gate", '<gate label="A2"', "<gate> needs the attribute id: use 1 to 40"),
]
SEMANTIC = [
    ("Europe/Berlin", "Europe/Atlantis", "Atlantis", "zone 'Europe/Atlantis' is not an IANA"),
    ('"de en"', '"de en de"', '"de en de"', "languages: 'de' stands twice: take one out"),
    ('<name lang="en">Village', '<name lang="fr">V', 'lang="fr"', "'fr' is not a language of"),
    ("</codes>", '<code scheme="local">X</code></codes>', "X</code>", "code of scheme 'local' st"),
    (
        "  </categories>",
        (
            '<category code="G"><name lang="de">x</name><name lang="en">x</name></category>'
            "</categories>"
        ),
        '<category code="G"><name',
        "category 'G' stands in line 11 already",
    ),
    ('prefixes="K 1"', 'prefixes="K 1 K"', '"K 1 K"', "prefixes: 'K' stands twice"),
    ('prefixes="K 1"', 'prefixes="K G"', '"K G"', "prefix 'G' is category 'G''s already"),
    ('zone id="platforms"', 'zone id="hall"', 'zone id="hall"><name lang="de">Gl', "zone 'hall'"),
    ('"times hold"', '"times hold hold"', "hold hold", "rules: 'hold' stands twice"),
    ('from="2010', 'from="2020', 'from="2020-01-01">\n      <yard id="north', "layout valid from"),
    (YARD, YARD + YARD.replace("Süd", "S"), 'lang="de">S<', "yard 'south' stands in line 28 al"),
    ('id="1a" label="1a"', 'id="1a" label="1"', 'id="1a" label="1"', "platform label '1' stands"),
    (TRACK, TRACK + "\n" + TRACK.replace("II", "2"), 'label="2"', "track '2' stands in line 32"),
    ('id="a2" label="A2"', 'id="a2" label="A1"', 'id="a2"', "gate label 'A1' stands in line 35"),
    ('id="a2" label="A2"', 'id="a1" label="A2"', 'label="A2"', "gate 'a1' stands in line 35"),
    ('platforms="1 1a"', 'platforms="1 7"', "1 7", "there is no platform '7': use one of these"),
    ('label="A2" waiting-room="hall"', 'label="A2" waiting-room="bar"', "bar", "no waiting room"),
    ('"II" yard="north"', '"II" yard="east"', "east", "no yard 'east': use one of these: north,"),
    (NEW_TRACK, NEW_TRACK.replace("south", "north"), '3" label', "platform is in yard 'south'"),
    ('categories="G"', 'categories="G D"', '"G D"', "there is no category 'D': use one of these"),
    ('categories="G"', 'categories="G G"', '"G G"', "categories: 'G' stands twice"),
    ('platform="1" gate="a1"', 'platform="9" gate="a1"', 'platform="9"', "no platform '9'"),
    ('platform="1" gate="a1"', 'platform="1" gate="z"', 'gate="z"', "no gate 'z'"),
    ('"PT20M" last', '"PT7M" last', '"PT7M"', "check-in would open at or after its last call"),
    (
        'rules="times hold"/>',
        'rules="times hold"><turn-round minimum="PT9M" categories="D"/></policies>',
        "<turn-round",
        "there is no category 'D'",
    ),
    (COMMON, "", "<lead-times>", "no <lead-time> is for all other trains: add one"),
    ('id="gate-a1"', 'id="departures"', 'id="departures" kind="gate"', "board 'departures' st"),
    ('kind="gate" gate="a1"', 'kind="gate"', '<board id="gate-a1"', "needs the attribute gate"),
    ('kind="gate" gate="a1"', 'kind="gate" gate="a9"', "a9", "gate: there is no gate 'a9'"),
    ('kind="platform" platform="1"', 'kind="platform"', 'id="platform-1"', "attribute platform"),
    ('kind="gate" gate', 'kind="gate" platform="1" gate', 'platform="1" gate="a1" col', "is for"),
    (
        'kind="departures"',
        'kind="arrivals"',
        'waiting-room="hall">\n      <name',
        "waiting-room is",
    ),
    (
        '           waiting-room="hall"',
        'waiting-room="x"',
        'waiting-room="x"',
        "no waiting room 'x",
    ),
    ("train departure status", "train status train", "status train", "'train' stands twice"),
    ('rows="3" languages="en"', 'rows="3" languages="fr"', '"fr"', "there is no language 'fr'"),
    ('      <name lang="en">Gate A1</name>\n', "", 'id="gate-a1"', "<board> has no name in en"),
    ('    <name lang="en">Village</name>\n', "", "<names>", "<station> has no name in en: add it"),
    ('<name lang="en">Hall</name></zone>', '<name lang="de">S</name></zone>', ">S<", "a second n"),
]
WARNINGS = [
    ('platforms="1 1a"', 'platforms="1a"', '"1" label="1" yard="north"', "no gate leads to pl"),
    (' platform="1a" length', " length", '<platform id="1a"', "no track stands at platform '1a'"),
    ('page-time="PT10S"', 'page-time="PT3S"', "PT3S", "page-time is too short to be read"),
    (COMMON, COMMON + COMMON.replace("15M", "16M"), "PT16M", "never used: line 46 is for the same"),
]


def spoiled(draft, old, new):
    text = (draft.directory / "station.xml").read_text(encoding="utf-8")
    assert old in text
    # the newest layout is what most spoil: the last of several places that read alike
    before, _, after = text.rpartition(old)
    draft.write("station.xml", before + new + after)


@pytest.mark.parametrize(("old", "new", "at", "words"), SCHEMA + UNREADABLE + SEMANTIC)
def test_one_mistake_is_told_once_at_its_line(draft, old, new, at, words):
    spoiled(draft, old, new)
    told = draft.told()
    assert len(told) >= 1
    name, line, severity, message = told[0]
    assert words in message
    assert (name, line, severity) == ("station.xml", draft.line_of("station.xml", at), "error")
    assert told[1:] == []


@pytest.mark.parametrize(("old", "new", "at", "words"), WARNINGS)
def test_what_is_probably_not_meant_is_a_warning(draft, old, new, at, words):
    spoiled(draft, old, new)
    told = [m for m in draft.told() if m[0] == "station.xml"]
    assert [(line, severity) for _, line, severity, _ in told] == [
        (draft.line_of("station.xml", at), "warning")
    ]
    assert words in told[0][3]


def test_mistakes_behind_an_unexpected_element_are_found_too(draft):
    """libxml2 stops at the first unexpected child; a person mends a file once."""
    draft.spoil("station.xml", '<gate id="a1" label', '<gait id="a1" label')
    draft.spoil("station.xml", 'id="a2" label="A2"', 'id="a2" lable="A2"')
    draft.spoil("station.xml", "<announcement-zones>", "<zones>")
    draft.spoil("station.xml", "</announcement-zones>", "</zones>")
    draft.spoil("station.xml", 'rows="10"', 'rows="-1"')
    told = draft.told()
    markers = ("<gait", "lable", "<zones>", 'rows="-1"')
    assert [m[1] for m in told] == [draft.line_of("station.xml", at) for at in markers]


def test_an_attribute_is_told_at_its_own_line(draft):
    draft.spoil("station.xml", 'departure-linger="PT1M"', 'departure-linger="1"')
    (told,) = draft.told()
    assert told[1] == draft.line_of("station.xml", "departure-linger")
    assert told[1] == draft.line_of("station.xml", "<windows") + 1


def test_a_station_without_gates_needs_no_lead_time(draft):
    text = (draft.directory / "station.xml").read_text(encoding="utf-8")
    start, end = text.index("  <lead-times>"), text.index("  <windows")
    text = text[:start] + text[end:]
    for gate in ("a1", "a2"):
        start = text.index(f'      <gate id="{gate}"')
        text = text[:start] + text[text.index("\n", start) + 1 :]
    text = text.replace('kind="gate" gate="a1"', 'kind="arrivals"')
    draft.write("station.xml", text)
    assert draft.told() == []


def test_a_station_with_gates_but_no_lead_times_at_all_is_told_so(draft):
    text = (draft.directory / "station.xml").read_text(encoding="utf-8")
    start, end = text.index("  <lead-times>"), text.index("  <windows")
    draft.write("station.xml", text[:start] + text[end:])
    (told,) = draft.told()
    assert told[1] == 2
    assert "no <lead-time> is for all other trains" in told[3]


def test_a_turn_round_that_is_never_used_is_told(draft):
    twice = """rules="times hold">
    <turn-round minimum="PT9M"/>
    <turn-round minimum="PT8M"/>
  </policies>"""
    draft.spoil("station.xml", 'rules="times hold"/>', twice)
    ((_, _, severity, message),) = draft.told()
    assert severity == "warning"
    assert message.startswith("not used for all other trains: line ")
