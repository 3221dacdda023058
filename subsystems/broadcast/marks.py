"""What is remembered of a telling, and which words are used for what has changed since.

Law: pure. A mark is what a later telling is compared with; if it differs, it is told anew. Of a
delay that is the minutes: it is told anew when it differs by so many as the rule says, and in other
words when it is less than was told, for then passengers must hurry.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from subsystems.broadcast.facts import BUS, SOONER, VARIANTS, bus_replaces
from subsystems.broadcast.model import Kind
from subsystems.broadcast.moments import awaited
from subsystems.broadcast.tellings import last_told

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from protocol.runs import Run
    from station_config.announcements.model import AnnouncementRule
    from subsystems.broadcast.model import Told


def mark_of(kind: Kind, run: Run) -> str:
    """Return what is compared with later: if it differs, it is told anew."""
    match kind:
        case Kind.DELAY:
            waited = awaited(run)
            return str(waited.delay_minutes) if waited is not None else "0"
        case Kind.PLATFORM_CHANGE:
            return f"{run.platform_changed_from}>{run.platform}|{' '.join(sorted(run.gates))}"
        case Kind.GATE_CHANGE:
            return " ".join(sorted(run.gates))
        case Kind.CANCELLATION | Kind.ENDS_HERE:
            by = run.replaced_by
            return "" if by is None else f"{by.run_id}|{by.number}|{sorted(by.texts.items())}"
        case Kind.DELAY_UNKNOWN:
            return repr(sorted(run.note.items())) if run.note else ""
        case _:
            return ""


def variant_of(kind: Kind, run: Run, told: Mapping[str, Told]) -> str:
    """Return which words are used: a delay that shrank, a bus in place of a train."""
    if kind not in VARIANTS:
        return ""
    if kind is not Kind.DELAY:
        return BUS if bus_replaces(run) else ""
    waited = awaited(run)
    _, last = last_told(run.run_id, kind, told)
    shrank = last is not None and waited is not None and waited.delay_minutes < int(last.mark)
    return SOONER if shrank else ""


def changed_since(kind: Kind, rule: AnnouncementRule, run: Run) -> Callable[[str], bool]:
    """Return what tells from the mark of a telling whether it is told anew at once."""
    mark = mark_of(kind, run)
    if kind is not Kind.DELAY:
        return lambda said: said != mark
    return lambda said: abs(int(mark) - int(said)) >= rule.again_by


def worth_telling(kind: Kind, rule: AnnouncementRule, run: Run, told: Mapping[str, Told]) -> bool:
    """Return whether a delay is long enough, or was told longer than it is; else True."""
    if kind is not Kind.DELAY:
        return True
    waited = awaited(run)
    if waited is None:
        return False
    if waited.delay_minutes >= (rule.minimum_delay or 1):
        return True
    _, last = last_told(run.run_id, Kind.DELAY, told)
    return last is not None and int(last.mark) - waited.delay_minutes >= rule.again_by


def longest_told(run: Run, told: Mapping[str, Told]) -> int:
    """Return the minutes of delay by which a rule is looked for: told or true, the longer.

    The rule that told of a delay also tells that it is less.
    """
    waited = awaited(run)
    delay = waited.delay_minutes if waited is not None else 0
    _, last = last_told(run.run_id, Kind.DELAY, told)
    return delay if last is None else max(delay, int(last.mark))
