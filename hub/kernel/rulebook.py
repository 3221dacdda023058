"""The rules by name, and the order in which a station applies them.

Law: every rule is registered here and nowhere else. The order is the station's configuration; an
order in which a rule comes before what it reads is refused, as is a name that does not exist.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hub.kernel.rules import (
    check_in,
    hold,
    manual,
    place,
    propagate,
    steady,
    times,
    turn_round,
    windows,
)
from protocol.errors import OperatorError

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub.kernel.draft import Context, Draft


@dataclass(frozen=True)
class Rule:
    """One business rule.

    Attributes:
        name: as the station's configuration calls it.
        apply: the pure function.
        reads: what it concludes from, for explanations.
        after: rules whose conclusions it needs.
    """

    name: str
    apply: Callable[[Draft, Context], Draft]
    reads: tuple[str, ...]
    after: frozenset[str] = frozenset()


_TIMES = frozenset({"times"})
_TOLD = _TIMES | {"steady"}
_AUTOMATIC = (
    Rule("times", times.apply, ("timetable", "plan", "log", "policies.estimate_uncertainty")),
    Rule(
        "steady",
        steady.apply,
        ("plan", "held_back", "policies.estimate_step", "policies.estimate_settle"),
        _TIMES,
    ),
    Rule(
        "propagate",
        propagate.apply,
        ("arrival", "policies.minimum_dwell", "policies.propagation_uncertainty"),
        _TOLD,
    ),
    Rule(
        "turn_round",
        turn_round.apply,
        ("timetable", "feeders", "policies.turn_rounds"),
        _TOLD | {"propagate"},
    ),
    Rule("hold", hold.apply, ("plan", "held_since", "feeders"), _TIMES | {"turn_round"}),
    Rule(
        "place",
        place.apply,
        ("log", "plan", "timetable", "layout", "platform_told", "gates_told"),
        _TIMES,
    ),
    Rule("check_in", check_in.apply, ("arrival", "departure", "lead_times"), _TIMES | {"place"}),
    Rule(
        "windows",
        windows.apply,
        ("arrival", "departure", "check_in_opens_at", "windows"),
        _TIMES | {"check_in"},
    ),
)
_BEFORE_MANUAL = frozenset(rule.name for rule in _AUTOMATIC)
RULES = (*_AUTOMATIC, Rule("manual", manual.apply, ("overrides", "layout"), _BEFORE_MANUAL))
KNOWN = {rule.name: rule for rule in RULES}
DEFAULT_ORDER = tuple(KNOWN)
MANDATORY = ("times", "hold")
"""Without these a train would be told by a time that nobody holds true."""


def rulebook(names: tuple[str, ...]) -> tuple[Rule, ...]:
    """Return the rules called `names`, in that order.

    Raises:
        OperatorError: a name is unknown, stands twice or comes before a rule that it needs, or a
            rule is missing that no station can do without.
    """
    missing = [name for name in MANDATORY if name not in names]
    if missing:
        raise OperatorError(
            f"rule {missing[0]!r} is missing; no station can do without it", where="policies/rules"
        )
    book: list[Rule] = []
    done: set[str] = set()
    for name in names:
        rule = KNOWN.get(name)
        if rule is None:
            known = ", ".join(KNOWN)
            raise OperatorError(
                f"there is no rule {name!r}; known rules: {known}", where="policies/rules"
            )
        if name in done:
            raise OperatorError(f"rule {name!r} stands twice", where="policies/rules")
        late = sorted((rule.after & set(names)) - done)
        if late:
            raise OperatorError(
                f"rule {name!r} must come after {', '.join(late)}", where="policies/rules"
            )
        done.add(name)
        book.append(rule)
    return tuple(book)
