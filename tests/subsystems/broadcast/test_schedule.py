"""Who speaks next."""

import pytest

from subsystems.broadcast.bundles import BOUND_S
from subsystems.broadcast.model import Kind
from subsystems.broadcast.outlook import outlook
from tests.subsystems.broadcast.scene import Scene, at, occasion


def test_one_voice_a_zone_and_neighbours_one_after_the_other():
    scene = Scene()
    scene.say(occasion("K1/ci"), occasion("K2/ci"), occasion("K3/ci", zones="b"))
    scene.say(occasion("K4/ci", zones="c"))
    scene.until(60)
    assert scene.spoken == [
        (0.0, "K1/ci", "a"),
        (0.0, "K4/ci", "c"),
        (10.0, "K2/ci", "a"),
        (20.0, "K3/ci", "b"),
    ]


def test_the_same_saying_is_heard_by_neighbours_in_unison():
    scene = Scene()
    scene.say(occasion("K1/ci", zones="c", latest=60), occasion("K2/ci", zones="abc"))
    scene.until(60)
    assert scene.spoken == [
        (0.0, "K1/ci", "c"),
        (0.0, "K2/ci", "ab"),
        (10.0, "K2/ci", "c"),
    ]


def test_the_more_important_goes_first_then_what_must_begin_sooner():
    scene = Scene()
    scene.say(occasion("K0/ci", latest=100))
    scene.until(1)
    scene.say(
        occasion("K1/ci", latest=200),
        occasion("K2/ci", latest=100),
        occasion("K3/lc", Kind.LAST_CALL),
    )
    scene.until(60)
    assert [key for _, key, _ in scene.spoken] == ["K0/ci", "K3/lc", "K2/ci", "K1/ci"]
    assert scene.cuts == []


def test_a_platform_change_cuts_off_a_check_in_call_which_is_said_again_from_its_beginning():
    scene = Scene()
    scene.say(occasion("K1/ci"))
    scene.until(4)
    scene.say(occasion("K2/pc", Kind.PLATFORM_CHANGE, due=4))
    scene.until(60)
    assert scene.cuts == [(4.0, "K1/ci", "pre-empted")]
    assert scene.spoken == [(0.0, "K1/ci", "a"), (4.05, "K2/pc", "a"), (14.05, "K1/ci", "a")]
    assert scene.dropped == []


def test_a_platform_change_also_silences_who_would_be_heard_beside_it():
    scene = Scene()
    scene.say(occasion("K1/ci", zones="b"))
    scene.until(4)
    scene.say(occasion("K2/pc", Kind.PLATFORM_CHANGE, due=4))
    scene.until(30)
    assert scene.cuts == [(4.0, "K1/ci", "pre-empted")]


def test_what_can_wait_lets_a_voice_end():
    scene = Scene()
    scene.say(occasion("K1/ci"))
    scene.until(4)
    scene.say(occasion("K2/lc", Kind.LAST_CALL, due=4, latest=60))
    scene.until(30)
    assert (scene.cuts, scene.spoken[1][:2]) == ([], (10.0, "K2/lc"))


def test_what_cannot_wait_cuts_off_what_matters_less():
    scene = Scene(length=20)
    scene.say(occasion("K1/ci"))
    scene.until(4)
    scene.say(occasion("K2/lc", Kind.LAST_CALL, due=4, latest=15))
    scene.until(60)
    assert scene.cuts == [(4.0, "K1/ci", "pre-empted")]


def test_nothing_begins_that_would_be_cut_off_for_what_is_coming():
    scene = Scene(length=20)
    scene.say(
        occasion("K1/delay", Kind.DELAY, due=5),
        occasion("K2/lc", Kind.LAST_CALL, due=10, latest=20),
    )
    scene.until(60)
    assert scene.spoken == [(10.0, "K2/lc", "a"), (30.0, "K1/delay", "a")]
    assert scene.cuts == []


def test_a_courtesy_gives_way_to_whatever_comes():
    scene = Scene()
    scene.say(
        occasion("x/safety", Kind.SAFETY, run_id=None), occasion("K1/delay", Kind.DELAY, due=8)
    )
    scene.until(60)
    assert [key for _, key, _ in scene.spoken] == ["K1/delay", "x/safety"]


def test_a_call_that_would_be_spoken_over_the_closing_is_dropped():
    scene = Scene(length=20)
    scene.say(occasion("K1/ci", latest=25, true_until=at(15)))
    scene.until(30)
    assert scene.spoken == []
    assert scene.dropped == [("K1/ci", "a", "too-late", "outlasts")]


def test_too_late_is_dropped_with_what_it_waited_for():
    scene = Scene(length=30)
    scene.say(occasion("K1/lc", Kind.LAST_CALL))
    scene.until(1)
    scene.say(occasion("K2/ci", due=1, latest=20), occasion("K3/ci", zones="b", due=1, latest=20))
    scene.until(40)
    assert sorted(scene.dropped) == [
        ("K2/ci", "a", "too-late", "speaking"),
        ("K3/ci", "b", "too-late", "behind"),
    ]


def test_delays_that_are_due_together_are_told_together():
    scene = Scene()
    scene.say(occasion("K0/ci", zones="abc"))
    delays = [
        occasion(f"K{n}/delay", Kind.DELAY, zones, content=f"{n}", groups=True)
        for n, zones in ((1, "a"), (2, "ac"), (3, "c"))
    ]
    scene.say(*delays)
    scene.until(60)
    assert sorted(scene.spoken[2:]) == [
        (10.0, "K1/delay+K2/delay", "a"),
        (10.0, "K2/delay+K3/delay", "c"),
    ]


def test_platform_changes_at_once_are_one_announcement_wherever_they_hear_each_other():
    scene = Scene()
    scene.say(
        *(
            occasion(f"K{n}/pc", Kind.PLATFORM_CHANGE, zones, content=f"{n}")
            for n, zones in ((1, "a"), (2, "b"), (3, "bc"))
        )
    )
    scene.until(60)
    assert scene.spoken == [
        (0.0, "K1/pc+K2/pc+K3/pc", "ab"),
        (0.0, "K1/pc+K2/pc+K3/pc", "c"),
    ]


@pytest.mark.parametrize("first", [Kind.MANUAL, Kind.PLATFORM_CHANGE])
def test_a_platform_change_begins_in_time_whatever_speaks(first):
    scene = Scene(length=60)
    scene.say(occasion("K1/x", first))
    scene.until(2)
    scene.say(occasion("K2/pc", Kind.PLATFORM_CHANGE, due=2, content="2"))
    scene.until(200)
    assert scene.spoken[1] == (15.05, "K2/pc", "a")
    assert scene.spoken[1][0] - 2 < BOUND_S
    assert scene.spoken[2][1] == "K1/x"


def test_a_repetition_keeps_its_place_and_cuts_nobody_off():
    scene = Scene()
    scene.say(
        occasion("K1/pc", Kind.PLATFORM_CHANGE, repeats=2, repeat_after_s=4.0),
        occasion("K2/ci"),
    )
    scene.until(60)
    assert [(s, key) for s, key, _ in scene.spoken] == [(0, "K1/pc"), (14, "K1/pc"), (24, "K2/ci")]
    assert scene.cuts == []


def test_what_has_waited_long_moves_up():
    """Check-in calls without end do not keep a delay away for ever."""
    scene = Scene()
    calls = [occasion(f"K{n}/ci", latest=900, due=n * 10) for n in range(10, 60)]
    scene.say(occasion("D1/delay", Kind.DELAY, latest=900, due=100), *calls)
    scene.until(400)
    (begun,) = (s for s, key, _ in scene.spoken if key == "D1/delay")
    assert begun < 100 + 2 * 60 + 30


def test_nothing_is_spoken_that_the_rules_no_longer_say():
    scene = Scene(synthesis=2.0)
    scene.say(occasion("K1/ci"))
    scene.book["K1"] = ()  # nobody has told the scheduler
    scene.until(30)
    assert scene.spoken == []
    assert scene.dropped == [("K1/ci", "a", "untrue", "preparing")]


def test_what_becomes_false_is_cut_off():
    scene = Scene()
    scene.say(occasion("K1/ci"))
    scene.until(3)
    scene.unsay("K1")
    scene.until(30)
    assert scene.cuts == [(3.0, "K1/ci", "untrue")]
    assert scene.transcript[-1] == (3.05, "K1/ci", True, "untrue")


def test_what_began_in_time_goes_on_when_it_could_not_begin_any_more():
    scene = Scene(length=20)
    scene.say(occasion("K1/ci", latest=5))
    scene.until(60)
    assert (scene.cuts, len(scene.spoken)) == ([], 1)


def test_other_words_take_the_place_of_the_old():
    scene = Scene()
    scene.say(occasion("K1/ci", content="platform 1"))
    scene.until(3)
    scene.say(occasion("K1/ci", content="platform 2", due=3))
    scene.until(60)
    assert scene.cuts == [(3.0, "K1/ci", "replaced")]
    assert [s for s, _, _ in scene.spoken] == [0.0, 3.05]


def test_sixty_times_as_fast_most_is_dropped_and_nothing_is_late():
    scene = Scene(rate=60)
    calls = [occasion(f"K{n}/ci", latest=600, true_until=at(900)) for n in range(4)]
    scene.say(*calls, occasion("K9/lc", Kind.LAST_CALL, latest=600, true_until=at(900)))
    scene.until(60)
    assert [key for _, key, _ in scene.spoken] == ["K9/lc"]
    assert len(scene.dropped) == 4


def test_an_outlook_tells_what_comes_and_why_it_waits():
    scene = Scene()
    scene.say(occasion("K1/lc", Kind.LAST_CALL), occasion("K2/ci", zones="b"))
    scene.say(occasion("K3/ci", zones="c", due=600, latest=900))
    scene.until(4)
    a, b, c = outlook(scene.stage.state, at(4), 4.0)
    assert (a.playing.occasion.key, a.ends_at, a.ahead) == ("K1/lc", at(10), ())
    assert [(x.occasion.key, x.expected, str(x.why)) for x in b.ahead] == [
        ("K2/ci", at(10), "neighbour")
    ]
    assert [(x.occasion.key, x.expected, str(x.why), x.prepared) for x in c.ahead] == [
        ("K3/ci", at(600), "not-due", False)
    ]
