"""Answers to persons' commands, and what is in force, as text for a terminal.

Law: pure. Chinese and English side by side; times are the station's local ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.kernel.override import (
    ArrivalAt,
    ArrivedAt,
    AtPlatform,
    ByGates,
    Cancelled,
    CheckIn,
    Delayed,
    DelayUnknown,
    DepartedAt,
    DepartureAt,
    EndsHere,
    InWaitingRoom,
    OnTrack,
    ReplacedBy,
    StartsHere,
    StockOf,
)
from protocol.times import clock_text

if TYPE_CHECKING:
    from hub.kernel.objections import Answer
    from hub.kernel.override import Override, Word
    from hub.store.manual import InForce
    from protocol.runs import CallTime, Run
    from protocol.times import Instant
    from station_config.model import Station


def answer_text(answer: Answer, station: Station, *, preview: bool) -> str:
    """Return what became of a command."""
    head = "预览 preview" if preview else "已执行 done"
    lines = [f"{head if answer.accepted else '拒绝 refused'}: {answer.run_id or station.id}"]
    lines += [f"  × {each.zh} · {each.en}" for each in answer.refused]
    lines += [f"  ! {each.zh} · {each.en}" for each in answer.warned]
    if answer.accepted and answer.run is not None:
        lines.append(f"  {_run_text(answer.run, station)}")
    return "\n".join(lines)


def list_text(listed: InForce, station: Station) -> str:
    """Return what persons have set, one override a line."""
    mode = listed.mode
    lines = ["本站 station: 自动 AUTO"]
    if mode is not None:
        until = _end(mode.until, station, "另行通知 further notice")
        since = clock_text(mode.since, station.zone_info)
        lines = [f"本站 station: 人工 MANUAL {since} → {until}, {mode.who}: {mode.why}"]
    for each in listed.overrides:
        lines.append(_override_text(each, station))
        late = listed.outdated.get(each.id)
        if late is not None:
            lines.append(f"    ! {late.zh} · {late.en}")
    for run_id, objections in sorted(listed.conflicts.items()):
        lines += [f"{run_id}  ! {each.zh} · {each.en}" for each in objections]
    if not listed.overrides:
        lines.append("没有人工设置 nothing is set by hand")
    return "\n".join(lines)


def _override_text(each: Override, station: Station) -> str:
    since = clock_text(each.since, station.zone_info)
    until = _end(each.until, station, "离站 departure")
    said = _word_text(each.word, station)
    return (
        f"{each.run_id}  {each.word.field.value} {said}  {since} → {until}, {each.who}: {each.why}"
    )


def _end(until: Instant | None, station: Station, otherwise: str) -> str:
    return clock_text(until, station.zone_info) if until is not None else otherwise


def _word_text(word: Word, station: Station) -> str:
    match word:
        case ArrivalAt() | DepartureAt() | ArrivedAt() | DepartedAt():
            reason = word.texts.values() if isinstance(word, ArrivalAt | DepartureAt) else ()
            return " / ".join([clock_text(word.at, station.zone_info), *reason])
        case Delayed():
            return " / ".join([f"{word.minutes:+d} min", *word.texts.values()])
        case DelayUnknown():
            return " / ".join(word.texts.values()) or "?"
        case CheckIn():
            return "开 open" if word.is_open else "停 closed"
        case Cancelled() | EndsHere() | StartsHere():
            return "停运 cancelled" if word.cancelled else "开行 runs"
        case _:
            return _other_text(word)


def _other_text(
    word: OnTrack | AtPlatform | InWaitingRoom | ByGates | ReplacedBy | StockOf,
) -> str:
    match word:
        case ReplacedBy():
            return " ".join([word.number or "大巴 bus", *word.texts.values()])
        case StockOf():
            return word.run_id or "无 none"
        case OnTrack():
            return word.track
        case AtPlatform():
            return word.platform
        case InWaitingRoom():
            return word.waiting_room
        case ByGates():
            return " ".join(word.gates)


def _run_text(run: Run, station: Station) -> str:
    """Return what passengers are told of a run, in one line."""
    parts = [run.departure_number or run.arrival_number or run.run_id, run.control.value]
    for name, call in (("到 arr", run.arrival), ("开 dep", run.departure)):
        if call is not None:
            parts.append(f"{name} {_call_text(call, station, held=run.held)}")
    if run.cancelled:
        parts.append("停运 cancelled")
    if run.replaced_by is not None:
        parts.append(f"改乘 replaced by {run.replaced_by.number or '大巴 bus'}")
    if run.feeder is not None:
        parts.append(f"车底 stock of {run.feeder}")
    parts += [f"站台 platform {run.platform or '-'}", f"检票口 gates {' '.join(run.gates) or '-'}"]
    return ", ".join(parts)


def _call_text(call: CallTime, station: Station, *, held: bool) -> str:
    planned = clock_text(call.planned, station.zone_info)
    if call.cancelled:
        return f"{planned} 停运 cancelled"
    if held and call.actual is None:
        return f"{planned} → ?"
    expected = clock_text(call.expected, station.zone_info)
    return planned if expected == planned else f"{planned} → {expected}"
