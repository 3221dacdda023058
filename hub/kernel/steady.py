"""No flicker: what passengers are told of an estimate, kept apart from what dispatching reports.

Law: pure; the same facts at the same instant tell the same, whichever minutes were run between. To
EARLIER a told estimate moves at once. To LATER it moves at once by the station's `estimate_step` or
more; by less when dispatching's has been later than it for `estimate_settle`. So what is told is
never later than what is reported, and less than a step earlier. What ends a silence or a hold, a
cancellation, and what a person says is told at once.

A fact about it exists only while something is held back (`Facts.back_arrival`, `back_departure`).
It is not touched by time passing: `told_at` says what it means at an instant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from hub.kernel.facts import HeldBack
from protocol.times import MINUTE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.kernel.facts import Facts, Standing
    from protocol.times import Instant
    from station_config.policies import Policies

RULE = "steady"
"""Name of the rule; a station whose list of rules lacks it tells every estimate at once."""

ENDS = (("estimated_arrival", "back_arrival"), ("estimated_departure", "back_departure"))
"""What a row estimates, and the fact about it."""


def is_on(policies: Policies) -> bool:
    """Return whether the station holds estimates back at all; within a minute no board counts."""
    return policies.estimate_step > MINUTE and RULE in policies.rules


def told_at(back: HeldBack | None, reported: Instant, at: Instant, policies: Policies) -> Instant:
    """Return what passengers are told at `at` of an estimate that is reported as `reported`.

    Args:
        back: what was held back; about another report than `reported` it means nothing.
        reported: dispatching's estimate.
        at: the instant.
        policies: the station's.
    """
    if back is None or back.reported != reported or not is_on(policies):
        return reported
    settled = back.since is not None and back.since + policies.estimate_settle <= at
    return reported if settled else back.told


def follow(before: Facts | None, after: Facts, policies: Policies, now: Instant) -> Facts:
    """Return `after` knowing what of its estimates is held back at `now`.

    Args:
        before: the facts until now, None if there were none.
        after: the facts as they follow from what was said at `now`.
        policies: the station's.
        now: station time.
    """
    changes: dict[str, HeldBack | None] = {}
    for estimate, name in ENDS:
        held_back: HeldBack | None = getattr(after, name)
        followed = _followed(before, after, estimate, held_back, policies, now)
        if followed != held_back:
            changes[name] = followed
    if changes:
        after = replace(after, **changes)
    if after.standing is not None and (before is None or before.standing is None):
        return replace(after, standing=_frozen(after.standing, policies, now))
    return after


def seen_at(facts: Facts, now: Instant) -> Instant:
    """Return the instant at which what is told stands: what is unknown does not settle."""
    return now if facts.held_since is None else min(now, facts.held_since)


def next_settling(facts: Facts, policies: Policies, now: Instant) -> Instant | None:
    """Return when something held back is told by itself, None if nothing is."""
    if not is_on(policies):
        return None
    return min(_settlings(facts, policies, now), default=None)


def waiting(
    facts: Facts, policies: Policies, now: Instant
) -> Iterator[tuple[str, HeldBack, Instant | None]]:
    """Yield what is held back at `now`: which end, the fact, when it is told by itself."""
    for (estimate, name), end in zip(ENDS, ("arrival", "departure"), strict=True):
        back: HeldBack | None = getattr(facts, name)
        reported = _reported(facts, estimate)
        if back is None or reported is None:
            continue
        if told_at(back, reported, seen_at(facts, now), policies) != reported:
            settles = back.since + policies.estimate_settle if back.since is not None else None
            yield end, back, settles


def _settlings(facts: Facts, policies: Policies, now: Instant) -> Iterator[Instant]:
    for _, name in ENDS:
        back: HeldBack | None = getattr(facts, name)
        if back is not None and back.since is not None:
            at = back.since + policies.estimate_settle
            if at > now:
                yield at


def _followed(
    before: Facts | None,
    after: Facts,
    estimate: str,
    back: HeldBack | None,
    policies: Policies,
    now: Instant,
) -> HeldBack | None:
    if before is None or _at_once(before, after):
        return None
    old, new = _reported(before, estimate), _reported(after, estimate)
    if old is None or new is None:
        return None
    if new == old:
        return back
    told = told_at(back, old, now, policies)
    if not is_on(policies) or new <= told or new - told >= policies.estimate_step:
        return None
    since = back.since if back is not None and told != old else None
    return HeldBack(reported=new, told=told, since=since or now.replace(microsecond=0))


def _reported(facts: Facts | Standing, estimate: str) -> Instant | None:
    """Return the estimate that counts: while the delay is unknown that of the last known row."""
    row = facts.plan if facts.held_since is None else facts.known_before_hold
    reported: Instant | None = getattr(row, estimate) if row is not None else None
    return reported


def _at_once(before: Facts, after: Facts) -> bool:
    """Whether passengers were told no estimate before, or are told something else than one."""
    hold_ends = before.held_since is not None and after.held_since is None
    rows = (before.plan, after.plan)
    return hold_ends or any(row is not None and row.cancelled for row in rows)


def _frozen(standing: Standing, policies: Policies, now: Instant) -> Standing:
    """While the station is manual nothing settles: what is told stands as it stood."""
    frozen: dict[str, HeldBack | None] = {}
    for estimate, name in ENDS:
        reported = _reported(standing, estimate)
        back: HeldBack | None = getattr(standing, name)
        if back is None or reported is None:
            continue
        at = now if standing.held_since is None else min(now, standing.held_since)
        told = told_at(back, reported, at, policies)
        frozen[name] = HeldBack(reported, told) if told != reported else None
    return replace(standing, **frozen) if frozen else standing
