"""What the pages see, from the machine's state and the terminals.

Law: pure but for the questions it is given; it changes nothing.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from subsystems.staff_notices.model import Status
from subsystems.staff_notices.sheet import Held, Overview, PostTold, TerminalTold
from subsystems.staff_notices.view import MOMENTS, milliseconds

if TYPE_CHECKING:
    from protocol.times import Instant
    from subsystems.staff_notices.machine import State
    from subsystems.staff_notices.model import Notice
    from subsystems.staff_notices.sheet import Item
    from subsystems.staff_notices.terminals import Terminals
    from subsystems.staff_notices.view import View

DONE_SHOWN = timedelta(hours=2)
MOST_DONE = 30
MOST_COMING = 120


def held(state: State, post: str, view: View, terminals: Terminals, now: Instant) -> Held:
    """Return a post's notices: open ones by when they are due, then those that ended lately."""
    notices = state.of_post(post)
    opened = sorted((n for n in notices if n.open), key=lambda n: (n.due_by, n.id))
    ended = [n for n in notices if n.ended_at is not None and n.ended_at > now - DONE_SHOWN]
    ended.sort(key=lambda n: (n.ended_at or now, n.id), reverse=True)
    return Held(
        items=tuple(view.item(n) for n in (*opened, *ended[:MOST_DONE])),
        persons=tuple(dict.fromkeys(each.person for each in terminals.persons(post))),
    )


def coming(state: State, post: str, view: View, now: Instant) -> tuple[Item, ...]:
    """Return what a post will be told if nothing changes, the next first."""
    found = [w for each in state.coming.values() for w in each if w.post.id == post]
    found = [w for w in found if w.due is not None and w.due > now]
    found.sort(key=lambda w: (w.due or now, w.key))
    return tuple(view.coming(w, _revision(state, w.run_id, w.key)) for w in found[:MOST_COMING])


def overview(state: State, view: View, terminals: Terminals, now_s: float) -> Overview:
    """Return all posts for the supervisor."""
    posts = state.office.posts.posts
    return Overview(posts=tuple(_post(state, p.id, view, terminals, now_s) for p in posts))


def counts(state: State) -> dict[tuple[str, str], int]:
    """Return how many notices there are by post and status, open ones also where there are none."""
    found = {
        (post.id, status.value): 0
        for post in state.office.posts.posts
        for status in Status
        if status is not Status.SUPERSEDED
    }
    for notices in state.notices.values():
        for notice in notices.values():
            key = (notice.post, notice.status.value)
            found[key] = found.get(key, 0) + 1
    return found


def _post(state: State, post: str, view: View, terminals: Terminals, now_s: float) -> PostTold:
    notices = state.of_post(post)
    opened = [n for n in notices if n.open]
    oldest = min(opened, key=lambda n: (n.issued_at, n.id), default=None)
    alarm = state.alarms.get(post)
    return PostTold(
        id=post,
        open=len(opened),
        overdue=_many(notices, Status.OVERDUE),
        escalated=_many(notices, Status.ESCALATED),
        missed=_many(notices, Status.MISSED),
        severity="" if alarm is None else alarm.severity.value,
        oldest=None if oldest is None else milliseconds(oldest.issued_at),
        oldest_of={} if oldest is None else _named(oldest, view),
        terminals=tuple(_terminal(terminals, post, now_s)),
        persons=tuple(dict.fromkeys(each.person for each in terminals.persons(post))),
    )


def _named(notice: Notice, view: View) -> dict[str, str]:
    number = notice.facts.number
    return {tag: f"{number} {word}" for tag, word in view.word(MOMENTS[notice.moment]).items()}


def _many(notices: list[Notice], status: Status) -> int:
    return sum(n.status is status for n in notices)


def _terminal(terminals: Terminals, post: str, now_s: float) -> list[TerminalTold]:
    told = []
    for each in terminals.of(post):
        session = terminals.at(each.id)
        told.append(
            TerminalTold(
                id=each.id,
                dark=each.dark(now_s),
                person="" if session is None else session.person,
                queued=each.queued,
                muted=each.muted,
                clock_off_s=each.clock_off_s,
            )
        )
    return told


def _revision(state: State, run_id: str, key: str) -> int:
    before = state.notices.get(run_id, {}).get(key)
    return 1 if before is None else before.revision + 1
