"""What a device listens to.

Law: pure. QoS 1 for commands alone. Whatever else is missed comes to light by the manifest, the
beat or the next answer, or is late anyway; and with NATS each QoS 1 subscription is a consumer on
its disk: of 500 devices that come back at once some were refused theirs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from protocol.topics import HUB_LEAVES

if TYPE_CHECKING:
    from protocol.topics import Topics
    from station_config.runtime.deployment import SubsystemSettings
    from subsystems.kit.duties import Willing


def subscriptions(
    topics: Topics, settings: SubsystemSettings, kind: str, willing: Willing
) -> list[tuple[str, int]]:
    """Return topic filters with their QoS.

    Args:
        topics: of the station.
        settings: of the subsystem: its identifier, and whose group commands it obeys.
        kind: its type.
        willing: what the subsystem does.
    """
    return [
        *((each, 0) for each in (topics.hub, topics.runs, topics.plans, topics.notices)),
        *([(topics.spoken, 0)] if willing.spoken is not None else []),
        *((each, 1) for each in topics.group_filters(kind, settings.zones)),
        *((topics.device(settings.id, leaf), int(leaf == "cmd")) for leaf in HUB_LEAVES),
    ]
