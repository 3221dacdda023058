"""Where devices hang, as the deployment says."""

from __future__ import annotations

from pathlib import Path

from hub.alarms.places import processes_of, segments_of
from station_config.runtime.deployment import (
    BrokerSettings,
    Deployment,
    DeviceSettings,
    HubSettings,
    SubsystemSettings,
)


def test_processes_and_segments() -> None:
    def ours(name: str, **said: str) -> SubsystemSettings:
        return SubsystemSettings(id=name, cache=Path(name), port=1, **said)  # type: ignore[arg-type] # strings

    deployment = Deployment(
        station=Path("s"),
        broker=BrokerSettings(),
        hub=HubSettings(database="sqlite://"),
        subsystems={
            "clock": ours("c-1"),
            "query": ours("q-1", segment="hall"),
            "display": ours("d"),
        },
        devices={"board-7": DeviceSettings(kind="display", segment="switch-3")},
        hosts={"hall": ("clock", "query"), "alone": ("display",)},
    )
    assert processes_of(deployment) == {"c-1": "hall", "q-1": "hall"}
    assert segments_of(deployment) == {"q-1": "hall", "board-7": "switch-3"}
