"""Posts as frozen values: who is told of which moments of which trains.

Law: values and look-ups only, a part of `station_config.model`. Posts are staff: they speak of
tracks (股道), and a place is an identifier of the layout in force on the train's service date.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta  # noqa: TC003 - read at run time, by the journal's codec
from enum import StrEnum

from protocol.runs import Role  # noqa: TC001 - likewise


class Moment(StrEnum):
    """What a post can be told of. The values stand in keys of notices and never change."""

    APPROACH = "approach"
    """接近: arrival notified, the train is near."""
    ARRIVAL = "arrival"
    """到达."""
    DEPARTURE = "departure"
    """发车."""
    PASS = "pass"  # noqa: S105 - a moment, not a password
    """通过: it does not stop."""
    CHECK_IN_SOON = "check-in-soon"
    """检票预告: some minutes before check-in opens."""
    CHECK_IN_OPENS = "check-in-opens"
    """开始检票."""
    CHECK_IN_CLOSES = "check-in-closes"
    """停止检票."""
    STOCK = "stock"
    """车底: the stock that a train leaves with arrives, and may have to be shunted."""
    PLACE = "place"
    """变更股道: another track or platform than was told."""
    DELAY = "delay"
    """晚点变化."""
    CANCELLATION = "cancellation"
    """停运."""

    @property
    def change(self) -> bool:
        """True if it is a change of facts, told at once, and no point on the timeline."""
        return self in {Moment.PLACE, Moment.DELAY, Moment.CANCELLATION}


@dataclass(frozen=True)
class Rule:
    """One thing that a post is told of. None in a selector matches everything.

    Attributes:
        of: what.
        before: so long before the moment.
        within: it is to be signed for within so long of being told; then it is overdue.
        escalate_after: overdue for so long, the console is told; None: never.
        least: of a delay: smaller changes are not told.
        ahead: of a change: trains that come later than that are not told of yet.
        tracks, platforms, yards: identifiers of places that the post works at.
        roles, categories: of trains.
    """

    of: Moment
    before: timedelta
    within: timedelta
    escalate_after: timedelta | None
    least: timedelta
    ahead: timedelta
    tracks: frozenset[str] | None = None
    platforms: frozenset[str] | None = None
    yards: frozenset[str] | None = None
    roles: frozenset[Role] | None = None
    categories: frozenset[str] | None = None

    @property
    def placed(self) -> bool:
        """True if it is only for trains at certain places."""
        return (self.tracks, self.platforms, self.yards) != (None, None, None)


@dataclass(frozen=True)
class Post:
    """岗位: staff who are told of trains.

    Attributes:
        id: stands in addresses and in keys of notices.
        names: by language.
        tolerance: a time that moves by less is told, but need not be signed for anew.
        rules: of those that match a train the first of a kind is used.
    """

    id: str
    names: dict[str, str]
    tolerance: timedelta
    rules: tuple[Rule, ...]


@dataclass(frozen=True)
class Posts:
    """All posts of a station.

    Attributes:
        missed_after: so long after its moment a notice that nobody signed counts as missed.
        error_after: an escalated notice that is so much older is an error, no mere warning.
        posts: in the order of the configuration.
    """

    missed_after: timedelta
    error_after: timedelta
    posts: tuple[Post, ...]
