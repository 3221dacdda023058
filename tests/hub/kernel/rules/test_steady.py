from datetime import timedelta

from hub.kernel.draft import Draft
from hub.kernel.facts import HeldBack
from hub.kernel.rules import steady
from protocol.runs import CallTime, Role


def apply(build, *, now="09:00", arrival=None, **facts):
    at = build.at
    back = HeldBack(reported=at("10:06"), told=at("10:05"), since=at("09:00"))
    arrival = arrival or CallTime(planned=at("10:00"), estimated=at("10:06"), uncertainty_s=120)
    draft = Draft(category="K", role=Role.INTERMEDIATE, arrival=arrival)
    said = build.facts(back_arrival=back, **facts)
    return steady.apply(draft, build.context(said, now=at(now))).arrival


def test_what_is_held_back_is_not_told_until_it_has_settled(build):
    assert apply(build).estimated == build.at("10:05")
    assert apply(build, now="09:02:59").estimated == build.at("10:05")
    assert apply(build, now="09:03").estimated == build.at("10:06")


def test_it_is_as_uncertain_as_dispatchings(build):
    assert apply(build).uncertainty_s == 120


def test_nothing_held_back_changes_nothing(build):
    draft = Draft(category="K", role=Role.INTERMEDIATE)
    assert steady.apply(draft, build.context()) is draft


def test_what_has_happened_is_not_held_back(build):
    came = build.at("10:06")
    call = CallTime(planned=build.at("10:00"), estimated=came, actual=came)
    assert apply(build, arrival=call) is call


def test_another_estimate_is_told(build):
    call = CallTime(planned=build.at("10:00"), estimated=build.at("10:07"))
    assert apply(build, arrival=call) is call


def test_while_held_it_does_not_settle(build):
    found = apply(build, now="11:00", held_since=build.at("09:01"))
    assert found.estimated == build.at("10:06") - timedelta(minutes=1)
