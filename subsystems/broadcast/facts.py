"""What may be said of a run in an announcement of a kind: values for the places of its words.

Law: pure. What is not known is not there. A time is there only if it is told as true: never of a
run whose delay is unknown, or whose deviation has been unconfirmed for too long. The digest of
these values is the occasion's content, so nothing can be said that its content does not cover.
"""

from __future__ import annotations

import hashlib
from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from protocol.runs import Named, Role
from protocol.times import Instant
from subsystems.broadcast.model import Kind
from subsystems.broadcast.moments import awaited, comes, leaves

if TYPE_CHECKING:
    from protocol.runs import Run
    from station_config.model import Station


class Slot(StrEnum):
    """Places for values in the words of an announcement."""

    TRAIN = "train"
    """Train number."""
    CATEGORY = "category"
    """Name of the train's category."""
    ORIGIN = "origin"
    DESTINATION = "destination"
    STATION = "station"
    """This station."""
    DEPARTURE = "departure"
    """Expected time."""
    ARRIVAL = "arrival"
    PLANNED = "planned"
    """Printed time of what passengers wait for."""
    DELAY = "delay"
    """Minutes."""
    PLATFORM = "platform"
    FORMER_PLATFORM = "former_platform"
    GATES = "gates"
    FORMER_GATES = "former_gates"
    WAITING_ROOM = "waiting_room"
    REASON = "reason"
    """What a person wrote."""
    REPLACEMENT = "replacement"
    """Train number of what is taken instead."""
    REPLACEMENT_TEXT = "replacement_text"
    """What a person wrote of it."""


class Facts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Values by slot; None or empty: not known, or not to be said.

    `role` and `variant` choose the words.
    """

    role: Role | None = None
    train: str | None = None
    category: Named | None = None
    origin: Named | None = None
    destination: Named | None = None
    station: Named | None = None
    departure: Instant | None = None
    arrival: Instant | None = None
    planned: Instant | None = None
    delay: int | None = None
    platform: str | None = None
    former_platform: str | None = None
    gates: tuple[str, ...] = ()
    former_gates: tuple[str, ...] = ()
    waiting_room: Named | None = None
    reason: dict[str, str] = {}
    replacement: str | None = None
    replacement_text: dict[str, str] = {}
    variant: str = ""


_ENCODER = msgspec.json.Encoder(order="deterministic")
_DECODER = msgspec.json.Decoder(Facts)

SOONER = "sooner"
"""Variant of a delay: less than was told, so passengers must know at once."""
BUS = "bus"
"""Variant of a cancellation: replaced by a bus."""
KNOWN = "known"
"""Variant of a delay: short, after nobody knew it."""
RUNS = "runs"
"""Variant of a cancellation, whole or in part: it was told, and is so no more."""
VARIANTS: dict[Kind, tuple[str, ...]] = {
    Kind.DELAY: ("", SOONER, KNOWN),
    Kind.CANCELLATION: ("", BUS, RUNS),
    Kind.ENDS_HERE: ("", BUS, RUNS),
    Kind.STARTS_HERE: ("", RUNS),
}
"""Of the kinds that have more than one."""

_T, _P = Slot.TRAIN, Slot.PLATFORM
_FROM_TO = (Slot.CATEGORY, Slot.ORIGIN, Slot.DESTINATION, Slot.STATION)
_REPLACED = (Slot.REPLACEMENT, Slot.REPLACEMENT_TEXT)

USES: dict[Kind, tuple[Slot, ...]] = {
    Kind.WELCOME: (_T, *_FROM_TO, Slot.WAITING_ROOM, Slot.GATES),
    Kind.CHECK_IN_OPEN: (_T, *_FROM_TO, Slot.GATES, _P, Slot.WAITING_ROOM, Slot.DEPARTURE),
    Kind.REMINDER: (_T, *_FROM_TO, Slot.GATES, _P, Slot.WAITING_ROOM, Slot.DEPARTURE),
    Kind.LAST_CALL: (_T, *_FROM_TO, Slot.GATES, _P, Slot.DEPARTURE),
    Kind.CHECK_IN_CLOSED: (_T, *_FROM_TO, Slot.GATES),
    Kind.CHECK_IN_REOPENED: (_T, *_FROM_TO, Slot.GATES, _P, Slot.DEPARTURE),
    Kind.APPROACH: (_T, *_FROM_TO, _P),
    Kind.STAND_BACK: (_P, Slot.STATION),
    Kind.ARRIVAL: (_T, *_FROM_TO, _P),
    Kind.DEPARTURE: (_T, *_FROM_TO, _P),
    Kind.DELAY: (_T, *_FROM_TO, Slot.DELAY, Slot.DEPARTURE, Slot.ARRIVAL, Slot.REASON),
    Kind.DELAY_UNKNOWN: (_T, *_FROM_TO, Slot.REASON),
    Kind.PLATFORM_CHANGE: (_T, *_FROM_TO, _P, Slot.FORMER_PLATFORM, Slot.GATES),
    Kind.GATE_CHANGE: (_T, *_FROM_TO, Slot.GATES, Slot.FORMER_GATES, _P),
    Kind.CANCELLATION: (_T, *_FROM_TO, Slot.PLANNED, *_REPLACED, Slot.DEPARTURE, Slot.ARRIVAL),
    Kind.ENDS_HERE: (_T, *_FROM_TO, *_REPLACED, Slot.DEPARTURE),
    Kind.STARTS_HERE: (_T, *_FROM_TO),
    Kind.EXIT_GUIDANCE: (_T, *_FROM_TO, _P),
    Kind.LOST_AND_FOUND: (Slot.STATION,),
    Kind.SAFETY: (Slot.STATION,),
}
"""Slots that the words of a kind may have. Kinds that are not here are a person's words."""

_ALWAYS = {_T, *_FROM_TO}
_MORE = {
    Kind.STAND_BACK: {_P},
    Kind.DELAY: {Slot.DELAY},
    Kind.PLATFORM_CHANGE: {_P, Slot.FORMER_PLATFORM},
    Kind.GATE_CHANGE: {Slot.GATES, Slot.FORMER_GATES},
}


def certain(kind: Kind, variant: str = "") -> frozenset[Slot]:
    """Return the slots of `kind` that always have a value; the others may have none."""
    more = set() if variant in {SOONER, KNOWN} else _MORE.get(kind, set())
    return frozenset((_ALWAYS | more) & set(USES[kind]))


_BOARDING = (
    *(Kind.WELCOME, Kind.CHECK_IN_OPEN, Kind.REMINDER, Kind.LAST_CALL, Kind.CHECK_IN_CLOSED),
    *(Kind.CHECK_IN_REOPENED, Kind.DEPARTURE, Kind.GATE_CHANGE),
)
ROLES: dict[Kind, tuple[Role, ...]] = {
    **dict.fromkeys(_BOARDING, (Role.ORIGIN, Role.INTERMEDIATE)),
    Kind.STAND_BACK: (Role.PASS,),
    Kind.APPROACH: (Role.INTERMEDIATE, Role.TERMINUS),
    Kind.ARRIVAL: (Role.INTERMEDIATE, Role.TERMINUS),
    Kind.EXIT_GUIDANCE: (Role.INTERMEDIATE, Role.TERMINUS),
    Kind.ENDS_HERE: (Role.TERMINUS,),
    Kind.STARTS_HERE: (Role.ORIGIN,),
    Kind.LOST_AND_FOUND: (),
    Kind.SAFETY: (),
}
"""Roles of the trains that a kind is announced of; of a kind that is not here: all but PASS."""

_STOPPING = (Role.ORIGIN, Role.INTERMEDIATE, Role.TERMINUS)
_NO_LONGER = {
    Kind.ENDS_HERE: (Role.ORIGIN, Role.INTERMEDIATE),
    Kind.STARTS_HERE: (Role.INTERMEDIATE, Role.TERMINUS),
}
"""Likewise of what was told and is so no more."""


def roles_of(kind: Kind, variant: str = "") -> tuple[Role, ...]:
    """Return the roles of the trains that a variant of `kind` is told of; none: of no train."""
    told = ROLES.get(kind, _STOPPING)
    return _NO_LONGER.get(kind, told) if variant == RUNS else told


def facts_of(
    kind: Kind,
    run: Run,
    station: Station,
    *,
    lapsed: bool = False,
    variant: str = "",
    reason_over: int = 0,
) -> Facts:
    """Return what may be said of `run` in an announcement of `kind`.

    Args:
        kind: of announcement; one of `USES`.
        run: the run.
        station: where.
        lapsed: its deviation has been unconfirmed for too long.
        variant: of the words.
        reason_over: minutes of a known delay up to which its reason is not told.
    """
    everything = _everything(run, station, kind, timed=not (run.held or lapsed or run.cancelled))
    if kind is Kind.DELAY and (everything.delay or 0) <= reason_over:
        everything = replace(everything, reason={})
    used = {slot.value: getattr(everything, slot.value) for slot in USES[kind]}
    return Facts(**used, role=run.role, variant=variant)


def station_facts(station: Station) -> Facts:
    """Return what may be said of the station itself."""
    return Facts(station=_own(station))


def encode_facts(facts: Facts) -> bytes:
    """Return `facts` as octets; equal facts are equal octets."""
    return _ENCODER.encode(facts)


def decode_facts(data: bytes) -> Facts:
    """Return the inverse of `encode_facts`."""
    return _DECODER.decode(data)


def digest(kind: Kind, facts: bytes) -> str:
    """Return the content of an announcement of `kind` that says `facts`, encoded."""
    return hashlib.blake2s(kind.encode() + b"\0" + facts, digest_size=8).hexdigest()


def number_of(run: Run, kind: Kind) -> str | None:
    """Return the train number by which passengers look for `run`, None if it has none."""
    arriving = kind in {Kind.STARTS_HERE, Kind.EXIT_GUIDANCE}
    both = (run.departure_number, run.arrival_number)
    return next(filter(None, reversed(both) if arriving else both), None)


def bus_replaces(run: Run) -> bool:
    """Return whether what is cancelled is replaced by a bus."""
    return run.replaced_by is not None and run.replaced_by.number is None


def _everything(run: Run, station: Station, kind: Kind, *, timed: bool) -> Facts:
    departure, arrival, waited = leaves(run), comes(run), awaited(run)
    printed = run.departure or run.arrival
    by = run.replaced_by
    return Facts(
        train=number_of(run, kind),
        category=_category(run, station),
        origin=run.origin,
        destination=run.destination,
        station=_own(station),
        departure=departure.expected if departure is not None and timed else None,
        arrival=arrival.expected if arrival is not None and timed and departure is None else None,
        planned=None if printed is None else printed.planned,
        delay=max(0, waited.delay_minutes) or None if waited is not None and timed else None,
        platform=run.platform,
        former_platform=run.platform_changed_from,
        gates=run.gates,
        former_gates=run.gates_changed_from,
        waiting_room=run.waiting_room,
        reason=run.note,
        replacement=None if by is None else by.number,
        replacement_text={} if by is None else by.texts,
    )


def _own(station: Station) -> Named:
    return Named(station.id, station.names)


def _category(run: Run, station: Station) -> Named:
    known = {category.code: category.names for category in station.categories}
    return Named(run.category, known.get(run.category, {}))
