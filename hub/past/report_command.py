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
from hub.past.rejects import counts, rejects_of
from hub.past.report_page import Scope, page
from hub.past.source import language_of, local_date, opened, station_of
from hub.past.text import aligned
from hub.past.triggers import by_day as of_day
from hub.past.triggers import by_hour as of_hour
from hub.past.triggers import counted, kinds_of, per_run, triggers_of
from hub.past.visits import visits_of
from protocol.errors import OperatorError

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from hub.past.punctuality import Figures
    from hub.past.triggers import Trigger
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
"""Of the CSV; after them one column a kind of trigger, ``triggers_KIND``."""


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
        triggers = triggers_of(reader, first, last, station.zone_info)
        whole, parts = counts(rejects_of(reader, first, last, station.zone_info))
    if not visits:
        raise OperatorError(f"the journal has no run from {first} to {last}")
    language = language_of(arguments)
    name = station.names.get(language) or station.id
    classes = {each.code: each.names.get(language, "") for each in station.categories}
    scope = Scope(name, first, last, arguments.on_time, language, classes, whole, parts)
    if arguments.csv is not None:
        write(arguments.csv, as_csv(visits, triggers))
    if arguments.html is not None:
        write(arguments.html, page(visits, triggers, scope))
    tell = _json if arguments.json else _text
    sys.stdout.write(tell(visits, triggers, scope))
    return 0


def as_csv(visits: list[Visit], triggers: list[Trigger]) -> str:
    """Return every visit as a line; instants in UTC."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    kinds = kinds_of(each.kind for each in triggers)
    told = per_run(triggers)
    writer.writerow((*COLUMNS, *(f"triggers_{kind}" for kind in kinds)))
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
                *(told[visit.run_id, kind] for kind in kinds),
            )
        )
    return out.getvalue()


def _json(visits: list[Visit], triggers: list[Trigger], scope: Scope) -> str:
    limit = scope.on_time_min
    told = {
        "from": scope.first,
        "to": scope.last,
        "on_time_min": limit,
        "total": _plain(figures(visits, limit)),
        "rejected": {"whole": scope.whole, "parts": scope.parts},
        "triggers_by_day": counted(triggers, of_day),
        "triggers_by_hour": counted(triggers, of_hour),
    } | {
        name: {group: _plain(each) for group, each in grouped(visits, key, limit).items()}
        for name, key in (("by_day", by_day), ("by_class", by_class), ("by_hour", by_hour))
    }
    return msgspec.json.encode(told).decode() + "\n"


def _plain(found: Figures) -> dict[str, object]:
    return asdict(found) | {"share": found.share, "kept_share": found.kept_share}


def _text(visits: list[Visit], triggers: list[Trigger], scope: Scope) -> str:
    limit = scope.on_time_min
    names = ("visits", "reported", "on_time", "share", "mean", "cancelled", "kept")
    groups = [("total", {scope.text("total"): figures(visits, limit)})]
    groups += [
        (name, grouped(visits, key, limit))
        for name, key in (("day", by_day), ("class", by_class), ("hour", by_hour))
    ]
    rows: list[tuple[str, ...]] = [("", *map(scope.text, names))]
    for name, group in groups:
        rows += [] if name == "total" else [("",), (scope.text(name),)]
        rows += [(key, *_figures(each)) for key, each in group.items()]
    notes = ("definition", "counted", "window", "trigger", "rejected")
    lines = [scope.text(note) for note in notes]
    lines += ["", *aligned(rows), "", scope.text("triggers")]
    for day, found in counted(triggers, of_day).items():
        told = "  ".join(f"{scope.text(kind)} {count}" for kind, count in found.items())
        lines.append(f"{day:<12}{told}")
    return "\n".join(lines) + "\n"


def _figures(each: Figures) -> tuple[str, ...]:
    counts = (each.visits, each.reported, each.on_time)
    shares = ["-" if value is None else f"{value:.1f}" for value in (each.share, each.mean)]
    return (*map(str, counts), *shares, str(each.cancelled), f"{each.kept}/{each.windows}")


def write(path: Path, text: str) -> None:
    """Write a report.

    Raises:
        OperatorError: it cannot be written.
    """
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise OperatorError(f"cannot write: {error.strerror}", where=str(path)) from error
