"""What a kiosk's page is given: trains in a list, one train's page, and what the machine holds.

Law: frozen values only. They go to the browser as JSON; instants are station time as whole
milliseconds since 1970 UTC, and every text stands in all languages of the station.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

import msgspec

from subsystems.kit.notes import Note

Text = dict[str, str]
"""A text by language tag, in the order of the station's languages."""


class Way(StrEnum):
    """Which half of a train's visit is looked for."""

    DEPARTURE = "departure"
    ARRIVAL = "arrival"


class Tone(StrEnum):
    """What a text means; the page gives each a colour and a shape."""

    PLAIN = ""
    GOOD = "good"
    SOON = "soon"
    BAD = "bad"
    DIM = "dim"


class Reach(StrEnum):
    """Where an answer comes from."""

    HELD = "held"
    """From the kiosk's own database."""
    HUB = "hub"
    """Asked of the hub just now."""
    NONE = "none"
    """Not held, and the hub cannot be asked or does not know it."""


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What a passenger looks for; conditions that are given must all hold.

    Attributes:
        day: local service date, None: any that is held.
        way: departures or arrivals.
        text: beginning of a train number or of a place: characters, pinyin, initials, Latin.
        platform: as passengers read it.
        since: from this instant on, None: from the day's beginning.
        live: only what is still to come, or not long over.
        limit: at most so many.
    """

    day: date | None = None
    way: Way = Way.DEPARTURE
    text: str = ""
    platform: str = ""
    since: int | None = None
    live: bool = False
    limit: int = 60


class Cell(msgspec.Struct, frozen=True, omit_defaults=True):
    """One field.

    Attributes:
        text: what is told; a plain string reads alike in every language.
        was: what was told before and no longer holds.
        tone: its meaning.
        mark: a shape that says the tone without colour.
    """

    text: str | Text = ""
    was: str = ""
    tone: Tone = Tone.PLAIN
    mark: str = ""


class Step(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is said of a train from an instant on.

    Attributes:
        at: from when, None: from ever.
        status: in a word.
        stage: key of the stage that passengers are in, "": none.
    """

    at: int | None
    status: Cell
    stage: str = ""


class Unconfirmed(msgspec.Struct, frozen=True, omit_defaults=True):
    """What stands instead once dispatching has been silent for too long (`timeline.lapsed`)."""

    status: Cell
    arrival: Cell | None = None
    departure: Cell | None = None


class Item(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A train in a list.

    Attributes:
        id: of the run.
        day: its service date.
        key: planned instant, by which lists are ordered.
        number: on this way.
        way: departure or arrival.
        place: where to, or where from.
        time: of the departure or arrival.
        platform, gates, room: where to go.
        steps: what is said of it, with its future; never empty.
        unconfirmed: what stands instead; None: nothing in it can lapse.
        over_at: when the train is over for passengers, None: nobody knows.
        until: held until then, for one that the hub was asked for; None: for good.
    """

    id: str
    day: date
    key: int
    number: str
    way: Way
    place: Text
    time: Cell
    platform: Cell
    gates: str = ""
    room: Text = {}
    steps: tuple[Step, ...]
    unconfirmed: Unconfirmed | None = None
    over_at: int | None = None
    until: int | None = None


class Stage(msgspec.Struct, frozen=True, omit_defaults=True):
    """A stage of a train's visit, for passengers.

    Attributes:
        key: names its word.
        at: when it begins, None: nobody knows.
        time: that for people.
    """

    key: str
    at: int | None
    time: str = ""


class Card(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A train's own page.

    Attributes:
        id: of the run.
        day: its service date.
        numbers: on arrival and departure, each once.
        category: as the railway names it.
        origin, destination: of the journey.
        here: what the train does here: a key of the words.
        arrival, departure: times; None: it has none here.
        told: by ``arrival`` and ``departure``: whether the time is planned, expected or actual.
        platform, gates, room: where to go.
        remarks: what else is to be known: replaced by, the platform changed.
        instead: run that replaces it, "": none that the station knows.
        stages: of the visit, in their order.
        steps, unconfirmed, until: as in `Item`.
        asked_at: when the hub was asked for it, None: it is held.
    """

    id: str
    day: date
    numbers: tuple[str, ...]
    category: str
    origin: Text
    destination: Text
    here: Text
    arrival: Cell | None = None
    departure: Cell | None = None
    told: dict[str, Text] = {}
    platform: Cell
    gates: str = ""
    room: Text = {}
    remarks: tuple[Cell, ...] = ()
    instead: str = ""
    stages: tuple[Stage, ...]
    steps: tuple[Step, ...]
    unconfirmed: Unconfirmed | None = None
    until: int | None = None
    asked_at: int | None = None


class Found(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The answer to a wish.

    Attributes:
        items: what was found, earliest first.
        more: how many more there are.
        reach: where the answer comes from.
        days: service dates that are held.
    """

    items: tuple[Item, ...] = ()
    more: int = 0
    reach: Reach = Reach.HELD
    days: tuple[date, ...] = ()


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """Where the information comes from, told with every heartbeat.

    Attributes:
        line: the honest line.
        code: of it; chooses its shape.
        tone: of it.
        confirmed_until: instant after which unconfirmed deviations are not told, None: they are
            not told at all.
        identify: the kiosk is asked to show which one it is: its name, "" normally.
        notices: those that are told or will be, the most important first.
    """

    line: Text
    code: str
    tone: Tone
    confirmed_until: int | None
    identify: str = ""
    notices: tuple[Note, ...] = ()


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """What never changes while the process runs.

    Attributes:
        station: its name.
        zone: IANA name.
        languages: in their order.
        platforms: as passengers read them.
        prefixes: letters with which train numbers begin here.
        spelled: languages whose names can be looked for by their spelling in Latin letters.
        words: everything that the page says, by key.
        alone: what the page says when it has lost its server, with a place ``{time}``.
        code: of the page's files: a page of other files loads itself anew.
    """

    station: Text
    zone: str
    languages: tuple[str, ...]
    platforms: tuple[str, ...]
    prefixes: tuple[str, ...]
    spelled: bool
    words: dict[str, Text]
    alone: Text
    code: str
