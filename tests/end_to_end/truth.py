"""What is true of a calm day with a few changes made by hand, and whether a board tells it.

Written from the rules in the station's documents, not from the code: it imports nothing of the
project. A board that has lost touch may go on with what was true when it did; nothing else.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace

from tests.end_to_end.independent import (
    DEPARTURE_LINGERS,
    HIGH_SPEED,
    SHOWN_BEFORE,
    WAITING_BEFORE,
    clock,
    visits,
)

LIFETIME = 30
"""Minutes for which a deviation is told without confirmation: the station's configuration. When
station time runs fast it is a minute of real time at least."""
CANCELLED, UNKNOWN = "停运", "晚点未定"
LAPSED = {"时间待定 请询问工作人员", "请询问工作人员"}


@dataclass(frozen=True)
class Deviation:
    """What dispatching says of a train beyond its timetable; late None: nobody knows."""

    late: int | None = 0
    cancelled: bool = False


@dataclass(frozen=True)
class Version:
    """What held from a moment of real time on."""

    since: float
    deviations: dict[str, Deviation]


@dataclass
class Truth:
    """The day as it became, and since when a board may be behind."""

    timetable: object
    rate: float
    grace_s: float = 6.0
    versions: list[Version] = field(default_factory=lambda: [Version(0.0, {})])
    lost_at: float | None = None

    def change(self, number, deviation):
        known = self.versions[-1].deviations | {number: deviation}
        self.versions.append(Version(time.monotonic(), known))

    def lost(self):
        self.lost_at = time.monotonic()

    def found(self):
        self.lost_at = None

    def candidates(self):
        """The versions that a board may tell now."""
        oldest = (time.monotonic() if self.lost_at is None else self.lost_at) - self.grace_s
        valid = [
            version
            for version, after in zip(self.versions, [*self.versions[1:], None], strict=True)
            if after is None or after.since > oldest
        ]
        return [version.deviations for version in valid]

    @property
    def behind(self):
        """Minutes of station time that a board may be behind."""
        return self.grace_s * self.rate / 60 + 1

    @property
    def told_until(self):
        """Minutes of station time for which nothing new has been heard; None: in touch."""
        if self.lost_at is None:
            return None
        return (time.monotonic() - self.lost_at) * self.rate / 60

    def faults(self, now, rows):
        """Return what of a board's rows, read at minute `now`, is not true.

        Args:
            now: minute of the day that the board itself shows.
            rows: number, destination, time, status.
        """
        known = {v.number: v for v in self._near(now)}
        found = [
            f"{clock(now)} {row}"
            for row in rows
            if row[0] not in known or not self._true(known[row[0]], row, now)
        ]
        shown = {row[0] for row in rows}
        found += [f"{clock(now)} {n} is missing" for n in self._due(now) if n not in shown]
        return found

    def _near(self, now):
        """Visits that may be on the board: of each number the one nearest to now."""
        near = [v for v in visits(self.timetable) if v.departure is not None]
        near.sort(key=lambda v: -abs(v.departure - now))
        return [v for v in near if v.role in {"ORIGIN", "INTERMEDIATE"}]

    def _due(self, now):
        """Numbers that every board must show, whichever version it tells."""
        due = []
        for visit in self._near(now):
            versions = [each.get(visit.number, Deviation()) for each in self.candidates()]
            lates = [0 if each.late is None else each.late for each in versions]
            begins = visit.first - SHOWN_BEFORE + max(lates)
            ends = visit.departure + min(lates) + DEPARTURE_LINGERS
            if begins + 1 <= now < ends - 1:
                due.append(visit.number)
        return due

    def _true(self, visit, row, now):
        _, destination, shown_time, status = row
        if destination != visit.destination:
            return False
        for known in self.candidates():
            deviation = known.get(visit.number, Deviation())
            for minute in (now, now - 1):
                if status in self._statuses(visit, deviation, minute) and self._time(
                    visit, deviation, shown_time, status
                ):
                    return True
        return False

    def _time(self, visit, deviation, shown, status):
        planned = clock(visit.departure)
        if deviation.cancelled or deviation.late is None or status in LAPSED:
            return planned in shown
        expected = clock(visit.departure + deviation.late)
        return shown in {expected, planned + expected, expected + planned}

    def _statuses(self, visit, deviation, now):
        if deviation.cancelled:
            return {CANCELLED, *self._lapsed()}
        if deviation.late is None:
            return {UNKNOWN, *self._lapsed()}
        late = deviation.late
        moved = replace(
            visit,
            arrival=None if visit.arrival is None else visit.arrival + late,
            departure=visit.departure + late,
        )
        told = {_stage(moved, now, late)}
        unheard = self.told_until
        if late and self._lapsed() and unheard > max(LIFETIME, self.rate) + self.behind:
            told = set()  # it must have lapsed by now
        if unheard is not None and late == 0:  # of a train never heard of nothing is claimed
            told.add("候车" if now >= moved.departure - WAITING_BEFORE else "")
        return told | (self._lapsed() if late else set())

    def _lapsed(self):
        unheard = self.told_until
        lifetime = max(LIFETIME, self.rate)
        if unheard is None or unheard < lifetime - self.grace_s * self.rate / 60:
            return set()
        return LAPSED


def _stage(visit, now, late):
    closes = visit.departure - 5
    if visit.category in HIGH_SPEED:
        opens = visit.departure - 15
    elif visit.role == "ORIGIN":
        opens = visit.departure - 30
    else:
        opens = visit.arrival - 10
    if now >= closes:
        return "停止检票"
    if now >= closes - 2:
        return "即将停止检票"
    if now >= min(opens, closes):
        return "正在检票"
    if late:
        return f"晚点约{late}分" if late > 0 else f"早点{-late}分"
    return "正点"
