"""The overview as rich tables, in Chinese and English.

Law: the only module of the project that imports rich. Each level has a symbol and words besides its
colour, so that it is read without colours, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.table import Table
from rich.text import Text as Line

from hub.overview.model import Level

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import RenderableType

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
