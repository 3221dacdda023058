from pathlib import Path

import pytest

from hub.broker.credentials import ensure_secrets, read_passwords, users
from protocol.errors import OperatorError
from station_config.runtime.deployment import (
    BrokerSettings,
    Deployment,
    HubSettings,
    SubsystemSettings,
)


def deployment(tmp_path, **subsystems):
    return Deployment(
        station=tmp_path,
        broker=BrokerSettings(secrets=tmp_path / "secrets"),
        hub=HubSettings(database="sqlite://"),
        subsystems={
            kind: SubsystemSettings(id=name, cache=Path("c"), port=1)
            for kind, name in subsystems.items()
        },
    )


def test_passwords_are_made_once_and_are_their_owners_alone(tmp_path):
    place = deployment(tmp_path, display="display-1")
    assert ensure_secrets(place) == ["hub", "display-1"]
    before = read_passwords(place)
    assert ensure_secrets(place) == []
    assert read_passwords(place) == before
    assert len(set(before.values())) == 2
    assert min(len(word) for word in before.values()) >= 32
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700
    for name in before:
        assert (tmp_path / "secrets" / name).stat().st_mode & 0o777 == 0o600


def test_a_missing_password_names_its_file(tmp_path):
    with pytest.raises(OperatorError, match="secrets/hub"):
        read_passwords(deployment(tmp_path))


@pytest.mark.parametrize("word", ['a"b', "a b", "a\\b", "$2a$10$hash", "é", "x" * 300])
def test_a_password_that_a_configuration_cannot_carry_is_refused(tmp_path, word):
    place = deployment(tmp_path)
    ensure_secrets(place)
    (tmp_path / "secrets" / "hub").write_text(word)
    with pytest.raises(OperatorError, match="cannot be used"):
        read_passwords(place)


def test_two_subsystems_of_one_name_are_refused(tmp_path):
    with pytest.raises(OperatorError, match="'display' and 'clock' are both called 'x'"):
        users(deployment(tmp_path, display="x", clock="x"))


def test_a_name_that_is_a_path_writes_nothing(tmp_path):
    with pytest.raises(OperatorError, match="not an identifier"):
        ensure_secrets(deployment(tmp_path, display="../outside"))
    assert not (tmp_path / "outside").exists()


def test_a_directory_that_cannot_be_written_is_the_operators(tmp_path):
    (tmp_path / "secrets").write_text("a file")
    with pytest.raises(OperatorError, match="cannot write"):
        ensure_secrets(deployment(tmp_path))
