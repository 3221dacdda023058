"""The report as one HTML page that needs nothing else: plots, tables, light and dark, zh or en.

Law: pure; figures in, text out. No script, no address of anything outside.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from hub.past.plots import bars
from hub.past.punctuality import by_class, by_day, by_hour, figures, grouped, histogram

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from hub.past.punctuality import Figures
    from hub.past.visits import Visit

EDGES = (0, 3, 5, 10, 15, 30, 60)

_STYLE = """\
:root{color-scheme:light dark;--ink:#1a1a1a;--paper:#fff;--bar:#2f6db3;--line:#d0d0d0}
@media(prefers-color-scheme:dark){:root{--ink:#e8e8e8;--paper:#161616;--bar:#7db2ec;--line:#444}}
body{font:16px/1.5 "Noto Sans CJK SC","Noto Sans",sans-serif;color:var(--ink);
background:var(--paper);max-width:60rem;margin:2rem auto;padding:0 1rem}
svg{width:100%;height:auto;font-size:11px}svg text{fill:var(--ink)}svg rect{fill:var(--bar)}
svg line{stroke:var(--line)}table{border-collapse:collapse;margin:.5rem 0 2rem}
th,td{padding:.2rem .8rem;border-bottom:1px solid var(--line);text-align:right}
th:first-child,td:first-child{text-align:left;white-space:nowrap}
"""

_TEXTS = {
    "title": ("正点率报告", "Punctuality"),
    "total": ("合计", "Total"),
    "day": ("日期", "Day"),
    "class": ("列车种类", "Class"),
    "hour": ("图定时（时）", "Planned hour"),
    "by_day": ("各日正点率（%）", "On time by day, percent"),
    "by_class": ("各种类正点率（%）", "On time by class, percent"),
    "by_hour": ("各时段正点率（%）", "On time by hour, percent"),
    "delays": ("晚点分布（列数）", "How late: number of trains by minutes late"),
    "windows": ("检票时间保证率（%）", "Check-in windows kept by day, percent"),
    "minutes": ("晚点分钟", "Minutes late"),
    "count": ("列数", "Trains"),
    "visits": ("列车", "Trains"),
    "reported": ("有实际时刻", "Reported"),
    "on_time": ("正点", "On time"),
    "share": ("正点率 %", "On time %"),
    "mean": ("平均晚点 分", "Mean minutes late"),
    "cancelled": ("停运", "Cancelled"),
    "kept": ("检票保证", "Check-in kept"),
    "definition": (
        "正点：晚点不超过 {n} 分钟（自定）；早点算正点。",
        "On time: at most {n} whole minutes late (our choice); early is on time.",
    ),
    "counted": (
        "无实际时刻的列车不计入。始发和路过列车按出发计，终到列车按到达计。",
        "Trains without a report are left out. Counted at departure, at the terminus at arrival.",
    ),
    "window": (
        "检票保证：检票时间不短于计划，且开车前已停止检票。",
        "Check-in kept: open at least as long as planned, and closed before the train left.",
    ),
}


@dataclass(frozen=True)
class Scope:
    """What the report is about.

    Attributes:
        station: its name in the page's language.
        on_time_min: see `hub.past.punctuality`.
    """

    station: str
    first: date
    last: date
    on_time_min: int
    language: str

    def text(self, key: str) -> str:
        """Return a text of the page."""
        zh, en = _TEXTS[key]
        return (zh if self.language == "zh" else en).format(n=self.on_time_min)


def page(visits: list[Visit], scope: Scope) -> str:
    """Return the whole page."""
    text = scope.text
    heading = f"{text('title')} · {scope.station} · {scope.first} – {scope.last}"
    limit = scope.on_time_min
    days = grouped(visits, by_day, limit)
    parts = [
        f"<h1>{escape(heading)}</h1>",
        *(f"<p>{escape(text(name))}</p>" for name in ("definition", "counted", "window")),
        _table(scope, "total", {text("total"): figures(visits, limit)}),
        _section(scope, "by_day", "day", days),
        _section(scope, "by_class", "class", grouped(visits, by_class, limit)),
        _section(scope, "by_hour", "hour", grouped(visits, by_hour, limit)),
        _delays(scope, visits),
        f"<h2>{escape(text('windows'))}</h2>",
        bars(
            text("windows"),
            {name[5:]: each.kept_share for name, each in days.items()},
            top=100,
            unit="%",
            ident="windows",
        ),
    ]
    return (
        f'<!doctype html>\n<html lang="{scope.language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(heading)}</title><style>{_STYLE}</style></head>\n<body><main>"
        + "\n".join(parts)
        + "</main></body></html>\n"
    )


def _section(scope: Scope, title: str, group: str, found: Mapping[str, Figures]) -> str:
    shares = {name[5:] if group == "day" else name: each.share for name, each in found.items()}
    plot = bars(scope.text(title), shares, top=100, unit="%", ident=title)
    return f"<h2>{escape(scope.text(title))}</h2>{plot}{_table(scope, group, found)}"


def _delays(scope: Scope, visits: list[Visit]) -> str:
    counts = histogram(visits, EDGES)
    title = escape(scope.text("delays"))
    plot = bars(scope.text("delays"), counts, top=max(*counts.values(), 1), ident="delays")
    rows = "".join(
        f'<tr><th scope="row">{escape(k)}</th><td>{v}</td></tr>' for k, v in counts.items()
    )
    head = _row([scope.text("minutes"), scope.text("count")])
    return f"<h2>{title}</h2>{plot}<table><thead>{head}</thead><tbody>{rows}</tbody></table>"


def _table(scope: Scope, group: str, found: Mapping[str, Figures]) -> str:
    names = (group, "visits", "reported", "on_time", "share", "mean", "cancelled", "kept")
    rows = "".join(
        f'<tr><th scope="row">{escape(name)}</th>'
        f"<td>{each.visits}</td><td>{each.reported}</td><td>{each.on_time}</td>"
        f"<td>{_number(each.share)}</td><td>{_number(each.mean)}</td><td>{each.cancelled}</td>"
        f"<td>{each.kept} / {each.windows}</td></tr>"
        for name, each in found.items()
    )
    head = _row([scope.text(name) for name in names])
    return f"<table><thead>{head}</thead><tbody>{rows}</tbody></table>"


def _row(texts: list[str]) -> str:
    return "<tr>" + "".join(f'<th scope="col">{escape(text)}</th>' for text in texts) + "</tr>"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}"
