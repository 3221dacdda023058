"""`station report rejects`: what was not believed, by reason, at the terminal and as CSV.

Law: wiring and files; what is counted stands in `hub.past.rejects`.
"""

from __future__ import annotations

import csv
import io
import sys
from typing import TYPE_CHECKING

import msgspec

from hub.kernel.reasons import SENTENCES, Reason
from hub.past.rejects import by_reason, counts, rejects_of
from hub.past.report_command import write
from hub.past.report_words import text
from hub.past.source import language_of, local_date, opened, station_of
from hub.past.text import Speech, aligned
from protocol.errors import OperatorError

if TYPE_CHECKING:
    import argparse

    from hub.past.rejects import OfReason, Reject

COLUMNS = ("at", "row", "reason", "extent", "found", "zh", "en", "body")
"""Of the CSV; the instant in UTC, the extent ``row`` or ``part``, the row as it came in JSON."""


def run(arguments: argparse.Namespace) -> int:
    """Make the report; return 0.

    Raises:
        OperatorError: a page is asked for, a date is none, the journal is empty, or a file cannot
            be written.
    """
    if arguments.html is not None:
        raise OperatorError("there is no page of rejects; give --csv FILE", where="--html")
    first, last = local_date(arguments.first, "--from"), local_date(arguments.last, "--to")
    with opened(arguments) as reader:
        station = station_of(arguments, reader, None)
        rejects = rejects_of(reader, first, last, station.zone_info)
    if arguments.csv is not None:
        write(arguments.csv, as_csv(rejects))
    if arguments.json:
        told = {"from": first, "to": last, "rejects": as_values(rejects)}
        sys.stdout.write(msgspec.json.encode(told).decode() + "\n")
        return 0
    speech = Speech(language_of(arguments), station.zone_info)
    one = "days_one" if first == last else "days"
    days = text(one, speech.language, first=first, last=last)
    sys.stdout.write("\n".join((days, *_lines(rejects, speech))) + "\n")
    return 0


def as_csv(rejects: list[Reject]) -> str:
    """Return everything that was not believed as a line each."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for each in rejects:
        extent = "part" if each.partial else "row"
        writer.writerow(
            (
                each.at.isoformat(),
                each.row,
                each.reason.value,
                extent,
                each.found,
                each.zh,
                each.en,
                each.body,
            )
        )
    return out.getvalue()


def as_values(rejects: list[Reject]) -> dict[str, object]:
    """Return the counts by reason, with the latest rows of each."""
    return {
        reason: {
            "whole": found.whole,
            "parts": found.parts,
            "first": found.first,
            "last": found.last,
            "examples": [_example(each) for each in found.examples],
        }
        for reason, found in by_reason(rejects).items()
    }


def _example(each: Reject) -> dict[str, object]:
    return {
        "at": each.at,
        "row": each.row,
        "partial": each.partial,
        "zh": each.zh,
        "en": each.en,
        "body": msgspec.Raw(each.body.encode()),
    }


def _lines(rejects: list[Reject], speech: Speech) -> list[str]:
    def told(key: str) -> str:
        return text(key, speech.language)

    if not rejects:
        return [told("no_rejects")]
    reasons = by_reason(rejects)
    names = ("whole", "parts", "first_at", "last_at")
    rows = [("", *map(told, names))]
    rows += [(reason, *_figures(found, speech)) for reason, found in reasons.items()]
    whole, parts = counts(rejects)
    rows.append((told("total"), str(whole), str(parts), "", ""))
    lines = aligned(rows)
    for reason, found in reasons.items():
        lines += ["", f"{reason}  {_sentence(reason, speech)}"]
        lines += [_told(each, speech) for each in found.examples]
    return lines


def _figures(found: OfReason, speech: Speech) -> tuple[str, ...]:
    instants = (speech.instant(at) for at in (found.first, found.last))
    return (str(found.whole), str(found.parts), *instants)


def _sentence(reason: str, speech: Speech) -> str:
    zh, en = SENTENCES[Reason(reason)]
    return zh if speech.language == "zh" else en


def _told(each: Reject, speech: Speech) -> str:
    part = f" ({text('part_only', speech.language)})" if each.partial else ""
    found = f"  {each.found}" if each.found else ""
    return f"  {speech.instant(each.at)}  {each.row}{found}{part}"
