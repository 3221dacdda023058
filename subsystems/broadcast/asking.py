"""The answer to `Ask`: what the rules say now, also of what is being spoken.

Law: pure. The rules leave out what is too late to begin. A voice that began in time and still
speaks is judged by what the rules say, with the run as it is now, of the last instant at which it
could have begun; how long its words stay true then is `true_until`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from subsystems.broadcast.events import Derived

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from protocol.times import Instant
    from subsystems.broadcast.model import Occasion, Told
    from subsystems.broadcast.state import State

    Rules = Callable[[str, Instant, Mapping[str, Told]], tuple[Occasion, ...]]

INSTANT = timedelta(microseconds=1)


def derive(state: State, sources: Iterable[str], now: Instant, rules: Rules) -> Derived:
    """Return what `rules` say of `sources` at `now`.

    Args:
        state: of the scheduler.
        sources: runs by id, the station as "".
        now: station time, the same that `step` is given with the result.
        rules: (source, instant, what was told) to all that it has to say.
    """
    speaking = _speaking(state)
    found = {}
    for source in sources:
        said = rules(source, now, state.told)
        keys = {each.key for each in said}
        begun = [e for e in speaking.get(source, ()) if e.key not in keys and e.latest <= now]
        still = (_still(source, each, state, rules) for each in begun)
        found[source] = said + tuple(each for each in still if each is not None)
    return Derived(found)


def _speaking(state: State) -> dict[str, list[Occasion]]:
    """Return what is spoken and could not begin any more, by source."""
    found: dict[str, dict[str, Occasion]] = {}
    for voice in state.voices.values():
        for occasion in voice.told:
            item = state.items.get(occasion.key)
            if item is not None and item.source is not None:
                found.setdefault(item.source, {})[occasion.key] = item.occasion
    return {source: list(each.values()) for source, each in found.items()}


def _still(source: str, spoken: Occasion, state: State, rules: Rules) -> Occasion | None:
    last = spoken.latest - INSTANT
    said = rules(source, last, state.told)
    return next((each for each in said if each.key == spoken.key), None)
