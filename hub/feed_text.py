"""The feed's status for people at a terminal.

Law: pure; a report in, text out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hub.disbelieved import Judgement
    from hub.feed_report import FeedReport, LineReport

UNKNOWN = "-"


def as_text(report: FeedReport) -> str:
    """Return the report as lines of text without a newline at the end."""
    parts = [_head(report), *(_line(line) for line in report.lines), _judgement(report.judgement)]
    if report.disagreements:
        parts.append(_disagreements(report))
    return "\n\n".join(parts)


def _head(report: FeedReport) -> str:
    state = "LIVE" if report.live else "NOT LIVE: no line is"
    lead = report.lead or "none yet"
    text = f"feed {state}   lead: {lead}   rows: {report.rows}   takeovers: {report.takeovers}"
    if report.last_takeover is not None:
        last = report.last_takeover
        text += (
            f"\n  last takeover {_age(last.at)} ago: "
            f"{last.before} was {last.because.value}, {last.lead} leads"
        )
    if report.in_part:
        text += "\n  IN PART: the lead has not yet confirmed all that the one before it told"
    return text


def _line(line: LineReport) -> str:
    frames = "   ".join(f"{name} {count}" for name, count in line.frames.items())
    use = _number(line.line_use_percent, " %")
    table = f"epoch {line.epoch} revision {line.revision}, {line.rows} rows"
    facts = [
        ("mode", f"{line.mode.value} for {_age(line.mode_age_s)}"),
        ("port", f"{line.device} {line.baud} baud, {'open' if line.port_open else 'CLOSED'}"),
        ("source", f"{line.source}, last good poll {_ago(line.source_age_s)}"),
        ("verified", f"{_ago(line.verified_age_s)}, {table}"),
        ("generation", f"{line.generation}, began {_ago(line.generation_age_s)}"),
        ("frames", frames),
        ("load", f"{_number(line.changes_per_s, '')} changed rows/s   line use {use}"),
        ("errors", _errors(line)),
        ("conflicts", _conflicts(line)),
        ("sender", _sender(line)),
    ]
    rows = "\n".join(f"  {name:<11}{text}" for name, text in facts)
    return f"line {line.name}   link {line.link}   {line.role}\n{rows}"


def _errors(line: LineReport) -> str:
    port = f"port {_number(line.line_errors, '')}   damaged characters {line.damaged}"
    return f"{port}   restored symbols {line.restored}"


def _conflicts(line: LineReport) -> str:
    return (
        f"with the lead {line.disagreements} now, {line.disagreements_seen} ever   "
        f"within a revision {line.same_revision_conflicts}"
    )


def _sender(line: LineReport) -> str:
    one_way = f"received {line.sender_received} octets"
    if line.sender_received:
        one_way += " (NOT ONE-WAY)"
    rejected = f"rejected rows {line.source_rejected}"
    return f"{one_way}   {rejected}   clock offset {_number(line.clock_offset_s, ' s')}"


def _disagreements(report: FeedReport) -> str:
    lines = ["CONFLICTS: what the lead says against what the line says"]
    for each in report.disagreements:
        lines.append(f"  {each.row}   line {each.line}   for {_age(each.since_s)}")
        lines += [
            f"    {name}: {ours}  against  {theirs}" for name, (ours, theirs) in each.differ.items()
        ]
    return "\n".join(lines)


def _judgement(found: Judgement) -> str:
    good = f"believed {found.believed}   held already {found.held}"
    lines = [
        f"rows since the hub began: {good}   of trains long gone {found.over}",
        f"  rejected    {_counts(found.rejected)}",
        f"  in part     {_counts(found.parts)}",
    ]
    for each in found.latest:
        part = "  (the rest is used)" if each.partial else ""
        lines.append(f"  {each.at:%Y-%m-%d %H:%M:%S}Z  {each.row}  {each.zh}  {each.en}{part}")
    return "\n".join(lines)


def _counts(counts: dict[str, int]) -> str:
    return "   ".join(f"{reason} {count}" for reason, count in counts.items()) or "none"


def _number(value: float | None, unit: str) -> str:
    return UNKNOWN if value is None else f"{value:g}{unit}"


def _ago(seconds: float | None) -> str:
    return "never" if seconds is None else f"{_age(seconds)} ago"


def _age(seconds: float) -> str:
    if seconds < 60:  # noqa: PLR2004 - a minute
        return f"{seconds:.1f} s"
    minutes = int(seconds // 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02d} min"  # noqa: PLR2004
