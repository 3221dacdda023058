"""No flicker: an estimate that counts up and down by a minute is not told so.

Law: as `telling`'s. What is told moves to earlier at once; to later by the station's step or more
at once, by less when the report has been later than what is told for long enough. What is not one
estimate after another (a first one, a hold's end, a cancellation) is told at once. While nobody
knows the delay, nothing of it settles.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

ONE_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Behind:
    """What is `told` although a later time is reported, later than it `since`."""

    told: datetime
    since: datetime


def on(policies):
    return (
        "steady" in policies.rules and getattr(policies, "estimate_step", ONE_MINUTE) > ONE_MINUTE
    )


def settle(visit, policies, now):
    """Tell what was held back for long enough."""
    if not on(policies) or visit.unknown_since is not None:
        return
    for end in ("arrival", "departure"):
        behind = getattr(visit, f"late_{end}")
        if behind is not None and behind.since + policies.estimate_settle <= now:
            setattr(visit, f"late_{end}", None)


def follow(was, visit, policies, now):
    """Hold back what a new row says, `was` being the train before it."""
    for end in ("arrival", "departure"):
        setattr(visit, f"late_{end}", behind(was, visit, end, policies, now))


def behind(was, visit, end, policies, now):
    old, new = reported(was, end), reported(visit, end)
    hold_ends = was.unknown_since is not None and visit.unknown_since is None
    cancelled = any(plan is not None and plan.cancelled for plan in (was.plan, visit.plan))
    if not on(policies) or old is None or new is None or hold_ends or cancelled:
        return None
    before = getattr(was, f"late_{end}")
    told = before.told if before is not None else old
    if new <= told or new - told >= policies.estimate_step:
        return None
    return Behind(told, before.since if before is not None else now.replace(microsecond=0))


def reported(visit, end):
    plan = visit.plan if visit.unknown_since is None else visit.last_known
    return getattr(plan, f"estimated_{end}", None)
