"""What the deployment says of devices."""

from pathlib import Path

import pytest

from hub.fleet.deployed import DeployedWishes, expected_devices
from hub.fleet.register import Expected
from hub.store.database import Database
from hub.store.wishes import WishStore
from protocol.devices import Config, Want
from station_config.runtime.deployment import load_deployment

TEXT = """
station = "station"
[broker]
[hub]
database = "sqlite:///hub.db"
[subsystems.display]
id = "display"
cache = "cache"
port = 8080
zones = ["hall"]
want = {brightness = 0.6}
[devices.board-7]
kind = "display"
cfg = {zones = ["roof"], row-height-mm = 80}
"""


@pytest.fixture
def deployment(tmp_path: Path):
    path = tmp_path / "deployment.toml"
    path.write_text(TEXT, encoding="utf-8")
    return load_deployment(path)


def test_ours_and_others_are_expected(deployment):
    assert expected_devices(deployment) == {
        "display": Expected("display", ("hall",)),
        "board-7": Expected("display"),
    }


def test_what_the_file_says_is_wanted(deployment, database_url):
    database = Database(database_url)
    database.create()
    wishes = DeployedWishes(WishStore(database), deployment)
    said = {
        ("display", "want"): Want(revision=1, brightness=0.6),
        ("board-7", "cfg"): Config(revision=1, zones=("roof",), options={"row-height-mm": 80}),
    }
    assert wishes.all() == said
    assert wishes.all() == said
    wishes.change("display", "want", {"muted": True})
    assert wishes.all()["display", "want"] == Want(revision=2, brightness=0.6, muted=True)
    database.close()
