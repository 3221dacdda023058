"""What the rules say, also of what is being spoken."""

from subsystems.broadcast.asking import derive
from tests.subsystems.broadcast.scene import Scene, at, occasion


def test_what_is_spoken_is_judged_as_of_when_it_could_last_begin():
    scene = Scene(length=20)
    call = occasion("K1/ci", latest=5)
    scene.say(call)
    scene.until(10)
    asked = []

    def rules(source, now, _told):
        asked.append((source, now < at(5)))
        return tuple(each for each in scene.book[source] if now < each.latest)

    assert derive(scene.stage.state, ["K1"], at(10), rules).told == {"K1": (call,)}
    assert asked == [("K1", False), ("K1", True)]
    scene.book["K1"] = ()
    assert derive(scene.stage.state, ["K1"], at(10), rules).told == {"K1": ()}


def test_what_nobody_speaks_is_asked_once():
    scene = Scene()
    assert derive(scene.stage.state, ["K1", ""], at(0), lambda *_: ()).told == {"K1": (), "": ()}
