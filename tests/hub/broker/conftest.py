"""Both brokers, and Mosquitto in both of its ways: the plugin, and the access list."""

import pytest

from hub.broker.files import find_plugin
from tests.conftest import RealBroker


@pytest.fixture(params=["nats", "mosquitto", "mosquitto-acl"])
def broker(request, tmp_path):
    directory = tmp_path / request.param
    directory.mkdir()
    broker = RealBroker(request.param.partition("-")[0], directory)
    broker.plugin = find_plugin() if request.param == "mosquitto" else None
    broker.start()
    yield broker
    broker.stop()
