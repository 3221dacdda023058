"""What alerts mean at a station: what is spoken where, and what never is."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from subsystems.broadcast.cap import Alert, Area, Info, Reference
from subsystems.broadcast.cap_meaning import Begin, CapRules, End, Nothing, key_of, meaning
from subsystems.broadcast.model import Kind, Priority

NOW = datetime(2021, 1, 20, 6, 0, tzinfo=UTC)
SOON = NOW + timedelta(hours=2)
RULES = CapRules(
    zones={"呼和浩特东站": ("hall", "platform-1"), "telecode=NDC": ("hall",)},
    all_zones=("hall", "platform-1", "exit"),
    languages=("zh", "en"),
    chime="alarm",
)
HERE = Reference("met@example.cn", "1", NOW)


def info(**fields):
    given = {
        "language": "zh-CN",
        "event": "暴风雪",
        "urgency": "Immediate",
        "severity": "Extreme",
        "certainty": "Observed",
        "expires": SOON,
        "headline": "暴风雪红色预警",
        "instruction": "请留在候车室内",
        "areas": (Area("呼和浩特东站"),),
    }
    return Info(**{**given, **fields})


def alert(*infos, **fields):
    given = {"name": HERE, "status": "Actual", "kind": "Alert", "scope": "Public"}
    return Alert(**{**given, "infos": infos or (info(),), **fields})


def begun(said, rules=RULES):
    found = meaning(said, rules, NOW)
    assert isinstance(found, Begin), found
    return found.occasion


def test_an_extreme_alert_takes_its_zones_over_until_it_expires():
    occasion = begun(alert())
    assert (occasion.kind, occasion.priority) == (Kind.EMERGENCY, Priority.EMERGENCY)
    assert occasion.zones == ("hall", "platform-1")
    assert (occasion.due, occasion.latest) == (NOW, SOON)
    assert occasion.chime == "alarm"
    assert occasion.text == {"zh": "暴风雪红色预警。请留在候车室内。"}


@pytest.mark.parametrize("status", ["Test", "Exercise", "System", "Draft"])
def test_a_test_or_an_exercise_never_reaches_a_loudspeaker(status):
    found = meaning(alert(status=status), RULES, NOW)
    assert isinstance(found, Nothing)
    assert status in found.why


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"scope": "Private"}, "Private"),
        ({"scope": "Restricted"}, "Restricted"),
        ({"kind": "Ack"}, "Ack"),
        ({"kind": "Error"}, "Error"),
        ({"infos": (info(expires=NOW),)}, "expired"),
        ({"infos": (info(urgency="Past"),)}, "past"),
        ({"infos": (info(areas=(Area("包头"),)),)}, "包头"),
    ],
)
def test_what_is_not_for_passengers_here_is_not_spoken(fields, why):
    found = meaning(alert(**fields), RULES, NOW)
    assert isinstance(found, Nothing)
    assert why in found.why


def test_only_senders_that_the_station_knows_are_heard():
    rules = CapRules(senders=frozenset({"x@y"}), all_zones=("hall",), languages=("zh",))
    assert isinstance(meaning(alert(), rules, NOW), Nothing)


@pytest.mark.parametrize(("severity", "urgency"), [("Moderate", "Immediate"), ("Severe", "Future")])
def test_one_that_is_less_severe_is_an_announcement(severity, urgency):
    occasion = begun(alert(info(severity=severity, urgency=urgency)))
    assert (occasion.kind, occasion.priority) == (Kind.MANUAL, Priority.MANUAL)


def test_places_are_zones_by_name_or_code_and_without_any_the_whole_station():
    by_code = info(areas=(Area("x", ("telecode=NDC",)),))
    assert begun(alert(by_code)).zones == ("hall",)
    assert begun(alert(info(areas=()))).zones == RULES.all_zones
    anywhere = msgspec.structs.replace(by_code, areas=(Area("x"),))
    plain = CapRules(all_zones=("hall",), languages=("zh",))
    assert begun(alert(anywhere), plain).zones == ("hall",)


def test_the_languages_of_the_station_are_spoken_in_its_order():
    english = info(language="en-GB", headline="Blizzard", instruction="Stay inside!")
    french = info(language="fr-FR", headline="Tempête")
    text = begun(alert(english, french, info())).text
    assert list(text) == ["zh", "en"]
    assert text["en"] == "Blizzard. Stay inside!"


def test_of_two_in_one_language_the_more_severe_speaks():
    mild = info(severity="Minor", headline="小雪")
    assert "红色" in begun(alert(mild, info())).text["zh"]


def test_one_for_later_is_due_later():
    later = NOW + timedelta(minutes=30)
    assert begun(alert(info(effective=later))).due == later


def test_without_an_end_it_ends_all_the_same():
    assert begun(alert(info(expires=None))).latest == NOW + timedelta(hours=1)


def test_a_cancel_ends_what_it_names_and_an_update_takes_its_place():
    other = Reference("met@example.cn", "0", NOW)
    assert meaning(alert(kind="Cancel", references=(other,)), RULES, NOW) == End((key_of(other),))
    update = meaning(alert(kind="Update", references=(other,)), RULES, NOW)
    assert update.ends == (key_of(other),)


def test_an_all_clear_is_an_announcement_and_no_takeover():
    occasion = begun(alert(info(responses=("AllClear",))))
    assert occasion.kind is Kind.MANUAL


def test_one_alert_has_one_key_however_its_time_is_written():
    china = Reference("a", "1", datetime.fromisoformat("2021-01-20T14:00:00+08:00"))
    assert key_of(china) == key_of(Reference("a", "1", NOW))
