"""Several lines, one table: which line leads, and what the hub is told.

Law: pure; no clock, no log. Every line has a table of its own (`KnownTable`); here they become one.

- *One sender, two cables* (the same link number): the cables are one source. Of each row the state
  with the greater (epoch, revision) counts, whichever cable brought it.
- *Two senders* have revisions that cannot be compared. One leads and is followed row by row; the
  others are compared with it (`disagreement`). The lead stays while its line is LIVE. Another
  takes over when it is LIVE and, for every row in which the two differ, its whole table was
  confirmed by a poll later than the lead's last word on that row: then the difference is applied.
  So what a lagging line has not heard of is neither deleted nor turned back.
- When no line is LIVE and the lead is down or stale, a line that is UNVERIFIED leads in part: the
  rows that it tells from then on are taken, and nothing is deleted until it is LIVE.

What comes out has revisions of the hub's own, (epoch of the hub, number), for those of
two senders cannot be ordered.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from one_way_feed.disagreement import Disagreements
from one_way_feed.row_codec import key_of
from one_way_feed.rows import RowDeleted, RowUpserted
from protocol.messages import SourceMode

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from one_way_feed.disagreement import Conflict
    from one_way_feed.known import KnownTable
    from one_way_feed.rows import Row, RowChange, RowKey

TRANSIT_S = 2.0
"""A poll is dated by when its heartbeat comes: so much later, at most, than it was."""
TWO_SENDERS_S = 30.0
"""So long two cables of one sender may be at different epochs: the older is behind, no more."""
FORGET_S = 3600.0
"""When a deleted row was deleted is of no use later: no poll so old makes a line LIVE."""
_NOTHING = (0, 0)


@dataclass
class MergedLine:
    """A line as the merge sees it.

    Attributes:
        name: of the line.
        link: number of its link: lines of one link carry one sender.
        known: its table; the receiver changes it.
        mode: how it stands.
        epoch: of its sender, 0 before the first frame.
        whole_at: real monotonic seconds of the last poll whose whole table was confirmed.
        settled: revision up to which the merge has taken its table into account.
    """

    name: str
    link: int
    known: KnownTable
    mode: SourceMode = SourceMode.LINK_DOWN
    epoch: int = 0
    whole_at: float | None = None
    settled: tuple[int, int] = _NOTHING

    @property
    def live(self) -> bool:
        """Whether it is LIVE."""
        return self.mode is SourceMode.LIVE


@dataclass(frozen=True)
class Takeover:
    """Another line leads.

    Attributes:
        before: the line that led.
        mode: how that stands.
        lead: the line that leads now.
    """

    before: str
    mode: SourceMode
    lead: str


@dataclass(frozen=True)
class OneKey:
    """Lines of one link carry two senders: somebody has copied a key. Or, at last, they do not."""

    link: int
    lines: tuple[str, ...]
    holds: bool


class Merge:
    """The table that the hub holds, and the lines that it comes from.

    Attributes:
        lines: by name.
        lead: the line that is followed, None before the first row.
        in_part: the lead has not yet confirmed what the one before it has told.
        takeovers: how often another line began to lead.
        disagreements: rows in which a line contradicts the lead.
    """

    def __init__(self, lines: Sequence[MergedLine], held: Mapping[RowKey, Row], epoch: int) -> None:
        """Begin.

        Args:
            lines: the first is preferred where nothing else decides; their tables hold `held`.
            held: rows that the hub holds from before.
            epoch: of the revisions given out; greater than that of any row held.
        """
        self.lines = {line.name: line for line in lines}
        self.lead: str | None = None
        self.in_part = False
        self.takeovers = 0
        self.disagreements = Disagreements()
        self._rows = dict(held)
        self._since: dict[RowKey, float] = {}
        self._revision = (epoch, 0)
        self._changes: list[RowChange] = []
        self._news: list[Takeover | OneKey] = []
        self._ambiguous: dict[int, float] = {}
        self._two_senders: set[int] = set()

    @property
    def rows(self) -> dict[RowKey, Row]:
        """The table."""
        return dict(self._rows)

    @property
    def cables(self) -> list[str]:
        """Names of the lines that carry the lead's sender, the lead first."""
        return [line.name for line in self._group()]

    def news(self) -> list[Takeover | OneKey | Conflict]:
        """Return what somebody should know, since the last call."""
        news, self._news = self._news, []
        return [*news, *self.disagreements.news()]

    def hear(self, line: MergedLine, told: Iterable[RowChange], now: float) -> list[RowChange]:
        """Return what the hub's table gets, after `line` has told something, or time has passed.

        Args:
            line: its mode, epoch and table are as of now.
            told: what changed in its table; may be empty.
            now: real monotonic seconds.
        """
        touched = line.known.touched()
        if self.lead is None and touched:
            self.lead = line.name
        self._tell_senders_apart(now)
        self._choose(now)
        group = self._group()
        if line in group:
            keys = [key_of(change) for change in told]
            if not self.in_part:
                keys += sorted(touched | self._settled(line, group))
            for key in dict.fromkeys(keys):
                self._follow(key, group, now)
        if self.in_part:
            self._catch_up(now)
        self._compare(touched, now)
        changes, self._changes = self._changes, []
        return changes

    def _group(self) -> list[MergedLine]:
        """The lead, then all other cables of its sender."""
        if self.lead is None:
            return []
        lead = self.lines[self.lead]
        return [lead, *(line for line in self.lines.values() if self._one_sender(line, lead))]

    def _one_sender(self, line: MergedLine, other: MergedLine) -> bool:
        same = line.link == other.link and line.link not in self._two_senders
        return same and line is not other

    def _choose(self, now: float) -> None:
        """Keep the lead while it is LIVE; otherwise look for a better one."""
        if self.lead is None or self.lines[self.lead].live:
            return
        lead = self.lines[self.lead]
        for line in self.lines.values():
            if line.live and (self._one_sender(line, lead) or self._confirmed(line, now)):
                self._take_over(lead, line)
                return
        lost = lead.mode in {SourceMode.LINK_DOWN, SourceMode.SOURCE_STALE}
        if lost and not any(line.live for line in self.lines.values()):
            for line in self.lines.values():
                if line.mode is SourceMode.UNVERIFIED:
                    self._take_over(lead, line)
                    return

    def _take_over(self, before: MergedLine, line: MergedLine) -> None:
        self.lead = line.name
        self.takeovers += 1
        self._news.append(Takeover(before.name, before.mode, line.name))
        if not self._one_sender(line, before):
            self.in_part = True
        self.disagreements.turn(before.name, line.name)

    def _confirmed(self, line: MergedLine, now: float) -> bool:
        """Whether `line` knows later than the merged table of each row in which they differ."""
        if line.whole_at is None:
            return False
        whole_at = min(line.whole_at, now) - TRANSIT_S
        differing = _differing(self._rows, line.known.rows)
        return all(self._since.get(key, whole_at - 1) < whole_at for key in differing)

    def _catch_up(self, now: float) -> None:
        """Make the table the lead's, once the lead has confirmed all in which they differ."""
        group = self._group()
        if not group[0].live or not self._confirmed(group[0], now):
            return
        self.in_part = False
        keys = set().union(self._rows, *(line.known.rows for line in group))
        for key in sorted(keys):
            self._follow(key, group, now)
        self._compare(keys, now)
        if len(self._since) > len(self._rows):
            self._since = {k: at for k, at in self._since.items() if at > now - FORGET_S}

    def _settled(self, line: MergedLine, group: Sequence[MergedLine]) -> set[RowKey]:
        """Rows that a cable may decide now: what it has confirmed outweighs the others' word."""
        if len(group) == 1 or self.in_part or line.known.verified == line.settled:
            return set()
        line.settled = line.known.verified
        return set().union(*(_differing(self._rows, each.known.rows) for each in group))

    def _follow(self, key: RowKey, group: Sequence[MergedLine], now: float) -> None:
        """Give a row the newest state that the lead's sender has told over any cable."""
        row, revision = max((line.known.state(key) for line in group), key=lambda state: state[1])
        if row is None and (self.in_part or revision == _NOTHING):
            return
        if row == self._rows.get(key):
            return
        epoch, number = self._revision
        self._revision = (epoch, number + 1)
        self._since[key] = now
        if row is None:
            del self._rows[key]
            self._changes.append(RowDeleted(key, self._revision))
        else:
            self._rows[key] = row
            self._changes.append(RowUpserted(row, self._revision))

    def _compare(self, keys: Iterable[RowKey], now: float) -> None:
        """Compare the other lines' rows with the table, once that is the lead's."""
        if self.lead is None or self.in_part or len(self.lines) == 1:
            return
        lead = self.lines[self.lead]
        for key in {*keys, *self.disagreements.keys}:
            for line in self.lines.values():
                if line is not lead:
                    ours, theirs = self._rows.get(key), line.known.row(key)
                    both = lead.live and line.live
                    self.disagreements.note(line.name, key, ours, theirs, now, comparable=both)
        wholes = {line.name: line.whole_at for line in self.lines.values() if line.live}
        self.disagreements.judge(lead.name, wholes)

    def _tell_senders_apart(self, now: float) -> None:
        """Two cables of one sender cannot be at two epochs for long: those are two senders."""
        if len(self.lines) == 1:
            return
        ordered = sorted(self.lines.values(), key=lambda line: line.link)
        for link, of_link in groupby(ordered, key=lambda line: line.link):
            self._judge_link(link, list(of_link), now)

    def _judge_link(self, link: int, lines: list[MergedLine], now: float) -> None:
        hearing = {line.epoch for line in lines if line.mode is not SourceMode.LINK_DOWN}
        if len(hearing) > 1:
            began = self._ambiguous.setdefault(link, now)
            if now - began > TWO_SENDERS_S and link not in self._two_senders:
                self._two_senders.add(link)
                self._say_one_key(link, lines, holds=True)
            return
        self._ambiguous.pop(link, None)
        if link in self._two_senders and len({line.epoch for line in lines}) == 1:
            self._two_senders.remove(link)
            self._say_one_key(link, lines, holds=False)

    def _say_one_key(self, link: int, lines: list[MergedLine], *, holds: bool) -> None:
        self.in_part = self.in_part or self.lead in {line.name for line in lines}
        self._news.append(OneKey(link, tuple(line.name for line in lines), holds))


def _differing(ours: Mapping[RowKey, Row], theirs: Mapping[RowKey, Row]) -> set[RowKey]:
    return {key for key in ours.keys() | theirs.keys() if ours.get(key) != theirs.get(key)}
