"""The network between the station's hub and its displays, cut or bad: two namespaces.

Nothing false is shown meanwhile, the mode is shown, and recovery needs no hand.
"""

import os
from random import Random

import pytest

from simulators.browser import FLAGS, SIZE, find_chromium
from simulators.network.namespaces import why_not
from simulators.network.weather import FINE, Weather
from simulators.network.wire import BadNetwork
from tests.end_to_end.reliability import on
from tests.end_to_end.truth import Deviation

pytestmark = [
    pytest.mark.end_to_end,
    pytest.mark.skipif(why_not() is not None, reason=str(why_not())),
]


@pytest.fixture
def network():
    with BadNetwork(f"au{os.getpid() % 100_000}", Random(7)) as made:
        yield made


@pytest.fixture
def far_page(chromium, network, tmp_path):
    """Make pages of a browser that runs on the displays' host."""
    there = tmp_path / "chromium"
    there.write_text(f'#!/bin/sh\nexec {" ".join(network.far.command(find_chromium()))} "$@"\n')
    there.chmod(0o755)
    browser = chromium.browser_type.launch(executable_path=str(there), args=list(FLAGS))
    yield lambda: browser.new_context(viewport=SIZE).new_page()
    browser.close()


@pytest.fixture
def station(made_case, broker, network, far_page):
    return lambda: made_case(broker, far_page, network=network)


@on("nats", nightly=["mosquitto"])
def test_a_cable_is_pulled_and_put_back(station, network):
    case = station()
    first, second, third = case.trains
    case.say(first, Deviation(late=12))
    case.told("晚点约12分")
    case.lose()
    network.weather = Weather(cut=True)
    case.say(second, Deviation(late=25, track=case.elsewhere(second)))
    case.say(third, Deviation(cancelled=True))
    case.alone()
    case.watch.for_(5)
    network.weather = FINE
    case.mended()
    case.back("晚点约25分", "停运")
    case.moved(second)


@on("mosquitto", nightly=["nats"])
def test_ten_percent_loss_and_300_ms(station, network):
    """The screens may doubt the connection meanwhile; they never tell anything that is over."""
    case = station()
    case.truth.grace_s = 20.0  # TCP repeats what was lost, with growing patience
    lost, carried = network.lost, network.carried
    network.weather = Weather(loss=0.1, delay_s=0.3)
    first, second, _ = case.trains
    case.say(first, Deviation(late=12))
    case.told("晚点约12分", 60)
    case.watch.for_(15)
    case.say(second, Deviation(cancelled=True))
    case.told("停运", 60)
    case.watch.until(lambda _: network.lost > lost, 120, "a packet to be lost")
    assert network.carried > carried
    network.weather = FINE
    case.mended()
    case.back()
