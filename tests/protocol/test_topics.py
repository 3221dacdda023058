"""Topics: builders, their inverse, and filters that match what they should."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paho.mqtt.client import topic_matches_sub

from protocol.errors import OperatorError
from protocol.topics import Topics, plan_entity, run_entity

TOPICS = Topics("hohhot-east")
IDENTIFIERS = st.text("abcz019.-", min_size=1, max_size=40)


def test_the_tree():
    root = "pis/1/hohhot-east"
    assert TOPICS.root == root
    assert TOPICS.everything == f"{root}/#"
    assert TOPICS.hub_state == f"{root}/hub/state"
    assert TOPICS.hub_beat == f"{root}/hub/beat"
    assert TOPICS.hub_manifest == f"{root}/hub/manifest"
    assert TOPICS.run("2021-01-20.z180") == f"{root}/run/2021-01-20.z180"
    assert TOPICS.plan(date(2021, 1, 20)) == f"{root}/plan/2021-01-20"
    assert TOPICS.event("arrived") == f"{root}/event/arrived"
    assert TOPICS.device("display", "req") == f"{root}/dev/display/req"
    assert TOPICS.group_commands("display") == f"{root}/grp/display/+/cmd"
    assert TOPICS.notices == f"{root}/notice/+"


@pytest.mark.parametrize("station", ["", "Hohhot East", "a/b", "+", "呼和浩特东"])
def test_a_station_that_cannot_stand_in_a_topic_is_refused(station):
    with pytest.raises(OperatorError):
        Topics(station)


@given(IDENTIFIERS, st.dates())
def test_an_entity_and_its_topic_are_each_others_inverse(name, day):
    for entity, topic in (
        (run_entity(name), TOPICS.run(name)),
        (plan_entity(day), TOPICS.plan(day)),
        ("hub/state", TOPICS.hub_state),
    ):
        assert TOPICS.entity(topic) == entity
        assert TOPICS.of_entity(entity) == topic


@pytest.mark.parametrize(
    "topic",
    ["pis/1/hohhot/run/x", "pis/2/hohhot-east/run/x", "pis/1/hohhot-east", "", "$SYS/uptime"],
)
def test_another_stations_topic_is_no_entity(topic):
    assert TOPICS.entity(topic) == ""


@given(IDENTIFIERS, st.dates())
def test_filters_match_what_they_are_for_and_nothing_else(name, day):
    built = {
        TOPICS.hub_state: TOPICS.hub,
        TOPICS.hub_beat: TOPICS.hub,
        TOPICS.hub_manifest: TOPICS.hub,
        TOPICS.run(name): TOPICS.runs,
        TOPICS.plan(day): TOPICS.plans,
        TOPICS.event(name): TOPICS.events,
        TOPICS.of_entity(f"notice/{name}"): TOPICS.notices,
        TOPICS.device(name, "req"): TOPICS.requests,
        TOPICS.device(name, "state"): TOPICS.device_states,
    }
    for topic, meant in built.items():
        assert topic_matches_sub(TOPICS.everything, topic)
        for each in set(built.values()):
            assert topic_matches_sub(each, topic) is (each == meant)
