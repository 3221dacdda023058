"""The overview as rich tables, in Chinese and English.

Law: the only module of the project that imports rich. Each level has a symbol and words besides its
colour, so that it is read without colours, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.table import Table
from rich.text import Text as Line

from hub.clock.text import QUALITY, STANDING, UNFOLLOWED
from hub.overview.model import Level

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import RenderableType

    from hub.clock.report import TimeReport
    from hub.disbelieved import Judgement
    from hub.overview.model import Device, Overview, Part, Text
    from hub.overview.model import Line as FeedLine

LEVELS = {
    Level.WELL: ("✓", "正常", "well", "green"),
    Level.NOTE: ("!", "注意", "note", "yellow"),
    Level.FAULT: ("✗", "故障", "FAULT", "bold red"),
}
UNKNOWN = "-"
BOTH = "both"
LANGUAGES = (BOTH, "zh", "en")


def render(overview: Overview, language: str = BOTH) -> RenderableType:
    """Return what to print; `language` is one of `LANGUAGES`."""
    words = _Words(language)
    head = Line(f"{overview.station}  {overview.at:%Y-%m-%d %H:%M:%S} UTC  ")
    head.append_text(words.level(overview.level))
    shown: list[RenderableType] = [head, _parts(overview.parts, words)]
    if overview.lines:
        shown.append(_lines(overview.lines, words))
    if overview.rows is not None:
        shown += _rows(overview.rows, words)
    if overview.time is not None:
        shown.append(_time(overview.time, words))
    if overview.devices is None:
        shown.append(
            Line(words("设备情况未知：中心没有应答", "devices not known: the hub does not say"))
        )
    elif overview.devices:
        shown.append(_devices(overview.devices, words))
    return Group(*shown)


class _Words:
    def __init__(self, language: str) -> None:
        self._language = language

    def __call__(self, zh: str, en: str) -> str:
        return {"zh": zh, "en": en}.get(self._language, f"{zh} {en}")

    def level(self, level: Level) -> Line:
        symbol, zh, en, style = LEVELS[level]
        return Line(f"{symbol} {self(zh, en)}", style=style)

    def why(self, why: Iterable[Text]) -> str:
        return "; ".join(self(each.zh, each.en) for each in why)


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", expand=True)
    for each in columns:
        table.add_column(each, overflow="fold")
    return table


def _parts(parts: Sequence[Part], words: _Words) -> Table:
    table = _table(
        words("进程", "processes"),
        words("部分", "part"),
        words("状态", "level"),
        words("模式", "mode"),
        words("纪元", "epoch"),
        words("落后", "behind"),
        words("最近消息", "heard"),
        words("车次", "runs"),
        words("说明", "what is wrong"),
    )
    for each in parts:
        table.add_row(
            f"{each.role} {each.name}",
            words.level(each.level),
            each.state or UNKNOWN,
            _number(each.epoch),
            _number(each.behind),
            _seconds(each.age_s),
            _number(each.runs),
            words.why(each.why),
        )
    return table


def _lines(lines: Sequence[FeedLine], words: _Words) -> Table:
    table = _table(
        words("调度线路", "lines from dispatching"),
        words("线路", "line"),
        words("状态", "level"),
        words("模式", "mode"),
        words("角色", "role"),
        words("数据库", "database polled"),
        words("占用", "use"),
        words("说明", "what is wrong"),
    )
    for each in lines:
        use = UNKNOWN if each.use_percent is None else f"{each.use_percent:g} %"
        table.add_row(
            each.name,
            words.level(each.level),
            each.mode,
            each.role,
            _seconds(each.source_age_s),
            use,
            words.why(each.why),
        )
    return table


def _rows(rows: Judgement, words: _Words) -> list[RenderableType]:
    """Return what became of dispatching's rows, and a table of what was not believed."""
    counts = (
        ("采信", "believed", rows.believed),
        ("已有", "known already", rows.held),
        ("列车已过", "of trains long gone", rows.over),
        ("剔除", "rejected", sum(rows.rejected.values())),
        ("部分剔除", "rejected in part", sum(rows.parts.values())),
    )
    told = ", ".join(f"{words(zh, en)} {count}" for zh, en, count in counts)
    head = Line(f"{words('调度数据', 'rows of dispatching')}: {told}")
    if not (rows.rejected or rows.parts):
        return [head]
    table = _table(
        words("剔除的数据", "rejected"),
        words("原因", "reason"),
        words("整条", "rows"),
        words("部分", "parts"),
        words("最近一例", "latest"),
    )
    for reason in sorted({*rows.rejected, *rows.parts}):
        found = next((each for each in rows.latest if each.reason == reason), None)
        latest = UNKNOWN if found is None else f"{found.row} {words(found.zh, found.en)}"
        whole, parts = rows.rejected.get(reason, 0), rows.parts.get(reason, 0)
        table.add_row(reason, str(whole), str(parts), latest)
    return [head, table]


def _time(report: TimeReport, words: _Words) -> Table:
    quality = words(*QUALITY[report.quality])
    within = UNKNOWN if report.uncertainty_ms is None else f"±{report.uncertainty_ms:.1f} ms"
    title = f"{words('时间', 'time')}: {quality} {within}"
    if not report.followed:
        title += f" ({words(*UNFOLLOWED)})"
    table = _table(
        title,
        words("时钟源", "master clock"),
        words("偏差", "offset"),
        words("抖动", "jitter"),
        words("说明", "stands"),
    )
    for each in report.sources:
        offset = UNKNOWN if each.offset_ms is None else f"{each.offset_ms:+.1f} ms"
        jitter = UNKNOWN if each.jitter_ms is None else f"{each.jitter_ms:.1f} ms"
        why = f" ({each.why})" if each.why else ""
        table.add_row(each.name, offset, jitter, f"{words(*STANDING[each.standing])}{why}")
    return table


def _devices(devices: Sequence[Device], words: _Words) -> Table:
    table = _table(
        words("设备", "devices"),
        words("设备", "device"),
        words("类型", "type"),
        words("状态", "level"),
        words("模式", "mode"),
        words("自", "since (UTC)"),
        words("时钟偏差", "clock off"),
        words("说明", "what is wrong"),
    )
    for each in devices:
        offset = UNKNOWN if each.clock_offset_ms is None else f"{each.clock_offset_ms:+.1f} ms"
        table.add_row(
            each.name,
            each.kind,
            words.level(each.level),
            each.mode,
            UNKNOWN if each.since is None else f"{each.since:%m-%d %H:%M:%S}",
            offset,
            words.why(each.why),
        )
    return table


def _number(value: int | None) -> str:
    return UNKNOWN if value is None else str(value)


def _seconds(value: float | None) -> str:
    return UNKNOWN if value is None else f"{value:.1f} s"
