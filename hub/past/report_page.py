"""The report as one HTML page that needs nothing else: plots, tables, light and dark, zh or en.

Law: pure; figures in, text out. No script, no address of anything outside.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING

from hub.past.plots import bars, round_top
from hub.past.punctuality import by_class, by_day, by_hour, figures, grouped, histogram
from hub.past.report_words import text
from hub.past.triggers import by_day as of_day
from hub.past.triggers import by_hour as of_hour
from hub.past.triggers import counted, kinds_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from hub.past.punctuality import Figures
    from hub.past.triggers import Trigger
    from hub.past.visits import Visit

EDGES = (0, 3, 5, 10, 15, 30, 60)

_STYLE = """\
:root{color-scheme:light dark;--ink:#1b1f24;--soft:#57606a;--paper:#fff;--card:#f5f7f9;
--bar:#2f6db3;--line:#d5dae0}
@media(prefers-color-scheme:dark){:root{--ink:#e8eaed;--soft:#a4acb5;--paper:#14171a;
--card:#1e2226;--bar:#7db2ec;--line:#3a4047}}
*{box-sizing:border-box}
body{font:16px/1.5 "Noto Sans CJK SC","Noto Sans",sans-serif;color:var(--ink);
background:var(--paper);max-width:112rem;margin:0 auto;padding:1.5rem 2rem}
h1{font-size:1.9rem;line-height:1.25;margin:0}h2{font-size:1.15rem;margin:0 0 .5rem}
header p{margin:.1rem 0 1rem;color:var(--soft)}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(12rem,1fr));gap:1rem;
margin:0 0 1.5rem}
.tiles div,section{background:var(--card);border-radius:.5rem;padding:.8rem 1.1rem}
.tiles dt{color:var(--soft);font-size:.95rem}
.tiles dd{margin:0;font-size:1.7rem;font-weight:600;line-height:1.3;
font-variant-numeric:tabular-nums}
.tiles small{font-size:.95rem;font-weight:400;color:var(--soft)}
.sections{columns:2 42rem;column-gap:1.25rem}
section{break-inside:avoid;margin:0 0 1.25rem}
svg{display:block;width:100%;height:auto;margin:0 0 .6rem}
svg text{fill:var(--ink);font-size:13px}svg .value{font-weight:600}
svg .axis,svg .count{fill:var(--soft);font-size:12px}
svg rect{fill:var(--bar)}svg line{stroke:var(--line)}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{padding:.2rem .6rem;border-bottom:1px solid var(--line);text-align:right;font-weight:400}
thead th{color:var(--soft);font-size:.9rem;vertical-align:bottom}
th:first-child,td:first-child{text-align:left;white-space:nowrap}
tbody th{font-weight:600}tbody th small{font-weight:400;color:var(--soft);margin-left:.5em}
footer{margin:1.5rem 0 0;color:var(--soft);font-size:.95rem}footer p{margin:.2rem 0}
@media print{body{max-width:none;padding:0}section,.tiles div{break-inside:avoid}}
"""


@dataclass(frozen=True)
class Scope:
    """What the report is about.

    Attributes:
        station: its name in the page's language.
        on_time_min: see `hub.past.punctuality`.
        classes: names of the train categories in the page's language.
        whole: rows of dispatching that were not believed, see `hub.past.rejects`.
        parts: parts of rows that were not.
    """

    station: str
    first: date
    last: date
    on_time_min: int
    language: str
    classes: Mapping[str, str] = field(default_factory=dict)
    whole: int = 0
    parts: int = 0

    def text(self, key: str, **values: object) -> str:
        """Return a text of the report."""
        values = {"n": self.on_time_min, "whole": self.whole, "parts": self.parts} | values
        return text(key, self.language, **values)


def page(visits: list[Visit], triggers: list[Trigger], scope: Scope) -> str:
    """Return the whole page."""
    told = scope.text
    one = "days_one" if scope.first == scope.last else "days"
    days = told(one, first=scope.first, last=scope.last)
    heading = f"{told('title')} · {scope.station}"
    limit = scope.on_time_min
    groups = {
        name: grouped(visits, key, limit)
        for name, key in (("day", by_day), ("class", by_class), ("hour", by_hour))
    }
    sections = [
        _shares(scope, "by_day", "day", groups["day"]),
        _shares(scope, "by_class", "class", groups["class"]),
        _windows(scope, groups["day"]),
        _triggers(scope, triggers),
        _shares(scope, "by_hour", "hour", groups["hour"]),
        _delays(scope, visits),
    ]
    notes = ("counted", "window", "trigger", "rejected", "n")
    return (
        f'<!doctype html>\n<html lang="{scope.language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(heading)} · {escape(days)}</title>"
        f"<style>{_STYLE}</style></head>\n<body><main>\n"
        f"<header><h1>{escape(heading)}</h1>"
        f"<p>{escape(days)} · {escape(told('definition'))}</p></header>\n"
        f"{_tiles(scope, figures(visits, limit), len(triggers))}\n"
        f'<div class="sections">\n{chr(10).join(sections)}\n</div>\n'
        f"<footer>{''.join(f'<p>{escape(told(note))}</p>' for note in notes)}</footer>\n"
        "</main></body></html>\n"
    )


def _tiles(scope: Scope, all_of: Figures, triggers: int) -> str:
    told = scope.text
    values = (
        ("on_time", _part(all_of.share, all_of.on_time, all_of.reported)),
        ("visits", str(all_of.visits)),
        ("mean", "–" if all_of.mean is None else f"{all_of.mean:.1f}"),
        ("cancelled", str(all_of.cancelled)),
        ("kept", _part(all_of.kept_share, all_of.kept, all_of.windows)),
        ("triggers", str(triggers)),
    )
    tiles = "".join(f"<div><dt>{escape(told(k))}</dt><dd>{v}</dd></div>" for k, v in values)
    return f'<dl class="tiles">{tiles}</dl>'


def _part(share: float | None, part: int, whole: int) -> str:
    if share is None:
        return "–"
    return f"{share:.1f} % <small>{part} / {whole}</small>"


def _shares(scope: Scope, title: str, group: str, found: Mapping[str, Figures]) -> str:
    short = {name: name[5:] if group == "day" else name for name in found}
    plot = bars(
        f"{scope.text(title)}, %",
        {short[name]: each.share for name, each in found.items()},
        top=100,
        unit="%",
        ident=title,
        counts={short[name]: each.reported for name, each in found.items()},
    )
    names = (group, "visits", "reported", "on_time", "share", "mean", "cancelled")
    rows = [
        (
            _named(name, scope.classes.get(name, "") if group == "class" else ""),
            *map(str, (each.visits, each.reported, each.on_time)),
            _number(each.share),
            _number(each.mean),
            str(each.cancelled),
        )
        for name, each in found.items()
    ]
    return _section(scope.text(title), plot, _table([scope.text(n) for n in names], rows))


def _delays(scope: Scope, visits: list[Visit]) -> str:
    counts = histogram(visits, EDGES)
    title = scope.text("delays")
    plot = bars(title, counts, top=round_top(max(counts.values())), ident="delays")
    rows = [(escape(name), str(count)) for name, count in counts.items()]
    return _section(title, plot, _table([scope.text("minutes"), scope.text("count")], rows))


def _windows(scope: Scope, days: Mapping[str, Figures]) -> str:
    title = scope.text("windows")
    plot = bars(
        f"{title}, %",
        {name[5:]: each.kept_share for name, each in days.items()},
        top=100,
        unit="%",
        ident="windows",
        counts={name[5:]: each.windows for name, each in days.items()},
    )
    rows = [
        (escape(name), f"{each.kept} / {each.windows}", _number(each.kept_share))
        for name, each in days.items()
    ]
    return _section(title, plot, _table([scope.text("day"), scope.text("kept"), "%"], rows))


def _triggers(scope: Scope, triggers: list[Trigger]) -> str:
    hours = {h: sum(kinds.values()) for h, kinds in counted(triggers, of_hour).items()}
    hours = {f"{n:02}": hours.get(f"{n:02}", 0) for n in range(24)} if hours else {}
    title = scope.text("triggers_by_hour")
    plot = bars(title, hours, top=round_top(max(hours.values(), default=0)), ident="triggers")
    kinds = kinds_of(each.kind for each in triggers)
    rows = [
        (escape(day), *(str(found[kind]) for kind in kinds), str(sum(found.values())))
        for day, found in counted(triggers, of_day).items()
    ]
    names = ["day", *kinds, "all_kinds"]
    return _section(title, plot, _table([scope.text(n) for n in names], rows))


def _section(title: str, plot: str, table: str) -> str:
    return f'<section><h2>{escape(title)}</h2>{plot}<div class="scroll">{table}</div></section>'


def _table(names: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; the cells of `rows` are HTML."""
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in names)
    body = "".join(
        f'<tr><th scope="row">{first}</th>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>'
        for first, *cells in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _named(code: str, name: str) -> str:
    more = f"<small>{escape(name)}</small>" if name and name != code else ""
    return f"{escape(code)}{more}"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}"
