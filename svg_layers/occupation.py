"""Which train is on which track from when to when: the bars of the occupation chart.

Law: pure. An end of a bar that nobody knows is open, and never counts as a conflict: how long stock
stands that was not configured is not known (`hub.kernel.conflicts.occupied` judges alike).
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Literal

import msgspec

from protocol.runs import Role
from protocol.times import to_unix
from svg_layers.sight import Account
from svg_layers.standing import (
    DUE_BEFORE,
    THROUGH,
    account_of,
    kind_of,
    planned_stay,
    takes_place,
    track_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from protocol.runs import Run
    from protocol.times import Instant
    from svg_layers.sight import Sight

PAST = timedelta(hours=1)
AHEAD = timedelta(hours=2, minutes=15)
"""What the chart of now shows."""

SECOND = timedelta(seconds=1)
STOOD = timedelta(minutes=10)
"""Length at which an end that nobody knows is drawn."""

UNSURE = frozenset(each.value for each in (Account.CANCELLED, Account.HELD, Account.LAPSED))
"""How a train stands of which it is not known when it is on its track."""

Open = Literal["", "begin", "end", "both"]


class Bar(msgspec.Struct, frozen=True, omit_defaults=True):
    """One train on one track.

    Attributes:
        track: its track.
        no: its number.
        b: from, unix seconds.
        e: until.
        account: its colour.
        kind: its shape.
        open: which ends nobody knows.
        u: uncertainty of `b` in seconds, None: not known or none.
        v: of `e`.
        late: minutes late.
        manual: a person overrides the rules.
        clash: runs that are on its track at the same time.
    """

    track: str
    no: str
    b: int
    e: int
    account: str
    kind: str
    open: Open = ""
    u: int | None = None
    v: int | None = None
    late: int | None = None
    manual: bool = False
    clash: tuple[str, ...] = ()

    @property
    def sure(self) -> tuple[int, int] | None:
        """From when to when it is known to be there, None if that is not known at all."""
        if self.account in UNSURE:
            return None
        begin = self.e if self.open == "begin" else self.b
        end = self.b if self.open == "end" else self.e
        return None if self.open == "both" else (begin, end)


def bar_of(run: Run, now: Instant, sight: Sight) -> Bar | None:
    """Return the bar of `run`, None if it has no track or is not in the chart's window."""
    track = track_of(run, sight)
    if track is None:
        return None
    begin, end, opened = _stay(run, sight)
    if begin is None or end is None or end < now - PAST or begin > now + AHEAD:
        return None
    arrival, departure = takes_place(run.arrival), takes_place(run.departure)
    told = departure or arrival
    return Bar(
        track=track.id,
        no=run.departure_number or run.arrival_number or run.run_id,
        b=int(to_unix(begin)),
        e=int(to_unix(end)),
        account=account_of(run, now, sight).value,
        kind=kind_of(run).value,
        open=opened,
        u=arrival.uncertainty_s or None if arrival is not None else None,
        v=departure.uncertainty_s or None if departure is not None else None,
        late=(told.delay_minutes or None) if told is not None and not run.held else None,
        manual=bool(run.manual),
    )


def window_of(run: Run, sight: Sight) -> tuple[Instant, Instant] | None:
    """Return from when on the chart of now has `run`, and from when on not any more."""
    begin, end, _ = _stay(run, sight)
    if begin is None or end is None:
        return None
    return begin - AHEAD, end + PAST + SECOND


def with_clashes(bars: dict[str, Bar]) -> dict[str, Bar]:
    """Return the bars of one track, each with those that it meets. Touching is no meeting.

    Args:
        bars: as `bar_of` makes them, by run.
    """
    known = sorted((sure, key) for key, bar in bars.items() if (sure := bar.sure) is not None)
    met: dict[str, set[str]] = {key: set() for key in bars}
    for index, ((_, end), key) in enumerate(known):
        for (begin, _), other in _until(known[index + 1 :], end):
            if begin < end or _same_moment(known[index][0], begin):
                met[key].add(other)
                met[other].add(key)
    return {
        key: msgspec.structs.replace(bar, clash=tuple(sorted(met[key]))) if met[key] else bar
        for key, bar in bars.items()
    }


def _until(
    later: list[tuple[tuple[int, int], str]], end: int
) -> Iterable[tuple[tuple[int, int], str]]:
    for each in later:
        if each[0][0] > end:
            return
        yield each


def _same_moment(stay: tuple[int, int], begin: int) -> bool:
    return stay[0] == begin


def _stay(run: Run, sight: Sight) -> tuple[Instant | None, Instant | None, Open]:
    """Return from when to when, and what of it nobody knows."""
    arrival, departure = takes_place(run.arrival), takes_place(run.departure)
    if run.cancelled:
        return (*planned_stay(run), "")
    if run.held:
        return _held(run)
    begin = arrival.expected if arrival is not None else None
    end = departure.expected if departure is not None else None
    if run.role is Role.PASS:
        at = begin or end
        return (at - THROUGH if at else None), end or begin, ""
    if end is None and begin is not None:
        return begin, *_after_terminus(run, begin, sight)
    if begin is None and end is not None:
        known = sight.run(run.feeder or "") is not None
        due = run.timeline.gate_shown_at or end - DUE_BEFORE
        return min(due, end), end, "" if known else "begin"
    return begin, end, ""


def _held(run: Run) -> tuple[Instant | None, Instant | None, Open]:
    """Arrived and nobody knows until when, or nobody knows anything: drawn at its printed times."""
    begin, end = planned_stay(run)
    arrival = run.arrival
    if arrival is not None and arrival.actual is not None and end is not None:
        return arrival.actual, max(end, arrival.actual + STOOD), "end"
    if begin is not None and begin == end:
        end = begin + STOOD
    return begin, end, "both"


def _after_terminus(run: Run, begin: Instant, sight: Sight) -> tuple[Instant, Open]:
    """Until its stock is drawn as the train that it leaves as; else nobody knows how long."""
    fed = sight.run(sight.fed.get(run.run_id, ""))
    departure = fed.departure if fed is not None and not fed.cancelled else None
    if fed is None or departure is None or fed.held:
        return begin + STOOD, "end"
    due = fed.timeline.gate_shown_at or departure.expected - DUE_BEFORE
    return max(begin, due), ""
