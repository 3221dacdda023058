"""From what posts are to be told of a train to its notices: issued, amended, superseded, withdrawn.

Law: pure. What was signed for and does not hold any more is signed for anew, or taken back with a
signature; what nobody signed is simply withdrawn. A post that asks for changes of place, or for
cancellations, signs for the change itself and not once more for each notice that it makes void.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from msgspec import structs

from station_config.posts.model import Moment
from subsystems.staff_notices.life import Action, after
from subsystems.staff_notices.material import differs
from subsystems.staff_notices.model import OPEN, Notice, Reason, Status
from subsystems.staff_notices.moments import asks_for, cancelled, changed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from protocol.times import Instant
    from station_config.posts.model import Post, Posts
    from subsystems.staff_notices.moments import Ground, Known, Wanted

HELD_AHEAD = timedelta(hours=3)
"""What will be told so soon is given to terminals, for when they are alone."""
FORGOTTEN_AFTER = timedelta(hours=24)
"""Notices that ended so long ago are in the store alone."""

Told = tuple[Notice, Action | None]
"""A notice as it is now, and what happened to it; None: it was issued."""


@dataclass(frozen=True)
class Desk:
    """Where notices of one train are made.

    Attributes:
        posts: of the station.
        ground: where tracks lie.
        since: see `machine.State`.
        known: the train, None: it is gone.
        now: station time.
    """

    posts: Posts
    ground: Ground
    since: Instant
    known: Known | None
    now: Instant


def tell(
    desk: Desk, there: Mapping[str, Notice], found: Iterable[Wanted]
) -> tuple[dict[str, Notice], list[Told]]:
    """Return the newest notices of a train by their keys, and all that happened, in order.

    Args:
        desk: see `Desk`.
        there: the newest notices as they are.
        found: what the posts are to be told.
    """
    told = dict(there)
    happened: list[Told] = []
    ordered = sorted(found, key=lambda each: each.rule.of.change)
    for each in ordered:
        _keep(told, happened, _told(desk, told, each))
    keys = {each.key for each in ordered}
    for key in [key for key in told if key not in keys]:
        _keep(told, happened, _taken_back(desk, told[key]))
    for key in list(told):
        _keep(told, happened, _aged(told[key], desk.now))
        if _forgettable(told[key], desk.now):
            del told[key]
    return told, happened


def coming(told: Mapping[str, Notice], found: Iterable[Wanted], now: Instant) -> tuple[Wanted, ...]:
    """Return what will be told in the next hours if nothing changes."""
    return tuple(
        each
        for each in found
        if each.due is not None
        and not each.rule.of.change
        and now < each.due <= now + HELD_AHEAD
        and not _stands(told.get(each.key))
    )


def wake(desk: Desk, told: Mapping[str, Notice], found: Iterable[Wanted]) -> Instant | None:
    """Return when this train is to be looked at again, None: when something changes."""
    now = desk.now
    times: list[Instant | None] = [w.due for w in found if not _stands(told.get(w.key))]
    # What will come in more than some hours is given to terminals when it is nearer.
    times += [t - HELD_AHEAD for t in times if t is not None]
    for notice in told.values():
        if notice.open:
            times += [notice.due_by, notice.escalates_at, notice.missed_at]
        if notice.status is Status.ESCALATED and notice.escalates_at is not None:
            times.append(notice.escalates_at + desk.posts.error_after)
    return min((at for at in times if at is not None and at > now), default=None)


def _keep(told: dict[str, Notice], happened: list[Told], news: list[Told]) -> None:
    for notice, action in news:
        told[notice.key] = notice
        happened.append((notice, action))


def _stands(notice: Notice | None) -> bool:
    return notice is not None and notice.status is not Status.WITHDRAWN


def _told(desk: Desk, told: Mapping[str, Notice], each: Wanted) -> list[Told]:
    notice = told.get(each.key)
    covered = _covered(each, told)
    if notice is None or notice.status is Status.WITHDRAWN:
        return [_issued(desk, each, notice)] if _is_due(desk, each) and not covered else []
    if notice.facts == each.facts and notice.reason is None:
        return []
    over = each.at <= desk.now
    if differs(notice, each, covered=covered, over=over):
        return [
            (_ended(notice, Action.SUPERSEDE, desk.now), Action.SUPERSEDE),
            _issued(desk, each, notice),
        ]
    missed_at = max(each.at, notice.issued_at) + desk.posts.missed_after
    amended = structs.replace(notice, facts=each.facts, at=each.at, missed_at=missed_at)
    return [(_after(amended, Action.AMEND), Action.AMEND)]


def _is_due(desk: Desk, each: Wanted) -> bool:
    now = desk.now
    if each.due is None or each.due > now:
        return False
    if each.rule.of.change:
        return desk.known is not None and now < each.at and changed(each.rule, desk.known)
    return now < each.at + desk.posts.missed_after and (each.due > desk.since or each.at > now)


def _covered(each: Wanted, told: Mapping[str, Notice]) -> bool:
    """Return whether another notice of this train has told the post the same change."""
    others = [
        other
        for other in told.values()
        if other.post == each.post.id
        and not other.moment.change
        and other.reason is None
        and other.status not in {Status.WITHDRAWN, Status.MISSED}
    ]
    if each.rule.of is Moment.PLACE:
        return any(other.issued.place == each.facts.place for other in others)
    if each.rule.of is Moment.DELAY:
        least = each.rule.least.total_seconds() / 60
        return any(
            other.issued.held == each.facts.held
            and other.issued.unconfirmed == each.facts.unconfirmed
            and abs(other.issued.late - each.facts.late) < least
            for other in others
        )
    return False


def _issued(desk: Desk, each: Wanted, before: Notice | None) -> Told:
    rule, now = each.rule, desk.now
    due_by = now + rule.within
    notice = Notice(
        post=each.post.id,
        run_id=each.run_id,
        moment=rule.of,
        revision=1 if before is None else before.revision + 1,
        status=Status.ISSUED,
        issued=each.facts,
        facts=each.facts,
        was=None if before is None else before.issued,
        at=each.at,
        issued_at=now,
        due_by=due_by,
        escalates_at=_escalates_at(before, due_by, rule.escalate_after),
        missed_at=max(each.at, now) + desk.posts.missed_after,
    )
    return notice, None


def _escalates_at(
    before: Notice | None, due_by: Instant, escalate_after: timedelta | None
) -> Instant | None:
    """Return when the console is told; news do not give a silent post more time."""
    if escalate_after is None:
        return None
    anew = due_by + escalate_after
    if before is not None and before.open and before.escalates_at is not None:
        return max(min(before.escalates_at, anew), due_by)
    return anew


def _taken_back(desk: Desk, notice: Notice) -> list[Told]:
    """Return what becomes of a notice of which nothing is to be told any more."""
    over = notice.at <= desk.now or notice.reason is not None
    if over or notice.status in {Status.WITHDRAWN, Status.MISSED}:
        return []
    reason = _reason(desk)
    if notice.status in OPEN or notice.moment.change or _told_otherwise(desk, notice, reason):
        withdrawn = structs.replace(notice, reason=reason)
        return [(_ended(withdrawn, Action.WITHDRAW, desk.now), Action.WITHDRAW)]
    gone = reason is not Reason.ELSEWHERE
    place = (notice.facts.track, notice.facts.platform)
    if desk.known is not None and reason is Reason.ELSEWHERE:
        place = (desk.known.run.track or "", desk.known.run.platform or "")
    facts = structs.replace(
        notice.facts, cancelled=gone, elsewhere=not gone, track=place[0], platform=place[1]
    )
    within = notice.due_by - notice.issued_at
    due_by = desk.now + within
    escalates = None if notice.escalates_at is None else notice.escalates_at - notice.due_by
    anew = structs.replace(
        notice,
        revision=notice.revision + 1,
        status=Status.ISSUED,
        issued=facts,
        facts=facts,
        was=notice.issued,
        reason=reason,
        issued_at=desk.now,
        due_by=due_by,
        escalates_at=None if escalates is None else due_by + escalates,
        ended_at=None,
        signature=None,
    )
    return [(_ended(notice, Action.SUPERSEDE, desk.now), Action.SUPERSEDE), (anew, None)]


def _reason(desk: Desk) -> Reason:
    if desk.known is None:
        return Reason.GONE
    return Reason.CANCELLED if cancelled(desk.known.run) else Reason.ELSEWHERE


def _told_otherwise(desk: Desk, notice: Notice, reason: Reason) -> bool:
    """Return whether the post signs for the change itself."""
    if desk.known is None:
        return False
    asked = Moment.CANCELLATION if reason is Reason.CANCELLED else Moment.PLACE
    return asks_for(_post(desk, notice.post), asked, desk.known, desk.ground)


def _post(desk: Desk, post_id: str) -> Post:
    return next(post for post in desk.posts.posts if post.id == post_id)


def _aged(notice: Notice, now: Instant) -> list[Told]:
    """Return what the passing of time has made of a notice."""
    happened: list[Told] = []
    while True:
        action = _next_action(notice, now)
        if action is None:
            return happened
        ends = action is Action.MISS
        notice = _ended(notice, action, now) if ends else _after(notice, action)
        happened.append((notice, action))


def _next_action(notice: Notice, now: Instant) -> Action | None:
    if notice.status is Status.ISSUED and notice.due_by <= now:
        return Action.LAPSE
    if notice.status in {Status.OVERDUE, Status.ESCALATED} and notice.missed_at <= now:
        return Action.MISS
    escalates = notice.escalates_at is not None and notice.escalates_at <= now
    return Action.ESCALATE if notice.status is Status.OVERDUE and escalates else None


def _after(notice: Notice, action: Action) -> Notice:
    return structs.replace(notice, status=after(notice.status, action))


def _ended(notice: Notice, action: Action, now: Instant) -> Notice:
    return structs.replace(_after(notice, action), ended_at=now)


def _forgettable(notice: Notice, now: Instant) -> bool:
    return not notice.open and max(notice.at, notice.issued_at) < now - FORGOTTEN_AFTER
