"""What each post is to be told of a train: pure, from the train's timeline.

Law: no instant is made here: each is one of the timeline, less the lead of the post's rule. Where
the timeline stops (a held train) nothing comes due. A train whose place nobody knows is told to
every post that has a place: one too many rather than one too few.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from protocol.runs import Role
from station_config.posts.model import Moment
from subsystems.staff_notices.model import Facts, key_of

if TYPE_CHECKING:
    from protocol.runs import CallTime, Run
    from protocol.times import Instant
    from station_config.model import Station
    from station_config.posts.model import Post, Rule


@dataclass(frozen=True)
class Place:
    """Where a train is, by identifiers of the layout; None: not known."""

    track: str | None = None
    platform: str | None = None
    yard: str | None = None


@dataclass(frozen=True)
class Seen:
    """Track and platform, as first told of a train."""

    track: str
    platform: str


@dataclass(frozen=True)
class Known:
    """A train and what is known around it.

    Attributes:
        run: the train.
        feeder: the train that brings its stock, None: none, or not known.
        first: where it was when it was first told of.
        stale: dispatching has been silent for too long.
    """

    run: Run
    feeder: Run | None
    first: Seen
    stale: bool


@dataclass(frozen=True)
class Wanted:
    """A post is to be told.

    Attributes:
        post, rule: who, and by what.
        due: from when on; None: not by itself (nobody knows when).
        at: when the moment is expected; of a held train when it would be by its plan.
        facts: what.
    """

    post: Post
    rule: Rule
    run_id: str
    due: Instant | None
    at: Instant
    facts: Facts

    @property
    def key(self) -> str:
        """Of the notice."""
        return key_of(self.post.id, self.run_id, self.rule.of)


class Ground:
    """Where tracks and platforms lie, on any day.

    Args:
        station: its layouts.
    """

    def __init__(self, station: Station) -> None:
        self._station = station
        self._known: dict[tuple[object, ...], Place] = {}

    def place(self, run: Run, seen: Seen | None = None) -> Place:
        """Return where `run` is, or where it was when it was `seen`."""
        track = run.track if seen is None else seen.track
        platform = run.platform if seen is None else seen.platform
        key = (run.service_date, track, platform)
        if key not in self._known:
            self._known[key] = self._find(run, track or None, platform or None)
        return self._known[key]

    def _find(self, run: Run, track: str | None, platform: str | None) -> Place:
        layout = self._station.layout_on(run.service_date)
        for each in layout.tracks:
            if track is not None and each.label == track:
                return Place(each.id, each.platform, each.yard)
        for stands in layout.platforms:
            if platform is not None and stands.label == platform:
                return Place(None, stands.id, stands.yard)
        return Place()


def first_seen(run: Run) -> Seen:
    """Return where `run` was told to be before anything changed, as far as it says so itself."""
    if run.platform_changed_from and run.platform_changed_from != run.platform:
        return Seen("", run.platform_changed_from)
    return Seen(run.track or "", run.platform or "")


def moved(run: Run, first: Seen) -> bool:
    """Return whether `run` is elsewhere than where it was first told to be."""
    if first.track and run.track:
        return first.track != run.track
    return bool(first.platform and run.platform and first.platform != run.platform)


def wanted(posts: tuple[Post, ...], known: Known, ground: Ground) -> list[Wanted]:
    """Return everything that the posts are to be told of a train, sooner or later."""
    found = []
    for post in posts:
        done: set[Moment] = set()
        for rule in post.rules:
            if rule.of in done or not _matches(rule, known, ground):
                continue
            made = _make(post, rule, known)
            if made is not None:
                done.add(rule.of)
                found.append(made)
    return found


def asks_for(post: Post, moment: Moment, known: Known, ground: Ground) -> bool:
    """Return whether `post` has a rule of `moment` for this train."""
    return any(rule.of is moment and _matches(rule, known, ground) for rule in post.rules)


def _make(post: Post, rule: Rule, known: Known) -> Wanted | None:
    if rule.of.change:
        return _change(post, rule, known)
    instant, planned = _instants(rule.of, known)
    at = instant or planned
    if at is None:
        return None
    facts = _facts(rule.of, known, instant, planned)
    due = None if instant is None else instant - rule.before
    return Wanted(post, rule, known.run.run_id, due, at, facts)


def _change(post: Post, rule: Rule, known: Known) -> Wanted | None:
    """Return what is to be told of a change, whether or not there is one."""
    run = known.run
    begin, end = _span(run)
    call = _call(rule.of, run)
    if begin is None or end is None or call is None:
        return None
    time = None if run.held and call.actual is None else call.expected
    facts = _facts(rule.of, known, time, call.planned)
    return Wanted(post, rule, run.run_id, begin - rule.ahead, end, facts)


def changed(rule: Rule, known: Known) -> bool:
    """Return whether there is what a rule of a change tells of."""
    run = known.run
    if rule.of is Moment.PLACE:
        return moved(run, known.first)
    if rule.of is Moment.CANCELLATION:
        return cancelled(run)
    calls = [call for call in (run.arrival, run.departure) if call is not None]
    least = rule.least.total_seconds() / 60
    return run.held or any(
        abs(call.delay_minutes) >= least for call in calls if call.actual is None
    )


def cancelled(run: Run) -> bool:
    """Return whether the train, or a part of its call, does not take place."""
    calls = (run.arrival, run.departure)
    return run.cancelled or any(call is not None and call.cancelled for call in calls)


def _span(run: Run) -> tuple[Instant | None, Instant | None]:
    """Return when the train comes and when it is over, by its plan where nobody knows."""
    calls = [call for call in (run.arrival, run.departure) if call is not None]
    if not calls:
        return None, None
    times = [call.planned if run.held else call.expected for call in calls]
    return min(times), max(times)


def _instants(moment: Moment, known: Known) -> tuple[Instant | None, Instant | None]:
    """Return when a moment is expected and when it is planned."""
    run = known.run
    times = run.timeline
    if run.cancelled:
        return None, None
    match moment:
        case Moment.PASS:
            call = run.arrival or run.departure
            at = times.arrives_at or times.departs_at
            return (at, _planned(call)) if run.role is Role.PASS else (None, None)
        case Moment.APPROACH | Moment.ARRIVAL:
            at = times.approaches_at if moment is Moment.APPROACH else times.arrives_at
            return _here(run.arrival, at, run)
        case Moment.DEPARTURE:
            return _here(run.departure, times.departs_at, run)
        case Moment.STOCK:
            return _stock(known)
        case _:
            return _check_in(moment, run)


def _check_in(moment: Moment, run: Run) -> tuple[Instant | None, Instant | None]:
    closes = moment is Moment.CHECK_IN_CLOSES
    at = run.timeline.check_in_closes_at if closes else run.timeline.check_in_opens_at
    if run.departure is None or run.departure.cancelled or run.role is Role.PASS:
        return None, None
    return at, run.departure.planned if run.held else None


def _stock(known: Known) -> tuple[Instant | None, Instant | None]:
    feeder = known.feeder
    if feeder is None or known.run.departure is None or known.run.departure.cancelled:
        return None, None
    at = None if feeder.cancelled else feeder.timeline.arrives_at
    return at, _planned(feeder.arrival)


def _here(
    call: CallTime | None, at: Instant | None, run: Run
) -> tuple[Instant | None, Instant | None]:
    if call is None or call.cancelled or run.role is Role.PASS:
        return None, None
    return at, call.planned


def _planned(call: CallTime | None) -> Instant | None:
    return None if call is None else call.planned


def _facts(moment: Moment, known: Known, time: Instant | None, planned: Instant | None) -> Facts:
    run, feeder = known.run, known.feeder
    stock = feeder if moment is Moment.STOCK else None
    of = stock or run
    call = _call(moment, of)
    happened = call is not None and call.actual is not None
    uncertain = of.uncertain and not happened
    place = moment is Moment.PLACE
    return Facts(
        number=number_of(run),
        category=run.category,
        role=run.role,
        origin=run.origin.names,
        destination=run.destination.names,
        track=run.track or "",
        platform=run.platform or "",
        gates=run.gates,
        time=time,
        planned=planned,
        arrives=_expected(run.arrival, run),
        departs=_expected(run.departure, run),
        late=0 if call is None or of.held else call.delay_minutes,
        held=(of.held or (of.cancelled and stock is not None)) and not happened,
        unconfirmed=known.stale and uncertain,
        uncertain=uncertain,
        cancelled=moment is Moment.CANCELLATION and cancelled(run),
        stock=number_of(stock) if stock is not None else "",
        stock_track=(stock.track or "") if stock is not None else "",
        track_from=known.first.track if place else "",
        platform_from=known.first.platform if place else "",
    )


def _call(moment: Moment, run: Run) -> CallTime | None:
    """Return the call whose delay is told."""
    if moment in {Moment.APPROACH, Moment.ARRIVAL, Moment.STOCK} or run.role is Role.TERMINUS:
        return run.arrival
    return run.departure or run.arrival


def _expected(call: CallTime | None, run: Run) -> Instant | None:
    if call is None or call.cancelled or run.cancelled:
        return None
    return None if run.held and call.actual is None else call.expected


def number_of(run: Run) -> str:
    """Return the number of a train as staff call it: both when it changes here."""
    numbers = dict.fromkeys(filter(None, (run.arrival_number, run.departure_number)))
    return "/".join(numbers)


def _matches(rule: Rule, known: Known, ground: Ground) -> bool:
    run = known.run
    if rule.roles is not None and run.role not in rule.roles:
        return False
    if rule.categories is not None and run.category not in rule.categories:
        return False
    if not rule.placed:
        return True
    places = [ground.place(run)]
    if rule.of is Moment.PLACE:
        places.append(ground.place(run, known.first))
    if rule.of is Moment.STOCK and known.feeder is not None:
        places.append(ground.place(known.feeder))
    return any(_at(rule, place) for place in places)


def _at(rule: Rule, place: Place) -> bool:
    return all(
        allowed is None or here is None or here in allowed
        for allowed, here in (
            (rule.tracks, place.track),
            (rule.platforms, place.platform),
            (rule.yards, place.yard),
        )
    )
