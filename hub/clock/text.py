"""How the time is known, as text for a terminal, in Chinese and English.

Law: pure: a report in, lines out. What is wrong is told in words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.clock.report import Standing
from station_config.runtime.timekeeping.quality import Quality

if TYPE_CHECKING:
    from hub.clock.report import SourceReport, TimeReport

QUALITY = {
    Quality.SYNCED: ("已同步", "synchronised"),
    Quality.HOLDOVER: ("守时运行", "holding over"),
    Quality.SUSPECT: ("存疑", "IN DOUBT"),
    Quality.UNSET: ("未校准", "nobody vouches for it"),
}
STANDING = {
    Standing.CHOSEN: ("已选用", "chosen"),
    Standing.AGREES: ("一致", "agrees"),
    Standing.SPARE: ("备用", "spare: knows less"),
    Standing.LEARNING: ("采样中", "has not told enough yet"),
    Standing.FALSE: ("错误", "FALSE: contradicts the majority"),
    Standing.CONTRADICTS: ("矛盾", "CONTRADICTS, nobody can tell"),
    Standing.REFUSED: ("自称未同步", "says that it does not know"),
    Standing.SILENT: ("无应答", "SILENT"),
}
UNFOLLOWED = ("仅显示，车站时间不随此", "shown only: station time does not follow it")
NONE = "-"
HEAD = ("source 时钟源", "kind", "offset", "±", "jitter", "stratum", "follows", "drift", "age")
WIDTHS = (14, 9, 12, 9, 9, 7, 12, 11, 7)


def as_text(report: TimeReport) -> str:
    """Return the report as lines."""
    chinese, english = QUALITY[report.quality]
    within = _ms(report.uncertainty_ms, sign=False)
    lines = [
        (
            f"{report.at:%Y-%m-%d %H:%M:%S.%f} UTC  {report.quality.value} {chinese} · {english}"
            f"  ±{within}"
        ),
        *([] if report.followed else ["  ".join(UNFOLLOWED)]),
        _second_line(report),
        "",
        _row(HEAD) + "stands",
        *map(_source, report.sources),
    ]
    return "\n".join(lines)


def _second_line(report: TimeReport) -> str:
    told = [
        f"source {report.source or NONE}",
        f"stratum {NONE if report.stratum is None else report.stratum}",
        f"drift {_ppm(report.drift_ppm)} ±{_ppm(report.drift_error_ppm, sign=False)}",
        f"last reading {_s(report.holdover_s)} ago",
        f"slewing {_ms(report.slewing_ms)}",
        f"machine {_ms(report.machine_offset_ms)}",
        f"steps {report.steps}",
    ]
    if report.leap_at is not None:
        told.append(f"leap second {report.leap:+d} at {report.leap_at:%Y-%m-%d %H:%M} UTC")
    return " · ".join(told)


def _source(each: SourceReport) -> str:
    chinese, english = STANDING[each.standing]
    cells = (
        each.name,
        each.kind,
        _ms(each.offset_ms),
        _ms(each.uncertainty_ms, sign=False),
        _ms(each.jitter_ms, sign=False),
        NONE if each.stratum is None else str(each.stratum),
        each.reference or NONE,
        _ppm(each.drift_ppm),
        _s(each.age_s),
    )
    why = f" ({each.why})" if each.why else ""
    return f"{_row(cells)}{each.standing.value} {chinese} · {english}{why}"


def _row(cells: tuple[str, ...]) -> str:
    return "".join(f"{cell:<{width}}" for cell, width in zip(cells, WIDTHS, strict=True))


def _ms(value: float | None, *, sign: bool = True) -> str:
    if value is None:
        return NONE
    plus = "+" if sign else ""
    if abs(value) >= 1000:  # noqa: PLR2004 - seconds then
        return f"{value / 1000:{plus}.2f} s"
    return f"{value:{plus}.2f} ms"


def _ppm(value: float | None, *, sign: bool = True) -> str:
    if value is None:
        return NONE
    return f"{value:+.2f} ppm" if sign else f"{value:.2f}"


def _s(value: float | None) -> str:
    return NONE if value is None else f"{value:.0f} s"
