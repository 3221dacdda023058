"""The network for real: two namespaces, TCP between them."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from random import Random

import pytest

from simulators.network.namespaces import why_not
from simulators.network.weather import FINE, Weather
from simulators.network.wire import BadNetwork

pytestmark = pytest.mark.skipif(why_not() is not None, reason=str(why_not()))

LISTEN = """
import socket
door = socket.create_server(("0.0.0.0", 7000))
print("ready", flush=True)
while True:
    caller, _ = door.accept()
    said = b""
    while not said.endswith(b"\\n"):
        said += caller.recv(65536)
    caller.sendall(b"%d" % len(said))
    caller.close()
"""
CALL = """
import socket, sys
call = socket.create_connection((sys.argv[1], 7000), timeout=float(sys.argv[2]))
call.sendall(b"x" * 49_999 + b"\\n")
print(call.recv(100).decode())
"""


@pytest.fixture
def network():
    with BadNetwork(f"sh{os.getpid() % 100_000}", Random(2)) as made:
        yield made


@pytest.fixture
def listening(network):
    process = subprocess.Popen(
        network.far.command(sys.executable, "-c", LISTEN), stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "ready\n"
    yield
    process.kill()
    process.communicate()


def call(network, patience=30.0):
    arguments = (sys.executable, "-c", CALL, network.far.address, str(patience))
    return subprocess.run(
        network.near.command(*arguments), capture_output=True, text=True, check=False
    )


@pytest.mark.usefixtures("listening")
def test_what_is_sent_arrives_in_fine_weather(network):
    assert call(network).stdout == "50000\n"
    assert network.lost == 0
    assert network.carried > 10


@pytest.mark.usefixtures("listening")
def test_with_loss_and_delay_tcp_still_gets_through(network):
    network.weather = Weather(loss=0.05, delay_s=0.05)
    began = time.monotonic()
    assert call(network).stdout == "50000\n"
    assert time.monotonic() - began > 0.2  # three ways at least
    assert network.lost > 0


@pytest.mark.usefixtures("listening")
def test_a_cut_stops_everything_until_it_is_healed(network):
    network.weather = Weather(cut=True)
    assert "timed out" in call(network, patience=1.0).stderr
    network.weather = FINE
    assert call(network).stdout == "50000\n"
