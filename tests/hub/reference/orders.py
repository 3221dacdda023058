"""What persons may command, what they are refused and warned of: read from issue 4's MANUAL.

Law: as `telling`'s. The kinds of objections are the hub's codes, for they are what a person reads;
when one is raised is said here anew. A refused command changes nothing.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from dataclasses import replace as instead
from datetime import datetime, timedelta

from msgspec.structs import replace

from hub.kernel.override import (
    AddRun,
    ArrivalAt,
    ArrivedAt,
    AtPlatform,
    ByGates,
    Cancelled,
    CheckIn,
    ClearOverride,
    Delayed,
    DelayUnknown,
    DepartedAt,
    DepartureAt,
    EndsHere,
    Field,
    InWaitingRoom,
    OnTrack,
    ReplacedBy,
    SetOverride,
    SetStationMode,
    StartsHere,
    StockOf,
)
from protocol.identifiers import make_run_id
from protocol.runs import PassengerPhase, Role
from tests.hub.reference.hand import HAPPENED, NOTHING, TIMES, Said, say, seen, still
from tests.hub.reference.telling import (
    Entry,
    Visit,
    passengers,
    tell,
    tell_by,
    told_from,
    where,
)

A_DAY = timedelta(days=1)
AHEAD = timedelta(days=2)
WIDE_TEXT = 24
"""A board's line holds so many Chinese characters."""
OPEN = (PassengerPhase.CHECK_IN, PassengerPhase.LAST_CALL)


@dataclass(frozen=True)
class Verdict:
    """An answer: the codes of what was said against the command."""

    refused: frozenset[str] = frozenset()
    warned: frozenset[str] = frozenset()
    run_id: str | None = None


@dataclass(frozen=True)
class Mode:
    id: str
    until: datetime | None


def whole(at):
    """Instants of commands are whole seconds."""
    return at and at.replace(microsecond=0)


class Orders:
    """One command at `now` in the model's world."""

    def __init__(self, world, now):
        self.world, self.station, self.now = world, world.station, now
        self.refused, self.warned = set(), set()

    def obey(self, command):
        for visit in self.world.visits.values():
            visit.said = still(visit.said, self.now)
        kinds = {
            SetOverride: self._set,
            ClearOverride: self._clear,
            SetStationMode: self._mode,
            AddRun: self._add,
        }
        if not all(text.strip() for text in (command.command_id, command.who, command.why)):
            self.refused.add("no-reason")
        run_id = kinds[type(command)](command)
        warned = frozenset() if self.refused else frozenset(self.warned)
        return Verdict(frozenset(self.refused), warned, run_id)

    # --- one word about one run

    def _set(self, command):
        visit = self._visit(command.run_id)
        until, word = whole(command.until), command.word
        if until is not None and until <= self.now:
            self.refused.add("expired")
        if visit is None:
            self.refused.add("no-run")
            return command.run_id
        run = tell(visit, self.station)
        if self._has_left(visit) and not isinstance(word, (CheckIn, *HAPPENED)):
            self.refused.add("left")
        else:
            _REFUSE[type(word)](self, word, visit, run)
        if self.refused:
            return command.run_id
        word = self._as_kept(word)
        self._say(visit, Said(command.command_id, word, whole(self.now), until), run)
        return command.run_id

    def _say(self, visit, new, run):
        word = new.word
        new = instead(new, against=self._against(visit, word))
        others = say(visit.said, new)[:-1]
        if any(self.outdated(visit, one) for one in others):
            self.warned.add("newer")
        visit.said = (*others, new)
        visit.heard = True
        if visit.stood is not None:
            visit.stood = instead(visit.stood, heard=True)
        if isinstance(word, StockOf):
            self.world.bring_stock(visit, self.now)
        self._warn(word, visit, run, tell(visit, self.station))

    def _as_kept(self, word):
        """Instants are whole seconds; a replacement that is a run is told by its number."""
        if isinstance(word, ArrivalAt | DepartureAt | ArrivedAt | DepartedAt):
            return replace(word, at=whole(word.at))
        if isinstance(word, ReplacedBy) and word.run_id is not None and word.number is None:
            other = tell(self.world.visits[word.run_id], self.station)
            return replace(word, number=other.departure_number or other.arrival_number)
        return word

    def _has_left(self, visit):
        base, hand = told_from(visit, self.station)
        last = ArrivedAt if (base.plan or base.printed).role is Role.TERMINUS else DepartedAt
        end = "arrival" if last is ArrivedAt else "departure"
        return hand.actual(end) is not None or base.actual(end) is not None

    def _visit(self, run_id):
        visit = self.world.visits.get(run_id)
        return None if visit is None or visit.base.withdrawn else visit

    def _layout(self, visit):
        return self.station.layout_on(visit.day)

    def _track(self, word, visit, _run):
        if self._layout(visit).track(word.track) is None:
            self.refused.add("unknown-track")

    def _platform(self, word, visit, _run):
        if word.platform not in {one.id for one in self._layout(visit).platforms}:
            self.refused.add("unknown-platform")

    def _room(self, word, visit, _run):
        if word.waiting_room not in {one.id for one in self._layout(visit).waiting_rooms}:
            self.refused.add("unknown-room")

    def _gates(self, word, visit, run):
        known = {one.id: one for one in self._layout(visit).gates}
        if not word.gates or not known.keys() >= set(word.gates):
            self.refused.add("unknown-gate")
            return
        platform = self._place(visit, run)["id"]
        if platform and any(platform not in known[each].platforms for each in word.gates):
            self.refused.add("gate-not-serving")

    def _place(self, visit, run):
        base, hand = told_from(visit, self.station)
        return where(base, run.role, run.departure, self.station, hand)

    def _delay(self, word, visit, run):
        self._unknown(word, visit, run)
        if abs(word.minutes) > A_DAY // timedelta(minutes=1):
            self.refused.add("too-far")

    def _time(self, word, visit, run):
        self._unknown(word, visit, run)
        end = "arrival" if isinstance(word, ArrivalAt) else "departure"
        call = getattr(run, end)
        if call is None or call.cancelled:
            self.refused.add("no-call")
            return
        if call.actual is not None:
            self.refused.add("happened")
        if abs(word.at - call.planned) > A_DAY:
            self.refused.add("too-far")
        if end == "departure":
            out_of_order = self._leaves_before_it_comes(word.at, run)
        else:
            leaves = next((o.word.at for o in visit.said if isinstance(o.word, DepartureAt)), None)
            out_of_order = leaves and leaves < word.at
        if out_of_order:
            self.refused.add("disorder")

    def _leaves_before_it_comes(self, at, run):
        """What is only guessed of a held train's arrival speaks against nothing."""
        comes = run.arrival
        if comes is None or comes.cancelled or (run.held and comes.actual is None):
            return False
        return at < comes.expected

    def _happened(self, word, _visit, run):
        came = isinstance(word, ArrivedAt)
        call = run.arrival if came else run.departure
        if call is None or call.cancelled or run.cancelled:
            self.refused.add("no-call")
            return
        if word.at > self.now:
            self.refused.add("future")
        if abs(word.at - call.planned) > A_DAY:
            self.refused.add("too-far")
        left = run.departure and run.departure.actual
        if (came and left and left < word.at) or (
            not came and self._leaves_before_it_comes(word.at, run)
        ):
            self.refused.add("disorder")

    def _part(self, word, visit, run):
        """Only a train that stops here on its way has two parts, and not both can be cancelled."""
        base = visit.base
        says = (base.plan or visit.printed).role
        printed = (visit.printed or base.plan).role
        if printed is not Role.INTERMEDIATE or says is Role.PASS:
            self.refused.add("not-through")
            return
        other = Role.ORIGIN if isinstance(word, EndsHere) else Role.TERMINUS
        if word.cancelled and says is other:
            self.refused.add("not-through")
        if isinstance(word, StartsHere) and run.arrival and run.arrival.actual:
            self.refused.add("happened")

    def _replacement(self, word, visit, run):
        if not gone(run):
            self.refused.add("not-cancelled")
        other = self._visit(word.run_id)
        if word.run_id is not None and (other is None or other is visit):
            self.refused.add("no-other")
        self._unknown(word, visit, run)

    def _unknown(self, word, _visit, _run):
        """Its texts, as those of every word about a delay, must fit."""
        if any(len(text) > WIDE_TEXT for text in word.texts.values()):
            self.refused.add("too-long")

    def _check_in(self, word, visit, run):
        gates = self._layout(visit).gates
        if run.platform is not None:
            gates = self._place(visit, run)["gates"]
        leaves = run.role in {Role.ORIGIN, Role.INTERMEDIATE} and not run.cancelled
        if not (leaves and gates):
            self.refused.add("no-check-in")
        elif run.departure.actual or not (run.held or run.departure.expected > self.now):
            self.refused.add("after-departure" if word.is_open else "left")

    def _cancel(self, _word, _visit, _run):
        pass

    # --- what the person should know

    def _warn(self, word, visit, before, after):
        warned = self.warned
        departure = after.departure
        leaves = departure is not None and not departure.actual and not departure.cancelled
        if isinstance(word, TIMES) and leaves and departure.expected < departure.planned:
            warned.add("early")
        if isinstance(word, TIMES) and self._past(word, after):
            warned.add("past")
        if isinstance(word, DepartureAt) and after.departure.expected != word.at:
            warned.add("dwell" if after.feeder is None else "turn-round")
        self._warn_of_what_is_so(word, before)
        if isinstance(word, OnTrack | AtPlatform):
            self._warn_of_gates(visit, after)
        self._warn_of_stock(word, visit, before, after)
        self._warn_of_length(visit, self._place(visit, after)["id"])
        if self._shares_its_track(visit, after):
            warned.add("track-occupied")

    def _leaving_with(self, visit):
        """Return the runs that are to leave with the stock of `visit`."""
        return {
            run_id
            for run_id, other in self.world.visits.items()
            if visit.run_id == getattr(other.entry, "fed_by", None)
            or any(o.word == StockOf(visit.run_id) for o in other.said)
        }

    def _warn_of_stock(self, word, visit, before, after):
        stays_away = isinstance(word, Cancelled) and gone(after)
        goes_on = isinstance(word, EndsHere) and not word.cancelled
        if (stays_away or goes_on) and after.arrival is not None and self._leaving_with(visit):
            self.warned.add("stock-needed")
        if isinstance(word, StockOf) and word.run_id is not None:
            if word.run_id == before.feeder:
                self.warned.add("already")
            other = self.world.visits[word.run_id]
            if self._leaving_with(other) - {visit.run_id}:
                self.warned.add("stock-taken")
        brings = dict(visit.brought).get(after.feeder)
        left = after.departure is not None and after.departure.actual is not None
        if brings is not None and brings.lost and not after.cancelled and not left:
            self.warned.add("stock-lost")

    def _stock(self, word, _visit, run):
        """Only a train that starts here needs stock, and only one that ends here brings it."""
        comes = run.arrival is not None and not run.arrival.cancelled
        if comes or run.departure is None or run.departure.cancelled:
            self.refused.add("starts-elsewhere")
        if word.run_id is None:
            return
        other = self._visit(word.run_id)
        if other is None or word.run_id == run.run_id:
            self.refused.add("no-other")
            return
        told = tell(other, self.station)
        goes_on = told.departure is not None and not told.departure.cancelled
        if told.arrival is None or told.arrival.cancelled or goes_on:
            self.refused.add("ends-elsewhere")

    def _past(self, word, after):
        calls = {
            ArrivalAt: [after.arrival],
            DepartureAt: [after.departure],
            Delayed: [after.arrival, after.departure],
        }[type(word)]
        calls = [call for call in calls if call is not None and not call.cancelled]
        return any(call.actual is None and call.expected <= self.now for call in calls)

    def _warn_of_what_is_so(self, word, before):
        if isinstance(word, Cancelled):
            so = word.cancelled == before.cancelled
        elif isinstance(word, CheckIn):
            phase = passengers(before, self.now)
            so = phase in OPEN if word.is_open else phase is PassengerPhase.CHECK_IN_CLOSED
        elif isinstance(word, EndsHere | StartsHere):
            part = before.departure if isinstance(word, EndsHere) else before.arrival
            so = part is not None and part.cancelled == word.cancelled
        else:
            so = False
        if so:
            self.warned.add("already")

    def _warn_of_gates(self, visit, after):
        place = self._place(visit, after)
        by_hand = next((o.word.gates for o in visit.said if isinstance(o.word, ByGates)), None)
        told = {gate.id for gate in place["gates"]}
        if by_hand is not None and not set(by_hand) & told:
            self.warned.add("gates-follow")

    def _warn_of_length(self, visit, platform):
        length = visit.length_m
        if platform and length and length > self._layout(visit).platform(platform).length_m:
            self.warned.add("too-short")

    def _shares_its_track(self, visit, run):
        mine = stands(run)
        for other in self.world.visits.values():
            if other is visit or other.base.withdrawn:
                continue
            told = tell(other, self.station)
            theirs = stands(told)
            both = mine and theirs and told.track == run.track
            if both and mine[0] <= theirs[1] and theirs[0] <= mine[1]:
                return True
        return False

    # --- what the feed said meanwhile

    def _against(self, visit, word):
        """Return what AUTO says of what the word is about."""
        auto = seen(tell_by(visit, NOTHING, self.station))
        return [auto[name] for name in _ABOUT[type(word)]]

    def outdated(self, visit, one):
        return self._against(visit, one.word) != one.against

    # --- taking back, the whole station, a new train

    def _clear(self, command):
        visit = self.world.visits.get(command.run_id)
        if visit is None:
            self.refused.add("no-run")
            return command.run_id
        field = command.field
        left = tuple(one for one in visit.said if field not in {None, one.word.field})
        takes_train = field is Field.ADDED and visit.added is not None and not visit.withdrawn
        if len(left) == len(visit.said) and not takes_train:
            self.refused.add("nothing")
        if self.refused:
            return command.run_id
        visit.said = left
        if takes_train:
            visit.said = ()
            if visit.entry is None and visit.plan is None:
                visit.withdrawn = True
            else:
                visit.added = None
            if visit.stood is not None and visit.stood.entry is None and visit.stood.plan is None:
                visit.stood = instead(visit.stood, withdrawn=True)
        return command.run_id

    def _mode(self, command):
        until, mode = whole(command.until), self.world.mode
        if command.manual and until is not None and until <= self.now:
            self.refused.add("expired")
        if not command.manual and mode is None:
            self.refused.add("nothing")
        if self.refused:
            return
        if command.manual and mode is not None:
            self.warned.add("already")
        self.world.mode = Mode(command.command_id, until) if command.manual else None
        for visit in self.world.visits.values():
            if not command.manual:
                visit.stood = None

    def _add(self, command):
        number = command.departure_number or command.arrival_number
        entry = Entry(
            command.arrival_number,
            command.departure_number,
            command.category,
            command.role,
            command.origin,
            command.destination,
            whole(command.arrival),
            whole(command.departure),
            command.track,
        )
        day = (entry.arrival or entry.departure or self.now).astimezone(self.station.zone_info)
        self._unlikely(entry, day.date())
        if not number or not (entry.arrival or entry.departure):
            return None
        run_id = make_run_id(day.date(), number)
        visit = self.world.visits.get(run_id)
        if visit is not None and not visit.base.withdrawn:
            self.refused.add("exists")
        if not self.refused:
            self._come(run_id, day.date(), entry, visit, command.length_m)
        if not self.refused and command.stock_of is not None:
            self._with_stock(command, run_id, visit)
        return run_id

    def _with_stock(self, command, run_id, visit_before):
        """Its stock is a word of its own; if that is refused, so is the train."""
        visits = self.world.visits
        visit, word = visits[run_id], StockOf(command.stock_of)
        run = tell(visit, self.station)
        self._stock(word, visit, run)
        if not self.refused:
            self._say(visit, Said(command.command_id, word, whole(self.now), None), run)
        elif visit_before is None:
            del visits[run_id]
        else:
            visits[run_id] = visit_before

    def _unlikely(self, entry, day):
        if not (entry.departure_number or entry.arrival_number):
            self.refused.add("no-number")
        missing = entry.arrival is None and entry.role is not Role.ORIGIN
        if missing or (entry.departure is None and entry.role is not Role.TERMINUS):
            self.refused.add("missing-time")
        track = self.station.layout_on(day).track(entry.track)
        if entry.track is not None and track is None:
            self.refused.add("unknown-track")
        times = [at for at in (entry.arrival, entry.departure) if at is not None]
        if not times:
            return
        if times != sorted(times):
            self.refused.add("disorder")
        if min(times) - self.now > AHEAD or times[-1] - times[0] > A_DAY:
            self.refused.add("too-far")
        if max(times) <= self.now:
            self.refused.add("left")

    def _come(self, run_id, day, entry, visit, length_m):
        if visit is None or visit.withdrawn:
            visit = Visit(run_id, day, None)
        visit = self.world.visits[run_id] = copy(visit)
        visit.added, visit.length_m = entry, length_m
        visit.heard, visit.withdrawn = True, False
        if self.world.mode is not None:
            visit.stood = Visit(run_id, day, None, heard=True)
        run = tell(visit, self.station)
        self._warn_of_length(visit, self._place(visit, run)["id"])
        if self._shares_its_track(visit, run):
            self.warned.add("track-occupied")


def gone(run):
    """Is anything of the run cancelled?"""
    calls = (run.arrival, run.departure)
    return run.cancelled or any(call is not None and call.cancelled for call in calls)


def stands(run):
    """Return from when to when it stands on its track, None if nobody can say."""
    if run.track is None or run.cancelled or run.held:
        return None
    calls = [call for call in (run.arrival, run.departure) if call is not None]
    stays = [call.expected for call in calls if not call.cancelled]
    return min(stays), max(stays)


_REFUSE = {
    OnTrack: Orders._track,
    AtPlatform: Orders._platform,
    InWaitingRoom: Orders._room,
    ByGates: Orders._gates,
    Delayed: Orders._delay,
    ArrivalAt: Orders._time,
    DepartureAt: Orders._time,
    DelayUnknown: Orders._unknown,
    CheckIn: Orders._check_in,
    Cancelled: Orders._cancel,
    EndsHere: Orders._part,
    StartsHere: Orders._part,
    ReplacedBy: Orders._replacement,
    StockOf: Orders._stock,
    ArrivedAt: Orders._happened,
    DepartedAt: Orders._happened,
}

_TIMES = ("arrival", "departure", "held")
_ABOUT = {
    ArrivalAt: ("arrival", "held"),
    DepartureAt: ("departure", "held"),
    Delayed: _TIMES,
    DelayUnknown: _TIMES,
    OnTrack: ("track",),
    AtPlatform: ("platform",),
    InWaitingRoom: ("waiting_room",),
    ByGates: ("gates",),
    CheckIn: ("check_in_opens_at", "check_in_closes_at"),
    Cancelled: ("cancelled",),
    EndsHere: ("ends_here",),
    StartsHere: ("starts_here",),
    ReplacedBy: (),
    StockOf: ("feeder",),
    ArrivedAt: ("actual_arrival",),
    DepartedAt: ("actual_departure",),
}
"""What a word is about: if AUTO comes to say otherwise of that, the word is older than the news."""
