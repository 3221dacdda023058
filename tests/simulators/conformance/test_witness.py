"""What the witness notes, and for whom it does not take a message."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from protocol.codec import encode
from protocol.identifiers import make_message_id
from protocol.messages import DeviceState, LinkMode, Message
from protocol.topics import Topics
from simulators.conformance.witness import Witness

T0 = datetime(2021, 1, 20, 4, 0, tzinfo=UTC)
TOPICS = Topics("conformance")


@pytest.fixture
def witness():
    return Witness(SimpleNamespace(seconds=lambda: 7.0), TOPICS, "board-1")


def state(mode=LinkMode.ONLINE):
    body = DeviceState(online=True, boot="b", mode=mode, since=T0)
    return encode(
        Message(
            t="dev.state",
            id=make_message_id(1, bytes(10)),
            src="board-1",
            epoch=0,
            seq=1,
            issued_at=T0,
            body=body,
        )
    )


def test_a_state_of_the_device_is_known_and_its_moment(witness):
    witness.take(TOPICS.device("board-1", "state"), state(), False)
    assert witness.state.mode is LinkMode.ONLINE
    assert [heard.at for heard in witness.since(7.0, "state")] == [7.0]


def test_what_is_not_valid_is_noted_with_its_fault(witness):
    witness.take(TOPICS.device("board-1", "state"), b"{", False)
    (heard,) = witness.heard
    assert heard.message is None
    assert heard.fault


def test_what_the_hub_says_to_the_device_is_not_of_the_device(witness):
    witness.take(TOPICS.device("board-1", "cmd"), b"{}", False)
    witness.take(TOPICS.device("board-2", "state"), state().replace(b"board-1", b"board-2"), False)
    assert not witness.heard
    assert not witness.strays


def test_a_message_of_the_device_on_anothers_topic_is_a_stray(witness):
    witness.take(TOPICS.device("board-2", "state"), state(), False)
    assert witness.strays == [TOPICS.device("board-2", "state")]
