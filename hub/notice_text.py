"""Notices, and answers to commands about them, as text for a terminal.

Law: pure. Chinese and English side by side; times are the station's local ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.kernel.notice import SetNotice
from protocol.notices import NoticeKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hub.kernel.notice import KeptNotice, WithdrawNotice
    from hub.kernel.objections import Answer
    from protocol.notices import Notice
    from protocol.times import Instant
    from station_config.model import Station

KINDS = {
    NoticeKind.INFORMATION: "信息 INFORMATION",
    NoticeKind.DISRUPTION: "运行 DISRUPTION",
    NoticeKind.EMERGENCY: "紧急 EMERGENCY",
}


def answer_text(
    answer: Answer, command: SetNotice | WithdrawNotice, station: Station, *, preview: bool
) -> str:
    """Return what became of a command about a notice."""
    setting = isinstance(command, SetNotice)
    name = command.notice.notice_id if isinstance(command, SetNotice) else command.notice_id
    head = "预览 preview" if preview else "已执行 done" if setting else "已撤销 withdrawn"
    lines = [f"{head if answer.accepted else '拒绝 refused'}: {name}"]
    lines += [f"  × {each.zh} · {each.en}" for each in answer.refused]
    lines += [f"  ! {each.zh} · {each.en}" for each in answer.warned]
    if answer.notice is not None:
        lines += notice_lines(answer.notice, station)
    return "\n".join(lines)


def list_text(kept: Iterable[KeptNotice], station: Station, now: Instant) -> str:
    """Return the notices, told and to come."""
    lines: list[str] = []
    for each in kept:
        told = "正在告知 told now" if each.notice.told(now) else "未到时间 to come"
        since = _when(each.since, station, "")
        lines.append(f"{each.notice.notice_id}  {told}  {since}, {each.who}: {each.why}")
        lines += notice_lines(each.notice, station)
    return "\n".join(lines or ["没有通告 there are no notices"])


def notice_lines(notice: Notice, station: Station) -> Iterator[str]:
    """Yield what `notice` says, when and where."""
    begins = _when(notice.begins_at, station, "即刻 at once")
    ends = _when(notice.ends_at, station, "撤销为止 withdrawn")
    yield f"  {KINDS[notice.kind]}  {begins} → {ends}{_where(notice)}"
    for language in dict.fromkeys((*notice.title, *notice.text)):
        said = (notice.title.get(language), notice.text.get(language))
        yield f"  {language}  {' | '.join(filter(None, said))}"


def _where(notice: Notice) -> str:
    parts = (
        ("区域 zones", notice.zones),
        ("设备 devices", notice.kinds),
        ("列车 runs", notice.run_ids),
    )
    named = [f"  {label}: {' '.join(names)}" for label, names in parts if names]
    return "".join(named) + ("  广播 spoken" if notice.spoken else "")


def _when(at: Instant | None, station: Station, otherwise: str) -> str:
    return f"{at.astimezone(station.zone_info):%m-%d %H:%M}" if at is not None else otherwise
