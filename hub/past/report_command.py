"""`station report punctuality`: figures at the terminal, every run as CSV, a page with plots.

Law: wiring and files; what is counted stands in `hub.past.punctuality`.
"""

from __future__ import annotations

import csv
import io
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

import msgspec

from hub.past.punctuality import by_class, by_day, by_hour, figures, grouped
from hub.past.report_page import Scope, page
from hub.past.source import language_of, local_date, opened, station_of
from hub.past.visits import visits_of
from protocol.errors import OperatorError

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from hub.past.punctuality import Figures
    from hub.past.visits import Visit

COLUMNS = (
    "run_id",
    "service_date",
    "number",
    "category",
    "role",
    "hour",
    "arrival_late_min",
    "departure_late_min",
    "cancelled",
    "check_in_planned_min",
    "check_in_opened",
    "check_in_closed",
    "check_in_kept",
)


def run(arguments: argparse.Namespace) -> int:
    """Make the report; return 0.

    Raises:
        OperatorError: a date is none, the journal has nothing of these days, or a file cannot be
            written.
    """
    first, last = local_date(arguments.first, "--from"), local_date(arguments.last, "--to")
    with opened(arguments) as reader:
        station = station_of(arguments, reader, None)
        visits = visits_of(reader, first, last, station.zone_info)
    if not visits:
        raise OperatorError(f"the journal has no run from {first} to {last}")
    language = language_of(arguments)
    name = station.names.get(language) or station.id
    scope = Scope(name, first, last, arguments.on_time, language)
    if arguments.csv is not None:
        _write(arguments.csv, as_csv(visits))
    if arguments.html is not None:
        _write(arguments.html, page(visits, scope))
    sys.stdout.write(_json(visits, scope) if arguments.json else _text(visits, scope))
    return 0


def as_csv(visits: list[Visit]) -> str:
    """Return every visit as a line; instants in UTC."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for visit in visits:
        window = visit.window
        checked: tuple[object, ...] = ("", "", "", "")
        if window is not None:
            instants = [at.isoformat() if at else "" for at in (window.opened, window.closed)]
            checked = (window.planned, *instants, int(window.kept))
        writer.writerow(
            (
                visit.run_id,
                visit.service_date.isoformat(),
                visit.number,
                visit.category,
                visit.role.value,
                visit.hour,
                "" if visit.arrival is None else visit.arrival,
                "" if visit.departure is None else visit.departure,
                int(visit.cancelled),
                *checked,
            )
        )
    return out.getvalue()


def _json(visits: list[Visit], scope: Scope) -> str:
    limit = scope.on_time_min
    told = {
        "from": scope.first,
        "to": scope.last,
        "on_time_min": limit,
        "total": _plain(figures(visits, limit)),
    } | {
        name: {group: _plain(each) for group, each in grouped(visits, key, limit).items()}
        for name, key in (("by_day", by_day), ("by_class", by_class), ("by_hour", by_hour))
    }
    return msgspec.json.encode(told).decode() + "\n"


def _plain(found: Figures) -> dict[str, object]:
    return asdict(found) | {"share": found.share, "kept_share": found.kept_share}


def _text(visits: list[Visit], scope: Scope) -> str:
    limit = scope.on_time_min
    names = ("visits", "reported", "on_time", "share", "mean", "cancelled", "kept")
    lines = [scope.text(name) for name in ("definition", "counted", "window")]
    lines.append("\n" + "  ".join(scope.text(name) for name in names))
    groups = [{scope.text("total"): figures(visits, limit)}]
    groups += [grouped(visits, key, limit) for key in (by_day, by_class, by_hour)]
    for group in groups:
        lines.append("")
        for name, each in group.items():
            share = "-" if each.share is None else f"{each.share:.1f}"
            mean = "-" if each.mean is None else f"{each.mean:.1f}"
            counts = f"{each.visits:6} {each.reported:6} {each.on_time:6} {share:>6} {mean:>6}"
            lines.append(f"{name:<12}{counts} {each.cancelled:6} {each.kept:4}/{each.windows}")
    return "\n".join(lines) + "\n"


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise OperatorError(f"cannot write: {error.strerror}", where=str(path)) from error
