"""The run that follows from its facts: the kernel's centre.

Law: a pure function of (facts, station, now). Asked again it says the same, so one jump in time
equals the same time minute by minute, and a restart cannot change what passengers are told.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from hub.kernel.beside import beside
from hub.kernel.draft import Context, Draft
from hub.kernel.manual import RULE, spoken
from hub.kernel.punctuality import punctuality
from hub.kernel.rulebook import Rule, rulebook
from hub.kernel.rules.hold import stop
from hub.kernel.rules.manual import decide_check_in
from protocol.runs import Run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.kernel.facts import Facts
    from hub.kernel.override import Override
    from protocol.runs import CallTime
    from protocol.times import Instant
    from station_config.model import Station


@dataclass(frozen=True)
class Conclusion:
    """One thing that one rule set, for people who ask why.

    Attributes:
        rule: name of the rule; ``facts`` for what stands before the first, ``finish`` after the
            last.
        field: field of the draft.
        value: what it became.
        reads: what the rule concludes from.
    """

    rule: str
    field: str
    value: object
    reads: tuple[str, ...]


def derive(facts: Facts, station: Station, now: Instant) -> Run:
    """Return the run that follows from `facts` at `now`.

    Raises:
        OperatorError: the station names a rule that does not exist.
    """
    heard = spoken(facts, now) if RULE in station.policies.rules else None
    auto = _derive(_context(facts.auto, station, now))
    if heard is None:
        return auto
    told = _derive(_context(heard.facts, station, now, heard.words))
    return beside(told, auto, heard, withdrawn=facts.withdrawn)


def _derive(context: Context) -> Run:
    draft = _begin(context.facts, context.station)
    for rule in _book(context.station.policies.rules):
        draft = rule.apply(draft, context)
    return _finish(decide_check_in(stop(draft, context.facts), context.words), context)


def explain(facts: Facts, station: Station, now: Instant) -> list[Conclusion]:
    """Return what every rule set, in the order of the rules."""
    heard = spoken(facts, now) if RULE in station.policies.rules else None
    facts, words = (heard.facts, heard.words) if heard is not None else (facts.auto, ())
    context = _context(facts, station, now, words)
    draft = _begin(facts, station)
    said = [Conclusion("facts", name, getattr(draft, name), ()) for name in ("category", "role")]
    for rule in _book(station.policies.rules):
        after = rule.apply(draft, context)
        said.extend(_differences(rule.name, draft, after, rule.reads))
        draft = after
    stopped = stop(draft, facts)
    said.extend(_differences("hold", draft, stopped, ("held_since", "known_before_hold")))
    decided = decide_check_in(stopped, words)
    said.extend(_differences(RULE, stopped, decided, ("overrides",)))
    found = punctuality(decided, facts)
    return [*said, Conclusion("finish", "punctuality", found, ("plan", "log"))]


def _differences(
    rule: str, before: Draft, after: Draft, reads: tuple[str, ...]
) -> Iterator[Conclusion]:
    for name in before.__struct_fields__:
        value = getattr(after, name)
        if value != getattr(before, name):
            yield Conclusion(rule, name, value, reads)


@lru_cache(maxsize=8)
def _book(names: tuple[str, ...]) -> tuple[Rule, ...]:
    return rulebook(names)


def _context(
    facts: Facts, station: Station, now: Instant, words: tuple[Override, ...] = ()
) -> Context:
    return Context(facts, station, station.layout_on(facts.service_date), now, words)


def _begin(facts: Facts, station: Station) -> Draft:
    return Draft(category=_category(facts, station), role=facts.said.role)


def _category(facts: Facts, station: Station) -> str:
    """A category that the station knows: dispatching's, the timetable's, or by the number."""
    known = {category.code for category in station.categories}
    for source in (facts.plan, facts.printed):
        if source is not None and source.category in known:
            return source.category
    said = facts.said
    return station.category_of(said.departure_number or said.arrival_number or "")


def _finish(draft: Draft, context: Context) -> Run:
    facts, station = context.facts, context.station
    said = facts.said
    printed = facts.printed or said
    return Run(
        run_id=facts.run_id,
        service_date=facts.service_date,
        arrival_number=_number(said.arrival_number, printed.arrival_number, draft.arrival),
        departure_number=_number(said.departure_number, printed.departure_number, draft.departure),
        category=draft.category,
        role=draft.role,
        origin=station.place((printed if facts.starts_here else said).origin),
        destination=station.place((printed if facts.ends_here else said).destination),
        arrival=draft.arrival,
        departure=draft.departure,
        punctuality=punctuality(draft, facts),
        cancelled=draft.cancelled,
        replaced_by=draft.replaced_by,
        feeder=draft.feeder,
        held=draft.held,
        track=draft.track,
        platform=draft.platform,
        platform_changed_from=draft.platform_changed_from,
        gates=draft.gates,
        gates_changed_from=draft.gates_changed_from,
        waiting_room=draft.waiting_room,
        timeline=draft.timeline,
    )


def _number(said: str | None, printed: str | None, call: CallTime | None) -> str | None:
    """A train is looked for by its printed number on the board of what is cancelled."""
    if call is None:
        return None
    return printed if call.cancelled else said
