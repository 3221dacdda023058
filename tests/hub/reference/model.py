"""A whole station's day, told from the rows received so far and the time: the reference.

Law: as `telling`'s: independent of the hub, slow and plain; no database, no plan of what is due:
everything is looked at anew in every step. `Reference.step` takes what `Operations.step` takes.
What persons may say, and what is said against it, stands in `orders`.
"""

from __future__ import annotations

import math
from collections import Counter
from copy import copy
from dataclasses import replace as instead
from datetime import UTC, datetime, time, timedelta
from itertools import count

from msgspec.structs import replace

from hub.kernel.override import ReplacedBy, StockOf
from one_way_feed.rows import RowDeleted, RowUpserted, StagePlanRow, Step, row_key
from protocol.identifiers import make_run_id
from protocol.runs import PassengerPhase, Role, TrainPhase
from tests.hub.reference.flicker import follow, settle
from tests.hub.reference.hand import NOTHING, still
from tests.hub.reference.orders import Orders, Verdict, gone
from tests.hub.reference.stock import links, word_of
from tests.hub.reference.telling import (
    Entry,
    Visit,
    in_force,
    kept_until,
    passengers,
    phases,
    tell,
    tell_by,
)

A_DAY = timedelta(days=1)
SAME_TRAIN = timedelta(hours=12)
"""A train of one number comes once a day: a time this near means the same one."""
SAME_VISIT = timedelta(hours=1)
CLOCKS_APART = timedelta(minutes=15)
CROSSED = timedelta(minutes=1)
AHEAD = timedelta(days=2)
LATE_ROW = timedelta(hours=6)
FRESH = timedelta(minutes=2)
UNSEEN = (PassengerPhase.PLANNED, PassengerPhase.GONE)
COMING = (TrainPhase.APPROACHING, TrainPhase.PASSING)


class Reference:
    """The station as it must be told after every step."""

    def __init__(self, station):
        self.station = station
        self.rows = {}  # key -> (revision, row or None, reason for disbelief or None)
        self.owner = {}  # dispatching's key -> run id
        self.live = set()  # dispatching's keys
        self.visits = {}  # run id -> Visit
        self.plans = {}  # date -> (runs, until)
        self.rejected = []  # (row key, reason) of the last step
        self.events = []  # (kind, run id, at) of the last step
        self.mode = None  # orders.Mode while the whole station is manual
        self.answers = {}  # command id -> (command, answer)
        self._rows_before, self._news, self._settled = {}, {}, {}
        self._days, self._read = {}, {}
        self._built = None

    def open(self, now, *, set_back=False):
        """Start, start again, or go on after the clock was set back: look at every run anew.

        What is over is left to the next step. What a clock that was ahead thought to be over, or of
        a past day, may be neither.
        """
        self.events, self.rejected = [], []
        if set_back:
            self._forgotten_too_early(now)
        self._build(now)
        for visit in self.visits.values():
            was, visit.said = copy(visit), still(visit.said, now)
            settle(visit, self.station.policies, now)
            if visit != was:
                self._changed(was, visit, now)
            visit.stays_until = next_second(now)
            self._reach(visit, tell(visit, self.station), now)
        self._bring_all_stock(now, set())

    def step(self, now, changes=(), *, minute=False):
        """Take rows in and let time come; plans are given up at the minute."""
        self.events, self.rejected = [], []
        self._end_mode(now)
        before = self._picture()
        self._settle(now)
        self._settled = self._picture()
        self._receive(now, changes)
        if self._date(now) != self._built:
            self._take_again(now, self._no_longer_far_ahead(now))
        self._let_time_come(before, now)
        if self._date(now) != self._built:
            self._build(now, but=before.keys() - self.visits.keys())
        elif minute:
            self.plans = {day: kept for day, kept in self.plans.items() if kept[1] > now}

    def command(self, now, command, *, preview=False):
        """Do what a person commands; return the answer, the earlier one if it was given before."""
        self.events, self.rejected = [], []
        self._end_mode(now)
        if command.command_id in self.answers:
            return self._again(command)
        before, mode = self._picture(), self.mode
        self._settle(now)
        self._settled = self._picture()
        answer = Orders(self, now).obey(command)
        if preview:
            self.visits, self.mode = before, mode
            return answer
        self._let_time_come(before, now)
        self.answers[command.command_id] = (command, answer)
        return answer

    def _again(self, command):
        """The same command is done once; its id is no other's."""
        earlier, answer = self.answers[command.command_id]
        if earlier == command:
            return answer
        return Verdict(frozenset({"another"}), run_id=getattr(command, "run_id", None))

    def published(self):
        """Return the runs that have a publication of their own."""
        shown = {i: v for i, v in self.visits.items() if v.base.heard and not v.base.withdrawn}
        return {run_id: tell(visit, self.station) for run_id, visit in shown.items()}

    def in_force(self, now):
        """Return what holds of what persons said, and the ids of what the feed now contradicts."""
        orders, said, outdated = Orders(self, now), {}, set()
        for visit in self.visits.values():
            for one in in_force(visit, self.station):
                said[one.id] = visit.run_id, one.word
                outdated |= {one.id} if orders.outdated(visit, one) else set()
        return said, outdated

    def _picture(self):
        return {run_id: copy(visit) for run_id, visit in self.visits.items()}

    def _settle(self, now):
        for visit in self.visits.values():
            settle(visit, self.station.policies, now)

    def _let_time_come(self, before, now):
        self._take_again(now, self._no_longer_early(now))
        for visit in self.visits.values():
            if self.mode is not None and visit.stood is None:
                visit.stood = self._as_it_stood(visit, before.get(visit.run_id))
            visit.said = still(visit.said, now)
        touched = set()
        for run_id, visit in self.visits.items():
            if before.get(run_id) != visit:
                touched.add(run_id)
                self._changed(before.get(run_id), visit, now)
        self._bring_all_stock(now, touched)
        self._look(now, touched)

    def _as_it_stood(self, visit, was):
        """What is told of a train in a station that is manual: nothing that the feed says now."""
        if was is not None:
            return was
        alone = Visit(visit.run_id, visit.day, visit.entry, added=visit.added)
        return alone if visit.printed else instead(visit, withdrawn=True)

    def _bring_all_stock(self, now, touched):
        for run_id, visit in self.visits.items():
            was = copy(visit)
            self.bring_stock(visit, now)
            if visit != was:
                touched.add(run_id)
                self._changed(was, visit, now)

    def bring_stock(self, visit, now):
        """What is told of a train reaches the one that leaves with its stock at once."""
        before = dict(visit.brought)
        asked = [one.word.run_id for one in visit.said if isinstance(one.word, StockOf)]
        feeders = {*asked, getattr(visit.entry, "fed_by", None)} & self.visits.keys()
        said = {i: self._brings(i, before.get(i), now, asked=i in asked) for i in feeders}
        said = {i: one for i, one in said.items() if one is not None and one != before.get(i)}
        if not said:
            return
        visit.brought = tuple(sorted((before | said).items()))
        if any(one.unknown_since or one.expected > one.planned for one in said.values()):
            visit.heard = True
            visit.stood = visit.stood and instead(visit.stood, heard=True)

    def _brings(self, feeder, before, now, *, asked):
        visit = self.visits[feeder]
        if not visit.base.heard and not asked:
            return None
        return word_of(visit, tell(visit, self.station), before, now)

    def _end_mode(self, now):
        """AUTO returns by itself, before anything else happens."""
        if self.mode is not None and self.mode.until is not None and self.mode.until <= now:
            self.mode = None
            self._give_back(now)

    def _give_back(self, now):
        before = self._picture()
        for run_id, visit in self.visits.items():
            visit.stood = None
            self._changed(before[run_id], visit, now)

    # --- rows ------------------------------------------------------------------------------

    def _receive(self, now, changes):
        self._rows_before = dict(self.rows)
        news = self._news = {}
        for change in changes:
            key = change.key if isinstance(change, RowDeleted) else row_key(change.row)
            held = news[key].revision if key in news else self.rows.get(key, ((-1, -1),))[0]
            if tuple(change.revision) > tuple(held):
                news[key] = change
        gone = [c for c in news.values() if isinstance(c, RowDeleted)]
        come = [c for c in news.values() if isinstance(c, RowUpserted)]
        free_again = [run_id for c in gone if (run_id := self._delete(c, now))]
        for change in come:
            if isinstance(change.row, StagePlanRow):
                self._plan(change, now)
        for change in come:
            if not isinstance(change.row, StagePlanRow):
                self._log(change, now)
        self._second_choice(free_again, now)

    def _second_choice(self, run_ids, now):
        """A row that was a duplicate of a row now deleted is the train's row from now on."""
        for run_id in run_ids:
            for key in sorted(self.rows):
                revision, row, reason = self.rows[key]
                if reason == ("duplicate", run_id) and key not in self._news and row is not None:
                    self._plan(RowUpserted(row, revision), now)

    def _take_again(self, now, keys):
        """Judge rows that are held once more: dispatching sends only what changes."""
        for key in sorted(keys, key=lambda key: (key[0] == "log", key)):
            revision, row, _ = self.rows[key]
            (self._log if key[0] == "log" else self._plan)(RowUpserted(row, revision), now)

    def _held(self, kind, *reasons):
        return [
            (key, row)
            for key, (_, row, reason) in self.rows.items()
            if key[0] == kind and row is not None and reason is not None and reason[0] in reasons
        ]

    def _no_longer_far_ahead(self, now):
        for key, row in self._held("plan", "far-ahead"):
            planned = [at for at in (row.planned_arrival, row.planned_departure) if at]
            if min(planned, default=now) - now <= AHEAD:
                yield key

    def _no_longer_early(self, now):
        for key, row in self._held("log", "not-yet"):
            at = max(at for at in (row.actual_arrival, row.actual_departure) if at)
            run_id = self.owner.get(key[1])
            visit = self.visits.get(run_id)
            untouched = visit is not None and visit == self._settled.get(run_id)
            if at - now <= CLOCKS_APART and untouched and visit.stays_until <= now:
                yield key  # in a second in which a run was concluded about it is not looked at

    def _forgotten_too_early(self, now):
        before = self._picture()
        self.owner = {key: run_id for key, run_id in self.owner.items() if run_id in self.visits}
        self.live &= self.owner.keys()
        again = [key for kind in ("plan", "log") for key, _ in self._held(kind, "over", "past-day")]
        for key, (_, row, reason) in self.rows.items():
            if row is not None and reason is None and key[1] not in self.owner:
                again.append(key)
        self._rows_before, self._news = dict(self.rows), {}
        self._take_again(now, again)
        for run_id, visit in self.visits.items():
            if before.get(run_id) != visit:
                if self.mode is not None and visit.stood is None:
                    visit.stood = self._as_it_stood(visit, None)
                self._changed(before.get(run_id), visit, now)

    def _keep(self, change, reason=None):
        self.rows[row_key(change.row)] = (change.revision, change.row, reason)

    def _delete(self, change, now):
        """Take back what the row said, and no more; return the run that may have lost its row."""
        kind, key = change.key
        self.rows[change.key] = (change.revision, None, None)
        run_id = self.owner.get(key)
        visit = self.visits.get(run_id)
        if kind == "log" and visit is not None and visit.awaits == key:
            visit.awaits = None
        said = getattr(visit, kind, None)
        if said is not None and said.key == key:
            take_back = self._without_plan if kind == "plan" else self._without_log
            take_back(visit, self._auto(visit), now)
        if kind == "log":
            return None
        self.live.discard(key)
        return run_id

    def _auto(self, visit):
        """What the feed alone says of the run."""
        return tell_by(visit, NOTHING, self.station)

    def _without_plan(self, visit, run, now):
        """A rolling plan deletes what is behind it; and nobody's delay is undone by forgetting."""
        came = any(one is not None and one.actual for one in (run.arrival, run.departure))
        if came or passengers(run, now) is PassengerPhase.GONE:
            return
        if visit.printed is None:
            visit.withdrawn = True
        elif not run.deviates:
            visit.plan = visit.last_known = visit.unknown_since = None
            visit.late_arrival = visit.late_departure = None

    def _without_log(self, visit, run, now):
        """A correction, unless the train has left."""
        left = (run.departure or run.arrival).actual is not None
        if not left and passengers(run, now) is not PassengerPhase.GONE:
            visit.log = None

    def _plan(self, change, now):
        row = whole_seconds(change.row)
        key = row_key(row)
        run_id = self.owner.get(row.key)
        if run_id is not None and run_id not in self.visits:
            return self._keep(change, ("over", None))
        visit = self._whose(row, now) if run_id is None else self._mine(row, self.visits[run_id])
        if isinstance(visit, tuple):
            self.rejected.append((key, visit[0]))
            return self._keep(change, visit)
        reason = self._why_not(row, visit, now)
        if reason is not None:
            self.rejected.append((key, reason))
            return self._keep(change, (reason, None))
        row = self._known_tracks(row, visit, ("arrival_track", "departure_track"), visit.plan, key)
        row = self._possible(row, visit, key)
        after = self._planned(copy(visit), row, now)
        if visit.run_id not in self.visits and kept_until(self._auto(after)) <= now:
            return self._keep(change, ("over", None))
        self.visits[visit.run_id] = after
        self.owner[row.key] = visit.run_id
        self.live.add(row.key)
        self._keep(change)
        waiting = self.rows.get(("log", row.key), (None, None, None))
        of_nobody = waiting[1] is not None and waiting[2] == ("unknown-train", None)
        if of_nobody and ("log", row.key) not in self._news:
            self._log(RowUpserted(waiting[1], waiting[0]), now)
        return None

    def _planned(self, visit, row, now):
        was = copy(visit)
        self._replan(visit, row, now)
        follow(was, visit, self.station.policies, now)
        return visit

    def _replan(self, visit, row, now):
        if row.delay_known:
            visit.unknown_since = visit.last_known = None
        elif visit.unknown_since is None:
            visit.unknown_since, visit.last_known = now, visit.plan
        visit.cancelled_since = (visit.cancelled_since or now) if row.cancelled else None
        if visit.withdrawn:  # a person's train that was taken back does not come back with it
            visit.added = None
        visit.plan, visit.heard, visit.withdrawn = row, True, False

    def _log(self, change, now):
        row = whole_seconds(change.row)
        key = row_key(row)
        run_id = self.owner.get(row.key)
        visit = self.visits.get(run_id)
        if visit is None:
            plans = [rows.get(("plan", row.key)) for rows in (self._rows_before, self.rows)]
            over = run_id is not None or any(p and p[2] == ("over", None) for p in plans)
            reason = "over" if over else "unknown-train"
            if not over:
                self.rejected.append((key, reason))
            return self._keep(change, (reason, None))
        if visit.awaits == row.key:
            visit.awaits = None
        came, left = row.actual_arrival, row.actual_departure
        crossed = came and left and left < came <= left + CROSSED
        if crossed:  # two clocks, or two people
            row = replace(row, actual_departure=came)
        reason = self._impossible(row, visit, now)
        if reason is None and crossed:
            self.rejected.append((key, "crossed"))
        if reason == "not-yet":
            visit.awaits = row.key
        if reason is not None:
            self.rejected.append((key, reason))
            return self._keep(change, (reason, None))
        visit.log = self._known_tracks(row, visit, ("track",), visit.log, key)
        visit.heard = True
        return self._keep(change)

    def _known_tracks(self, row, visit, columns, last_good, key):
        layout = self.station.layout_on(visit.day)
        for column in columns:
            track = getattr(row, column)
            if track is not None and layout.track(track) is None:
                self.rejected.append((key, "unknown-track"))
                row = replace(row, **{column: getattr(last_good, column, None)})
        return row

    def _possible(self, row, visit, key):
        """Leave out a guess to leave before it is guessed to come; the rest of the row is good."""
        comes = (
            row.estimated_arrival or row.planned_arrival or getattr(visit.printed, "arrival", None)
        )
        if row.role in {Role.INTERMEDIATE, Role.PASS} and before(row.estimated_departure, comes):
            self.rejected.append((key, "departure-before-arrival"))
            return replace(row, estimated_departure=None)
        return row

    def _why_not(self, row, visit, now):
        """剔除无效数据, for the stage plan."""
        entry = visit.printed
        arrival = row.planned_arrival or getattr(entry, "arrival", None)
        departure = row.planned_departure or getattr(entry, "departure", None)
        needs = {
            Role.ORIGIN: departure,
            Role.TERMINUS: arrival,
            Role.INTERMEDIATE: arrival and departure,
            Role.PASS: arrival or departure,
        }
        if not (row.arrival_number or row.departure_number):
            return "no-number"
        if not needs[row.role]:
            return "missing-time"
        two_ended = row.role in {Role.INTERMEDIATE, Role.PASS}
        if two_ended and before(departure, arrival):
            return "departure-before-arrival"
        if (
            apart(row.estimated_arrival, arrival, A_DAY)
            or apart(row.estimated_departure, departure, A_DAY)
            or (two_ended and apart(arrival, departure, A_DAY))
            or apart(row.planned_arrival, visit.planned("arrival"), SAME_TRAIN)
            or apart(row.planned_departure, visit.planned("departure"), SAME_TRAIN)
        ):
            return "jump"
        ends = [arrival, departure, row.estimated_arrival, row.estimated_departure]
        last = max(filter(None, ends))
        if self._date(last) < self._date(now) and now - last > LATE_ROW:
            return "past-day"
        return "far-ahead" if min(filter(None, ends[:2])) - now > AHEAD else None

    def _impossible(self, row, visit, now):
        """剔除无效数据, for the traffic log."""
        came, left = row.actual_arrival, row.actual_departure
        if before(left, came):
            return "departure-before-arrival"
        if any(at is not None and at - now > CLOCKS_APART for at in (came, left)):
            return "not-yet"
        if apart(came, visit.planned("arrival"), A_DAY):
            return "jump"
        if apart(left, visit.planned("departure"), A_DAY):
            return "jump"
        return "backwards" if visit.log is not None and undoes(row, visit.log) else None

    def _whose(self, row, now):
        """Return the visit that a row of a new key is about, or why there is none."""
        numbers = numbers_in(row.arrival_number, row.departure_number)
        number = row.departure_number or row.arrival_number
        if not numbers:
            return ("no-number", None)
        at = first_time(row) or now
        far, day, run_id = min(self._near(numbers, at), default=(A_DAY, None, None))
        if far > SAME_TRAIN:
            day = self._date(at)
            run_id = make_run_id(day, number)
        for nth in count(2):
            visit = self.visits.get(run_id)
            if visit is None:
                return Visit(run_id, day, self._entries(day).get(run_id) if nth == 2 else None)
            if not self._live(run_id) - {row.key}:
                return visit
            if one_visit(row, visit.plan):
                return ("duplicate", run_id)
            run_id = make_run_id(day, number, nth)
        return None

    def _near(self, numbers, at):
        """Yield the timetable's trains of such a number: how far from `at`, date, run."""
        for day in (self._date(at) + A_DAY * n for n in (-1, 0, 1)):
            for run_id, entry in self._entries(day).items():
                if numbers & numbers_in(entry.arrival_number, entry.departure_number):
                    times = filter(None, (entry.arrival, entry.departure))
                    yield min(abs(t - at) for t in times), day, run_id

    def _mine(self, row, visit):
        """Return the visit that the row's key told about before; another key may have it now."""
        live = self._live(visit.run_id)
        return visit if row.key in live or not live else ("duplicate", visit.run_id)

    def _live(self, run_id):
        """Keys whose plan rows were believed about the run and not deleted since."""
        return {key for key in self.live if self.owner[key] == run_id}

    # --- time ------------------------------------------------------------------------------

    def _changed(self, was, visit, now):
        """Say what has just become true of a run that a row changed."""
        visit.stays_until = next_second(now)
        old = tell(was, self.station) if was is not None else None
        new = self._after(old, visit, now)
        visit.phases = phases(visit, new, now)
        if was is None or visit.base.withdrawn or not visit.base.heard:
            return
        self._coming(visit, was.phases, now.replace(microsecond=0))
        for kind, then, call in (
            ("arrived", old.arrival, new.arrival),
            ("departed", old.departure, new.departure),
        ):
            if call is None or call.actual is None or (then is not None and then.actual):
                continue
            if now - call.actual <= FRESH:
                self.events.append((kind, visit.run_id, call.actual))
        if passengers(old, now) not in UNSEEN and told(old) != told(new):
            self.events.append(("changed", visit.run_id, now))

    def _after(self, old, visit, now):
        """Return the run, knowing what passengers were told before."""
        new = tell(visit, self.station)
        if old is None:
            return new
        seen = passengers(old, now) not in UNSEEN
        if seen and old.platform is not None and old.platform != new.platform:
            visit.told_platform = old.platform
        if seen and old.gates and {*old.gates} != {*new.gates}:
            visit.told_gates = old.gates
        if gone(old) and not gone(new):  # what replaces a train goes with the cancellation
            visit.said = tuple(one for one in visit.said if not isinstance(one.word, ReplacedBy))
        return tell(visit, self.station)

    def _coming(self, visit, was, at):
        expected = was[1] is TrainPhase.EXPECTED
        if visit.base.heard and not visit.base.withdrawn and expected and visit.phases[1] in COMING:
            self.events.append(("approaching", visit.run_id, at))

    def _look(self, now, touched):
        """Look at every run that no row has changed: what is it now, is it over?"""
        for run_id, visit in list(self.visits.items()):
            if run_id in touched:
                continue
            run = tell(visit, self.station)
            if max(kept_until(run), visit.stays_until) <= now:
                del self.visits[run_id]
            else:
                self._reach(visit, run, now)

    def _reach(self, visit, run, now):
        """Let time bring the run to `now`; what is found out too late is not told."""
        was, visit.phases = visit.phases, phases(visit, run, now)
        begun = run.timeline.approaches_at
        if begun is not None and now - ceil_second(begun) <= FRESH:
            self._coming(visit, was, ceil_second(begun))

    def _build(self, now, but=()):
        """Yesterday's trains as far as they are still of use, today's and tomorrow's.

        `but` those that are forgotten just now.
        """
        today = self._built = self._date(now)
        for day in (today - A_DAY, today, today + A_DAY):
            alone = [Visit(run_id, day, entry) for run_id, entry in self._entries(day).items()]
            runs = [tell(visit, self.station) for visit in alone]
            for visit, run in zip(alone, runs, strict=True):
                known = visit.run_id in self.visits or visit.run_id in but
                if not known and kept_until(run) > now:
                    if self.mode is not None:
                        visit.stood = copy(visit)
                    visit.stays_until = next_second(now)
                    visit.phases = phases(visit, run, now)
                    self.visits[visit.run_id] = visit
            until = max((kept_until(run) for run in runs), default=now)
            if until > now:
                self.plans[day] = (tuple(runs), until)
        self.plans = {day: kept for day, kept in self.plans.items() if kept[1] > now}
        self._bring_all_stock(now, set())

    def _date(self, at):
        return at.astimezone(self.station.zone_info).date()

    def _entries(self, day):
        if day not in self._days:
            near = [self._printed(day + A_DAY * n) for n in (-1, 0, 1)]
            fed_by = links({run_id: entry for part in near for run_id, entry in part.items()})
            self._days[day] = {
                run_id: instead(entry, fed_by=fed_by.get(run_id))
                for run_id, entry in self._printed(day).items()
            }
        return self._days[day]

    def _printed(self, day):
        if day not in self._read:
            self._read[day] = self._entries_of(day)
        return self._read[day]

    def _entries_of(self, day):
        entries, seen = {}, Counter()
        for row in self.station.timetable.rows:
            number = row.departure_number or row.arrival_number
            seen[number] += 1
            arrival = row.arrival and self._utc(day, row.arrival)[0]
            departure = None
            if row.departure:
                over_midnight = row.departure < (row.arrival or time.min)
                times = self._utc(day + A_DAY * over_midnight, row.departure)
                later = [at for at in times if arrival is None or at >= arrival]
                departure = later[0] if later else arrival
            entries[make_run_id(day, number, seen[number])] = Entry(
                row.arrival_number,
                row.departure_number,
                row.category,
                row.role,
                row.origin,
                row.destination,
                arrival,
                departure,
                row.track,
                row.stock,
            )
        return entries

    def _utc(self, day, local):
        """Return every instant at which the clocks show it; if none, by the offset before."""
        zone = self.station.zone_info
        naive = datetime.combine(day, local)
        noon = datetime.combine(day, time(12), UTC)
        offsets = [(noon + A_DAY * n).astimezone(zone).utcoffset() for n in (-1, 1)]
        instants = [(naive - offset).replace(tzinfo=UTC) for offset in dict.fromkeys(offsets)]
        true = [at for at in instants if at.astimezone(zone).replace(tzinfo=None) == naive]
        return sorted(true) or instants[:1]


def told(run):
    """What a passenger who has seen the train must be told at once when it changes."""
    parts = [one is not None and one.cancelled for one in (run.arrival, run.departure)]
    return run.platform, run.gates, run.cancelled, parts, run.replaced_by, run.held


def numbers_in(*numbers):
    return {part.strip() for number in numbers if number for part in number.split("/")} - {""}


def first_time(row):
    return (
        row.planned_arrival
        or row.planned_departure
        or row.estimated_arrival
        or row.estimated_departure
    )


def whole_seconds(row):
    times = {
        name: value.replace(microsecond=0)
        for name in row.__struct_fields__
        if isinstance(value := getattr(row, name), datetime)
    }
    return replace(row, **times)


def one_visit(row, other):
    mine, theirs = first_time(row), other and first_time(other)
    return mine is None or theirs is None or abs(mine - theirs) < SAME_VISIT


def undoes(row, log):
    """Time going backwards: a step or a report of the log is taken back."""
    order = [None, *Step]
    reports = ("actual_arrival", "actual_departure")
    return order.index(row.step) < order.index(log.step) or any(
        getattr(log, name) is not None and getattr(row, name) is None for name in reports
    )


def before(one, other):
    return one is not None and other is not None and one < other


def apart(one, other, limit):
    return one is not None and other is not None and abs(one - other) > limit


def next_second(at):
    return at.replace(microsecond=0) + timedelta(seconds=1)


def ceil_second(at):
    return datetime.fromtimestamp(math.ceil(at.timestamp()), UTC)
