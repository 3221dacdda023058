import socket

import pytest

from protocol.errors import DeviceError, OperatorError
from station_config.runtime.ports import require_free_port, wait_for_port


@pytest.fixture
def listening():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def silent():
    with socket.socket() as bound:  # bound, so that nobody else gets it, but not listening
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


def test_a_taken_port_is_named_with_what_to_do(listening):
    with pytest.raises(OperatorError, match=f"broker.port: port {listening} .* already taken") as e:
        require_free_port("127.0.0.1", listening, where="broker.port")
    assert "choose another" in e.value.message


def test_a_free_port_is_nothing_to_speak_of(listening):
    require_free_port("127.0.0.2", listening)


def test_an_address_of_another_machine_is_said():
    with pytest.raises(OperatorError, match="no such address"):
        require_free_port("192.0.2.1", 1883)


def test_waits_until_somebody_listens(turning, silent):
    opened = []
    waiting = wait_for_port(turning.reactor, "127.0.0.1", silent).addCallback(opened.append)
    turning.for_seconds(0.1)
    assert opened == []
    waiting.addErrback(lambda _: None).cancel()


def test_fires_when_somebody_listens(turning, listening):
    assert turning.result(wait_for_port(turning.reactor, "127.0.0.1", listening)) is None


def test_gives_up_in_time(turning, silent):
    waiting = wait_for_port(turning.reactor, "127.0.0.1", silent, timeout_s=0.2)
    with pytest.raises(DeviceError, match=f"{silent}: nobody listens"):
        turning.result(waiting)
