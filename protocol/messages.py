"""Every message of the protocol, version 1, as frozen types.

Law: correctness lives in the payload. Each message carries who sent it, in which epoch, with which
revision and until when it is true, so that one that comes twice, late, out of order or from a dead
hub can be told from the truth. Readers ignore fields that they do not know; new ones are optional.
All instants are station time.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

import msgspec

from protocol.commands import Ack, Command
from protocol.devices import Aggregate, Config, Fault, Health, Want
from protocol.limits import Count
from protocol.master_clock import MasterClock
from protocol.notices import Notice
from protocol.runs import Run
from protocol.spoken import Said, Spoken
from protocol.times import Instant

VERSION = "1.0"
"""Major stands in the topic, minor is announced here."""


class SourceMode(StrEnum):
    """How the hub stands with the dispatching side. Three kinds of silence are told apart."""

    LIVE = "LIVE"
    LINK_DOWN = "LINK_DOWN"
    """Nothing intact comes over the line."""
    SOURCE_STALE = "SOURCE_STALE"
    """The line is fine, dispatching is frozen or its database cannot be read."""
    UNVERIFIED = "UNVERIFIED"
    """Rows come in, the digest of the whole table has not been confirmed yet."""


class LinkMode(StrEnum):
    """How a subsystem stands with the hub; the order is the way of a loss and a recovery."""

    ONLINE = "ONLINE"
    """In step with the hub; commands are obeyed."""
    SUSPECT = "SUSPECT"
    """The hub was not heard for a while, or the connection is gone."""
    AUTONOMOUS = "AUTONOMOUS"
    """Goes on alone from what is held, and says so."""
    SYNCING = "SYNCING"
    """The hub is there again; not everything is held yet."""


class Source(msgspec.Struct, frozen=True):
    """State of the dispatching source as the hub sees it.

    Attributes:
        mode: LIVE or the kind of silence.
        since: when `mode` began.
        confirmed_at: when the source was last known to be fresh, None if never.
    """

    mode: SourceMode
    since: Instant
    confirmed_at: Instant | None = None


class HubState(msgspec.Struct, frozen=True, kw_only=True):
    """`hub/state`, retained, and the hub's will (online false, same epoch).

    Attributes:
        online: False only in the will and at an orderly stop.
        hub: identifier of the hub.
        versions: protocol versions spoken.
        source: state of the dispatching source.
        estimate_lifetime_s: seconds for which a deviation from the timetable stays true after
            `confirmed_at` (C-5.4).
        zone: IANA name of the station's time zone.
    """

    online: bool
    hub: str
    versions: tuple[str, ...] = (VERSION,)
    source: Source | None = None
    estimate_lifetime_s: int = 1800
    zone: str = "UTC"


class Beat(msgspec.Struct, frozen=True, kw_only=True):
    """`hub/beat`, every 5 s of real time, never retained (a retained time lies).

    Attributes:
        utc: station time at sending.
        rate: station seconds per real second; 1 outside simulations.
        manifest_seq: `seq` of the manifest in force.
        clock_quality: how the hub knows the time: ``synced``, ``holdover``, ``suspect``, ``unset``;
            ``system``: by its machine's clock, for which nobody vouches; ``simulated``.
        source: state of the dispatching source.
        clock: more about the time, None: the hub does not say.
    """

    utc: Instant
    rate: float = 1.0
    manifest_seq: int
    clock_quality: str = "system"
    source: Source | None = None
    clock: MasterClock | None = None


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """`hub/manifest`, retained: every live entity with its revision.

    Attributes:
        entries: revision by entity, e.g. ``{"plan/2021-01-20": 1}``; what is not here is deleted.
    """

    entries: dict[str, int]


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """`plan/{service_date}`, retained: the day's timetable with timelines; autonomy lives on it."""

    service_date: date
    runs: tuple[Run, ...]


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """`event/{kind}`: a trigger with 30 s of life; late is worse than never.

    Attributes:
        event_id: stays the same when it is published again; readers drop the second one.
        kind: ``approaching``, ``arrived``, ``departed``, ``changed``.
        run_id: the run that it is about.
        at: when it happened.
    """

    event_id: str
    kind: str
    run_id: str
    at: Instant


class DeviceState(msgspec.Struct, frozen=True, kw_only=True):
    """`dev/{id}/state`, retained, every 30 s and on change, and the device's will.

    Attributes:
        online: False in the will.
        boot: identifier of this start of the device; its will carries the same.
        mode: the link machine's mode.
        since: when `mode` began, station time.
        hub_epoch: epoch of the hub that the device is in step with.
        manifest_seq: manifest that it is complete at.
        clock_offset_ms: own station clock minus the hub's, None if never measured.
        want_revision: of the `Want` that is in force here, 0 for none.
        cfg_revision: of the `Config` that is in force here, 0 for none.
    """

    online: bool
    boot: str
    mode: LinkMode
    since: Instant
    hub_epoch: int = 0
    manifest_seq: int = 0
    clock_offset_ms: float | None = None
    want_revision: Count = 0
    cfg_revision: Count = 0


class DeviceDescription(msgspec.Struct, frozen=True, kw_only=True):
    """`dev/{id}/desc`, retained: what the device is.

    Attributes:
        kind: its type, an identifier; group commands and permissions go by it.
        vendor: who makes it.
        model: of the hardware.
        serial: of the hardware.
        software: name and version.
        versions: protocol versions that it speaks.
        languages: BCP 47, that it can show or speak.
        zones: of the station that it stands in, unless its configuration says otherwise.
        capabilities: what it can do, e.g. ``show``, ``speak``, ``brightness``.
        commands: kinds of command that it knows.
        metrics: address of its metrics (OpenMetrics over HTTP), "" for none.
    """

    kind: str
    vendor: str = ""
    model: str = ""
    serial: str = ""
    software: str = ""
    versions: tuple[str, ...] = (VERSION,)
    languages: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()
    capabilities: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    metrics: str = ""


class RunQuery(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What runs a device asks for; every condition that is given must hold.

    Attributes:
        service_date: of the run.
        number: part of its number on arrival or departure, capital or small.
        place: part of its origin's or destination's name in any language, or their code.
        run_ids: exactly these.
        limit: at most so many, earliest first; the hub may answer with fewer.
    """

    service_date: date | None = None
    number: str = ""
    place: str = ""
    run_ids: tuple[str, ...] = ()
    limit: Count = 20


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """`dev/{id}/req`, device to hub.

    Attributes:
        correlation: copied into the response.
        kind: ``time``, ``resync`` or ``query``.
        sent: for ``time``: the device's own monotonic seconds at sending, copied back.
        entities: for ``resync``: what is missing; empty means everything.
        query: for ``query``: which runs.
    """

    correlation: str
    kind: str
    sent: float = 0.0
    entities: tuple[str, ...] = ()
    query: RunQuery | None = None


class Response(msgspec.Struct, frozen=True, kw_only=True):
    """`dev/{id}/resp`, hub to device.

    Attributes:
        correlation: of the request.
        kind: of the request.
        ok: whether it was served.
        error: why it was not.
        sent: for ``time``: from the request.
        utc: for ``time``: the hub's station time when it answered.
        rate: station seconds per real second.
        runs: for ``query``: what was found, earliest first.
        more: for ``query``: how many more there are than `runs`.
    """

    correlation: str
    kind: str
    ok: bool = True
    error: str = ""
    sent: float = 0.0
    utc: Instant | None = None
    rate: float = 1.0
    runs: tuple[Run, ...] = ()
    more: Count = 0


Body = (
    HubState | Beat | Manifest | Run | Plan | Notice | Event | Spoken | Command | Want
    | Config | DeviceState | DeviceDescription | Ack | Fault | Health | Said | Request
    | Response | Aggregate
)  # fmt: skip

BODY_TYPES: dict[str, type[Body]] = {
    "hub.state": HubState,
    "hub.beat": Beat,
    "hub.manifest": Manifest,
    "run": Run,
    "plan": Plan,
    "notice": Notice,
    "event": Event,
    "spoken": Spoken,
    "cmd": Command,
    "dev.want": Want,
    "dev.cfg": Config,
    "dev.state": DeviceState,
    "dev.desc": DeviceDescription,
    "dev.ack": Ack,
    "dev.evt": Fault,
    "dev.health": Health,
    "dev.said": Said,
    "dev.req": Request,
    "dev.resp": Response,
    "agg.state": Aggregate,
}
"""Body type by the envelope's `t`."""
TYPE_NAMES: dict[type[Body], str] = {body: name for name, body in BODY_TYPES.items()}


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """The envelope, with its body decoded.

    Attributes:
        v: protocol version of the sender, ``major.minor``.
        t: type of the body, e.g. ``run``.
        id: UUID version 7.
        src: who sent it (user name at the broker).
        epoch: fence; each start of a hub has a greater one. 0 for devices.
        seq: counts what this sender sent in this epoch.
        rev: revision of the entity (C-3.1).
        issued_at: station time.
        valid_until: after it the content must not be told as true; None: until replaced.
        body: the content.
    """

    v: str = VERSION
    t: str
    id: str
    src: str
    epoch: Count
    seq: Count
    rev: Count = 0
    issued_at: Instant
    valid_until: Instant | None = None
    body: Body

    def expired(self, now: Instant) -> bool:
        """Return whether the content must no longer be told as true at `now`."""
        return self.valid_until is not None and now > self.valid_until
