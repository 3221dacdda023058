"""The honest line: where what is shown comes from, and since when, worded once for all subsystems.

Law: pure. It says "live" only when the hub is heard, everything is held and dispatching itself is
live. What a page says when its own server is gone stands here too (`SCREEN_ALONE`), so that no
page words it differently. Languages other than Chinese and English: `words`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from protocol.messages import LinkMode, SourceMode
from protocol.times import clock_text

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from protocol.messages import Source
    from protocol.times import Instant


class StatusCode(StrEnum):
    """What the line says; the order is from best to worst."""

    LIVE = "LIVE"
    UNVERIFIED = "UNVERIFIED"
    """Rows come in, they are not confirmed as a whole yet."""
    SOURCE_STALE = "SOURCE_STALE"
    SOURCE_LOST = "SOURCE_LOST"
    CHECKING = "CHECKING"
    """The hub was lost a moment ago."""
    RECOVERING = "RECOVERING"
    AUTONOMOUS = "AUTONOMOUS"
    NO_DATA = "NO_DATA"
    """Nothing was ever received."""
    SCREEN_ALONE = "SCREEN_ALONE"
    """The page lost its server."""


WORDS: dict[StatusCode, tuple[str, str]] = {
    StatusCode.LIVE: ("实时信息", "Live"),
    StatusCode.UNVERIFIED: ("调度信息核对中", "Dispatching data being verified"),
    StatusCode.SOURCE_STALE: ("调度信息未更新", "Dispatching data not updated"),
    StatusCode.SOURCE_LOST: ("调度信息中断", "Dispatching data lost"),
    StatusCode.CHECKING: ("连接核实中", "Checking connection"),
    StatusCode.RECOVERING: ("正在恢复，自主运行", "Recovering, autonomous"),
    StatusCode.AUTONOMOUS: ("自主运行", "Autonomous"),
    StatusCode.NO_DATA: (
        "暂无列车信息，请咨询工作人员",
        "No information yet, please ask the staff",
    ),
    StatusCode.SCREEN_ALONE: ("屏幕独立运行", "Screen on its own"),
}
_TIMELESS = {StatusCode.LIVE, StatusCode.NO_DATA}
_BY_SOURCE = {
    SourceMode.LIVE: StatusCode.LIVE,
    SourceMode.UNVERIFIED: StatusCode.UNVERIFIED,
    SourceMode.SOURCE_STALE: StatusCode.SOURCE_STALE,
    SourceMode.LINK_DOWN: StatusCode.SOURCE_LOST,
}
_BY_LINK = {
    LinkMode.SUSPECT: StatusCode.CHECKING,
    LinkMode.SYNCING: StatusCode.RECOVERING,
    LinkMode.AUTONOMOUS: StatusCode.AUTONOMOUS,
}

SINCE = {"zh": "{text} 自 {time}", "en": "{text} since {time}"}


@dataclass(frozen=True)
class StatusLine:
    """The line.

    Attributes:
        code: what it says; colour and symbol follow from it.
        since: when that began, None when it has no beginning worth telling.
        zh: Chinese text with the time in it.
        en: English text with the time in it.
        time: of the beginning, as it is told in every language; "" when none is told.
        device: its identifier, while it is asked which one it is (command `identify`).
    """

    code: StatusCode
    since: Instant | None
    zh: str
    en: str
    time: str = ""
    device: str = ""

    @property
    def live(self) -> bool:
        """True if and only if the line says "live"."""
        return self.code is StatusCode.LIVE


def status_line(
    mode: LinkMode, since: Instant | None, source: Source | None, now: Instant, zone: ZoneInfo
) -> StatusLine:
    """Return what to say.

    Args:
        mode: of the link to the hub.
        since: last sign of life of the hub, or when ONLINE began; None: the hub was never heard.
        source: state of dispatching by the hub's last word, None: it said nothing.
        now: station time; a beginning on another day is told with its date.
        zone: in which times are told.
    """
    code, began = _code(mode, since, source)
    if code in _TIMELESS or began is None:
        return StatusLine(code, began, *WORDS[code])
    time = _time_text(began, now, zone)
    chinese, english = (
        SINCE[language].format(text=text, time=time)
        for language, text in zip(("zh", "en"), WORDS[code], strict=True)
    )
    return StatusLine(code, began, chinese, english, time)


def _code(
    mode: LinkMode, since: Instant | None, source: Source | None
) -> tuple[StatusCode, Instant | None]:
    if mode is LinkMode.ONLINE:
        if source is None:
            return StatusCode.UNVERIFIED, since
        return _BY_SOURCE[source.mode], source.since
    return (_BY_LINK[mode], since) if since is not None else (StatusCode.NO_DATA, None)


def _time_text(instant: Instant, now: Instant, zone: ZoneInfo) -> str:
    local = instant.astimezone(zone)
    time = clock_text(instant, zone)
    return time if local.date() == now.astimezone(zone).date() else f"{local:%m-%d} {time}"
