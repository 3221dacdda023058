"""What passengers must be told of one train: an independent reading of domain.md.

Law: written from domain.md and the docstrings of `protocol` and `station_config.model`, never from
the hub's code: it imports nothing of `protocol.timeline`, of `hub` only how persons speak. It is
slow and plain: one function a paragraph of domain.md. Where that leaves a choice open, the constant
says which.
What a person says stands in `hand`: here it only meets the feed's word.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import replace as instead
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from msgspec.structs import replace

from hub.kernel.override import ArrivedAt, DelayUnknown, DepartedAt
from one_way_feed.rows import StagePlanRow, Step, TrafficLogRow
from protocol.runs import CallTime, PassengerPhase, Punctuality, Role, Run, Timeline, TrainPhase
from station_config.model import Anchor
from tests.hub.reference.hand import NOTHING, beside, by_hand, gates_by_hand, heard, track_by_hand
from tests.hub.reference.stock import feeder_of, turned

if TYPE_CHECKING:
    from tests.hub.reference.flicker import Behind

CANCELLED_STAYS = timedelta(minutes=30)
"""A cancellation is told for at least the repetition time of announcements."""
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
KEPT = timedelta(hours=6)
KEPT_UNKNOWN = timedelta(hours=48)
"""How long a run outlives its last instant; its planned time if nobody knows the delay."""


@dataclass
class Entry:
    """A line of the timetable on one date, in UTC."""

    arrival_number: str | None
    departure_number: str | None
    category: str
    role: Role
    origin: str
    destination: str
    arrival: datetime | None
    departure: datetime | None
    track: str | None
    stock: str | None = None
    fed_by: str | None = None
    """The run whose stock it leaves with."""


@dataclass
class Visit:
    """What has been heard of one train so far."""

    run_id: str
    day: date
    entry: Entry | None
    plan: StagePlanRow | None = None
    log: TrafficLogRow | None = None
    last_known: StagePlanRow | None = None
    unknown_since: datetime | None = None
    cancelled_since: datetime | None = None
    told_platform: str | None = None
    told_gates: tuple[str, ...] = ()
    awaits: str | None = None
    """Key of a row that told of something still to happen: it is looked at again."""
    heard: bool = False
    withdrawn: bool = False
    late_arrival: Behind | None = None
    late_departure: Behind | None = None
    """How far what is told of an estimate is behind what is reported; None: it is not."""
    brought: tuple = ()
    """What those say that may bring its stock: pairs of run and `stock.Brings`."""
    said: tuple = ()
    """Persons' words, `hand.Said`, in the order in which they were said."""
    added: Entry | None = None
    """The train as a person told of it; until anybody else does."""
    length_m: int | None = None
    stood: Visit | None = None
    """As it stood when the whole station was made manual; that is what is told meanwhile."""
    stays_until: datetime = LONG_AGO
    """Not forgotten within the second in which it was last spoken or concluded about."""
    phases: tuple[PassengerPhase, TrainPhase] = (PassengerPhase.PLANNED, TrainPhase.EXPECTED)

    @property
    def base(self):
        """What is told of it but for persons' words."""
        return self.stood or self

    @property
    def printed(self):
        """What is known without dispatching."""
        return self.entry or self.added

    def planned(self, end):
        said = getattr(self.plan, f"planned_{end}", None)
        return said or getattr(self.printed, end, None)

    def actual(self, end):
        return getattr(self.log, f"actual_{end}", None)


def tell(visit, station):
    """Return the run as passengers must be told it."""
    auto = tell_by(visit, NOTHING, station)
    base, hand = told_from(visit, station)
    if not hand.manual:
        return auto
    told = tell_by(base, hand, station)
    return beside(told, auto, hand, withdrawn=visit.withdrawn)


def told_from(visit, station):
    """Return what the feed's part of what is told is, and what persons say."""
    alive = ("told_platform", "told_gates", "added", "brought")
    base = instead(visit.base, **{name: getattr(visit, name) for name in alive})
    last = last_call(tell_by(base, NOTHING, station))
    arrives = (base.plan or base.printed).role is Role.TERMINUS
    by_hand = any(isinstance(one.word, ArrivedAt if arrives else DepartedAt) for one in visit.said)
    left = last.actual is not None or by_hand
    return base, heard(visit, base, left=left)


def in_force(visit, station):
    return told_from(visit, station)[1].said


def last_call(run):
    """Return the last event here that takes place."""
    departs = run.departure is not None and not run.departure.cancelled
    return run.departure if departs else run.arrival


def tell_by(visit, hand, station):
    """Return what is told by the feed's word and `hand`."""
    word = visit.plan or visit.printed
    printed = visit.printed or word
    role = hand.role(word.role, printed.role)
    ends = printed.role is Role.INTERMEDIATE and role is Role.TERMINUS
    starts = printed.role is Role.INTERMEDIATE and role is Role.ORIGIN
    arrival = None if role is Role.ORIGIN else call(visit, "arrival", hand, station)
    departure = None if role is Role.TERMINUS else call(visit, "departure", hand, station)
    departure = possible(arrival, departure, station)
    leaves = departure is not None and role in {Role.ORIGIN, Role.INTERMEDIATE}
    place = where(visit, role, departure, station, hand)
    if ends:
        departure = not_taking_place(visit.planned("departure"))
    if starts:
        arrival = not_taking_place(visit.planned("arrival"))
    gates = tuple(gate.label for gate in place["gates"]) if leaves else ()
    gates = tuple(gate.label for gate in place["gates"]) if leaves else ()
    feeder, brings = None, None
    if departure is not None and not ends and (arrival is None or starts) and role is not Role.PASS:
        feeder = feeder_of(visit, hand)
        brings = dict(visit.brought).get(feeder)
    if brings is not None and (brings.lost or departure.actual is not None):
        brings = None
    if brings is not None and brings.unknown_since is not None and departure.estimated is not None:
        brings = None
    run = Run(
        run_id=visit.run_id,
        service_date=visit.day,
        arrival_number=(printed if starts else word).arrival_number if arrival else None,
        departure_number=(printed if ends else word).departure_number if departure else None,
        category=category_of(visit, station),
        role=role,
        origin=station.place((printed if starts else word).origin),
        destination=station.place((printed if ends else word).destination),
        arrival=arrival,
        departure=departure,
        feeder=feeder,
        track=place["track"],
        platform=place["platform"],
        platform_changed_from=changed_from(visit, place),
        gates=gates,
        gates_changed_from=() if {*gates} == {*visit.told_gates} else visit.told_gates,
        waiting_room=place["room"] if leaves else None,
    )
    if brings is not None:
        earliest, cause = turned(departure, run.category, brings, station)
        if earliest is not None:
            run = replace(run, departure=follows(departure, cause, earliest, station))
    return in_time(run, visit, hand, place, brings, station)


def in_time(run, visit, hand, place, brings, station):
    """Return the run with all that is counted from its times."""
    over = last_call(run).actual is not None
    cancelled_since = None if over else hand.cancelled(visit.cancelled_since)
    unknown = unknowns(visit, hand, brings)
    unknown_since, opened = min(unknown, default=(None, None))
    if over or cancelled_since:
        unknown_since = None
    arrival, departure = (
        None if one is not None and one.cancelled else one for one in (run.arrival, run.departure)
    )
    check_in = {}
    if departure is not None and run.role in {Role.ORIGIN, Role.INTERMEDIATE}:
        check_in = check_in_of(run, place, arrival, departure, station)
    timeline = future(cancelled_since, run, arrival, departure, check_in, station)
    if unknown_since is not None:
        timeline = stopped(unknown_since, opened, run.role, arrival, timeline)
    if check_in and cancelled_since is None:
        departs = None if unknown_since else departure.expected
        timeline = by_hand(timeline, check_in, hand, departs)
    stays = cancelled_since + CANCELLED_STAYS if cancelled_since else LONG_AGO
    timeline = beside_it(timeline, run, stays, station.windows)
    gone = cancelled_since or arrival is not run.arrival or departure is not run.departure
    held = unknown_since is not None
    return replace(
        run,
        arrival=unestimated(run.arrival) if held else run.arrival,
        departure=unestimated(run.departure) if held else run.departure,
        punctuality=punctuality(visit, held, last_call(run), hand),
        cancelled=cancelled_since is not None,
        replaced_by=hand.replacement if gone else None,
        held=held,
        timeline=timeline,
    )


def not_taking_place(planned):
    """A part of the call that is cancelled: it keeps its printed time, and nothing else."""
    return CallTime(planned=planned, cancelled=True)


def beside_it(timeline, run, stays, windows):
    """The part that is cancelled stays on its board until its printed time and the usual while."""
    if run.arrival is not None and run.arrival.cancelled:
        until = max(run.arrival.planned + windows.arrival_linger, stays)
        return replace(timeline, arrival_shown_until=until)
    if run.departure is not None and run.departure.cancelled:
        until = max(run.departure.planned + windows.departure_linger, stays)
        return replace(timeline, departure_shown_until=until)
    return timeline


def call(visit, end, hand, station):
    """图定, 预计, 实际: the estimate is dispatching's, the last known one while none is known."""
    planned = visit.planned(end)
    if planned is None:
        return None
    says = visit.plan if visit.unknown_since is None else visit.last_known
    estimated = getattr(says, f"estimated_{end}", None)
    behind = getattr(visit, f"late_{end}")
    if behind is not None and estimated is not None:
        estimated = behind.told
    estimated = hand.expected(end, planned) or estimated
    actual = hand.actual(end) or visit.actual(end)
    uncertain = None if estimated is None else seconds(station.policies.estimate_uncertainty)
    return CallTime(
        planned=planned,
        estimated=estimated,
        actual=actual,
        uncertainty_s=uncertain if actual is None else 0,
    )


def seconds(duration):
    return int(duration.total_seconds())


def follows(one, cause, at, station):
    """Return what follows from `cause` by a rule: less certain by a step, or nobody knows."""
    known = cause.uncertainty_s
    uncertain = None if known is None else known + seconds(station.policies.propagation_uncertainty)
    return replace(one, estimated=at, uncertainty_s=uncertain)


def possible(arrival, departure, station):
    """Late trains shift everything, an early arrival does not; a dwell can shrink to a minimum."""
    if arrival is None or departure is None or departure.actual is not None:
        return departure
    dwell = min(departure.planned - arrival.planned, station.policies.minimum_dwell)
    if departure.expected < arrival.expected + dwell:
        return follows(departure, arrival, arrival.expected + dwell, station)
    return departure


def unestimated(one):
    """Of an unknown delay no estimate is told; what happened, happened."""
    return (
        one
        if one is None or one.actual is not None
        else replace(one, estimated=None, uncertainty_s=None)
    )


def punctuality(visit, held, last, hand):
    """Missing data never reads as on time."""
    if held:
        return Punctuality.UNKNOWN
    late = (last.expected - last.planned) // timedelta(minutes=1)
    if late:
        return Punctuality.DELAYED if late > 0 else Punctuality.EARLY
    unknown = hand.word(DelayUnknown) is not None
    feed_says = visit.plan is not None and visit.plan.delay_known and not unknown
    somebody_says = last.actual is not None or feed_says or hand.knows
    return Punctuality.ON_TIME if somebody_says else Punctuality.UNKNOWN


def category_of(visit, station):
    codes = [category.code for category in station.categories]
    for source in (visit.plan, visit.printed):
        if source is not None and source.category in codes:
            return source.category
    word = visit.plan or visit.printed
    return station.category_of(word.departure_number or word.arrival_number or "")


def where(visit, role, departure, station, hand):
    """Staff say track, passengers say platform; tracks can change until the route is set."""
    layout = station.layout_on(visit.day)
    plan, log = visit.plan, visit.log
    wishes = []
    if log is not None and log.step is not None and log.step is not Step.ARRIVAL_NOTIFIED:
        stock_moves = (
            plan is not None
            and plan.departure_track is not None
            and plan.departure_track != plan.arrival_track
            and plan.arrival_track == log.track
        )
        leaves = departure is not None and role in {Role.ORIGIN, Role.INTERMEDIATE}
        if not (stock_moves and leaves):
            wishes.append(log.track)
    if plan is not None:
        both = [plan.departure_track, plan.arrival_track]
        wishes += reversed(both) if role is Role.TERMINUS else both
    if visit.printed is not None:
        wishes.append(visit.printed.track)
    tracks = [layout.track(wish) for wish in wishes if wish]
    track = next((one for one in tracks if one is not None), None)
    track, platform = track_by_hand(track, hand, layout)
    gates = gates_by_hand(platform, hand, layout)
    rooms = [room for room in layout.waiting_rooms if room.id == hand.room]
    rooms += [layout.waiting_room(gate.waiting_room) for gate in gates]
    return {
        "track": track.label if track else None,
        "platform": layout.platform(platform).label if platform else None,
        "id": platform,
        "gates": gates,
        "room": rooms[0].named if rooms else None,
    }


def changed_from(visit, place):
    if place["platform"] is None or visit.told_platform == place["platform"]:
        return None
    return visit.told_platform


def check_in_of(run, place, arrival, departure, station):
    """检票, by the most specific lead time; none where no gate stands before the platform."""
    any_gate = (
        place["gates"] if place["id"] is not None else station.layout_on(run.service_date).gates
    )
    if not any_gate:
        return {}
    gates = {gate.id for gate in place["gates"]}
    best = None
    for lead in station.lead_times:
        fits = lead.matches(run.category, run.role, place["id"], gates)
        if fits and (best is None or lead.weight > best.weight):
            best = lead
    closes = departure.expected - best.closes
    counted_from = departure.expected
    if best.opens_before is Anchor.ARRIVAL and arrival is not None:
        counted_from = arrival.expected
    opens = min(counted_from - best.opens, closes)
    return {"opens": opens, "last_call": max(closes - best.last_call, opens), "closes": closes}


def future(cancelled_since, run, arrival, departure, check_in, station):
    """The instants at which passengers see a change; of the events that take place."""
    first = run.arrival or run.departure
    if run.role is Role.PASS:
        return (
            Timeline()
            if cancelled_since
            else passing(arrival or departure, departure or arrival, station)
        )
    windows = station.windows
    found = {"shown_at": min(first.planned, first.expected) - windows.shown}
    if departure is not None:
        gate = departure.expected - windows.gate
        found["gate_shown_at"] = min(gate, check_in.get("opens", gate))
        found["departure_shown_until"] = departure.expected + windows.departure_linger
    if arrival is not None:
        found["arrival_shown_until"] = arrival.expected + windows.arrival_linger
    if cancelled_since:
        stays = cancelled_since + CANCELLED_STAYS
        ends = {name: max(at, stays) for name, at in found.items() if name.endswith("until")}
        return Timeline(**found | ends)
    if departure is not None:
        found["waiting_at"] = departure.expected - windows.waiting
        found["departs_at"] = departure.expected
    if arrival is not None:
        found["approaches_at"] = arrival.expected - windows.approach
        found["arrives_at"] = arrival.expected
    return Timeline(
        **found,
        check_in_opens_at=check_in.get("opens"),
        last_call_at=check_in.get("last_call"),
        check_in_closes_at=check_in.get("closes"),
    )


def passing(first, last, station):
    """通过: it approaches and passes; never on a board."""
    return Timeline(
        approaches_at=first.expected - station.windows.approach,
        departs_at=last.expected,
        departure_shown_until=last.expected + station.windows.departure_linger,
    )


def unknowns(visit, hand, brings):
    """Yield since when nobody knows, and whether check-in may have opened before: not by the

    timetable alone, unless it was a person who said that nobody knows.
    """
    said = visit.plan if visit.unknown_since is None else visit.last_known
    by_feed = hand.unknown_by_feed(visit.unknown_since)
    by_hand = hand.word(DelayUnknown)
    if by_feed is not None:
        yield by_feed, said is not None
    if by_hand is not None:
        yield by_hand.since, True
    if brings is not None and brings.unknown_since is not None:
        yield brings.unknown_since, said is not None or by_hand is not None


def stopped(since, opened, role, arrival, timeline):
    """Nobody knows how late: what had opened stays open, nothing else is told before it happens."""
    found = {}
    for name in ("waiting_at", "gate_shown_at"):
        found[name] = had_begun(getattr(timeline, name), since)
    if opened:
        for name in ("check_in_opens_at", "last_call_at", "check_in_closes_at"):
            found[name] = had_begun(getattr(timeline, name), since)
    if arrival is not None and arrival.actual is not None:
        for name in ("approaches_at", "arrives_at", "arrival_shown_until"):
            found[name] = getattr(timeline, name)
    if role is not Role.PASS:
        found["shown_at"] = min(timeline.shown_at, since)
    return Timeline(**found)


def had_begun(at, since):
    return at if at is not None and at <= since else None


def phases(visit, run, now):
    """Return both tracks of state at `now`, as domain.md draws them."""
    if visit.base.withdrawn:
        return PassengerPhase.PLANNED, TrainPhase.EXPECTED
    return passengers(run, now), train(run, now)


def passengers(run, now):
    times = run.timeline
    begun = {PassengerPhase.SHOWN: times.shown_at}
    if not run.cancelled and run.role in {Role.ORIGIN, Role.INTERMEDIATE}:
        begun[PassengerPhase.WAITING] = times.waiting_at
        begun[PassengerPhase.CHECK_IN] = times.check_in_opens_at
        begun[PassengerPhase.LAST_CALL] = times.last_call_at
        begun[PassengerPhase.CHECK_IN_CLOSED] = times.check_in_closes_at
    terminus = run.role is Role.TERMINUS
    gone = times.arrival_shown_until if terminus else times.departure_shown_until
    if terminus and gone is not None and times.departure_shown_until is not None:
        gone = max(gone, times.departure_shown_until)
    begun[PassengerPhase.GONE] = gone
    reached = [phase for phase, at in begun.items() if at is not None and at <= now]
    return reached[-1] if reached else PassengerPhase.PLANNED


def train(run, now):
    times = run.timeline

    def since(at):
        return at is not None and at <= now

    if run.cancelled:
        return TrainPhase.EXPECTED
    if since(times.departs_at):
        return TrainPhase.DEPARTED
    if since(times.arrives_at):
        ended = run.role is Role.TERMINUS and since(times.arrival_shown_until)
        return TrainPhase.TERMINATED if ended else TrainPhase.AT_PLATFORM
    if since(times.approaches_at):
        return TrainPhase.PASSING if run.role is Role.PASS else TrainPhase.APPROACHING
    return TrainPhase.EXPECTED


def kept_until(run):
    """When nobody needs the run any more."""
    planned = [one.planned for one in (run.arrival, run.departure) if one is not None]
    if run.held:
        return max(planned) + KEPT_UNKNOWN
    instants = [getattr(run.timeline, name) for name in run.timeline.__struct_fields__]
    return max([*planned, *filter(None, instants)]) + KEPT
