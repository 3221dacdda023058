"""What the answers of the parts mean: levels, and sentences about what is wrong. Pure.

Law: takes what was answered, None where nothing was, and never fails on what it does not know: a
process may be of another version, or damaged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub.overview.model import Device, Level, Line, Overview, Part, Text, worst
from protocol.messages import LinkMode, SourceMode

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hub.clock.report import TimeReport
    from hub.disbelieved import Judgement
    from hub.feed_report import FeedReport
    from hub.fleet.said import FleetReport
    from protocol.times import Instant

CLOCK_OFF_S = 1.0
"""A clock that is so far from the hub's is told."""

NO_ANSWER = Text("没有应答", "does not answer")
NO_PORT = Text("未设 hub.port，状态未知", "is not known: set hub.port")
UNFIT = Text("不能工作", "cannot do what it is for")
SOURCE = {
    SourceMode.UNVERIFIED.value: Text("调度信息核对中", "dispatching is being verified"),
    SourceMode.SOURCE_STALE.value: Text("调度数据库无更新", "the dispatching database is stale"),
    SourceMode.LINK_DOWN.value: Text("调度线路中断", "nothing comes over the line"),
}
NOT_ONLINE = {
    LinkMode.SUSPECT.value: Text("与中心的连接核实中", "checks whether the hub is there"),
    LinkMode.SYNCING.value: Text("正在恢复", "takes over what it missed"),
    LinkMode.AUTONOMOUS.value: Text("自主运行，与中心失联", "autonomous: the hub is not heard"),
    "OFFLINE": Text("离线", "is offline"),
}
OFFLINE = "OFFLINE"

Answer = dict[str, Any]


DOUBTS = {
    "HOLDOVER": Text("时钟守时运行，无时钟源", "its clock holds over: no master clock"),
    "SUSPECT": Text("时钟存疑，时钟源互相矛盾", "its clock is in doubt: master clocks contradict"),
    "UNSET": Text("时钟未校准", "nobody vouches for its clock"),
}


def judge_hub(name: str, said: Answer | None, *, asked: bool = True) -> Part:
    """Return the hub's part from its `/health`; `asked` False: it has no port to be asked at."""
    if not asked:
        return Part(role="hub", name=name, level=Level.NOTE, why=(NO_PORT,))
    if said is None:
        return Part(role="hub", name=name, level=Level.FAULT, why=(NO_ANSWER,))
    broker, source = _table(said, "broker"), _table(said, "source")
    why = [] if said.get("ok") else [UNFIT, *(Text(each, each) for each in _reasons(said))]
    leads = bool(said.get("epoch"))
    if leads and broker.get("connected") is False:
        why.append(Text("未连接消息代理", "is not connected to the broker"))
    notes = [SOURCE[mode] for mode in [str(source.get("mode"))] if leads and mode in SOURCE]
    notes += _judge_clock(_table(said, "clock"))
    return Part(
        role="hub",
        name=name,
        level=_level(why, notes),
        state=str(said.get("role", "")),
        epoch=_whole(said, "epoch") or None,
        behind=_whole(said, "waiting"),
        why=(*why, *notes),
    )


def judge_broker(name: str, said: Answer | None, *, reachable: bool) -> Part:
    """Return the broker's part: by its `/health` if it has one, else by whether its port opens."""
    why = [] if reachable else [NO_ANSWER]
    notes = [Text(each, each) for each in _reasons(said)]
    state = "open" if reachable else ""
    return Part(role="broker", name=name, level=_level(why, notes), state=state, why=(*why, *notes))


def judge_subsystem(kind: str, name: str, said: Answer | None, epoch: int | None) -> Part:
    """Return a subsystem's part from its `/health`; `epoch`: of the hub that leads, if known."""
    if said is None:
        return Part(role=kind, name=name, level=Level.FAULT, why=(NO_ANSWER,))
    why = [] if said.get("ok") else [UNFIT, *(Text(each, each) for each in _reasons(said))]
    mode = str(said.get("mode", ""))
    notes = [NOT_ONLINE[mode]] if mode in NOT_ONLINE else []
    if said.get("missing"):
        notes.append(Text(f"缺 {said['missing']} 项", f"{said['missing']} entries are missing"))
    if epoch and said.get("epoch") and said["epoch"] != epoch:
        notes.append(Text("所随中心纪元不同", f"follows another epoch: {said['epoch']}"))
    offset = _number(said, "clock_offset_s")
    if offset is not None and abs(offset) > CLOCK_OFF_S:
        notes.append(Text(f"时钟偏差 {offset:.1f} 秒", f"its clock is off by {offset:.1f} s"))
    return Part(
        role=kind,
        name=name,
        level=_level(why, notes),
        state=mode,
        epoch=_whole(said, "epoch") or None,
        behind=_whole(said, "missing"),
        age_s=_number(said, "heard_age_s"),
        runs=_whole(said, "runs"),
        why=(*why, *notes),
    )


def judge_lines(report: FeedReport | None) -> tuple[Line, ...]:
    """Return the lines from the hub's `/feed`, nothing when it did not say."""
    lines = []
    for each in [] if report is None else report.lines:
        mode = each.mode.value
        notes = [SOURCE[mode]] if mode in SOURCE else []
        if each.disagreements:
            told = each.disagreements
            notes.append(Text(f"与主用线路有 {told} 行不符", f"{told} rows contradict the lead"))
        if each.sender_received:
            notes.append(Text("线路并非单向", "is not one-way: its sender receives octets"))
        lines.append(
            Line(
                name=each.name,
                level=_level([], notes),
                mode=mode,
                role=each.role,
                source_age_s=each.source_age_s,
                use_percent=each.line_use_percent,
                why=tuple(notes),
            )
        )
    return tuple(lines)


def judge_devices(report: FleetReport | None) -> tuple[Device, ...] | None:
    """Return the devices from the hub's `/devices`, None when it did not say."""
    if report is None:
        return None
    devices = []
    for name, each in report.devices.items():
        why = [NOT_ONLINE[each.mode]] if each.mode == OFFLINE else []
        notes = [NOT_ONLINE[each.mode]] if not why and each.mode in NOT_ONLINE else []
        notes += [Text(f"故障 {code}", f"fault {code}") for code in each.faults]
        devices.append(
            Device(
                name=name,
                kind=each.kind,
                level=_level(why, notes),
                mode=each.mode,
                since=each.since,
                clock_offset_ms=each.clock_offset_ms,
                why=(*why, *notes),
            )
        )
    return tuple(devices)


def put_together(
    station: str,
    at: Instant,
    parts: Sequence[Part],
    lines: tuple[Line, ...],
    devices: tuple[Device, ...] | None,
    rows: Judgement | None = None,
    time: TimeReport | None = None,
) -> Overview:
    """Return the overview with its worst level."""
    levels = [part.level for part in parts] + [line.level for line in lines]
    levels += [device.level for device in devices or ()]
    return Overview(
        station=station,
        at=at,
        level=worst(levels),
        parts=tuple(parts),
        lines=lines,
        devices=devices,
        rows=rows,
        time=time,
    )


def _judge_clock(clock: Mapping[str, Any]) -> list[Text]:
    """Return what is wrong with the hub's time, where it follows master clocks."""
    if not clock.get("followed"):
        return []
    quality = str(clock.get("quality"))
    notes = [DOUBTS[quality]] if quality in DOUBTS else []
    for name, standing in _table(clock, "sources").items():
        if standing == "FALSE":
            notes.append(Text(f"时钟源 {name} 有误", f"master clock {name} tells a false time"))
        elif standing == "SILENT":
            notes.append(Text(f"时钟源 {name} 无应答", f"master clock {name} is silent"))
    return notes


def _level(why: Sequence[Text], notes: Sequence[Text]) -> Level:
    if why:
        return Level.FAULT
    return Level.NOTE if notes else Level.WELL


def _table(said: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = said.get(key)
    return found if isinstance(found, dict) else {}


def _number(said: Mapping[str, Any], key: str) -> float | None:
    found = said.get(key)
    return float(found) if isinstance(found, (int, float)) else None


def _whole(said: Mapping[str, Any], key: str) -> int | None:
    found = said.get(key)
    return found if isinstance(found, int) else None


def _reasons(said: Answer | None) -> list[str]:
    found = (said or {}).get("reasons")
    return [str(each) for each in found] if isinstance(found, list) else []
