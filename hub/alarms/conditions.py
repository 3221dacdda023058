"""What is wrong now, from what the hub's parts say of themselves.

Law: pure: one function a source, each total over what that source may say. Nothing here remembers;
a condition that is not returned any more is over. Priorities follow what passengers lose.

| condition | priority | why |
|---|---|---|
| two trains on a track, a train without its stock | high | a train is in another's way |
| no line from dispatching is live | high | everything beyond the timetable lapses |
| the hub's broker or database fails | high | nobody is told anything new |
| a line of several fails, dispatching is stale or unverified | medium | one more, and it is high |
| a device is dark, is CRITICAL or in ERROR | medium | passengers there are told nothing |
| a post has not signed for long | as its fault says | somebody does not know of a train |
| a device goes on alone; lesser faults, rows, conflicts | low | what is told is true |
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from hub.alarms.model import Condition, Kind, Priority, Text
from hub.kernel.objections import Code
from protocol.devices import Severity
from protocol.messages import LinkMode, SourceMode

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from hub.disbelieved import Judgement
    from hub.feed_report import FeedReport
    from hub.fleet.said import DeviceReport, FleetReport
    from hub.kernel.objections import Objection
    from protocol.devices import Fault
    from protocol.messages import Source
    from protocol.times import Instant

OFFLINE = "OFFLINE"
REJECTED_FOR = timedelta(minutes=10)
"""A row that is not believed is an alarm for so long after the last one with its reason."""
OVERDUE = "unsigned"
"""Faults whose code begins so: a post has not signed for what it was told (staff notices)."""
URGENT = frozenset({Code.TRACK_OCCUPIED, Code.STOCK_LOST})
"""Conflicts that stop a train."""

_BY_SEVERITY = {
    Severity.INFO: None,
    Severity.WARNING: Priority.LOW,
    Severity.ERROR: Priority.MEDIUM,
    Severity.CRITICAL: Priority.MEDIUM,
}
_SOURCE: dict[SourceMode, tuple[Text, Text] | None] = {
    SourceMode.LIVE: None,
    SourceMode.LINK_DOWN: (
        Text(
            "调度线路中断：没有收到任何完整的帧", "Nothing intact comes over the dispatching line"
        ),
        Text(
            "检查卫星通信机及串口线；期间按图定时刻显示，晚点须人工录入",
            "Check the satellite and its cable; enter delays by hand meanwhile",
        ),
    ),
    SourceMode.SOURCE_STALE: (
        Text("调度数据库无更新", "The dispatching database is stale"),
        Text(
            "电话核实调度，通知调度侧维护人员",
            "Ask dispatching by telephone, call its maintainers",
        ),
    ),
    SourceMode.UNVERIFIED: (
        Text("调度数据核对中", "Dispatching's table is not verified yet"),
        Text(
            "等候核对；超过两分钟请检查线路质量",
            "Wait; if it takes more than two minutes, look at the quality of the line",
        ),
    ),
}


@dataclass(frozen=True)
class View:
    """What the hub's parts say.

    Attributes:
        fleet: the devices.
        source: dispatching as a whole, None: nothing was heard yet.
        feed: its lines, None: not known.
        conflicts: by run.
        connected: the broker is connected; None: not known.
        works: the database takes what it is given.
        processes: name of the process of each device that shares one with others.
        segments: what of the network each device hangs on, e.g. a switch.
    """

    fleet: FleetReport
    source: Source | None = None
    feed: FeedReport | None = None
    conflicts: Mapping[str, tuple[Objection, ...]] = field(default_factory=dict)
    connected: bool | None = None
    works: bool = True
    processes: Mapping[str, str] = field(default_factory=dict)
    segments: Mapping[str, str] = field(default_factory=dict)


def conditions(view: View, now: Instant) -> tuple[Condition, ...]:
    """Return everything that is wrong at `now`, the devices' conditions with possible causes."""
    return (
        *_of_hub(view),
        *_of_feed(view, now),
        *_of_conflicts(view.conflicts),
        *(c for name, each in view.fleet.devices.items() for c in _of_device(name, each, view)),
    )


def cause_names(view: View) -> dict[str, Text]:
    """Return what possible common causes are called."""
    names = {"broker": Text("消息代理", "the broker")}
    for process in view.processes.values():
        names[f"process/{process}"] = Text(f"进程 {process}", f"process {process}")
    for segment in view.segments.values():
        names[f"segment/{segment}"] = Text(f"网段 {segment}", f"network segment {segment}")
    for device in view.fleet.devices.values():
        names[f"kind/{device.kind}"] = Text(
            f"{device.kind} 类设备", f"devices of kind {device.kind}"
        )
        for zone in device.zones:
            names[f"zone/{zone}"] = Text(f"区域 {zone}", f"zone {zone}")
    return names


def _of_hub(view: View) -> Iterator[Condition]:
    if view.connected is False:
        yield Condition(
            key="hub/broker",
            kind=Kind.HUB,
            priority=Priority.HIGH,
            text=Text("中心未连接消息代理", "The hub is not connected to its broker"),
            response=Text(
                "检查消息代理进程和网络；各子系统自主运行",
                "Check the broker and the network; the subsystems go on alone",
            ),
            because=("broker",),
        )
    if not view.works:
        yield Condition(
            key="hub/database",
            kind=Kind.HUB,
            priority=Priority.HIGH,
            text=Text("数据库不能写入", "The database does not take what it is given"),
            response=Text("检查磁盘空间和数据库", "Check the disk and the database"),
        )


def _of_feed(view: View, now: Instant) -> Iterator[Condition]:
    down = view.source is not None and view.source.mode is not SourceMode.LIVE
    if view.source is not None and down:
        said = _SOURCE[view.source.mode]
        high = view.source.mode is SourceMode.LINK_DOWN
        priority = Priority.HIGH if high else Priority.MEDIUM
        yield _feed("feed/source", "", priority, said, view.source.since)
    if view.feed is None:
        return
    for line in view.feed.lines if not down else ():
        said = _SOURCE[line.mode]
        if said is not None:
            yield _feed(f"feed/line/{line.name}", line.name, Priority.MEDIUM, said, None)
    yield from _rejected(view.feed.judgement, now)


def _feed(
    key: str, line: str, priority: Priority, said: tuple[Text, Text] | None, since: Instant | None
) -> Condition:
    assert said is not None  # noqa: S101 - LIVE alone has nothing to say
    text, response = said
    if line:
        text = Text(f"线路 {line}：{text.zh}", f"Line {line}: {text.en}")
    return Condition(
        key=key,
        kind=Kind.FEED,
        priority=priority,
        text=text,
        response=response,
        place=line,
        since=since,
    )


def _rejected(judgement: Judgement | None, now: Instant) -> Iterator[Condition]:
    seen = set()
    for each in [] if judgement is None else judgement.latest:
        if each.reason in seen or now - each.at >= REJECTED_FOR:
            continue
        seen.add(each.reason)
        yield Condition(
            key=f"rejected/{each.reason}",
            kind=Kind.REJECTED,
            priority=Priority.LOW,
            text=Text(
                f"调度数据未采信：{each.zh}", f"A row of dispatching is not believed: {each.en}"
            ),
            response=Text(
                f"核对 {each.row}，必要时人工录入", f"Check {each.row}; enter it by hand if need be"
            ),
            place=each.row,
            since=each.at,
        )


def _of_conflicts(conflicts: Mapping[str, tuple[Objection, ...]]) -> Iterator[Condition]:
    for run_id, said in conflicts.items():
        for code in dict.fromkeys(each.code for each in said):
            each = next(one for one in said if one.code is code)
            yield Condition(
                key=f"conflict/{run_id}/{code.value}",
                kind=Kind.CONFLICT,
                priority=Priority.HIGH if code in URGENT else Priority.LOW,
                text=Text(f"{_number(run_id)} 次：{each.zh}", f"{_number(run_id)}: {each.en}"),
                response=Text(
                    "核实后更改股道或站台，或确认可以接受",
                    "Verify; change the track or platform, or accept it",
                ),
                place=run_id,
            )


def _of_device(name: str, device: DeviceReport, view: View) -> Iterator[Condition]:
    because = tuple(_causes(name, device, view))
    if device.mode == OFFLINE:
        yield Condition(
            key=f"device-dark/{name}",
            kind=Kind.DEVICE_DARK,
            priority=Priority.MEDIUM,
            text=Text(f"设备 {name} 离线", f"Device {name} is dark"),
            response=Text(
                f"检查 {name} 的电源和网络；必要时派人引导",
                f"Check power and network of {name}; send staff there if need be",
            ),
            place=name,
            since=device.since,
            because=because,
        )
        return  # what it said before it fell silent may be over
    if device.mode in {LinkMode.AUTONOMOUS.value, LinkMode.SUSPECT.value}:
        yield Condition(
            key=f"device-alone/{name}",
            kind=Kind.DEVICE_ALONE,
            priority=Priority.LOW,
            text=Text(f"设备 {name} 自主运行", f"Device {name} goes on alone"),
            response=Text(
                f"检查 {name} 与中心之间的网络", f"Check the network between the hub and {name}"
            ),
            place=name,
            since=device.since,
            because=because,
        )
    yield from _faults(name, device.told)


def _causes(name: str, device: DeviceReport, view: View) -> Iterator[str]:
    if view.connected is False:
        yield "broker"
    if name in view.segments:
        yield f"segment/{view.segments[name]}"
    if name in view.processes:
        yield f"process/{view.processes[name]}"
    yield from (f"zone/{zone}" for zone in device.zones)
    yield f"kind/{device.kind}"


def _faults(name: str, faults: Iterable[Fault]) -> Iterator[Condition]:
    for fault in faults:
        priority = _BY_SEVERITY[fault.severity]
        if priority is None:
            continue
        overdue = fault.code.startswith(OVERDUE)
        said = Text(
            fault.text.get("zh") or fault.text.get("en") or fault.code,
            fault.text.get("en") or fault.text.get("zh") or fault.code,
        )
        yield Condition(
            key=f"{Kind.OVERDUE.value if overdue else Kind.DEVICE_FAULT.value}/{name}/{fault.code}",
            kind=Kind.OVERDUE if overdue else Kind.DEVICE_FAULT,
            priority=priority,
            text=said if overdue else Text(f"{name}：{said.zh}", f"{name}: {said.en}"),
            response=_OVERDUE_RESPONSE if overdue else _FAULT_RESPONSE,
            place=fault.part or name,
            since=fault.since,
        )


_OVERDUE_RESPONSE = Text("电话通知该岗位，并请其签收", "Call the post, and have it sign")
_FAULT_RESPONSE = Text(
    "查看设备状态，通知维护人员", "Look at the device's state, call a maintainer"
)


def _number(run_id: str) -> str:
    return run_id.partition(".")[2]
