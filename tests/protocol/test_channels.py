"""The table of channels, against the topics, the types and the permissions."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.broker.permissions import device_permissions
from protocol.channels import CHANNELS, Sender, channel_of, check_place
from protocol.clauses import SECTIONS
from protocol.errors import MessageError
from protocol.identifiers import check_identifier
from protocol.messages import BODY_TYPES, Beat, Event, Message, Plan
from protocol.notices import Notice, NoticeKind
from protocol.topics import DEVICE_LEAVES, HUB_LEAVES, Topics

AT = datetime(2021, 1, 20, 8, 0, tzinfo=UTC)
TOPICS = Topics("s")
BUILT = {
    "hub/state": TOPICS.hub_state,
    "hub/beat": TOPICS.hub_beat,
    "hub/manifest": TOPICS.hub_manifest,
    "run/{run}": TOPICS.run("2021-01-20.k1"),
    "plan/{date}": TOPICS.plan(date(2021, 1, 20)),
    "notice/{notice}": TOPICS.notice("n1"),
    "event/{kind}": TOPICS.event("arrived"),
    "grp/{type}/{zone}/cmd": TOPICS.group_command("display", "hall-1"),
    "agg/state": TOPICS.aggregate,
    "spoken": TOPICS.spoken,
    **{f"dev/{{device}}/{leaf}": TOPICS.device("d1", leaf) for leaf in HUB_LEAVES + DEVICE_LEAVES},
}


def message(kind, body):
    return Message(t=kind, id="1", src="hub", epoch=1, seq=1, issued_at=AT, body=body)


def test_every_channel_has_a_topic_and_the_other_way_round():
    assert {each.address for each in CHANNELS} == set(BUILT)


@pytest.mark.parametrize("channel", CHANNELS, ids=lambda each: each.address)
def test_a_topic_is_of_its_channel_alone(channel):
    entity = TOPICS.entity(BUILT[channel.address])
    assert channel_of(entity) is channel
    assert [each for each in CHANNELS if each.values(entity) is not None] == [channel]
    assert channel.values(entity).keys() == set(channel.parameters)


def test_every_type_has_a_channel():
    assert {each.type_name for each in CHANNELS} == set(BODY_TYPES)


def test_names_of_channels_differ():
    assert len({each.name for each in CHANNELS}) == len(CHANNELS)


def test_the_sections_that_channels_name_are_there():
    numbers = {section.number for section in SECTIONS}
    assert {number for each in CHANNELS for number in each.clauses} <= numbers


def test_the_broker_grants_a_device_what_the_table_says():
    granted = device_permissions(TOPICS, "d1", "display")
    for channel in CHANNELS:
        topic = BUILT[channel.address]
        own = channel.sender is Sender.DEVICE
        assert (topic in granted.writes) == own, channel
        read = any(matches(each, topic) for each in granted.reads)
        assert read == (not own and channel.address != "agg/state"), channel


def matches(topic_filter, topic):
    parts, given_ = topic_filter.split("/"), topic.split("/")
    same = all(a in {"+", b} for a, b in zip(parts, given_, strict=False))
    return len(parts) == len(given_) and same


@pytest.mark.parametrize(
    ("entity", "kind", "body", "why"),
    [
        ("hub/beat", "event", Event(event_id="e", kind="x", run_id="r", at=AT), "belongs"),
        ("dev/d1/other", "hub.beat", Beat(utc=AT, manifest_seq=1), "no topic"),
        ("", "hub.beat", Beat(utc=AT, manifest_seq=1), "no topic"),
        ("plan/2021-01-21", "plan", Plan(service_date=AT.date(), runs=()), "2021-01-20"),
        ("event/departed", "event", Event(event_id="e", kind="x", run_id="r", at=AT), "of x"),
        (
            "notice/a",
            "notice",
            Notice(notice_id="b", kind=NoticeKind.EMERGENCY, text={"en": "Leave"}),
            "of b",
        ),
    ],
)
def test_what_is_not_in_its_place_is_refused(entity, kind, body, why):
    with pytest.raises(MessageError) as caught:
        check_place(entity, message(kind, body))
    assert why in str(caught.value)


def test_what_is_in_its_place_passes():
    check_place("plan/2021-01-20", message("plan", Plan(service_date=AT.date(), runs=())))


@given(st.text(max_size=60))
def test_any_text_is_a_topic_of_a_channel_or_of_none(entity):
    channel = channel_of(entity)
    if channel is not None:
        assert all(check_identifier(each) for each in channel.values(entity).values())
