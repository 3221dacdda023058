"""A run: one service on one service date at this station, with everything a passenger may be told.

Law: these are the values that the hub publishes and everybody else reads. They carry no rule; the
instants at which something changes stand in `timeline`, computed by the hub's kernel, read by
`protocol.timeline`.

Words follow SIRI where it has one (a run here is SIRI's Call, seen with its journey).
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

import msgspec

from protocol.times import Instant, minutes_between


class Role(StrEnum):
    """What the train does here."""

    ORIGIN = "ORIGIN"
    """始发: starts here."""
    TERMINUS = "TERMINUS"
    """终到: ends here."""
    INTERMEDIATE = "INTERMEDIATE"
    """路过: stops and goes on."""
    PASS = "PASS"  # noqa: S105 - a role, not a password
    """通过: does not stop; never on a board."""


class Punctuality(StrEnum):
    """How the run stands against its timetable. Missing data is UNKNOWN, never ON_TIME."""

    ON_TIME = "ON_TIME"
    """Dispatching says so, to the minute."""
    EARLY = "EARLY"
    DELAYED = "DELAYED"
    UNKNOWN = "UNKNOWN"
    """Nobody has said anything by which it could be judged."""


class Control(StrEnum):
    """Who decides: the rules, or a person."""

    AUTO = "AUTO"
    """The rules."""
    MANUAL = "MANUAL"
    """A person's word overrides them."""


class PassengerPhase(StrEnum):
    """What the run is for a passenger. The order of the members is the order of the phases."""

    PLANNED = "PLANNED"
    """Not shown yet."""
    SHOWN = "SHOWN"
    """On the boards."""
    WAITING = "WAITING"
    """候车: passengers are called to the waiting room."""
    CHECK_IN = "CHECK_IN"
    """检票: open."""
    LAST_CALL = "LAST_CALL"
    """Open for the last minutes."""
    CHECK_IN_CLOSED = "CHECK_IN_CLOSED"
    """停止检票."""
    GONE = "GONE"
    """Off the boards."""


class TrainPhase(StrEnum):
    """Where the train itself is."""

    EXPECTED = "EXPECTED"
    """On its way, or not under way yet."""
    APPROACHING = "APPROACHING"
    """Will be here in a moment."""
    AT_PLATFORM = "AT_PLATFORM"
    """Stands here."""
    DEPARTED = "DEPARTED"
    TERMINATED = "TERMINATED"
    """Has ended here."""
    PASSING = "PASSING"
    """Goes through without a stop: stand back."""


class Named(msgspec.Struct, frozen=True):
    """Something with a code and a name in every language of the station.

    Attributes:
        code: what dispatching or the station's configuration calls it.
        names: text by language tag (BCP 47), e.g. ``{"zh": "包头", "en": "Baotou"}``.
    """

    code: str
    names: dict[str, str]

    def name(self, language: str) -> str:
        """Return the name in `language`, else in any language, else the code."""
        return self.names.get(language) or next(filter(None, self.names.values()), self.code)


class CallTime(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One arrival or one departure: planned 图定, estimated 预计, actual 实际.

    `estimated` is None when nothing is known beyond the plan. `uncertainty_s` is that of `expected`
    in seconds, as GTFS-realtime has it: 0 of what has happened, None if nobody knows it.
    `cancelled`: the train comes, but ends here, or leaves, but starts here; this part of its call
    does not take place (SIRI's ArrivalStatus and DepartureStatus).
    """

    planned: Instant
    estimated: Instant | None = None
    actual: Instant | None = None
    uncertainty_s: int | None = None
    cancelled: bool = False

    @property
    def expected(self) -> Instant:
        """The best knowledge: actual, else estimated, else planned."""
        return self.actual or self.estimated or self.planned

    @property
    def delay_minutes(self) -> int:
        """Whole minutes late (negative: early) of `expected` against `planned`."""
        return minutes_between(self.planned, self.expected)

    @property
    def deviates(self) -> bool:
        """True if what is expected is another minute than the plan's."""
        return self.delay_minutes != 0

    @property
    def uncertain(self) -> bool:
        """True if it deviates and has not happened yet: it holds only while it is confirmed."""
        return self.actual is None and self.deviates


class Timeline(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The instants at which what passengers see changes. None: does not happen, or nobody knows.

    An unknown delay stops the timeline: every instant after the hold is None, none is guessed.

    Attributes:
        shown_at: appears on the station's boards.
        waiting_at: 候车, passengers are called to the waiting room.
        gate_shown_at: appears on the screen of its ticket gate.
        check_in_opens_at: 检票.
        last_call_at: last call for check-in.
        check_in_closes_at: 停止检票.
        approaches_at: the train is approaching.
        arrives_at: expected (or actual) arrival.
        departs_at: expected (or actual) departure.
        arrival_shown_until: the row leaves the arrival board.
        departure_shown_until: the row leaves the departure board.
    """

    shown_at: Instant | None = None
    waiting_at: Instant | None = None
    gate_shown_at: Instant | None = None
    check_in_opens_at: Instant | None = None
    last_call_at: Instant | None = None
    check_in_closes_at: Instant | None = None
    approaches_at: Instant | None = None
    arrives_at: Instant | None = None
    departs_at: Instant | None = None
    arrival_shown_until: Instant | None = None
    departure_shown_until: Instant | None = None


VOUCHED = frozenset(
    {
        *("arrival", "departure", "actual-arrival", "actual-departure", "delay", "unknown"),
        *("cancelled", "ends-here", "starts-here", "added", "station"),
    }
)
"""Names in `Run.manual` by which a person vouches for what is told beyond the timetable."""


class Replacement(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What passengers take instead of a cancelled train.

    Attributes:
        run_id: another run of this station, None: none that it knows.
        number: train number of what replaces it, None: a bus.
        texts: by language, where or what more, e.g. ``{"en": "east square"}``.
    """

    run_id: str | None = None
    number: str | None = None
    texts: dict[str, str] = {}


class Auto(msgspec.Struct, frozen=True, kw_only=True):
    """What the rules alone would tell of a manual run; only what differs is there.

    Attributes:
        arrival: expected arrival.
        departure: expected departure.
        withdrawn: dispatching has deleted the train.
        actual_arrival: as reported.
        actual_departure: likewise.
        ends_here: its departure is cancelled.
        starts_here: its arrival is cancelled.
        feeder: the run whose stock it leaves with.
        check_in_opens_at: as in its timeline, like `check_in_closes_at`.
    """

    arrival: Instant | msgspec.UnsetType | None = msgspec.UNSET
    departure: Instant | msgspec.UnsetType | None = msgspec.UNSET
    actual_arrival: Instant | msgspec.UnsetType | None = msgspec.UNSET
    actual_departure: Instant | msgspec.UnsetType | None = msgspec.UNSET
    ends_here: bool | msgspec.UnsetType = msgspec.UNSET
    starts_here: bool | msgspec.UnsetType = msgspec.UNSET
    feeder: str | msgspec.UnsetType | None = msgspec.UNSET
    cancelled: bool | msgspec.UnsetType = msgspec.UNSET
    held: bool | msgspec.UnsetType = msgspec.UNSET
    track: str | msgspec.UnsetType | None = msgspec.UNSET
    platform: str | msgspec.UnsetType | None = msgspec.UNSET
    gates: tuple[str, ...] | msgspec.UnsetType = msgspec.UNSET
    waiting_room: Named | msgspec.UnsetType | None = msgspec.UNSET
    check_in_opens_at: Instant | msgspec.UnsetType | None = msgspec.UNSET
    check_in_closes_at: Instant | msgspec.UnsetType | None = msgspec.UNSET
    withdrawn: bool | msgspec.UnsetType = msgspec.UNSET


class Run(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A train's visit here, whole; never sent in part.

    Attributes:
        run_id: ``YYYY-MM-DD.NUMBER``, immutable.
        service_date: local date of the first planned event at this station.
        arrival_number: 车次 on arrival, None for ORIGIN.
        departure_number: 车次 on departure, None for TERMINUS without a cancelled departure.
        category: train category as the railway names it, e.g. ``G``, ``D``, ``Z``, ``K``.
        role: what the train does here; one that ends here today, though it goes on by its
            timetable, is TERMINUS with a cancelled departure (likewise ORIGIN).
        origin: first station of the journey.
        destination: last station of the journey.
        arrival: times of the arrival, None for ORIGIN unless it is cancelled.
        departure: times of the departure, None for TERMINUS unless it is cancelled.
        punctuality: against the timetable; UNKNOWN when dispatching does not know.
        cancelled: 停运, wholly; a part is cancelled in `arrival` or `departure`.
        replaced_by: what passengers take instead of what is cancelled.
        feeder: the run that ends here and whose stock this one leaves with.
        held: the delay is unknown, nothing opens on its own.
        track: 股道 as staff speak of it.
        platform: 站台 as passengers read it.
        platform_changed_from: the platform last told to passengers before the present one.
        gates: ticket gates that lead to the platform, as passengers read them.
        gates_changed_from: the gates last told to passengers before the present ones, which may
            be none; a gate that stands in both has not lost the train.
        waiting_room: where passengers wait.
        control: AUTO, or MANUAL while a person's word overrides the rules.
        manual: with MANUAL: what a person decides, e.g. ``("delay", "platform")``; ``station``:
            everything stands as it stood when the whole station was made manual.
        auto: with MANUAL: what the rules alone would tell, None if it is the same.
        note: with `held`: by language, what is told in place of "delay unknown"; with a delay that
            a person told: by language, why, which is told beside the delay if at all.
        timeline: its future.
    """

    run_id: str
    service_date: date
    arrival_number: str | None = None
    departure_number: str | None = None
    category: str
    role: Role
    origin: Named
    destination: Named
    arrival: CallTime | None = None
    departure: CallTime | None = None
    punctuality: Punctuality = Punctuality.UNKNOWN
    cancelled: bool = False
    replaced_by: Replacement | None = None
    feeder: str | None = None
    held: bool = False
    track: str | None = None
    platform: str | None = None
    platform_changed_from: str | None = None
    gates: tuple[str, ...] = ()
    gates_changed_from: tuple[str, ...] = ()
    waiting_room: Named | None = None
    control: Control = Control.AUTO
    manual: tuple[str, ...] = ()
    auto: Auto | None = None
    note: dict[str, str] = {}
    timeline: Timeline = Timeline()

    @property
    def deviates(self) -> bool:
        """True if passengers are told something else than the printed timetable."""
        times = (self.arrival, self.departure)
        if self.held or self.cancelled:
            return True
        return any(t is not None and (t.deviates or t.cancelled) for t in times)

    @property
    def uncertain(self) -> bool:
        """True if something of that has not happened yet; see `protocol.timeline.lapsed`.

        What a person says of times, or of the whole station, is not dispatching's to confirm.
        """
        if not VOUCHED.isdisjoint(self.manual):
            return False
        times = (self.arrival, self.departure)
        if self.held or self.cancelled:
            return True
        return any(t is not None and (t.uncertain or t.cancelled) for t in times)
