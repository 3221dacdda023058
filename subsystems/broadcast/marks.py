"""What is remembered of a telling, and which words are used for what has changed since.

Law: pure. A mark is what a later telling is compared with; if it differs, it is told anew. Of a
delay that is the minutes: it is told anew when it differs by so many as the rule says, and in other
words when it is less than was told, for then passengers must hurry, or when nobody knew it. A train
that was told to be cancelled, or to end or to start here, and is not after all is told so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from subsystems.broadcast.facts import BUS, KNOWN, RUNS, SOONER, bus_replaces
from subsystems.broadcast.model import Kind
from subsystems.broadcast.moments import awaited, ends_here, starts_here
from subsystems.broadcast.tellings import key_of, last_told

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from protocol.runs import Run
    from station_config.announcements.model import AnnouncementRule
    from subsystems.broadcast.model import Told


RUNS_MARK = "runs"
"""Mark of a train that was told to be cancelled, wholly or in part, and runs after all."""

UNKNOWN_COUNTS_AS = 60
"""Minutes of delay by which a rule is looked for when the delay was told to be unknown."""


def mark_of(kind: Kind, run: Run) -> str:
    """Return what is compared with later: if it differs, it is told anew."""
    match kind:
        case Kind.DELAY:
            return str(_minutes(run))
        case Kind.PLATFORM_CHANGE:
            return f"{run.platform_changed_from}>{run.platform}|{' '.join(sorted(run.gates))}"
        case Kind.GATE_CHANGE:
            return " ".join(sorted(run.gates))
        case Kind.CANCELLATION | Kind.ENDS_HERE | Kind.STARTS_HERE:
            return _replacement(run) if _is_so(kind, run) else RUNS_MARK
        case Kind.DELAY_UNKNOWN:
            return repr(sorted(run.note.items())) if run.note else ""
        case _:
            return ""


def variant_of(
    kind: Kind, run: Run, told: Mapping[str, Told], key: str, rule: AnnouncementRule
) -> str:
    """Return which words are used in the telling `key`.

    Judged by what was told before that one, so that it does not become another by being told.
    """
    match kind:
        case Kind.DELAY:
            return _delay_words(run, told, key, rule)
        case Kind.CANCELLATION | Kind.ENDS_HERE | Kind.STARTS_HERE if not _is_so(kind, run):
            return RUNS
        case Kind.CANCELLATION | Kind.ENDS_HERE:
            return BUS if bus_replaces(run) else ""
        case _:
            return ""


def changed_since(
    kind: Kind, rule: AnnouncementRule, run: Run, told: Mapping[str, Told]
) -> Callable[[Told], bool]:
    """Return what tells of a telling whether it is told anew at once."""
    mark = mark_of(kind, run)
    if kind is not Kind.DELAY:
        return lambda last: last.mark != mark
    _, unknown = last_told(run.run_id, Kind.DELAY_UNKNOWN, told)

    def changed(last: Told) -> bool:
        since = unknown is not None and unknown.at > last.at
        return since or abs(int(mark) - int(last.mark)) >= rule.again_by

    return changed


def worth_telling(kind: Kind, rule: AnnouncementRule, run: Run, told: Mapping[str, Told]) -> bool:
    """Return whether a delay is long enough, or was told longer or unknown; else True."""
    if kind is not Kind.DELAY or is_long(rule, run):
        return True
    if awaited(run) is None:
        return False
    return _longest(run, told) - _minutes(run) >= rule.again_by


def is_long(rule: AnnouncementRule, run: Run) -> bool:
    """Return whether the delay is one that `rule` tells of by itself, and again."""
    return _minutes(run) >= (rule.minimum_delay or 1)


def delay_for_rule(run: Run, told: Mapping[str, Told]) -> int:
    """Return the minutes of delay by which a rule is looked for: told or true, the longer.

    The rule that told of a delay also tells that it is less.
    """
    return max(_minutes(run), _longest(run, told))


def _is_so(kind: Kind, run: Run) -> bool:
    """Return whether a cancellation, of the whole or of a part, is still so."""
    if kind is Kind.CANCELLATION:
        return run.cancelled
    return ends_here(run) if kind is Kind.ENDS_HERE else starts_here(run)


def _replacement(run: Run) -> str:
    by = run.replaced_by
    return "" if by is None else f"{by.run_id}|{by.number}|{sorted(by.texts.items())}"


def _minutes(run: Run) -> int:
    waited = awaited(run)
    return waited.delay_minutes if waited is not None else 0


def _longest(run: Run, told: Mapping[str, Told]) -> int:
    """Return the longest delay that was told."""
    number, _ = last_told(run.run_id, Kind.DELAY, told)
    keys = (key_of(run.run_id, Kind.DELAY, n) for n in range(1, number + 1))
    unknown, _ = last_told(run.run_id, Kind.DELAY_UNKNOWN, told)
    return max(UNKNOWN_COUNTS_AS if unknown else 0, *(int(told[key].mark) for key in keys), 0)


def _delay_words(run: Run, told: Mapping[str, Told], key: str, rule: AnnouncementRule) -> str:
    before = told.get(key_of(run.run_id, Kind.DELAY, int(key.rpartition("/")[2]) - 1))
    if before is not None and _minutes(run) < int(before.mark):
        return SOONER
    return "" if is_long(rule, run) else KNOWN
