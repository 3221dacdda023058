"""What speaks against words about what a train does here: ends, starts, is replaced, uses stock.

Law: pure, a part of `hub.kernel.conflicts`: refused is what cannot be true, everything else is the
person's to decide, warned.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from hub.kernel.manual import is_cancelled
from hub.kernel.objections import Code, objection
from hub.kernel.override import (
    ArrivedAt,
    Cancelled,
    DepartedAt,
    EndsHere,
    ReplacedBy,
    StartsHere,
    StockOf,
)
from hub.kernel.stock import comes_here_to_end, fed_by_it, starts_here
from protocol.runs import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.kernel.conclude import Stored
    from hub.kernel.conflicts import Scene
    from hub.kernel.facts import Facts
    from hub.kernel.objections import Objection
    from hub.kernel.override import Word
    from protocol.runs import Run

DAY = timedelta(hours=24)
LONGEST_TEXT = 24
"""Characters of a text that stands in the status column of a board."""

_THROUGH = frozenset({Role.INTERMEDIATE, Role.ORIGIN, Role.TERMINUS})


def refusals_of_visit(word: Word, scene: Scene) -> Iterator[Objection]:
    """Yield why such a word cannot be said of the run of `scene`."""
    match word:
        case EndsHere() | StartsHere():
            yield from _part(word, scene)
        case ReplacedBy():
            yield from _replacement(word, scene)
        case StockOf():
            yield from _stock(word, scene)
        case _:
            return  # Cancelled: a train can always be cancelled, and run after all


def _part(word: EndsHere | StartsHere, scene: Scene) -> Iterator[Objection]:
    """Yield why a train cannot end or start here: it does not stop on its way, or has come."""
    base = scene.facts.base
    printed = base.printed or base.said
    if printed.role is not Role.INTERMEDIATE or base.said.role not in _THROUGH:
        yield objection(Code.NOT_THROUGH)
        return
    opposite = base.starts_here if isinstance(word, EndsHere) else base.ends_here
    if word.cancelled and opposite:
        yield objection(Code.NOT_THROUGH)
    arrival = scene.run.arrival
    if isinstance(word, StartsHere) and arrival is not None and arrival.actual is not None:
        yield objection(Code.HAPPENED)


def _replacement(word: ReplacedBy, scene: Scene) -> Iterator[Objection]:
    """Yield why nothing can be told in place of a train."""
    if not is_cancelled(scene.run):
        yield objection(Code.NOT_CANCELLED)
    if word.run_id is not None and _named(scene) is None:
        yield objection(Code.NO_OTHER, word.run_id)
    long = (text for text in word.texts.values() if len(text) > LONGEST_TEXT)
    yield from (objection(Code.TOO_LONG, text) for text in long)


def _stock(word: StockOf, scene: Scene) -> Iterator[Objection]:
    """Yield why a train cannot leave with that stock."""
    if not starts_here(scene.run):
        yield objection(Code.STARTS_ELSEWHERE)
    if word.run_id is None:
        return
    other = _named(scene)
    if other is None:
        yield objection(Code.NO_OTHER, word.run_id)
    elif not comes_here_to_end(other.run):
        yield objection(Code.ENDS_ELSEWHERE, word.run_id)


def refusals_of_actual(word: ArrivedAt | DepartedAt, scene: Scene) -> Iterator[Objection]:
    """Yield why that cannot have happened then."""
    run = scene.run
    call = run.arrival if isinstance(word, ArrivedAt) else run.departure
    if call is None or call.cancelled or run.cancelled:
        yield objection(Code.NO_CALL)
        return
    if word.at > scene.now:
        yield objection(Code.FUTURE, word.at.isoformat())
    if abs(word.at - call.planned) > DAY:
        yield objection(Code.TOO_FAR, word.at.isoformat())
    if _disorder(word, run):
        yield objection(Code.DISORDER)


def warnings_of_visit(word: Word, scene: Scene, after: Run) -> Iterator[Objection]:
    """Yield what a person should know who says such a word.

    Args:
        word: accepted.
        scene: before it.
        after: the run as it is then told.
    """
    if isinstance(word, EndsHere | StartsHere):
        call = scene.run.departure if isinstance(word, EndsHere) else scene.run.arrival
        if call is not None and call.cancelled is word.cancelled:
            yield objection(Code.ALREADY)
    if (is_cancelled(after) and isinstance(word, Cancelled)) or _goes_on(word):
        yield from _needed(scene.facts, after)
    if isinstance(word, StockOf) and word.run_id is not None:
        if word.run_id == scene.run.feeder:
            yield objection(Code.ALREADY)
        other = _named(scene)
        others = fed_by_it(other.facts) - {scene.facts.run_id} if other is not None else set()
        yield from (objection(Code.STOCK_TAKEN, run_id) for run_id in sorted(others))


def stock_lost(facts: Facts, run: Run) -> Iterator[Objection]:
    """Yield a warning if `run` is to leave with stock that does not come."""
    left = run.departure is not None and run.departure.actual is not None
    if run.feeder is None or run.cancelled or left:
        return
    if any(each.lost and each.run_id == run.feeder for each in facts.feeders):
        yield objection(Code.STOCK_LOST, run.feeder)


def _goes_on(word: Word) -> bool:
    return isinstance(word, EndsHere) and not word.cancelled


def _needed(facts: Facts, after: Run) -> Iterator[Objection]:
    if after.arrival is not None:
        yield from (objection(Code.STOCK_NEEDED, run_id) for run_id in sorted(fed_by_it(facts)))


def _disorder(word: ArrivedAt | DepartedAt, run: Run) -> bool:
    """Whether it would have left before it came; what is only expected of a hold is nothing."""
    arrival, departure = run.arrival, run.departure
    if isinstance(word, ArrivedAt):
        left = departure.actual if departure is not None else None
        return left is not None and left < word.at
    if arrival is None or arrival.cancelled or (run.held and arrival.actual is None):
        return False
    return word.at < arrival.expected


def _named(scene: Scene) -> Stored | None:
    """Return the other run that the word names, None if there is none but the run itself."""
    other = scene.other
    if other is None or other.facts.base.withdrawn or other.facts.run_id == scene.facts.run_id:
        return None
    return other
