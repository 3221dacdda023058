"""A station as frozen values.

Law: values and look-ups only; reading files is `station_config.load`'s. References between values
are identifiers, checked when loaded, so a look-up in a loaded station cannot fail.

Words: staff speak of tracks (股道), passengers of platforms (站台); they are different things.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, time, timedelta  # noqa: TC003 - read at run time, by the journal's codec
from enum import StrEnum
from pathlib import Path  # noqa: TC003 - read at run time, by the journal's codec
from zoneinfo import ZoneInfo

from protocol.runs import Named, Role
from station_config.announcements.model import Announcements
from station_config.diagram import Drawing, End, Side  # noqa: TC001 - read by the journal's codec
from station_config.policies import Policies  # noqa: TC001 - read by the journal's codec
from station_config.posts.model import Posts  # noqa: TC001 - likewise
from station_config.service_days import DAILY, ServiceDays


class TrackKind(StrEnum):
    """What a track is for."""

    MAIN = "main"
    """正线: trains may pass at speed."""
    RECEIVING_DEPARTURE = "receiving-departure"
    """到发线."""


class BoardKind(StrEnum):
    """What a board is for; decides which runs it shows."""

    DEPARTURES = "departures"
    ARRIVALS = "arrivals"
    GATE = "gate"
    PLATFORM = "platform"


class Column(StrEnum):
    """What a board's column shows."""

    TRAIN = "train"
    ORIGIN = "origin"
    DESTINATION = "destination"
    ARRIVAL = "arrival"
    DEPARTURE = "departure"
    GATE = "gate"
    PLATFORM = "platform"
    WAITING_ROOM = "waiting-room"
    STATUS = "status"


class Anchor(StrEnum):
    """Which expected time a lead time counts back from."""

    ARRIVAL = "arrival"
    DEPARTURE = "departure"


@dataclass(frozen=True)
class Yard:
    """车场."""

    id: str
    names: dict[str, str]


@dataclass(frozen=True)
class Platform:
    """站台: a platform as passengers read it; an island with one number may serve two tracks.

    Attributes:
        id: unique in the layout.
        label: what passengers read, e.g. ``3``.
        yard: id of its yard.
        length_m: usable length in metres.
    """

    id: str
    label: str
    yard: str
    length_m: int


@dataclass(frozen=True)
class Track:
    """股道.

    Attributes:
        id: what dispatching calls it.
        label: what staff read, e.g. ``5道`` is label ``5``.
        platform: id of the platform it stands at, None for a track without one.
        length_m: usable length in metres.
        closed: the end, as the diagram shows it, at which it ends at a buffer stop (尽头线); its
            trains come and leave by the other. None: open at both.
    """

    id: str
    label: str
    yard: str
    kind: TrackKind
    platform: str | None
    length_m: int
    closed: Side | None = None


@dataclass(frozen=True)
class WaitingRoom:
    """候车室."""

    id: str
    names: dict[str, str]

    @property
    def named(self) -> Named:
        """As it stands in a run."""
        return Named(self.id, self.names)


@dataclass(frozen=True)
class Gate:
    """检票口: leads from a waiting room to platforms."""

    id: str
    label: str
    waiting_room: str
    platforms: tuple[str, ...]


@dataclass(frozen=True)
class Layout:
    """The station's track plan and rooms, valid from a date on.

    `drawing`: the diagram drawn by hand, None: it is generated.
    """

    valid_from: date
    yards: tuple[Yard, ...]
    platforms: tuple[Platform, ...]
    tracks: tuple[Track, ...]
    waiting_rooms: tuple[WaitingRoom, ...]
    gates: tuple[Gate, ...]
    drawing: Drawing | None = None

    def track(self, track_id: str) -> Track | None:
        """Return the track that dispatching calls `track_id`, None if this layout has none."""
        return next((t for t in self.tracks if t.id == track_id), None)

    def platform(self, platform_id: str) -> Platform:
        """Return the platform `platform_id`."""
        return next(p for p in self.platforms if p.id == platform_id)

    def waiting_room(self, room_id: str) -> WaitingRoom:
        """Return the waiting room `room_id`."""
        return next(r for r in self.waiting_rooms if r.id == room_id)

    def gates_to(self, platform_id: str) -> tuple[Gate, ...]:
        """Return the gates that lead to `platform_id`, in the order of the configuration."""
        return tuple(g for g in self.gates if platform_id in g.platforms)


@dataclass(frozen=True)
class AnnouncementZone:
    """广播分区: a set of loudspeakers; not the same set as a board's place."""

    id: str
    names: dict[str, str]


@dataclass(frozen=True)
class Board:
    """A guidance display.

    Attributes:
        id: identifier, stands in the board's address.
        kind: what it is for.
        names: title by language.
        columns: left to right.
        rows: rows of a page.
        languages: in the order of showing.
        page_seconds: how long one page stands (6 to 8 s at least, for nothing scrolls).
        language_seconds: how long one language stands.
        gate: for a gate screen: id of its gate.
        platform: for a platform screen: id of its platform.
        waiting_room: for a departure board of one waiting room: its id; None: all.
    """

    id: str
    kind: BoardKind
    names: dict[str, str]
    columns: tuple[Column, ...]
    rows: int
    languages: tuple[str, ...]
    page_seconds: float = 8.0
    language_seconds: float = 8.0
    gate: str | None = None
    platform: str | None = None
    waiting_room: str | None = None


@dataclass(frozen=True)
class LeadTime:
    """When check-in opens and closes. None in a selector matches everything.

    The rule with the most selectors set wins; among equals the first in the file.

    Attributes:
        categories: train categories it is for.
        opens: before `opens_before`.
        last_call: before closing.
        closes: before departure.
    """

    opens: timedelta
    last_call: timedelta
    closes: timedelta
    opens_before: Anchor = Anchor.DEPARTURE
    categories: frozenset[str] | None = None
    role: Role | None = None
    platform: str | None = None
    gate: str | None = None

    @property
    def weight(self) -> int:
        """How specific the rule is: the number of selectors set."""
        selectors = (self.categories, self.role, self.platform, self.gate)
        return sum(s is not None for s in selectors)

    def matches(self, category: str, role: Role, platform: str | None, gates: set[str]) -> bool:
        """Return whether the rule is for such a run (`platform` and `gates` are ids)."""
        return (
            (self.categories is None or category in self.categories)
            and (self.role is None or self.role is role)
            and (self.platform is None or self.platform == platform)
            and (self.gate is None or self.gate in gates)
        )


@dataclass(frozen=True)
class Windows:
    """When a run is on which screen, relative to its expected times.

    Attributes:
        shown: on boards, before the first expected event here.
        waiting: passengers are called to the waiting room, before departure.
        gate: on its gate's screen, before departure.
        approach: told as approaching, before arrival.
        departure_linger: stays on the departure board, after departure.
        arrival_linger: stays on the arrival board, after arrival.
    """

    shown: timedelta
    waiting: timedelta
    gate: timedelta
    approach: timedelta
    departure_linger: timedelta
    arrival_linger: timedelta


@dataclass(frozen=True)
class Category:
    """Train category: its code, its names, and the start of the train numbers that have it."""

    code: str
    names: dict[str, str]
    prefixes: tuple[str, ...] = ()


@dataclass(frozen=True)
class TimetableRow:
    """One line of the station's timetable; times are local times of day.

    Attributes:
        arrival: local time of day, None for ORIGIN.
        departure: local time of day, None for TERMINUS; earlier than `arrival`: the next day.
        track: id of the planned track.
        days: on which it runs, by the local date of its first event here.
        stock: identifies the stock; rows of one day with the same one are the same stock. None:
            not known.
    """

    arrival_number: str | None
    departure_number: str | None
    category: str
    role: Role
    origin: str
    destination: str
    arrival: time | None
    departure: time | None
    track: str | None
    days: ServiceDays = DAILY
    stock: str | None = None


@dataclass(frozen=True)
class Timetable:
    """The base timetable: every row of every day, and a date that it was in force on."""

    service_date: date
    rows: tuple[TimetableRow, ...]

    def rows_on(self, day: date) -> tuple[TimetableRow, ...]:
        """Return the rows whose first event here is on `day`, a local date, in their order."""
        return tuple(row for row in self.rows if row.days.runs_on(day))


@dataclass(frozen=True)
class Station:
    """Everything that is known about a station before a train comes.

    Attributes:
        id: identifier; stands in topics.
        names: by language.
        codes: by scheme, e.g. ``{"telecode": "NDC"}``.
        zone: IANA name of the time zone.
        languages: in the order of announcing.
        places: other stations by name or code, as dispatching writes them.
        directory: where it was loaded from.
        posts: staff who are told of trains, None: it has none.
        announcements: what its loudspeakers say, when and where.
        ends: where trains come from and go to, as the track diagram has it.
    """

    id: str
    names: dict[str, str]
    codes: dict[str, str]
    zone: str
    languages: tuple[str, ...]
    layouts: tuple[Layout, ...]
    announcement_zones: tuple[AnnouncementZone, ...]
    boards: tuple[Board, ...]
    categories: tuple[Category, ...]
    lead_times: tuple[LeadTime, ...]
    windows: Windows
    policies: Policies
    places: dict[str, Named]
    timetable: Timetable | None
    directory: Path
    posts: Posts | None = None
    announcements: Announcements = field(default_factory=Announcements)
    ends: tuple[End, ...] = ()
    _zone: ZoneInfo = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Look the zone up once."""
        object.__setattr__(self, "_zone", ZoneInfo(self.zone))

    @property
    def zone_info(self) -> ZoneInfo:
        """The time zone."""
        return self._zone

    def layout_on(self, day: date) -> Layout:
        """Return the layout in force on `day`, the earliest one for a day before all."""
        in_force = [layout for layout in self.layouts if layout.valid_from <= day]
        return max(in_force or [min(self.layouts, key=_valid_from)], key=_valid_from)

    def place(self, name_or_code: str) -> Named:
        """Return the place that dispatching calls so; an unknown one is shown as it was written."""
        known = self.places.get(name_or_code)
        return known or Named(name_or_code, dict.fromkeys(self.languages, name_or_code))

    def category_of(self, train_number: str) -> str:
        """Return the category by the longest matching prefix of the number, else ``OTHER``."""
        matches = [
            (len(prefix), category.code)
            for category in self.categories
            for prefix in category.prefixes
            if train_number.startswith(prefix)
        ]
        return max(matches)[1] if matches else "OTHER"

    def lead_time(
        self, category: str, role: Role, platform: str | None, gates: set[str]
    ) -> LeadTime:
        """Return the most specific lead time.

        The loader makes sure that one matches everything where there are gates; a station without
        gates has no check-in and may have no lead time.
        """
        matching = [r for r in self.lead_times if r.matches(category, role, platform, gates)]
        return max(matching, key=lambda rule: rule.weight)


def _valid_from(layout: Layout) -> date:
    return layout.valid_from
