"""What is known about a run: the kernel's only input besides the station and the time.

Law: facts are what was reported, never what was concluded. A conclusion that cannot be had again
from the rows (since when the delay is unknown, which platform and gates passengers were told) is a
fact of its own. Stored as JSON beside the run, so a field may be added, never given another
meaning.
"""

from __future__ import annotations

from datetime import date

import msgspec

from hub.kernel.feeder import Feeder
from hub.kernel.override import Override
from one_way_feed.rows import StagePlanRow, TrafficLogRow
from protocol.runs import Role
from protocol.times import Instant


class Planned(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The timetable's entry for one date, its local times made UTC (see `hub.kernel.days`).

    Attributes:
        origin: name or code of the first station, as the timetable writes it.
        destination: likewise of the last.
        track: id of the planned track.
        length_m: of the train, None: not known.
        stock: identifies the stock, None: not known.
        fed_by: the run that ends here and whose stock this one leaves with.
        feeds: the run that leaves with this one's stock.
    """

    arrival_number: str | None = None
    departure_number: str | None = None
    category: str = ""
    role: Role
    origin: str
    destination: str
    arrival: Instant | None = None
    departure: Instant | None = None
    track: str | None = None
    length_m: int | None = None
    stock: str | None = None
    fed_by: str | None = None
    feeds: str | None = None

    @property
    def first(self) -> Instant | None:
        """The first planned event here."""
        return self.arrival or self.departure

    @property
    def last(self) -> Instant | None:
        """The last planned event here."""
        return self.departure or self.arrival


class HeldBack(msgspec.Struct, frozen=True, omit_defaults=True):
    """A later estimate that passengers are not told yet; see `hub.kernel.steady`.

    Attributes:
        reported: dispatching's estimate; about another one this means nothing.
        told: the earlier one that passengers are told meanwhile.
        since: station time from which dispatching's has been later than that; None: for as long as
            the station is manual.
    """

    reported: Instant
    told: Instant
    since: Instant | None = None


class Early(msgspec.Struct, frozen=True):
    """A row of the traffic log that told of what was still to happen; it is looked at again.

    Attributes:
        key: of the row.
        at: station time from which on it may be believed.
    """

    key: str
    at: Instant


class Standing(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The feed's part of the facts as it stood when the station was made manual; see `Facts`."""

    timetable: Planned | None = None
    plan: StagePlanRow | None = None
    log: TrafficLogRow | None = None
    known_before_hold: StagePlanRow | None = None
    held_since: Instant | None = None
    cancelled_since: Instant | None = None
    heard: bool = False
    withdrawn: bool = False
    back_arrival: HeldBack | None = None
    back_departure: HeldBack | None = None


class Facts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Everything that is known about one run.

    Attributes:
        timetable: None for a train that only dispatching knows of.
        plan: the last good row of the stage plan, None if dispatching has said nothing.
        log: the last good row of the traffic log.
        known_before_hold: the last row whose delay was known, kept while `held_since` is set: what
            had opened by then had opened by its times.
        held_since: station time at which the delay became unknown.
        cancelled_since: station time at which the cancellation was heard.
        platform_told: label of the platform that passengers were told before the present one.
        gates_told: labels of the gates that passengers were told before the present ones.
        heard: the feed has said something about the run; then it has a publication of its own.
        withdrawn: dispatching deleted a train that the timetable does not have: there is no run.
        added: a person told of the train.
        overrides: what persons say of it, at most one of a field.
        standing: set while the station is manual: what passengers are told follows from this, not
            from what the feed says meanwhile.
        back_arrival: what is held back of dispatching's estimate, lest it flickers.
        back_departure: likewise.
        early: a row that is to be looked at again.
        feeders: what those say whose stock it leaves with: the timetable's feeder, a person's.
        feeds: runs that leave with its stock by a person's word.
    """

    run_id: str
    service_date: date
    timetable: Planned | None = None
    plan: StagePlanRow | None = None
    log: TrafficLogRow | None = None
    known_before_hold: StagePlanRow | None = None
    held_since: Instant | None = None
    cancelled_since: Instant | None = None
    platform_told: str | None = None
    gates_told: tuple[str, ...] = ()
    heard: bool = False
    withdrawn: bool = False
    added: Planned | None = None
    overrides: tuple[Override, ...] = ()
    standing: Standing | None = None
    back_arrival: HeldBack | None = None
    back_departure: HeldBack | None = None
    early: Early | None = None
    feeders: tuple[Feeder, ...] = ()
    feeds: tuple[str, ...] = ()

    @property
    def base(self) -> Facts:
        """What is told to passengers follows from this and the overrides."""
        if self.standing is None:
            return self
        stood = {name: getattr(self.standing, name) for name in self.standing.__struct_fields__}
        return msgspec.structs.replace(self, standing=None, **stood)

    @property
    def auto(self) -> Facts:
        """What AUTO would conclude from: the feed as it is now, no word of a person."""
        if not self.overrides and self.standing is None:
            return self
        return msgspec.structs.replace(self, overrides=(), standing=None)

    @property
    def printed(self) -> Planned | None:
        """The entry of the timetable, else that of the person who told of the train."""
        return self.timetable or self.added

    @property
    def said(self) -> StagePlanRow | Planned:
        """Who the train is: dispatching's word where there is one, else the printed one.

        Raises:
            ValueError: the facts are empty, which no intake makes.
        """
        said = self.plan or self.printed
        if said is None:
            raise ValueError(f"run {self.run_id} has neither a timetable entry nor a plan row")
        return said

    @property
    def ends_here(self) -> bool:
        """Whether it goes on by the timetable, but ends here by a later word."""
        return self._through and self.said.role is Role.TERMINUS

    @property
    def starts_here(self) -> bool:
        """Whether it comes from elsewhere by the timetable, but starts here by a later word."""
        return self._through and self.said.role is Role.ORIGIN

    @property
    def _through(self) -> bool:
        return self.printed is not None and self.printed.role is Role.INTERMEDIATE

    @property
    def planned_arrival(self) -> Instant | None:
        """The stage plan's, else the printed one."""
        if self.plan is not None and self.plan.planned_arrival is not None:
            return self.plan.planned_arrival
        return self.printed.arrival if self.printed is not None else None

    @property
    def planned_departure(self) -> Instant | None:
        """The stage plan's, else the printed one."""
        if self.plan is not None and self.plan.planned_departure is not None:
            return self.plan.planned_departure
        return self.printed.departure if self.printed is not None else None

    @property
    def actual_arrival(self) -> Instant | None:
        """The traffic log's."""
        return self.log.actual_arrival if self.log is not None else None

    @property
    def actual_departure(self) -> Instant | None:
        """The traffic log's."""
        return self.log.actual_departure if self.log is not None else None


_encoder = msgspec.json.Encoder(order="deterministic")
_decoder = msgspec.json.Decoder(Facts)


def encode_facts(facts: Facts) -> bytes:
    """Return `facts` as the store keeps them; equal facts are equal bytes."""
    return _encoder.encode(facts)


def decode_facts(data: bytes) -> Facts:
    """Return the facts in `data`, the inverse of `encode_facts`."""
    return _decoder.decode(data)
