"""Conditions that have one cause are told as one: no flood when a switch dies.

Law: pure and stable: the same conditions give the same groups, whatever their order. Nothing is
lost: each member is named in its group. A group is made when at least `FEW` conditions may have the
same cause; of several causes the one that explains the most wins, of equal ones the more likely. It
stands until the last of its members is well: what recovers one by one is not told one by one.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import chain
from typing import TYPE_CHECKING

from hub.alarms.model import Condition, Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

FEW = 3
"""Two devices that fail may be chance; three with the same switch are the switch."""


Told = dict[str, tuple[Condition, tuple[str, ...]]]
"""What is told, by key, each with the keys of its members (none: it is single)."""


def grouped(
    conditions: Iterable[Condition], names: Mapping[str, Text], before: Told | None = None
) -> Told:
    """Return what is to be told.

    Args:
        conditions: everything that is wrong.
        names: what the causes are called, by their key; one without a name is called by its key.
        before: what this returned last.
    """
    left = {each.key: each for each in sorted(conditions, key=lambda c: c.key)}
    standing = [told.place for told, members in (before or {}).values() if members]
    told: Told = {}
    for cause in chain(sorted(standing), _causes(left)):  # lazily: the first take from the others
        members = [each for each in left.values() if cause in each.because]
        if len(members) >= (1 if cause in standing else FEW):
            for each in members:
                del left[each.key]
            group = _group(cause, members, names.get(cause, Text(cause, cause)))
            told[group.key] = (group, tuple(each.key for each in members))
    told.update({key: (each, ()) for key, each in left.items()})
    return told


def _causes(left: Mapping[str, Condition]) -> Iterator[str]:
    """Yield causes as long as one explains enough of what is `left` by then."""
    while (cause := _best(left)) is not None:
        yield cause


def _best(conditions: Mapping[str, Condition]) -> str | None:
    explains: dict[str, int] = defaultdict(int)
    likely: dict[str, int] = {}
    for each in conditions.values():
        for place, cause in enumerate(each.because):
            explains[cause] += 1
            likely[cause] = min(place, likely.get(cause, place))
    enough = [cause for cause, count in explains.items() if count >= FEW]
    return min(enough, key=lambda c: (-explains[c], likely[c], c), default=None)


def _group(cause: str, members: list[Condition], name: Text) -> Condition:
    known = [each.since for each in members if each.since is not None]
    first = members[0]
    number = len(members)
    return Condition(
        key=f"cause/{cause}",
        kind=first.kind,
        priority=max(each.priority for each in members),
        text=Text(
            f"{name.zh}：{number} 项同时异常，应为同一原因",
            f"{name.en}: {number} at once, most likely one cause",
        ),
        response=Text(f"先检查{name.zh}", f"Check {name.en} first"),
        place=cause,
        since=min(known, default=None),
    )
