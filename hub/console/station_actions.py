"""Actions about the station: what it is, how it stands, its devices, feed, conflicts.

Law: each entry of the table and what does it. Nothing is judged here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from hub.accounts.roles import Permission
from hub.audit.record import Outcome
from hub.console.action import Action, Call
from hub.console.live import HubState, Standing
from hub.console.said import (
    DeviceOrder,
    Done,
    LimitQuery,
    NoticeList,
    RejectLine,
)
from hub.feed_report import FeedReport
from hub.fleet.order import Stage
from hub.fleet.said import CommandReport, FleetReport, Given
from hub.reload import Reloaded
from protocol.times import Instant

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twisted.internet.defer import Deferred

    from hub.console.office import Office
    from hub.kernel.reasons import Rejected
    from hub.store.manual import InForce
    from one_way_feed.rows import Row
    from station_config.model import Layout

WAIT_S = 10.0
"""A person waits so long for a device's answer; what comes later stands in the list."""


class PlaceView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A track, platform, gate, waiting room, zone or board.

    Attributes:
        label: as staff or passengers read it, "" if it has names.
        platform: of a track: where it stands; "" none.
        platforms: of a gate: where it leads.
        waiting_room: of a gate.
        length_m: of a track or platform.
        kind: of a board or track.
    """

    id: str
    label: str = ""
    names: dict[str, str] = {}
    platform: str = ""
    platforms: tuple[str, ...] = ()
    waiting_room: str = ""
    length_m: int = 0
    kind: str = ""


class StationView(msgspec.Struct, frozen=True, kw_only=True):
    """What the station is, as of today.

    Attributes:
        now: station time.
        rate: station seconds per real second.
        sites: addresses of boards, announcements and the like, by kind of subsystem.
    """

    id: str
    names: dict[str, str]
    zone: str
    languages: tuple[str, ...]
    now: Instant
    rate: float
    categories: tuple[PlaceView, ...]
    tracks: tuple[PlaceView, ...]
    platforms: tuple[PlaceView, ...]
    gates: tuple[PlaceView, ...]
    waiting_rooms: tuple[PlaceView, ...]
    zones: tuple[PlaceView, ...]
    boards: tuple[PlaceView, ...]
    sites: dict[str, str]


def _station(office: Office, _call: Call) -> StationView:
    desk = office.desk()
    station, now = desk.station, desk.clock.now()
    layout = station.layout_on(now.astimezone(station.zone_info).date())
    return StationView(
        id=station.id,
        names=station.names,
        zone=station.zone,
        languages=station.languages,
        now=now,
        rate=desk.clock.rate,
        categories=tuple(PlaceView(id=c.code, names=c.names) for c in station.categories),
        zones=tuple(PlaceView(id=z.id, names=z.names) for z in station.announcement_zones),
        boards=tuple(PlaceView(id=b.id, names=b.names, kind=b.kind.value) for b in station.boards),
        sites=dict(office.sites),
        **_places(layout),
    )


def _places(layout: Layout) -> dict[str, tuple[PlaceView, ...]]:
    return {
        "tracks": tuple(
            PlaceView(
                id=t.id,
                label=t.label,
                platform=t.platform or "",
                length_m=t.length_m,
                kind=t.kind.value,
            )
            for t in layout.tracks
        ),
        "platforms": tuple(
            PlaceView(id=p.id, label=p.label, length_m=p.length_m) for p in layout.platforms
        ),
        "gates": tuple(
            PlaceView(id=g.id, label=g.label, platforms=g.platforms, waiting_room=g.waiting_room)
            for g in layout.gates
        ),
        "waiting_rooms": tuple(PlaceView(id=w.id, names=w.names) for w in layout.waiting_rooms),
    }


def _state(office: Office, _call: Call) -> HubState:
    return office.live.state


def _standing(office: Office, _call: Call) -> Deferred[Standing]:
    asked = office.desk().in_force()
    return asked.addCallback(
        lambda found: Standing(conflicts=found.conflicts, outdated=found.outdated)
    )


def _notices(office: Office, _call: Call) -> Deferred[NoticeList]:
    def told(found: InForce) -> NoticeList:
        return NoticeList(found.notices)

    return office.desk().in_force().addCallback(told)


def _feed(office: Office, _call: Call) -> FeedReport:
    return office.feed()


def _devices(office: Office, _call: Call) -> FleetReport:
    return office.fleet().report()


def _device(office: Office, call: Call) -> Deferred[CommandReport]:
    order: DeviceOrder = call.body
    fields = {name: getattr(order, name) for name in order.__struct_fields__ if name != "why"}
    given = Given(who=call.by.name, wait_s=WAIT_S, **fields)
    subject = order.device or f"group/{order.group}/{order.zone}"
    said = {"why": order.why, "kind": order.kind, "parameters": order.parameters}

    def record(report: CommandReport) -> Deferred[CommandReport]:
        stages = {device: each.stage.value for device, each in report.orders.items()}
        done = all(each.stage is Stage.DONE for each in report.orders.values())
        outcome = Outcome.DONE if done else Outcome.FAILED
        entry = office.entry(call, "device.command", subject, outcome, stages=stages, **said)
        return office.record(entry).addCallback(lambda _: report)

    def refused(failure: Any) -> Deferred[Any]:  # noqa: ANN401 - a Failure
        why = str(failure.value)
        entry = office.entry(call, "device.command", subject, Outcome.REFUSED, refused=why, **said)
        return office.record(entry).addCallback(lambda _: failure)

    return office.fleet().command(given).addCallbacks(record, refused)


def _rejects(office: Office, call: Call) -> Deferred[tuple[RejectLine, ...]]:
    def lines(found: Sequence[tuple[Instant, Rejected, Row]]) -> tuple[RejectLine, ...]:
        return tuple(
            RejectLine(
                at=at,
                key="/".join(each.key),
                reason=each.reason.value,
                zh=each.zh,
                en=each.en,
                partial=each.partial,
                row=msgspec.to_builtins(row),
            )
            for at, each, row in found
        )

    return office.desk().rejects(call.query.limit).addCallback(lines)


def _reload(office: Office, call: Call) -> Deferred[Reloaded]:
    def record(reloaded: Reloaded) -> Deferred[Reloaded]:
        entry = office.entry(call, "station.reload", "station", rows=reloaded.rows)
        return office.record(entry).addCallback(lambda _: reloaded)

    return office.desk().reload().addCallback(record)


ACTIONS = (
    Action(
        "station.get", "GET", "/station", Permission.SEE, StationView, _station,
        "Tracks, platforms, gates, rooms, boards, as of today.",
    ),
    Action(
        "station.state", "GET", "/state", Permission.SEE, HubState, _state,
        "How the hub stands, and whether the station is manual.",
    ),
    Action(
        "station.reload", "POST", "/reload", Permission.RELOAD, Reloaded, _reload,
        "Read the station's files again and go on with their timetable.", takes=Done,
    ),
    Action(
        "conflict.list", "GET", "/conflicts", Permission.SEE, Standing, _standing,
        "What staff must see to, by run, and persons' words that AUTO contradicts.",
    ),
    Action(
        "notice.list", "GET", "/notices", Permission.SEE, NoticeList, _notices,
        "Notices that are told or are to come.",
    ),
    Action(
        "feed.get", "GET", "/feed", Permission.SEE, FeedReport, _feed, "How the lines stand.",
    ),
    Action(
        "device.list", "GET", "/devices", Permission.SEE, FleetReport, _devices,
        "All devices and the last commands to them.",
    ),
    Action(
        "device.command", "POST", "/devices", Permission.DEVICE, CommandReport, _device,
        "Command a device or a group; answered after 10 s at the latest.", takes=DeviceOrder,
    ),
    Action(
        "reject.list", "GET", "/rejects", Permission.REJECTS, tuple[RejectLine, ...], _rejects,
        "Dispatching's rows that were not believed, newest first.", query=LimitQuery,
    ),
)  # fmt: skip
