"""What was spoken where and when, as a picture: zones as rows, time from left to right.

Law: pure, SVG as text. A kind is told by colour, by pattern and by the letter in its bar, never by
colour alone; the legend is in two languages. Nothing here knows where the lines come from: the
ledger, or a rehearsal.

    ┌ 10:00 ─────────┬ 10:01 ───────┐
    │ hall  [C K274] │  [L K274]    │     one strip a quarter of an hour
    │ exit       ×   │              │     ×: dropped here, the title says why
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from subsystems.broadcast.model import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from zoneinfo import ZoneInfo

    from protocol.times import Instant
    from subsystems.broadcast.records import Past

STRIP = timedelta(minutes=15)
MINUTE_PX = 114
NAME_PX = 190
ROW_PX = 21
HEAD_PX = 26
TOP_PX = 128
GAP_PX = 16
NARROW_PX = 11
LETTER_PX = 6.4
IN_BAR_PX = 5.5
FONT = 'font-family="Noto Sans CJK SC, Noto Sans, sans-serif" font-size="12"'


@dataclass(frozen=True)
class Look:
    """How a kind looks.

    Attributes:
        letter: in its bar.
        colour: of its bar; Okabe and Ito's palette, told apart by the colour-blind.
        pattern: lines over it, a key of `_LINES`; "" for none.
        zh: name.
        en: name.
    """

    letter: str
    colour: str
    pattern: str
    zh: str
    en: str


LOOKS: dict[Kind, Look] = {
    Kind.CHECK_IN_OPEN: Look("C", "#56b4e9", "", "开始检票", "check-in open"),
    Kind.REMINDER: Look("R", "#56b4e9", "/", "检票提醒", "reminder"),
    Kind.LAST_CALL: Look("L", "#e69f00", "", "最后检票", "last call"),
    Kind.CHECK_IN_CLOSED: Look("S", "#56b4e9", "x", "停止检票", "check-in closed"),
    Kind.APPROACH: Look("A", "#66c2a5", "/", "进站", "approach"),
    Kind.ARRIVAL: Look("H", "#66c2a5", "", "到达", "arrival"),
    Kind.DEPARTURE: Look("G", "#66c2a5", "\\", "发车", "departure"),
    Kind.EXIT_GUIDANCE: Look("X", "#c3b7d9", "", "出站引导", "exit guidance"),
    Kind.DELAY: Look("D", "#f0e442", "", "晚点", "delay"),
    Kind.PLATFORM_CHANGE: Look("P", "#f08060", "", "站台变更", "platform change"),
    Kind.STAND_BACK: Look("B", "#f08060", "/", "列车通过", "stand back"),
    Kind.CANCELLATION: Look("N", "#f08060", "x", "停运", "cancelled"),
    Kind.WELCOME: Look("W", "#d0d0d0", "", "候车", "welcome"),
    Kind.SAFETY: Look("Y", "#d0d0d0", "/", "安全提示", "safety"),
    Kind.LOST_AND_FOUND: Look("F", "#d0d0d0", ".", "失物招领", "lost and found"),
    Kind.MANUAL: Look("M", "#d38cc0", "", "人工广播", "by a person"),
    Kind.EMERGENCY: Look("!", "#c0392b", "", "紧急", "emergency"),
}
OTHER = Look("O", "#d0d0d0", "-", "其他", "other")

_LINES = {
    "/": "M0 6L6 0",
    "\\": "M0 0L6 6",
    "|": "M3 0V6",
    "-": "M0 3H6",
    "x": "M0 6L6 0M0 0L6 6",
    ".": "M3 2.4V3.6",
}


@dataclass(frozen=True)
class Chart:
    """What is drawn.

    Attributes:
        lines: of the history, any order.
        zones: id and name, top to bottom.
        start: the first instant.
        end: after the last.
        zone_info: in which clocks are shown.
        title: in Chinese and in English.
        notes: figures under the title, one line each.
    """

    lines: Sequence[Past]
    zones: Sequence[tuple[str, str]]
    start: Instant
    end: Instant
    zone_info: ZoneInfo
    title: tuple[str, str]
    notes: Sequence[str] = field(default_factory=tuple)


def draw(chart: Chart) -> str:
    """Return the picture as SVG."""
    strips = -(-(chart.end - chart.start) // STRIP)
    high = len(chart.zones) * ROW_PX + HEAD_PX + GAP_PX
    width = NAME_PX + int(STRIP.total_seconds() / 60 * MINUTE_PX) + 10
    height = TOP_PX + strips * high
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} {FONT}>',
        f"<title>{escape(' / '.join(chart.title))}</title>",
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
        "<defs>",
        *_patterns(),
        "</defs>",
        *_head(chart, width),
    ]
    for number in range(strips):
        parts += _strip(chart, chart.start + number * STRIP, TOP_PX + number * high, width)
    return "\n".join([*parts, "</svg>", ""])


def look_of(kind: Kind) -> Look:
    """Return how `kind` looks."""
    return LOOKS.get(kind, OTHER)


def _patterns() -> Iterator[str]:
    for name, path in enumerate(_LINES.values()):
        yield (
            f'<pattern id="p{name}" width="6" height="6" patternUnits="userSpaceOnUse">'
            f'<path d="{path}" stroke="#0006" stroke-width="1" fill="none"/></pattern>'
        )


def _head(chart: Chart, width: int) -> Iterator[str]:
    zh, en = chart.title
    yield f'<text x="10" y="24" font-size="18" font-weight="bold">{escape(zh)}　{escape(en)}</text>'
    for number, note in enumerate(chart.notes):
        yield f'<text x="10" y="{44 + number * 16}" fill="#444">{escape(note)}</text>'
    kinds = [kind for kind in LOOKS if any(line.kind is kind for line in chart.lines)]
    x, y = 10.0, TOP_PX - 44.0
    for kind in kinds:
        look = LOOKS[kind]
        name = f"{look.zh} {look.en}"
        wide = 34 + sum(12.5 if ord(c) > 255 else LETTER_PX for c in name) + 12  # noqa: PLR2004
        if x + wide > width:
            x, y = 10.0, y + 22
        yield from _bar(x, y, 26, look, look.letter, name)
        yield f'<text x="{x + 31}" y="{y + 13}">{escape(name)}</text>'
        x += wide
    yield f'<text x="{x}" y="{y + 13}">× 未播 dropped　▐ 中断 cut off</text>'


def _strip(chart: Chart, start: Instant, top: float, width: int) -> Iterator[str]:
    bottom = top + HEAD_PX + len(chart.zones) * ROW_PX
    end = min(start + STRIP, chart.end)
    for minute in range(int((end - start).total_seconds() // 60) + 1):
        x = NAME_PX + minute * MINUTE_PX
        clock = (start + timedelta(minutes=minute)).astimezone(chart.zone_info).strftime("%H:%M")
        yield f'<path d="M{x} {top + 16}V{bottom}" stroke="#ddd"/>'
        if x < width - 40:
            yield f'<text x="{x + 3}" y="{top + 14}" fill="#444">{clock}</text>'
    for row, (zone, name) in enumerate(chart.zones):
        y = top + HEAD_PX + row * ROW_PX
        yield f'<path d="M0 {y + ROW_PX - 1}H{width}" stroke="#eee"/>'
        yield f'<text x="10" y="{y + 14}">{escape(name)}</text>'
        for line in chart.lines:
            if zone in line.zones:
                yield from _line(line, start, end, y)


def _line(line: Past, start: Instant, end: Instant, y: float) -> Iterator[str]:
    until = line.until
    if until is None:
        if start <= line.at < end:
            yield from _cross(line, _x(line.at, start), y)
        return
    if until <= start or line.at >= end:
        return
    left, right = _x(max(line.at, start), start), _x(min(until, end), start)
    look = look_of(line.kind)
    trains = [run_id.partition(".")[2].upper() for run_id in line.run_ids]
    label = look.letter + (f" {trains[0]}" if trains else "")
    label += f"+{len(trains) - 1}" if len(trains) > 1 else ""
    why = f", {line.reason}" if line.reason is not None else ""
    title = f"{look.zh} {look.en} {' '.join(trains)} {line.late_s:.0f} s{why}"
    yield from _bar(left, y, right - left - 1, look, label, title)
    if line.reason is not None:
        yield f'<rect x="{right - 4:.1f}" y="{y}" width="3" height="{ROW_PX - 3}" fill="#b00"/>'


def _bar(x: float, y: float, wide: float, look: Look, label: str, title: str) -> Iterator[str]:
    wide = max(wide, 1.5)
    box = f'x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{ROW_PX - 3}" rx="2"'
    yield f"<g><title>{escape(title)}</title>"
    yield f'<rect {box} fill="{look.colour}" stroke="#0008" stroke-width=".6"/>'
    if look.pattern:
        yield f'<rect {box} fill="url(#p{list(_LINES).index(look.pattern)})"/>'
    shown = label[: max(0, int((wide - 3) / IN_BAR_PX))] if wide >= NARROW_PX else ""
    if shown != label:
        shown = shown[:1]
    fill = "#fff" if look.letter == "!" else "#000"
    yield (
        f'<text x="{x + 2.5:.1f}" y="{y + 13:.1f}" font-size="9.5" fill="{fill}">'
        f"{escape(shown)}</text></g>"
    )


def _cross(line: Past, x: float, y: float) -> Iterator[str]:
    look = look_of(line.kind)
    waited = f", {line.waited}" if line.waited is not None else ""
    title = f"{look.zh} {look.en} {' '.join(line.run_ids)}: {line.reason}{waited}"
    yield (
        f"<g><title>{escape(title)}</title>"
        f'<text x="{x - 4:.1f}" y="{y + 13:.1f}" fill="#b00" font-weight="bold"'
        f">×<tspan font-size='8' dy='3'>{look.letter}</tspan></text></g>"
    )


def _x(at: Instant, start: Instant) -> float:
    return NAME_PX + (at - start).total_seconds() / 60 * MINUTE_PX
