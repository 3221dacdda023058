"""What is true of a calm day with a few changes made by hand, and whether a screen tells it.

Written from the rules in the station's documents, not from the code: it imports nothing of the
project. A screen that has lost touch may go on with what was true when it did; nothing else.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace

from tests.end_to_end.independent import (
    ARRIVAL_LINGERS,
    DAY,
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
NOTICED_S = 35.0
"""Real seconds after which a loss is shown: the protocol's two times 15 (C-11.1, C-11.2), and what
a busy machine needs."""
CLOCK_S = 3.0
"""Real seconds by which a clock may be wrong: so long may a page be kept from drawing."""
CANCELLED, UNKNOWN, OPEN = "停运", "晚点未定", "待定"
LAPSED = {"时间待定请询问工作人员", "请询问工作人员"}
LIVE = "实时信息"


@dataclass(frozen=True)
class Deviation:
    """What dispatching says of a train beyond its timetable.

    Attributes:
        late: minutes; None: nobody knows.
        cancelled: it does not run.
        track: on which it stands, None: as printed.
    """

    late: int | None = 0
    cancelled: bool = False
    track: str | None = None


PRINTED = Deviation()


@dataclass(frozen=True)
class Version:
    """What held from a moment of real time on."""

    since: float
    deviations: dict[str, Deviation]


@dataclass(frozen=True)
class Row:
    """One train on a screen; `was` of a field is what stands there struck through."""

    train: str
    place: str
    time: str
    status: str
    time_was: str = ""
    platform: str = ""
    platform_was: str = ""
    gate: str | None = None


@dataclass
class Truth:
    """The day as it became, and since when a screen may be behind.

    Attributes:
        day_began: the system's clock at local midnight of the service date.
        grace_s: real seconds that a change may take to every screen.
        mended: what broke is whole again: each screen may be in touch again, or not yet.
        planned: days, counted from the service date, whose plan a hub has published.
    """

    timetable: object
    layout: object
    rate: float
    day_began: float
    grace_s: float = 6.0
    versions: list[Version] = field(default_factory=lambda: [Version(0.0, {})])
    lost_at: float | None = None
    mended: bool = False
    planned: set[int] = field(default_factory=lambda: {-1, 0, 1})

    def __post_init__(self):
        printed = [v for v in visits(self.timetable) if 0 <= v.first < DAY]
        self.visits = [_moved(v, day * DAY) for day in (-1, 0, 1, 2) for v in printed]

    def change(self, visit, deviation):
        known = self.versions[-1].deviations | {key(visit): deviation}
        self.versions.append(Version(time.monotonic(), known))

    def next(self, number):
        """Return the visit of that number which is nearest to now."""
        known = [v for v in self.visits if v.number == number]
        return min(known, key=lambda v: abs(v.first - self.minute))

    def lost(self):
        """From now on no screen can know better."""
        self.lost_at, self.mended = time.monotonic(), False

    def found(self):
        """Every screen has said that it is in touch again."""
        self.lost_at = None

    @property
    def minute(self):
        """Minutes of station time since midnight of the service date."""
        now = time.time()  # noqa: TID251 - as all processes of a simulation count
        return (now - self.day_began) * self.rate / 60

    @property
    def behind(self):
        """Minutes of station time that a screen may be behind."""
        return self.grace_s * self.rate / 60 + 1

    @property
    def told_until(self):
        """Minutes of station time for which nothing new has been heard; None: in touch."""
        if self.lost_at is None:
            return None
        return (time.monotonic() - self.lost_at) * self.rate / 60

    def of(self, visit, at=None):
        """The deviations of a train that may be told at a moment of real time, now by default."""
        at = time.monotonic() if at is None else at
        oldest = (at if self.lost_at is None else min(at, self.lost_at)) - self.grace_s
        return {
            version.deviations.get(key(visit), PRINTED)
            for version, after in zip(self.versions, [*self.versions[1:], None], strict=True)
            if after is None or after.since > oldest
        }

    def platform(self, visit, deviation):
        return self.layout.platforms[deviation.track or visit.track]

    # A screen.

    def faults(self, kind, now, rows, *, line, gate=None, complete=True):
        """Return what of a screen's rows, read at minute `now` of its own clock, is not true.

        Args:
            kind: ``departures``, ``arrivals``, ``gate`` or ``kiosk``.
            now: minute of the day.
            rows: what it shows, `Row`s in their order.
            line: what it says of itself.
            gate: of a gate's screen: its label.
            complete: whether it must show every train that is due.
        """
        way = "arrival" if kind == "arrivals" else "departure"
        now += DAY * round((self.minute - now) / DAY)
        found = self._wrong_clock(now)
        silent_s = (self.told_until or 0) * 60 / self.rate
        if LIVE in line and silent_s > NOTICED_S and not self.mended:
            found.append(f"says {line!r} {NOTICED_S:g} s after the loss")
        known = self._near(now, way)
        for row in rows:
            visit = known.get(row.train)
            if visit is None or not self._true(visit, row, now, way, kind, gate):
                of = sorted(map(str, self.of(visit))) if visit else "no train"
                found.append(f"{kind} {clock(now)}: {row}, though {of}")
        shown = [row.train for row in rows]
        if complete:
            found += [
                f"{kind} {clock(now)}: {n} is missing"
                for n in self._due(known, now, way, gate)
                if n not in shown
            ]
        planned = [getattr(known[n], way) for n in shown if n in known]
        if kind in {"departures", "arrivals"} and planned != sorted(planned):
            found.append(f"{kind} {clock(now)}: not in order: {shown}")
        return found

    def _wrong_clock(self, now):
        off = now - self.minute
        late = CLOCK_S * self.rate / 60
        if -1 - late <= off <= late:
            return []
        return [f"the clock shows {clock(now)} at {self.minute % DAY / 60:.3f} h"]

    def _near(self, now, way):
        """The visits that may be told: of each number the one nearest to now."""
        near = [v for v in self.visits if getattr(v, way) is not None and v.role != "PASS"]
        near.sort(key=lambda v: -abs(getattr(v, way) - now))
        return {v.number: v for v in near}

    def _due(self, known, now, way, gate):
        """Numbers that every such screen must show, whichever version it tells."""
        lingers = DEPARTURE_LINGERS if way == "departure" else ARRIVAL_LINGERS
        due = []
        for visit in known.values():
            if visit.first // DAY not in self.planned:
                continue
            told = self.of(visit)
            lates = [each.late or 0 for each in told]
            begins = visit.first - SHOWN_BEFORE + max(lates)
            ends = getattr(visit, way) + min(lates) + lingers
            if gate and any(self._gate(visit, each) != gate for each in told):
                continue
            if begins + 1 <= now < ends - 1:
                due.append(visit.number)
        return due

    def _gate(self, visit, deviation):
        return self.layout.gates[self.platform(visit, deviation)]

    def _true(self, visit, row, now, way, kind, gate):
        if row.place != (visit.destination if way == "departure" else visit.origin):
            return False
        return any(self._as(visit, each, row, now, way, kind, gate) for each in self.of(visit))

    def _as(self, visit, deviation, row, now, way, kind, gate):
        """Whether the row tells this version of the train: at the minute shown, or at the true one.

        A page draws its clock and its rows one after the other.
        """
        leads = self._gate(visit, deviation)
        if gate in {None, leads}:
            told = any(
                row.status in self._statuses(visit, deviation, minute, way, kind)
                for minute in (now - 1, now, int(self.minute))
            )
        else:  # the gate that has lost the train sends its passengers on
            lost = gate == self._gate(visit, PRINTED) and not deviation.cancelled
            told = lost and row.status in {f"改在{leads}检票口", *self._lapsed()}
        return (
            told
            and self._in_window(visit, deviation, now, way, kind)
            and self._time(getattr(visit, way), deviation, row)
            and self._place(visit, deviation, row)
        )

    def _in_window(self, visit, deviation, now, way, kind):
        """Whether the train stands there at that time at all: no ghost of one that has gone."""
        if deviation.late is None:
            return True
        slack = 1 + self.rate * 1.5 / 60
        lingers = DEPARTURE_LINGERS if way == "departure" else ARRIVAL_LINGERS
        begins = visit.first - SHOWN_BEFORE + min(0, deviation.late)
        ends = getattr(visit, way) + max(0, deviation.late) + lingers
        return now < ends + slack and (kind == "kiosk" or begins - slack <= now)

    def _place(self, visit, deviation, row):
        label = self.platform(visit, deviation)
        printed = self.layout.platforms[visit.track]
        if deviation.cancelled and not row.platform:
            return not row.gate
        if row.gate not in {None, self.layout.gates[label]}:
            return False
        return row.platform == label and row.platform_was == ("" if label == printed else printed)

    def _time(self, at, deviation, row):
        planned = clock(at)
        if deviation.cancelled or deviation.late is None or row.status in LAPSED:
            return row.time_was == planned and row.time in {"", OPEN}
        expected = clock(at + deviation.late)
        return (row.time, row.time_was) == (expected, "" if expected == planned else planned)

    def _statuses(self, visit, deviation, now, way, kind):
        lapsed = self._lapsed()
        if deviation.cancelled:
            return {CANCELLED, *lapsed}
        if deviation.late is None:
            return {UNKNOWN, *lapsed}
        late, unheard = deviation.late, self.told_until
        moved = _moved(visit, late)
        reported = now if unheard is None or self.mended else now - unheard + 1
        stage = _departure if way == "departure" else _arrival
        told = stage(moved, now, reported, late)
        longest = max(LIFETIME, self.rate) + self.behind
        if late and lapsed and unheard > longest and not self.mended:
            told = set()  # it must have lapsed by now
        if late == 0 and (unheard is not None or self._just_told(visit, now, kind)):
            told |= _unheard(moved, now, way)
        return told | (lapsed if late else set())

    def _just_told(self, visit, now, kind):
        """Dispatching tells of a train three hours before it comes: a moment ago, or not yet."""
        since = now - (visit.first - SHOWN_BEFORE)
        return since <= self.behind and (kind == "kiosk" or since >= -1 - self.rate / 20)

    def _lapsed(self):
        unheard = self.told_until
        lifetime = max(LIFETIME, self.rate)
        if unheard is None or unheard < lifetime - self.grace_s * self.rate / 60:
            return set()
        return LAPSED


def key(visit):
    """Return what tells a visit from those of other days."""
    return visit.number, visit.first // DAY


def _moved(visit, minutes):
    arrival, departure = visit.arrival, visit.departure
    return replace(
        visit,
        arrival=None if arrival is None else arrival + minutes,
        departure=None if departure is None else departure + minutes,
    )


def check_in(visit):
    """Return the minutes at which check-in opens, is called for the last time, and closes."""
    closes = visit.departure - 5
    if visit.category in HIGH_SPEED:
        opens = visit.departure - 15
    elif visit.role == "ORIGIN":
        opens = visit.departure - 30
    else:
        opens = visit.arrival - 10
    return min(opens, closes), closes - 2, closes


def _departure(visit, now, reported, late):
    opens, last, closes = check_in(visit)
    if now >= closes:
        return {"停止检票", "已发车"} if visit.departure <= reported else {"停止检票"}
    if now >= last:
        return {"即将停止检票"}
    if now >= opens:
        return {"正在检票"}
    return {_punctuality(late)}


def _arrival(visit, now, reported, late):
    if (
        now >= visit.arrival
    ):  # that it is here is told when it was reported, not because of the hour
        return {"即将进站", "已到达"} if visit.arrival <= reported else {"即将进站"}
    return {"即将进站"} if now >= visit.arrival - 5 else {_punctuality(late)}


def _punctuality(late):
    if late:
        return f"晚点约{late}分" if late > 0 else f"早点{-late}分"
    return "正点"


def _unheard(visit, now, way):
    """What is told of a train of which dispatching has said nothing: no word of punctuality."""
    if way == "arrival":
        return {"", "即将进站"} if now >= visit.arrival - 5 else {""}
    waiting = visit.departure - WAITING_BEFORE
    return {"候车"} if now >= waiting else {""}
