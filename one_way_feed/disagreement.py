"""Rows in which two lines contradict each other: one of them lies, or its database does.

Law: pure. A difference is ordinary while a change is on its way: until both lines have
confirmed their whole tables by polls later than the difference. One that is still there then is
a conflict: it is told when it begins and when it ends, and who is right is never guessed. While one
of the two is not LIVE nothing is concluded, and nothing that was told is taken back.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from one_way_feed.rows import Row, RowKey

LAG_S = 5.0
"""Two copies of one database may be so far apart."""


@dataclass(frozen=True)
class Conflict:
    """Two lines say different things of one row, for longer than repeats and polls explain.

    Attributes:
        line: the line that contradicts the lead.
        key: of the row.
        ours: what the hub's table has, which is the lead's; None: no such row.
        theirs: what the line has.
        since: real monotonic seconds at which the difference began.
        told: whether it has been there for long enough.
        holds: False: it has ended.
    """

    line: str
    key: RowKey
    ours: Row | None
    theirs: Row | None
    since: float
    told: bool = False
    holds: bool = True


class Disagreements:
    """Differences between the lines and the lead.

    Attributes:
        seen: conflicts so far, by line.
    """

    def __init__(self) -> None:
        self.seen: dict[str, int] = {}
        self._open: dict[tuple[str, RowKey], Conflict] = {}
        self._news: list[Conflict] = []

    @property
    def keys(self) -> set[RowKey]:
        """Rows in which some line differs now, conflict or not."""
        return {key for _, key in self._open}

    @property
    def conflicts(self) -> list[Conflict]:
        """Conflicts that hold now."""
        return [each for each in self._open.values() if each.told]

    def news(self) -> list[Conflict]:
        """Return what has begun or ended since the last call."""
        news, self._news = self._news, []
        return news

    def note(
        self,
        line: str,
        key: RowKey,
        ours: Row | None,
        theirs: Row | None,
        now: float,
        *,
        comparable: bool,
    ) -> None:
        """Take down what the hub's table and a line that does not lead have of a row now.

        Args:
            line: its name.
            key: of the row.
            ours: the row in the hub's table.
            theirs: the row in the line's.
            now: real monotonic seconds.
            comparable: both lines are LIVE. A difference counts from when they are.
        """
        before = self._open.get((line, key))
        if ours != theirs:
            told = before is not None and before.told
            since = before.since if before and (comparable or told) else now
            self._open[line, key] = Conflict(line, key, ours, theirs, since, told)
        elif before is not None:
            del self._open[line, key]
            if before.told:
                self._news.append(replace(before, ours=ours, theirs=theirs, holds=False))

    def judge(self, lead: str, wholes: Mapping[str, float | None]) -> None:
        """Find what repeats and polls do not explain.

        Args:
            lead: the line that leads.
            wholes: of every line that is LIVE, the moment of the poll whose whole table was
                confirmed last.
        """
        ours = wholes.get(lead)
        if ours is None:
            return
        for place, each in self._open.items():
            theirs = wholes.get(each.line)
            if each.told or theirs is None or min(ours, theirs) <= each.since + LAG_S:
                continue
            self._open[place] = replace(each, told=True)
            self.seen[each.line] = self.seen.get(each.line, 0) + 1
            self._news.append(self._open[place])

    def turn(self, before: str, lead: str) -> None:
        """Go on when another line leads: what it denied of the old lead, the old one denies of it.

        Differences of other lines with the new lead begin anew.
        """
        turned = {
            (before, key): replace(each, line=before, ours=each.theirs, theirs=each.ours)
            for (line, key), each in self._open.items()
            if line == lead
        }
        others = {
            place: each for place, each in self._open.items() if place[0] not in {lead, before}
        }
        self._open = turned | others
