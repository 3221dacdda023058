"""What must be signed for anew: which changes of facts make another notice of it.

Law: pure. Smaller changes are told on the same notice and written down (`Action.AMEND`). Compared
is with what was issued, so that many small steps cannot add up unsigned.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from station_config.posts.model import Moment

if TYPE_CHECKING:
    from datetime import timedelta

    from subsystems.staff_notices.model import Facts, Notice
    from subsystems.staff_notices.moments import Wanted

_AT_GATES = frozenset({Moment.CHECK_IN_SOON, Moment.CHECK_IN_OPENS, Moment.CHECK_IN_CLOSES})


def differs(notice: Notice, each: Wanted, *, covered: bool, over: bool) -> bool:
    """Return whether what is to be told must be signed for anew.

    Args:
        notice: as it is.
        each: what is to be told.
        covered: another notice of the train tells the same change.
        over: the moment is past: a time that is put right is only told.
    """
    if notice.reason is not None:
        return True  # it was taken back, and holds again
    before, now = notice.issued, each.facts
    quiet = covered or over
    match notice.moment:
        case Moment.CANCELLATION:
            return before.cancelled != now.cancelled
        case Moment.PLACE:
            return not quiet and _place(before, now)
        case Moment.DELAY:
            return not quiet and _delay(before, now, each.rule.least)
        case _:
            return _point(before, now, each, at_gate=notice.moment in _AT_GATES, over=over)


def _point(before: Facts, now: Facts, each: Wanted, *, at_gate: bool, over: bool) -> bool:
    """Return whether a point of the timeline is told anew."""
    if before.number != now.number or _place(before, now) or _stock(before, now):
        return True
    if over:
        return False
    return (at_gate and before.gates != now.gates) or _time(before, now, each.post.tolerance)


def _place(before: Facts, now: Facts) -> bool:
    """Return whether it is another place; one that is not known any more is none."""
    if now.track and before.track:
        return now.track != before.track
    if now.platform and before.platform:
        return now.platform != before.platform
    return now.place not in {before.place, ("", "")}


def _stock(before: Facts, now: Facts) -> bool:
    return (before.stock, before.stock_track) != (now.stock, now.stock_track)


def _time(before: Facts, now: Facts, tolerance: timedelta) -> bool:
    if before.held != now.held or (before.unconfirmed and not now.unconfirmed):
        return True
    if before.time is None or now.time is None:
        return before.time is not now.time
    return before.time != now.time and abs(now.time - before.time) >= tolerance


def _delay(before: Facts, now: Facts, least: timedelta) -> bool:
    if before.held != now.held or (before.unconfirmed and not now.unconfirmed):
        return True
    return abs(now.late - before.late) >= least.total_seconds() / 60
