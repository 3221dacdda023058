from hub.console.presence import LASTS_S, Editing, Presence


def test_who_edits_is_told_once_and_forgotten_in_time():
    presence = Presence()
    assert presence.say("s1", "li", "r1", 0.0)
    assert not presence.say("s1", "li", "r1", 10.0), "no news"
    assert not presence.say("s2", "li", "r1", 10.0), "another window of the same person"
    assert presence.all() == (Editing("li", "r1"),)
    assert not presence.sweep(LASTS_S)
    assert presence.sweep(LASTS_S + 11)
    assert presence.all() == ()


def test_who_turns_to_another_train_leaves_the_first():
    presence = Presence()
    presence.say("s1", "li", "r1", 0.0)
    assert presence.say("s1", "li", "r2", 1.0)
    assert presence.all() == (Editing("li", "r2"),)
    assert presence.say("s1", "li", None, 2.0)
    assert not presence.say("s1", "li", None, 2.0)
