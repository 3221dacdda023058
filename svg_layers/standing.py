"""Where a train is at an instant, and what is told of it: by its timeline, as for every screen.

Law: pure. Nothing is guessed: a train whose delay is unknown waits as such, one whose end nobody
knows is drawn at neither, an originating train that nobody reported to be there is only expected.

    a while before     at its end                 on its track          at its end
    EXPECTED ────────▶ COMING ──────────────────▶ STANDING ───────────▶ LEAVING ─▶ (gone)
                       PASS: coming, through      TERMINUS: standing, then its stock if known
    ORIGIN: DUE on its track ───────────────────▶ (departure) ────────▶ LEAVING
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from protocol.runs import Control, Punctuality, Role, Run, TrainPhase
from protocol.timeline import change_instants, lapsed, train_phase
from station_config.diagram import Side, comes_through, leaves_through
from svg_layers.sight import Account, Kind, Motion, Sight, Standing

if TYPE_CHECKING:
    from collections.abc import Callable

    from protocol.runs import CallTime, Named
    from protocol.times import Instant
    from station_config.model import Track
    from svg_layers.geometry import Place

DUE_BEFORE = timedelta(minutes=20)
"""How long before its departure an originating train is drawn as expected on its track, where its
timeline has no instant of its own for that; as on a gate's screen."""

THROUGH = timedelta(minutes=1)
"""How long a train that does not stop is drawn on its track, before its expected time."""


_KINDS = {
    Role.ORIGIN: Kind.ORIGINATING,
    Role.INTERMEDIATE: Kind.THROUGH,
    Role.TERMINUS: Kind.TERMINATING,
    Role.PASS: Kind.PASS,
}
_ACCOUNTS = {
    Punctuality.ON_TIME: Account.ON_TIME,
    Punctuality.DELAYED: Account.LATE,
    Punctuality.EARLY: Account.EARLY,
    Punctuality.UNKNOWN: Account.UNSAID,
}


def standing(run: Run, now: Instant, sight: Sight) -> Standing | None:
    """Return where `run` is at `now`, None if it is not on the diagram."""
    if run.cancelled:
        return _ghost(run, now, sight)
    return _BY_PHASE[train_phase(run, now)](run, now, sight)


def next_look(run: Run, now: Instant) -> Instant | None:
    """Return the first instant after `now` at which `standing` may change by itself."""
    found = [at for at in (*change_instants(run.timeline), *_own_instants(run)) if at > now]
    return min(found, default=None)


def account_of(run: Run, now: Instant, sight: Sight) -> Account:
    """Return how `run` stands."""
    if run.cancelled:
        return Account.CANCELLED
    if sight.check_lapse and lapsed(run, now, sight.confirmed_at, sight.lifetime):
        return Account.LAPSED
    if run.held:
        return Account.HELD
    return _ACCOUNTS[run.punctuality]


def kind_of(run: Run) -> Kind:
    """Return what `run` does here."""
    return _KINDS[run.role]


def faces(run: Run, sight: Sight, *, leaving: bool) -> Side | None:
    """Return the end that a train runs to (`leaving`) or comes from.

    A track that is closed at one end has only the other, whatever its trains' numbers say.
    """
    track = track_of(run, sight)
    if track is not None and track.closed is not None:
        return track.closed.other
    if leaving:
        number = run.departure_number or ""
        return leaves_through(sight.ends, _names(run.destination), number)
    return comes_through(sight.ends, _names(run.origin), run.arrival_number or "")


def track_of(run: Run, sight: Sight) -> Track | None:
    """Return the track that `run` is told to use, None if that is not known.

    A run has a track by its label, as staff speak; the same label in two yards is told apart by
    the platform.
    """
    if run.track is None:
        return None
    told = (run.track, run.platform)
    if told not in sight.found:
        sight.found[told] = _found(run.track, run.platform, sight)
    return sight.found[told]


def _found(label: str, platform: str | None, sight: Sight) -> Track | None:
    found = sight.labelled.get(label, [])
    if len(found) > 1:
        there = {p.id for p in sight.layout.platforms if p.label == platform}
        found = [track for track in found if track.platform in there]
    return found[0] if len(found) == 1 else None


def yard_of(run: Run, sight: Sight) -> str:
    """Return the yard that `run` is told to use, ``""`` if that is not known."""
    track = track_of(run, sight)
    if track is not None:
        return track.yard
    return next((p.yard for p in sight.layout.platforms if p.label == run.platform), "")


def takes_place(call: CallTime | None) -> CallTime | None:
    """Return the arrival or departure unless there is none or it is cancelled."""
    return call if call is not None and not call.cancelled else None


def _expected(run: Run, now: Instant, sight: Sight) -> Standing | None:
    """Not here yet: an originating train is due on its track; one that is held waits, somewhere."""
    due = _due_at(run)
    if due is not None and now >= due:
        return _on_track(run, now, sight, _there(run, sight))
    arrival = takes_place(run.arrival)
    if run.held and arrival is not None and now >= arrival.planned:
        return _coming(run, now, sight)
    return None


def _coming(run: Run, now: Instant, sight: Sight) -> Standing:
    side = faces(run, sight, leaving=False)
    place = _end(side, yard_of(run, sight))
    call = takes_place(run.arrival) or takes_place(run.departure)
    since = call.expected if call is not None else now
    return _made(run, now, sight, place, Motion.COMING, side.other if side else None, since)


def _passing(run: Run, now: Instant, sight: Sight) -> Standing | None:
    through = _passes(run)
    if through is not None and now >= through - THROUGH:
        return _on_track(run, now, sight)
    return _coming(run, now, sight)


def _leaving(run: Run, now: Instant, sight: Sight) -> Standing | None:
    until, left = run.timeline.departure_shown_until, run.timeline.departs_at
    if until is None or now >= until:
        return None
    side = faces(run, sight, leaving=True)
    place = _end(side, yard_of(run, sight))
    return _made(run, now, sight, place, Motion.LEAVING, side, left or now)


def _on_track(run: Run, now: Instant, sight: Sight, motion: Motion = Motion.STANDING) -> Standing:
    """On its track; a train whose track is not known stands in its yard, or nowhere."""
    since = run.timeline.arrives_at or run.timeline.departs_at or _planned(run) or now
    return _made(run, now, sight, _track(run, sight), motion, _ahead(run, sight), since)


def _ahead(run: Run, sight: Sight) -> Side | None:
    """Return where the head of a train on its track is: where it runs to, else as it came."""
    ahead = faces(run, sight, leaving=True) if run.departure is not None else None
    if ahead is None and run.arrival is not None:
        came = faces(run, sight, leaving=False)
        ahead = came.other if came is not None else None
    return ahead


def _there(run: Run, sight: Sight) -> Motion:
    """An originating train is there if its stock is known to have arrived."""
    feeder = sight.run(run.feeder or "")
    arrival = feeder.arrival if feeder is not None else None
    arrived = arrival is not None and arrival.actual is not None
    return Motion.STANDING if arrived else Motion.DUE


def _stock(run: Run, now: Instant, sight: Sight) -> Standing | None:
    """What is left of a train that has ended here, if it is known what becomes of it."""
    fed = sight.run(sight.fed.get(run.run_id, ""))
    if fed is None or fed.cancelled or train_phase(fed, now) is TrainPhase.DEPARTED:
        return None
    due = _due_at(fed)
    if due is not None and now >= due:
        return None  # it is drawn as that train
    since = run.timeline.arrives_at or now
    account = account_of(fed, now, sight)
    return Standing(
        _track(run, sight),
        Motion.STANDING,
        account,
        Kind.STOCK,
        None,
        since,
        reported=_reported(run, Motion.STANDING),
        track=_track_id(run, sight),
    )


def _ghost(run: Run, now: Instant, sight: Sight) -> Standing | None:
    """Where a cancelled train would have been: staff look for it there."""
    begin, end = planned_stay(run)
    if begin is None or end is None or not begin - DUE_BEFORE <= now < end:
        return None
    return _made(run, now, sight, _track(run, sight), Motion.DUE, None, begin)


def planned_stay(run: Run) -> tuple[Instant | None, Instant | None]:
    """Return from when to when `run` should have been on its track by the timetable."""
    calls = [call.planned for call in (run.arrival, run.departure) if call is not None]
    return (calls[0], calls[-1]) if calls else (None, None)


def _made(
    run: Run,
    now: Instant,
    sight: Sight,
    place: Place,
    motion: Motion,
    ahead: Side | None,
    since: Instant,
) -> Standing:
    return Standing(
        place,
        motion,
        account_of(run, now, sight),
        _KINDS[run.role],
        ahead,
        since,
        manual=run.control is Control.MANUAL,
        reported=_reported(run, motion),
        track=_track_id(run, sight),
    )


def _reported(run: Run, motion: Motion) -> bool:
    """Whether it was reported to be there, or gone; else its timeline says so."""
    if motion is Motion.STANDING and run.role is Role.ORIGIN:
        return True  # by its feeder, see `_there`
    call = {Motion.STANDING: run.arrival, Motion.LEAVING: run.departure}.get(motion)
    return call is not None and call.actual is not None


def _track_id(run: Run, sight: Sight) -> str | None:
    track = track_of(run, sight)
    return track.id if track is not None else None


def _track(run: Run, sight: Sight) -> Place:
    track = track_of(run, sight)
    if track is not None:
        return ("track", track.id)
    return ("unsure", yard_of(run, sight))


def _end(side: Side | None, yard: str) -> Place:
    if side is None or not yard:
        return ("unsure", yard)
    return ("left" if side is Side.LEFT else "right", yard)


def _due_at(run: Run) -> Instant | None:
    """Return when an originating train is drawn as expected on its track."""
    if run.role is not Role.ORIGIN or run.departure is None:
        return None
    if run.held:
        return run.departure.planned - DUE_BEFORE
    return run.timeline.gate_shown_at or run.departure.expected - DUE_BEFORE


def _passes(run: Run) -> Instant | None:
    return run.timeline.arrives_at or run.timeline.departs_at


def _planned(run: Run) -> Instant | None:
    return planned_stay(run)[0]


def _own_instants(run: Run) -> list[Instant]:
    """Return the instants of `standing` that stand in no timeline."""
    begin, end = planned_stay(run)
    through = _passes(run) if run.role is Role.PASS else None
    ghost = begin - DUE_BEFORE if begin is not None and run.cancelled else None
    held = begin if run.held else None
    shown = (ghost, end if run.cancelled else None, held, _due_at(run))
    return [at for at in (*shown, through - THROUGH if through else None) if at is not None]


def _names(place: Named) -> tuple[str, ...]:
    return (place.code, *place.names.values())


_BY_PHASE: dict[TrainPhase, Callable[[Run, Instant, Sight], Standing | None]] = {
    TrainPhase.EXPECTED: _expected,
    TrainPhase.APPROACHING: _coming,
    TrainPhase.PASSING: _passing,
    TrainPhase.AT_PLATFORM: _on_track,
    TrainPhase.DEPARTED: _leaving,
    TrainPhase.TERMINATED: _stock,
}
"""Total: a train in any phase."""
