"""Topics: the only place where a topic string exists.

Law: builders and the parser stand side by side and are tested against each other. Only immutable
keys stand in a topic. Root is ``pis/1/{station}/``, 1 being the protocol's major version.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from protocol.identifiers import check_identifier

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date


HUB_LEAVES = ("cmd", "want", "cfg", "resp")
"""Under ``dev/{id}/``, written by the hub."""
DEVICE_LEAVES = ("state", "desc", "ack", "evt", "health", "req", "said")
"""Under ``dev/{id}/``, written by the device."""
ALL_ZONES = "all"
"""Zone of a command to every device of a type, wherever it stands."""


@dataclass(frozen=True)
class Topics:
    """The topics of one station.

    Raises:
        OperatorError: the station's identifier has characters that a topic may not have.
    """

    station: str

    def __post_init__(self) -> None:
        """Check the station's identifier once, so that no builder can make a bad topic of it."""
        check_identifier(self.station)

    @property
    def root(self) -> str:
        """``pis/1/{station}``."""
        return f"pis/1/{self.station}"

    @property
    def everything(self) -> str:
        """Filter for all topics of the station."""
        return f"{self.root}/#"

    @property
    def hub_state(self) -> str:
        """Retained; will of the hub."""
        return f"{self.root}/hub/state"

    @property
    def hub_beat(self) -> str:
        """Every 5 s, never retained."""
        return f"{self.root}/hub/beat"

    @property
    def hub_manifest(self) -> str:
        """Retained."""
        return f"{self.root}/hub/manifest"

    @property
    def hub(self) -> str:
        """Filter for what the hub says of itself."""
        return f"{self.root}/hub/+"

    @property
    def runs(self) -> str:
        """Filter for all runs."""
        return f"{self.root}/run/+"

    @property
    def plans(self) -> str:
        """Filter for all day plans."""
        return f"{self.root}/plan/+"

    @property
    def notices(self) -> str:
        """Filter for all notices."""
        return f"{self.root}/notice/+"

    @property
    def events(self) -> str:
        """Filter for all events."""
        return f"{self.root}/event/+"

    @property
    def requests(self) -> str:
        """Filter for the requests of all devices."""
        return f"{self.root}/dev/+/req"

    @property
    def device_states(self) -> str:
        """Filter for the states of all devices."""
        return f"{self.root}/dev/+/state"

    @property
    def aggregate(self) -> str:
        """Retained, each 60 s: counts by mode."""
        return f"{self.root}/agg/state"

    @property
    def spoken(self) -> str:
        """Not retained: what is being said over loudspeakers."""
        return f"{self.root}/spoken"

    def all_devices(self, leaf: str) -> str:
        """Filter for one leaf of all devices; see `device`."""
        return f"{self.root}/dev/+/{leaf}"

    def run(self, run_id: str) -> str:
        """Retained; an empty payload deletes."""
        return f"{self.root}/{run_entity(run_id)}"

    def plan(self, service_date: date) -> str:
        """Retained."""
        return f"{self.root}/{plan_entity(service_date)}"

    def event(self, kind: str) -> str:
        """Not retained."""
        return f"{self.root}/event/{kind}"

    def device(self, device: str, leaf: str) -> str:
        """``dev/{device}/{leaf}``; leaf: one of `HUB_LEAVES` or `DEVICE_LEAVES`."""
        return f"{self.root}/dev/{device}/{leaf}"

    def notice(self, notice_id: str) -> str:
        """Retained; an empty payload deletes."""
        return f"{self.root}/{notice_entity(notice_id)}"

    def group_command(self, kind: str, zone: str) -> str:
        """Not retained. `zone` `ALL_ZONES`: every device of `kind`."""
        return f"{self.root}/grp/{kind}/{zone}/cmd"

    def group_commands(self, kind: str) -> str:
        """Filter for the commands to all devices of `kind`, in every zone."""
        return f"{self.root}/grp/{kind}/+/cmd"

    def group_filters(self, kind: str, zones: Iterable[str]) -> tuple[str, ...]:
        """Filters for the commands to devices of `kind` that stand in `zones`; none: in any."""
        named = tuple(self.group_command(kind, zone) for zone in zones)
        return (
            (*named, self.group_command(kind, ALL_ZONES)) if named else (self.group_commands(kind),)
        )

    def entity(self, topic: str) -> str:
        """Return `topic` without the root: the key of an entity, as a manifest names it.

        Returns "" for a topic of another station or another major version.
        """
        prefix = f"{self.root}/"
        return topic.removeprefix(prefix) if topic.startswith(prefix) else ""

    def of_entity(self, entity: str) -> str:
        """Return the topic of `entity`; the inverse of `entity`."""
        return f"{self.root}/{entity}"


def run_entity(run_id: str) -> str:
    """Return the manifest's key of a run."""
    return f"run/{run_id}"


def notice_entity(notice_id: str) -> str:
    """Return the manifest's key of a notice."""
    return f"notice/{notice_id}"


def plan_entity(service_date: date) -> str:
    """Return the manifest's key of a day plan."""
    return f"plan/{service_date.isoformat()}"
