"""How the feed stands, as `GET /feed` answers and `station feed status` prints.

Law: values and pure functions. A figure that is not known is None, never 0.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

import msgspec

from hub.disbelieved import Judgement
from one_way_feed.bodies import SourceState
from one_way_feed.timing import BITS_PER_OCTET
from protocol.messages import SourceMode

if TYPE_CHECKING:
    from one_way_feed.merge import Merge
    from one_way_feed.rows import Row
    from one_way_feed.status import LineStatus, Observed
    from station_config.runtime.deployment import LineSettings

WINDOW_S = 60.0
"""Rates are means of so long."""
ABSENT = "(no such row)"

LEAD = "lead"
SAME_SENDER = "same sender"
STANDBY = "standby"


class LineReport(msgspec.Struct, frozen=True, kw_only=True):
    """One line. Ages and rates are in real seconds.

    Attributes:
        name: of the line.
        device: of its port.
        baud: of its port.
        link: number of its link.
        role: ``lead``, ``same sender`` (another cable of the lead's) or ``standby``.
        mode: how the hub stands with dispatching over this line.
        mode_age_s: since when.
        port_open: whether the device is open.
        source: what the sender says of the database, by name.
        source_age_s: since the last good poll.
        epoch: of the sender.
        revision: up to which the whole table is known to be right.
        verified_age_s: since that was last confirmed.
        rows: in the line's table.
        generation: number of the snapshot on the line.
        generation_age_s: since it began.
        frames: good, noise, forged, replayed, duplicate, rejected.
        changes_per_s: changed rows a second.
        line_use_percent: of what the baud rate can carry.
        restored: symbols that the erasure code gave back.
        same_revision_conflicts: rows of one revision with two contents.
        disagreements: rows in which the line contradicts the lead now.
        disagreements_seen: how many there have been.
        source_rejected: rows of the database that the sender cannot map.
        sender_received: octets that the sender has received; 0, or the line is not one-way.
        clock_offset_s: this side's clock minus the sender's.
        line_errors: framing, overrun, parity and break counts of the port.
        damaged: characters that the port has marked as damaged.
    """

    name: str
    device: str
    baud: int
    link: int = -1
    role: str = STANDBY
    mode: SourceMode
    mode_age_s: float
    port_open: bool
    source: str
    source_age_s: float | None
    epoch: int
    revision: int
    verified_age_s: float | None
    rows: int
    generation: int
    generation_age_s: float | None
    frames: dict[str, int]
    changes_per_s: float | None
    line_use_percent: float | None
    restored: int
    same_revision_conflicts: int
    disagreements: int = 0
    disagreements_seen: int = 0
    source_rejected: int
    sender_received: int
    clock_offset_s: float | None
    line_errors: int | None
    damaged: int


class Disagreement(msgspec.Struct, frozen=True, kw_only=True):
    """A row in which a line contradicts the lead: each field with both values, the lead's first."""

    line: str
    row: str
    since_s: float
    differ: dict[str, tuple[str, str]]


class LastTakeover(msgspec.Struct, frozen=True):
    """The last change of the lead; `at` is in real monotonic seconds, in an answer an age."""

    before: str
    because: SourceMode
    lead: str
    at: float


class FeedReport(msgspec.Struct, frozen=True, kw_only=True):
    """All lines.

    Attributes:
        live: whether any line is LIVE.
        lead: the line that is followed, None before the first row.
        in_part: the lead has not yet confirmed what the one before it has told.
        takeovers: how often another line began to lead.
        last_takeover: with its age in real seconds as `at`.
        rows: in the hub's table.
        lines: each of them.
        disagreements: rows in which a line contradicts the lead, now.
        judgement: what the kernel thought of the rows.
    """

    live: bool
    lead: str | None
    in_part: bool
    takeovers: int
    last_takeover: LastTakeover | None
    rows: int
    lines: list[LineReport]
    disagreements: list[Disagreement]
    judgement: Judgement = Judgement()


class Figures:
    """What becomes of one line's status over time: rates and ages."""

    def __init__(self, settings: LineSettings, now: float) -> None:
        self._settings = settings
        self._samples: deque[tuple[float, int, int]] = deque([(now, 0, 0)])
        self._generation = 0
        self._generation_at: float | None = None

    def note(self, status: LineStatus, now: float) -> None:
        """Take a status down."""
        self._samples.append((now, status.octets, status.changes))
        while len(self._samples) > 1 and self._samples[1][0] <= now - WINDOW_S:
            self._samples.popleft()
        if status.generation != self._generation:
            self._generation, self._generation_at = status.generation, now

    def line_report(self, status: LineStatus, observed: Observed, now: float) -> LineReport:
        """Return the line's part of the report; its role is not known here."""
        octets, changes = self._rates()
        return LineReport(
            name=status.name,
            device=str(self._settings.device),
            baud=self._settings.baud,
            mode=status.mode,
            mode_age_s=_tenths(now - status.since_mono),
            port_open=status.port_open,
            source=_source_name(status.source),
            source_age_s=_age(observed.poll_ok_at, now),
            epoch=status.verified[0],
            revision=status.verified[1],
            verified_age_s=_age(observed.confirmed_at, now),
            rows=status.rows,
            generation=status.generation,
            generation_age_s=_age(self._generation_at, now),
            frames=vars(status.counters),
            changes_per_s=changes,
            line_use_percent=octets
            and round(100 * octets * BITS_PER_OCTET / self._settings.baud, 1),
            restored=status.restored,
            same_revision_conflicts=status.conflicts,
            source_rejected=status.source_rejected,
            sender_received=status.sender_received,
            clock_offset_s=status.clock_offset_s and round(status.clock_offset_s, 3),
            line_errors=status.line_errors,
            damaged=status.damaged,
        )

    def _rates(self) -> tuple[float | None, float | None]:
        """Return octets and changes a second, None before there are two samples."""
        (began, octets, changes), (ended, *now) = self._samples[0], self._samples[-1]
        seconds = ended - began
        if seconds <= 0:
            return None, None
        return (now[0] - octets) / seconds, round((now[1] - changes) / seconds, 2)


def report(
    merge: Merge, lines: list[LineReport], last: LastTakeover | None, now: float
) -> FeedReport:
    """Put the lines' parts together.

    Args:
        merge: who leads, and who disagrees.
        lines: from `Figures.line_report`.
        last: the last takeover, None: there was none.
        now: real monotonic seconds.
    """
    conflicts = merge.disagreements.conflicts
    open_ones = [each.line for each in conflicts]
    return FeedReport(
        live=any(line.mode is SourceMode.LIVE for line in lines),
        lead=merge.lead,
        in_part=merge.in_part,
        takeovers=merge.takeovers,
        last_takeover=last and LastTakeover(last.before, last.because, last.lead, now - last.at),
        rows=len(merge.rows),
        lines=[
            msgspec.structs.replace(
                line,
                link=merge.lines[line.name].link,
                role=_role(merge, line.name),
                disagreements=open_ones.count(line.name),
                disagreements_seen=merge.disagreements.seen.get(line.name, 0),
            )
            for line in lines
        ],
        disagreements=[
            Disagreement(
                line=each.line,
                row="/".join(each.key),
                since_s=_tenths(now - each.since),
                differ=differing_fields(each.ours, each.theirs),
            )
            for each in conflicts
        ],
    )


def differing_fields(ours: Row | None, theirs: Row | None) -> dict[str, tuple[str, str]]:
    """Return the fields that differ, each with both values as text, ours first."""
    if ours is None or theirs is None:
        return {
            "row": (
                ABSENT if ours is None else repr(ours),
                ABSENT if theirs is None else repr(theirs),
            )
        }
    before, after = msgspec.structs.asdict(ours), msgspec.structs.asdict(theirs)
    return {
        name: (str(value), str(after.get(name)))
        for name, value in before.items()
        if value != after.get(name)
    }


def _role(merge: Merge, name: str) -> str:
    if name == merge.lead:
        return LEAD
    return SAME_SENDER if name in merge.cables else STANDBY


def _source_name(state: int) -> str:
    return SourceState(state).name if state in list(SourceState) else f"state {state}"


def _age(moment: float | None, now: float) -> float | None:
    return None if moment is None else _tenths(now - moment)


def _tenths(seconds: float) -> float:
    return round(seconds, 1)
