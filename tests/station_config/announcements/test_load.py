"""A station's announcements over what is shipped, and every mistake in them."""

from __future__ import annotations

import re
from datetime import time, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from protocol.runs import Role
from station_config.announcements.load import DEFAULT, XSD, shipped
from station_config.announcements.model import Area, Moment, Place, Quiet
from station_config.announcements.reading import One
from station_config.load import load_station
from station_config.mistakes import ConfigErrors, Severity
from subsystems.broadcast.facts import USES
from subsystems.broadcast.model import Kind, Priority
from subsystems.broadcast.places import priority_of

FILE = """\
<?xml version="1.0" encoding="UTF-8"?>
<announcements languages="en de">
  <heard>
    <zone id="hall" area="waiting-room" waiting-rooms="hall" gates="a1 a2" neighbours="platforms">
      <quiet from="22:00" to="06:00" speaks="last-call" gain-db="-6"/>
    </zone>
    <zone id="platforms" area="platform" platforms="1 1a" gain-db="1.5"/>
  </heard>
  <rules>
    <rule kind="delay" at="shown" useful="PT5M" until="call" to="platform" priority="delay"
          categories="G" role="ORIGIN" minimum-delay="3" maximum-delay="30" groups="true"
          again-after="PT10M" again-at-most="3" again-by="2" languages="de" chime="bell"
          reason-over="0"/>
    <rule kind="welcome" never="true"/>
    <rule kind="safety" at="schedule" every="PT20M" after="-PT5M" from="06:00" to-time="22:00"
          useful="PT5M" to="platform waiting-room" priority="courtesy" repeats="2"
          repeat-after="PT4S"/>
  </rules>
  <chimes>
    <chime id="bell" notes="880/0.4 660/0.6"/>
    <chime id="gong" file="places.csv"/>
  </chimes>
  <prepared>
    <emergency id="evacuation" chime="bell" repeats="2">
      <name lang="de">Raus</name>
      <name lang="en">Out</name>
      <text lang="de">Alle raus.</text>
      <text lang="en">Everybody out.</text>
    </emergency>
  </prepared>
  <reading>
    <numbers lang="de" categories="G" cardinal-digits="2"/>
    <letters lang="de" letters="G" reads="Geh"/>
  </reading>
  <words>
    <templates lang="de" file="places.csv"/>
    <lexicon lang="de" file="places.csv"/>
  </words>
</announcements>
"""


@pytest.fixture
def sound(draft):
    """A station with a file of announcements."""
    draft.spoil(
        "station.xml",
        '<places file="places.csv"/>',
        '<announcements file="announcements.xml"/>\n  <places file="places.csv"/>',
    )
    draft.write("announcements.xml", FILE)
    return draft


def test_what_a_station_says_of_itself(sound):
    own = load_station(sound.directory).announcements
    assert (own.own, own.languages) == (True, ("en", "de"))
    hall = own.zone("hall")
    assert (hall.area, hall.waiting_rooms, hall.gates, hall.neighbours) == (
        Area.WAITING_ROOM,
        ("hall",),
        ("a1", "a2"),
        ("platforms",),
    )
    assert hall.quiet == (Quiet(time(22), time(6), frozenset({"last-call"}), -6.0),)
    assert own.zone("platforms").gain_db == 1.5
    assert own.zone("elsewhere").area is Area.EVERYWHERE
    rule = own.rule("delay", 1, "G", Role.ORIGIN, 5)
    assert (rule.at, rule.until, rule.to) == (Moment.SHOWN, Moment.CALL, (Place.PLATFORM,))
    assert (rule.again_after, rule.again_at_most, rule.again_by) == (timedelta(minutes=10), 3, 2)
    assert (rule.reason_over, shipped().rule("delay", 1, "G", Role.ORIGIN, 9).reason_over) == (
        0,
        30,
    )
    assert (rule.useful, rule.groups, rule.languages, rule.chime) == (
        timedelta(minutes=5),
        True,
        ("de",),
        "bell",
    )
    clock = own.rule("safety", 1, "G", Role.ORIGIN, 0)
    assert (clock.every, clock.after) == (timedelta(minutes=20), timedelta(minutes=-5))
    assert (clock.begins, clock.ends) == (time(6), time(22))
    assert (clock.repeats, clock.repeat_after) == (2, timedelta(seconds=4))
    assert own.chimes[0].notes == ((880.0, 0.4), (660.0, 0.6))
    assert own.chimes[1].file == "places.csv"


def test_what_it_leaves_out_is_as_shipped(sound):
    own, base = load_station(sound.directory).announcements, shipped()
    kinds = {"delay", "welcome", "safety"}
    assert [r for r in own.rules if r.kind not in kinds] == [
        r for r in base.rules if r.kind not in kinds
    ]
    assert own.rule("welcome", 1, "G", Role.ORIGIN, 0) is None
    assert own.rule("delay", 1, "K", Role.ORIGIN, 50) is None
    assert [each.id for each in own.prepared] == [
        "evacuation",
        *(each.id for each in base.prepared if each.id != "evacuation"),
    ]
    assert {chime.id for chime in own.chimes} == {"bell", "gong", *(c.id for c in base.chimes)}
    assert own.numbers_for("de", "G").cardinal_digits == 2
    assert own.numbers_for("de", "K").cardinal_digits == 0
    assert own.numbers_for("zh", "K").one is One.YAO
    assert own.letters_in("de") == {"G": "Geh"}
    assert own.letters_in("zh")["G"] == "高"


def test_without_a_file_everything_is_as_shipped(draft):
    own = load_station(draft.directory).announcements
    assert (own.own, own.languages) == (False, ("de", "en"))
    assert own.rules == shipped().rules


def test_what_is_shipped_has_a_rule_for_every_kind():
    assert {rule.kind for rule in shipped().rules} == set(USES)
    assert {rule.nth for rule in shipped().rules if rule.kind == "stand-back"} == {1, 2}


def test_the_schema_has_the_kinds_and_priorities_that_the_program_knows():
    text = XSD.read_text(encoding="utf-8")

    def words(name):
        found = re.search(rf'name="{name}">(.*?)</xs:simpleType>', text, re.DOTALL)
        return re.findall(r'enumeration value="([^"]+)"', found[1])

    assert words("spoken-kind") == [k for k in Kind if k in USES]
    assert [priority_of(word) for word in words("spoken-priority")] == list(Priority)
    assert words("spoken-moment") == list(Moment)
    assert words("spoken-places") == list(Place)
    assert words("spoken-area") == list(Area)


def test_what_is_shipped_tells_of_no_station():
    assert "<zone" not in DEFAULT.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "marker", "message"),
    [
        ('area="platform"', 'area="roof"', 'area="roof"', "'roof' is not known"),
        ('gain-db="1.5"', 'gain-db="loud"', 'gain-db="loud"', "write decibels"),
        ('from="22:00" to="06:00"', 'from="25:00" to="06:00"', "<quiet", "write a time of day"),
        ('from="22:00" to="06:00"', 'from="06:00" to="06:00"', "<quiet", "quiet hours that end"),
        ('speaks="last-call"', 'speaks="loud"', "<quiet", "'loud' is not known"),
        ('platforms="1 1a"', 'platforms="1 9"', 'id="platforms"', "no platform '9'"),
        ('gates="a1 a2"', 'gates="a9"', 'id="hall"', "no gate 'a9'"),
        ('waiting-rooms="hall"', 'waiting-rooms="x"', 'id="hall"', "no waiting room 'x'"),
        ('neighbours="platforms"', 'neighbours="x"', 'id="hall"', "no announcement zone 'x'"),
        ('neighbours="platforms"', 'neighbours="hall"', 'id="hall"', "not its own neighbour"),
        ('id="platforms"', 'id="roof"', 'id="roof"', "no announcement zone 'roof'"),
        ('kind="delay"', 'kind="late"', 'kind="late"', "'late' is not known"),
        ('at="shown"', 'at="never"', 'kind="delay"', "'never' is not known"),
        ('at="shown"', 'at="schedule"', 'kind="delay"', "delay needs a moment of a train"),
        ('at="schedule"', 'at="shown"', 'kind="safety"', 'safety needs at="schedule"'),
        (' every="PT20M"', "", 'kind="safety"', "needs the attribute every"),
        ('after="-PT5M"', 'after="-5"', 'kind="safety"', "for 2 minutes after"),
        ('useful="PT5M" until', "until", 'kind="delay"', "needs the attribute useful"),
        ('categories="G" role', 'categories="X" role', 'categories="X"', "no category 'X'"),
        ('minimum-delay="3"', 'minimum-delay="40"', 'kind="delay"', "no delay is so"),
        ('languages="de" chime', 'languages="zh" chime', 'languages="zh"', "no language of the"),
        ('chime="bell"\n', 'chime="ding"\n', 'chime="ding"', "no chime 'ding'"),
        ('notes="880/0.4 660/0.6"', 'notes="880"', "<chime", "write tones as"),
        (' notes="880/0.4 660/0.6"', "", "<chime", "either notes or a file"),
        ('id="gong" file="places.csv"', 'id="gong" file="x.wav"', 'id="gong"', "no file 'x.wav'"),
        ('<text lang="en">Everybody out.</text>', "", "<emergency", "has no text in en"),
        ('lexicon lang="de" file="places.csv"', 'lexicon lang="de" file="x"', "<lexicon", "'x'"),
        ('lexicon lang="de"', 'lexicon lang="fr"', "<lexicon", "no language of the station 'fr'"),
        ('languages="en de"', 'languages="en fr"', "<announcements", "no language of the"),
        ('minimum-delay="3"', 'minimum-delay="few"', 'kind="delay"', "write whole minutes"),
        ("</heard>", "</heart>", "</heart>", "not well-formed"),
    ],
)
def test_a_mistake_is_told_at_its_line(sound, old, new, marker, message):
    sound.spoil("announcements.xml", old, new)
    line = sound.line_of("announcements.xml", marker)
    told = [t for t in sound.told() if t[0] == "announcements.xml"]
    assert any(at in {line, line + 1, line + 2} and message in said for _, at, _, said in told), (
        told
    )


def test_several_mistakes_are_told_at_once(sound):
    sound.spoil("announcements.xml", 'area="platform"', 'area="roof"')
    sound.spoil("announcements.xml", 'categories="G" role', 'categories="X" role')
    errors = [t for t in sound.told() if t[2] == "error"]
    assert len(errors) == 2


def test_a_zone_of_which_nothing_is_said_is_a_warning(sound):
    sound.spoil(
        "announcements.xml",
        '<zone id="platforms" area="platform" platforms="1 1a" gain-db="1.5"/>',
        "",
    )
    warnings = [t for t in sound.told() if t[2] == "warning" and "nothing is said of" in t[3]]
    assert len(warnings) == 1
    assert load_station(sound.directory).announcements.zone("platforms").area is Area.EVERYWHERE


def test_another_root_is_told(sound):
    station = (sound.directory / "station.xml").read_text(encoding="utf-8")
    sound.write("announcements.xml", station)
    message = "<station> is no file of announcements: begin <announcements>"
    assert [t for t in sound.told() if t[0] == "announcements.xml"] == [
        ("announcements.xml", 2, "error", message)
    ]


def test_a_file_that_is_not_there(sound):
    Path(sound.directory / "announcements.xml").unlink()
    assert any("there is no file 'announcements.xml'" in t[3] for t in sound.told())


def told_duration(duration):
    seconds = int(duration.total_seconds())
    sign, seconds = ("−" if seconds < 0 else ""), abs(seconds)
    return sign + (f"{seconds} s" if seconds % 60 else f"{seconds // 60} min")


def told_due(rule):
    shift = told_duration(rule.after)
    if rule.every is not None:
        past = f", {shift} past" if rule.after else ""
        return f"each {told_duration(rule.every)}{past}, {rule.begins:%H:%M}–{rule.ends:%H:%M}"
    return f"{rule.at} {shift if shift[0] == '−' else '+' + shift}" if rule.after else str(rule.at)


def test_the_documentation_has_every_rule_that_is_shipped():
    lines = (Path(__file__).parents[3] / "docs/announcements.md").read_text("utf-8").splitlines()
    for rule in shipped().rules:
        row = (
            f"| `{rule.kind}` | {told_due(rule)} | after {told_duration(rule.useful)} |"
            f" {rule.until or ''} | {', '.join(rule.to)} | {rule.priority} |"
        )
        assert any(line.startswith(row) for line in lines), row


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    position=st.floats(0, 1),
    length=st.integers(0, 60),
    new=st.text(max_size=8) | st.sampled_from(['"', "<", ">", "&", "</", "id=", "\n", "1", "-"]),
)
def test_a_spoiled_file_is_told_and_never_raises(sound, position, length, new):
    path = sound.directory / "announcements.xml"
    start = int(position * len(FILE))
    path.write_bytes((FILE[:start] + new + FILE[start + length :]).encode("utf-8", "replace"))
    mistakes = sound.check()
    lines = len(path.read_bytes().splitlines()) + 1
    assert all(0 <= m.line <= lines for m in mistakes if Path(m.file) == path)
    if any(m.severity is Severity.ERROR for m in mistakes):
        with pytest.raises(ConfigErrors):
            load_station(sound.directory)
    else:
        load_station(sound.directory)
