"""The scheduler between persons, loudspeakers that fail, sounds that never come, and restarts."""

import pytest

from subsystems.broadcast.effects import Background, Play, Remember
from subsystems.broadcast.events import (
    Announce,
    Awake,
    ClipFailed,
    ClipReady,
    Derived,
    EmergencyBegins,
    EmergencyEnds,
    Ended,
    Mute,
    RulesChanged,
    Sinks,
    Stop,
    Tick,
)
from subsystems.broadcast.machine import initial, step, wake_in, with_zones
from subsystems.broadcast.model import Kind, Told
from subsystems.broadcast.records import (
    Begun,
    Forget,
    Heard,
    Ordered,
    OrderOver,
    Outcome,
    Past,
    Reason,
    Settled,
)
from subsystems.broadcast.speech.ending import Ended as How
from tests.subsystems.broadcast.scene import ZONES, Scene, at, occasion


def by_person(key, kind=Kind.MANUAL, zones="a", **more):
    return occasion(key, kind, zones, run_id=None, text={"zh": "请注意"}, **more)


def remembered(scene, kind):
    records = (e.record for _, e in scene.heard if isinstance(e, Remember))
    return [record for record in records if isinstance(record, kind)]


# --- persons


def test_a_persons_text_is_spoken_as_often_as_wished_and_forgotten_then():
    scene = Scene()
    scene.happen(Announce(by_person("m/1", repeats=2, repeat_after_s=5.0)))
    scene.until(60)
    assert [s for s, _, _ in scene.spoken] == [0.0, 15.0]
    assert len(remembered(scene, Ordered)) == 1
    assert remembered(scene, OrderOver) == [OrderOver("m/1")]
    assert scene.stage.state.items == {}


def test_a_scheduled_text_waits_and_expires():
    scene = Scene()
    scene.happen(Announce(by_person("m/1", due=30)))
    scene.happen(Mute("c"))
    scene.happen(Announce(by_person("m/2", zones="c", due=10, latest=20)))
    scene.until(60)
    assert scene.spoken == [(30.0, "m/1", "a")]
    assert scene.dropped == [("m/2", "c", "too-late", "muted")]


def test_the_same_key_again_replaces_a_persons_text():
    scene = Scene()
    scene.happen(Announce(by_person("m/1")))
    scene.until(2)
    other = occasion("m/1", Kind.MANUAL, run_id=None, text={"zh": "另一段"})
    scene.happen(Announce(other))
    scene.until(30)
    assert scene.cuts == [(2.0, "m/1", "replaced")]
    assert [s for s, _, _ in scene.spoken] == [0.0, 2.05]


def test_stop_silences_one_announcement_and_what_waits_of_it():
    scene = Scene()
    scene.say(occasion("K1/ci", zones="ac"), occasion("K2/ci", zones="b"))
    scene.until(2)
    scene.happen(Stop(key="K1/ci"))
    scene.until(30)
    assert {(key, why) for _, key, why in scene.cuts} == {("K1/ci", "stopped")}
    assert ("K1/ci", "ac", "stopped", None) in scene.dropped
    assert [key for _, key, _ in scene.spoken].count("K1/ci") == 2
    scene.say(occasion("K1/ci", zones="ac"))
    scene.until(60)
    assert [key for _, key, _ in scene.spoken].count("K1/ci") == 2


def test_stop_of_a_zone_leaves_the_others_and_what_is_to_come():
    scene = Scene()
    scene.say(occasion("K1/ci", zones="ac"), occasion("K2/ci", due=20))
    scene.until(2)
    scene.happen(Stop(zone="a"))
    scene.until(60)
    assert [(key, zones) for _, key, zones in scene.spoken] == [
        ("K1/ci", "a"),
        ("K1/ci", "c"),
        ("K2/ci", "a"),
    ]
    assert len(scene.cuts) == 1


def test_stop_of_a_group_stops_all_of_it():
    scene = Scene()
    delays = [occasion(f"K{n}/d", Kind.DELAY, content=f"{n}", groups=True) for n in (1, 2)]
    scene.say(*delays)
    scene.until(2)
    (voice,) = scene.stage.state.voices.values()
    scene.happen(Stop(key=voice.play.occasion.key))
    scene.until(60)
    assert len(scene.spoken) == 1
    assert len(scene.dropped) == 2


def test_a_muted_zone_is_silent_until_it_is_not():
    scene = Scene()
    scene.say(occasion("K1/ci"))
    scene.until(2)
    scene.happen(Mute("a", by="Li"))
    scene.happen(Mute("a", by="Li"))
    scene.until(50)
    scene.happen(Mute("a", on=False))
    scene.until(80)
    assert scene.cuts == [(2.0, "K1/ci", "muted")]
    assert [s for s, _, _ in scene.spoken] == [0.0, 50.0]


# --- emergencies


def test_an_emergency_silences_its_zones_at_once_and_repeats_until_it_ends():
    scene = Scene(synthesis=1.0)
    scene.say(occasion("K1/ci"), occasion("K2/ci", zones="c"))
    scene.until(3)
    alarm = by_person("e/1", Kind.EMERGENCY, "a", latest=9000, repeat_after_s=5.0)
    scene.happen(EmergencyBegins(alarm))
    scene.until(36)
    assert scene.cuts == [(3.0, "K1/ci", "pre-empted")]
    assert [s for s, key, _ in scene.spoken if key == "e/1"] == [4.0, 19.0, 34.0]
    scene.happen(EmergencyEnds("e/1"))
    scene.until(60)
    assert scene.cuts[-1] == (36.0, "e/1", "stopped")
    assert scene.spoken[-1] == (36.05, "K1/ci", "a")
    background = [e for _, e in scene.heard if isinstance(e, Background)]
    assert [(e.zones, e.silent) for e in background] == [(("a",), True), (("a",), False)]


def test_an_emergency_speaks_where_a_person_muted():
    scene = Scene()
    scene.happen(Mute("a"))
    scene.happen(EmergencyBegins(by_person("e/1", Kind.EMERGENCY)))
    scene.until(5)
    assert scene.spoken == [(0.0, "e/1", "a")]
    scene.happen(Mute("a", on=False))
    scene.happen(Mute("a"))
    assert scene.cuts == []


def test_an_emergency_ends_by_itself_at_its_latest_and_not_by_stop():
    scene = Scene()
    scene.happen(EmergencyBegins(by_person("e/1", Kind.EMERGENCY, latest=25)))
    scene.happen(Stop())
    scene.happen(EmergencyEnds("e/9"))
    scene.until(60)
    assert [s for s, _, _ in scene.spoken] == [0.0, 10.0, 20.0]
    assert scene.cuts == [(25.0, "e/1", "stopped")]
    assert scene.stage.state.takeovers == {}


def test_beside_an_emergency_a_platform_change_finds_its_gap():
    scene = Scene()
    alarm = by_person("e/1", Kind.EMERGENCY, latest=9000, repeat_after_s=4.0)
    scene.happen(EmergencyBegins(alarm))
    scene.say(occasion("K1/pc", Kind.PLATFORM_CHANGE, zones="b"), occasion("K2/ci", zones="b"))
    scene.until(60)
    spoken = [key for _, key, _ in scene.spoken]
    assert spoken[:3] == ["e/1", "K1/pc", "e/1"]
    assert "K2/ci" not in spoken


def test_two_emergencies_in_one_zone_take_turns():
    scene = Scene()
    for number in (1, 2):
        scene.happen(EmergencyBegins(by_person(f"e/{number}", Kind.EMERGENCY, latest=9000)))
    scene.until(45)
    assert [key for _, key, _ in scene.spoken][:4] == ["e/1", "e/2", "e/1", "e/2"]


# --- loudspeakers and sounds


def test_a_zone_without_a_loudspeaker_waits_for_it():
    scene = Scene()
    scene.happen(Sinks({"a": "no current"}))
    scene.say(occasion("K1/ci"), occasion("K2/ci", latest=20))
    scene.until(30)
    scene.happen(Sinks())
    scene.until(50)
    assert scene.spoken == [(30.0, "K1/ci", "a")]
    assert scene.dropped == [("K2/ci", "a", "too-late", "no-sink")]


def test_what_does_not_come_out_is_tried_again_and_given_up():
    scene = Scene()
    scene.say(occasion("K1/ci"))
    for second in (1, 4, 7):
        scene.until(second)
        (voice,) = scene.stage.state.voices
        scene.happen(Ended(voice, How.FAILED, why="no card"))
    scene.until(60)
    assert [s for s, _, _ in scene.spoken] == [0.0, 3.0, 6.0]
    assert scene.dropped == [("K1/ci", "a", "failed", None)]
    settled = remembered(scene, Settled)
    assert [each.outcome for each in settled] == [Outcome.GIVEN_UP]


def driven(*events):
    """Return the state and effects after `events`, each (second, event)."""
    state, found = initial(ZONES), []
    for second, event in events:
        state, effects = step(state, event, at(second), second)
        found += effects
    return state, found


CALL = occasion("K1/ci", content="x")
CLIP = "K1/ci#x#zh+en"


def test_a_sink_that_never_ends_is_given_up_so_that_its_zone_can_speak():
    told = (0.0, Derived({"K1": (CALL,)}))
    state, effects = driven((0.0, Awake()), told, (0.0, ClipReady(CLIP, 5.0)), (9.0, Tick()))
    assert any(isinstance(each, Play) for each in effects)
    assert "does not end" in next(e.what for e in effects if hasattr(e, "what"))
    assert state.voices == {}


def test_a_voice_that_will_not_fall_silent_is_given_up():
    told = (0.0, Derived({"K1": (CALL,)}))
    events = ((0.0, Awake()), told, (0.0, ClipReady(CLIP, 60.0)), (1.0, Stop()))
    state, _ = driven(*events, (1.5, Tick()))
    assert len(state.voices) == 1
    state, effects = driven(*events, (2.5, Tick()))
    assert state.voices == {}
    assert any("does not end" in getattr(each, "what", "") for each in effects)


def test_a_sound_that_cannot_be_made_is_tried_again_and_given_up():
    told = (0.0, Derived({"K1": (CALL,)}))
    events = [(0.0, Awake()), told]
    for second in (1.0, 5.0, 9.0):
        events += [(second, ClipFailed(CLIP, "no voice")), (second + 3, Tick())]
    state, effects = driven(*events)
    (dropped,) = (each for each in effects if type(each).__name__ == "Dropped")
    assert str(dropped.reason) == "unspeakable"
    assert state.items == {}


def test_a_sound_that_never_comes_is_asked_for_again():
    told = (0.0, Derived({"K1": (CALL,)}))
    ticks = [(21.0 * n, Tick()) for n in (1, 2, 3)]
    _, effects = driven((0.0, Awake()), told, *ticks)
    assert [type(each).__name__ for each in effects].count("Prepare") == 3


def test_a_group_that_cannot_be_made_falls_apart():
    scene = Scene()
    delays = [occasion(f"K{n}/d", Kind.DELAY, content=f"{n}", groups=True) for n in (1, 2)]
    real = scene.stage.synthesis
    scene.stage.synthesis = lambda said: None if said.members else real(said)
    scene.say(*delays)
    (group,) = (name for name in scene.stage.state.sounds if name.startswith("group/"))
    scene.happen(ClipFailed(group, "too long"))
    scene.until(60)
    assert [key for _, key, _ in scene.spoken] == ["K1/d", "K2/d"]


# --- restarts


def test_what_was_said_is_not_said_again():
    awake = Awake(
        settled=(Settled("K1/ci", "a", 1, at(-100)),), told=(Told("K1/ci", "", at(-100)),)
    )
    scene = Scene(awake=awake)
    scene.say(occasion("K1/ci", zones="ac"))
    scene.until(30)
    assert scene.spoken == [(0.0, "K1/ci", "c")]
    assert scene.stage.state.told.keys() == {"K1/ci"}


@pytest.mark.parametrize(("heard", "spoken"), [(("a",), []), ((), [(0.0, "K1/ci", "a")])])
def test_a_voice_that_a_kill_interrupted(heard, spoken):
    """Heard far enough it counts as said; else it is said again. Both are in the history."""
    begun = Begun(
        voice="x-7",
        at=at(-5),
        zones=("a",),
        told=(Told("K1/ci", "", at(-5)),),
        rounds={"K1/ci": 1},
        seconds=10.0,
        key="K1/ci",
        kind=Kind.CHECK_IN_OPEN,
    )
    scene = Scene(awake=Awake(begun=((begun, heard),), serial=7))
    scene.say(occasion("K1/ci"))
    scene.until(30)
    assert scene.spoken == spoken
    (line,) = (each for each in remembered(scene, Past) if each.at == at(-5))
    assert (line.reason, line.until) == (Reason.INTERRUPTED, at(0))


def test_where_it_was_cut_off_it_was_not_heard_and_where_it_was_not_it_was():
    scene = Scene(length=10)
    scene.say(occasion("K1/ci", zones="ac"))
    scene.until(1)
    scene.happen(EmergencyBegins(by_person("e/1", Kind.EMERGENCY, zones="a", latest=9000)))
    scene.until(6)
    (heard,) = remembered(scene, Heard)
    assert heard.zones == ("c",)


def test_an_emergency_and_a_persons_text_survive():
    orders = (by_person("e/1", Kind.EMERGENCY, latest=9000), by_person("m/1", zones="c"))
    scene = Scene(awake=Awake(orders=orders, muted=frozenset("b"), serial=3))
    scene.until(5)
    assert scene.spoken == [(0.0, "e/1", "a"), (0.0, "m/1", "c")]
    assert scene.stage.state.muted == {"b"}
    assert all(int(voice.rpartition("-")[2]) > 3 for voice in scene.stage.state.voices)


# --- time


def test_the_rules_are_asked_about_all_when_what_is_known_of_all_changes():
    scene = Scene()
    scene.say(occasion("K1/ci"))
    scene.until(2)
    scene.book["K1"] = ()
    scene.happen(RulesChanged())
    assert scene.cuts == [(2.0, "K1/ci", "untrue")]


def test_it_wants_to_be_woken_when_something_will_be_due():
    scene = Scene()
    scene.say(occasion("K1/ci", due=10))
    state = scene.stage.state
    assert wake_in(state, at(9.8), 9.8) == pytest.approx(0.2)
    assert wake_in(state, at(3), 3.0) == 1.0


def test_what_is_far_comes_near_by_itself():
    scene = Scene()
    scene.say(occasion("K1/ci", due=7200, latest=7500))
    assert scene.stage.state.items == {}
    scene.until(7300)
    assert scene.spoken == [(7200.0, "K1/ci", "a")]
    assert scene.prepared == ["K1/ci"]


def test_after_two_days_what_was_said_is_forgotten():
    scene = Scene(rate=3600.0, length=0.01)
    scene.say(occasion("K1/ci", latest=36000))
    scene.until(120)
    assert len(scene.spoken) == 1
    assert scene.stage.state.settled == {}
    assert remembered(scene, Forget)


def test_zones_can_be_read_anew():
    state = with_zones(initial(ZONES), ZONES)
    assert state.zones.order == ZONES.order
