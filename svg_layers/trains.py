"""The trains layer: each train as one keyed element, and what changes between two pictures.

Law: pure. A train's element depends on its run and on who else is at its place, so only the places
that a change touches are made anew. An element has numbers and codes, no words and no colours:
words are the page's, in the reader's language; colours and shapes are the account's legend.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from protocol.times import to_unix
from svg_layers.sight import Account, Kind, Motion
from svg_layers.standing import takes_place

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from protocol.runs import CallTime, Named, Run
    from svg_layers.geometry import Box, Geometry, Place, Segment
    from svg_layers.sight import Standing

GAP = 6.0
"""Between trains at one place, in units."""

LONGEST_CHIP = 178.0
"""Width of a train that waits at an end, in units, where there is room."""

NARROWEST = 24.0

Told = Literal["planned", "estimated", "actual"]


class Call(msgspec.Struct, frozen=True, omit_defaults=True):
    """An arrival or a departure: unix seconds.

    Attributes:
        p: by the timetable.
        e: expected, or what happened.
        k: what `e` is.
        u: its uncertainty in seconds.
        x: cancelled.
    """

    p: int
    e: int
    k: Told = "planned"
    u: int | None = None
    x: bool = False


class Train(msgspec.Struct, frozen=True, omit_defaults=True):
    """One train on the diagram; numbers are units of the base layer.

    Attributes:
        no: its number here.
        x: its left edge.
        y: its middle.
        w: its width.
        place: ``track/4``, ``left/north``, ``right/north``, ``unsure/north``.
        motion: see `Motion`.
        account: its colour, see `Account`.
        kind: its shape, see `Kind`.
        faces: end that its head is at: ``left``, ``right``; none: not known.
        late: minutes late, negative early; left out if it is not known or as planned.
        track: the track it stands on or is to come to.
        platform: likewise, as passengers read it.
        origin: where it comes from: by language.
        to: where it goes.
        a: arrival.
        d: departure.
        manual: a person overrides the rules.
        reported: see `Standing`.
        clash: runs that stand on its track, too.
        hidden: there is no room to draw it; it counts in the table.
    """

    no: str
    x: float
    y: float
    w: float
    place: str
    motion: str
    account: str
    kind: str
    faces: str = ""
    late: int | None = None
    track: str | None = None
    platform: str | None = None
    origin: dict[str, str] = {}
    to: dict[str, str] = {}
    a: Call | None = None
    d: Call | None = None
    manual: bool = False
    reported: bool = False
    clash: tuple[str, ...] = ()
    hidden: bool = False


Seen = tuple["Run", "Standing"]


def trains_at(place: Place, seen: Sequence[Seen], geometry: Geometry) -> dict[str, Train]:
    """Return the elements of all trains at one place, by run.

    Args:
        place: the place.
        seen: the trains there with their standings, in any order.
        geometry: of the base layer that is shown.
    """
    order = sorted(seen, key=lambda each: (each[1].since, each[0].run_id))
    kind, name = place
    if kind == "track" and name in geometry.tracks:
        return _on_track(place, order, geometry)
    waits = geometry.waits
    box = waits.get(place) or waits.get(("unsure", name)) or waits[("unsure", "")]
    return _in_box(place, order, box, geometry.train)


def call_of(call: CallTime | None) -> Call | None:
    """Return an arrival or departure as it goes to the page."""
    if call is None:
        return None
    told: Told = "actual" if call.actual else "estimated" if call.estimated else "planned"
    planned, expected = int(to_unix(call.planned)), int(to_unix(call.expected))
    return Call(planned, expected, told, call.uncertainty_s or None, call.cancelled)


def number_of(run: Run, standing: Standing | None = None) -> str:
    """Return the number that a train is called by: the departing one once it stands here."""
    coming = standing is not None and standing.motion is Motion.COMING
    first, second = run.departure_number, run.arrival_number
    if coming:
        first, second = second, first
    return first or second or run.run_id


def late_of(run: Run, standing: Standing) -> int | None:
    """Return the minutes that are told, None if none are known."""
    judged = standing.account in {Account.LATE, Account.EARLY}
    if not judged or standing.kind is Kind.STOCK:
        return None
    arrival, departure = takes_place(run.arrival), takes_place(run.departure)
    first = arrival if standing.motion is Motion.COMING else departure
    call = first or departure or arrival
    return call.delay_minutes if call is not None else None


def _on_track(place: Place, order: list[Seen], geometry: Geometry) -> dict[str, Train]:
    """Side by side: all trains share the piece before the platform, or the whole of the track."""
    segment = geometry.tracks[place[1]]
    drawn = [s for s in order if s[1].account is not Account.CANCELLED] or order
    there = [run.run_id for run, at in drawn if at.motion is Motion.STANDING]
    found = {}
    for index, (run, at) in enumerate(drawn):
        begin, wide = _share(segment, geometry.berths.get(place[1], (0.0, 1.0)), index, len(drawn))
        clash = [other for other in there if other != run.run_id] if run.run_id in there else []
        x, y = segment.at((begin + wide / 2) / segment.length if segment.length else 0.5)
        found[run.run_id] = _train(place, run, at, x - wide / 2, y, wide, clash)
    for run, at in order:
        if run.run_id not in found:
            x, y = segment.at(0.5)
            found[run.run_id] = _train(place, run, at, x, y, 0.0, hidden=True)
    return found


def _share(
    segment: Segment, berth: tuple[float, float], index: int, count: int
) -> tuple[float, float]:
    """Return where along its segment a train begins, and its width, in units."""
    begin, end = berth if count == 1 else (0.01, 0.99)
    room = (end - begin) * segment.length
    wide = max(NARROWEST, (room - GAP * (count - 1)) / count)
    return begin * segment.length + index * (wide + GAP), wide


def _in_box(place: Place, order: list[Seen], box: Box, high: float) -> dict[str, Train]:
    """One below another, from the middle; in a low box one beside another."""
    step = high + GAP / 2
    rows = max(1, int((box.height + GAP / 2) / step))
    columns = max(1, int((box.width + GAP) / (LONGEST_CHIP + GAP)))
    room = rows * columns
    wide = (box.width - GAP * (columns - 1)) / columns
    used = min(rows, len(order))
    top = box.y + (box.height - (used * step - GAP / 2)) / 2 + high / 2
    found = {}
    for index, (run, at) in enumerate(order):
        column, row = divmod(index, rows)
        x, y = box.x + column * (wide + GAP), top + row * step
        found[run.run_id] = _train(place, run, at, x, y, wide, hidden=index >= room)
    return found


def _train(  # noqa: PLR0913 - one value each
    place: Place,
    run: Run,
    at: Standing,
    x: float,
    y: float,
    wide: float,
    clash: Sequence[str] = (),
    *,
    hidden: bool = False,
) -> Train:
    return Train(
        no=number_of(run, at),
        x=round(x, 1),
        y=round(y, 1),
        w=round(wide, 1),
        place="/".join(place),
        motion=at.motion.value,
        account=at.account.value,
        kind=at.kind.value,
        faces=at.faces.value if at.faces is not None else "",
        late=late_of(run, at),
        track=at.track,
        platform=run.platform,
        origin=_names(run.origin),
        to=_names(run.destination),
        a=call_of(run.arrival),
        d=call_of(run.departure),
        manual=at.manual,
        reported=at.reported,
        clash=tuple(clash),
        hidden=hidden,
    )


def _names(place: Named) -> dict[str, str]:
    return place.names or {"": place.code}


Keyed = dict[str, dict[str, Any]]
"""By key: its fields."""


class Patch(msgspec.Struct, frozen=True, omit_defaults=True):
    """What changes in a set of keyed elements.

    Attributes:
        set: by key: fields that changed; None: the field is gone. A new key has all its fields.
        gone: keys that are no more.
    """

    set: Keyed = {}
    gone: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether nothing changes."""
        return not self.set and not self.gone


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> Patch:
    """Return the patch from `before` to `after`, both structs by key.

    Fields with their default are left out, as in a whole picture.
    """
    changed: Keyed = {}
    for key, new in after.items():
        old = before.get(key)
        if old is None:
            changed[key] = fields_of(new)
        elif old is not new and old != new and (fields := _changed(old, new)):
            changed[key] = fields
    return Patch(changed, tuple(key for key in before if key not in after))


def fields_of(value: msgspec.Struct) -> dict[str, Any]:
    """Return the fields of a struct that are not as by default."""
    found: dict[str, Any] = msgspec.to_builtins(value)
    return found


def applied(keyed: Keyed, patch: Patch) -> Keyed:
    """Return the picture after `patch`: what every page does, for tests and films."""
    found = {key: fields for key, fields in keyed.items() if key not in patch.gone}
    for key, changes in patch.set.items():
        merged = found.get(key, {}) | changes
        found[key] = {name: value for name, value in merged.items() if value is not None}
    return found


def _changed(old: msgspec.Struct, new: msgspec.Struct) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, default in _defaults(type(new)):
        was, now = getattr(old, name), getattr(new, name)
        if was != now:
            found[name] = None if now == default else msgspec.to_builtins(now)
    return found


@cache
def _defaults(kind: type[msgspec.Struct]) -> tuple[tuple[str, Any], ...]:
    """Return the fields of a struct with what they are by default; NODEFAULT equals nothing."""
    return tuple((f.name, _default(f)) for f in msgspec.structs.fields(kind))


def _default(field: msgspec.structs.FieldInfo) -> Any:  # noqa: ANN401 - of any field
    if field.default_factory is not msgspec.NODEFAULT:
        return field.default_factory()
    return field.default
