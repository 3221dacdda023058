"""How a station announces, as frozen values.

Law: values and look-ups only, a part of `station_config.model`; nothing here decides what is said
of a train, that is `subsystems.broadcast`'s. Kinds and priorities are words, the same as
`subsystems.broadcast.model` has (a test compares); places are what a train has here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import (
    time,
    timedelta,
)
from enum import StrEnum
from functools import cached_property

from protocol.runs import Role  # noqa: TC001 - likewise
from station_config.announcements.reading import LanguageFile, Letter, Numbers


class Moment(StrEnum):
    """What a rule counts from. An instant of the run's timeline unless it says otherwise."""

    SHOWN = "shown"
    WAITING = "waiting"
    GATE_SHOWN = "gate-shown"
    CHECK_IN_OPENS = "check-in-opens"
    CHECK_IN_MIDDLE = "check-in-middle"
    """Half way from the opening to the last call."""
    LAST_CALL = "last-call"
    CHECK_IN_CLOSES = "check-in-closes"
    APPROACHES = "approaches"
    ARRIVES = "arrives"
    ARRIVED = "arrived"
    """The actual arrival: only when it was reported."""
    DEPARTS = "departs"
    CALL = "call"
    """What passengers here wait for: the departure, of a train that ends here the arrival."""
    SCHEDULE = "schedule"
    """The clock: every so often, about no train."""


class Place(StrEnum):
    """Where a rule says its announcement: places of the run."""

    WAITING_ROOM = "waiting-room"
    GATE = "gate"
    PLATFORM = "platform"
    EXIT = "exit"
    FORECOURT = "forecourt"
    FORMER_GATE = "former-gate"
    """Gates told before the present ones."""
    FORMER_PLATFORM = "former-platform"
    EVERYWHERE = "everywhere"


class Area(StrEnum):
    """What kind of place a zone's loudspeakers stand in."""

    WAITING_ROOM = "waiting-room"
    GATE = "gate"
    PLATFORM = "platform"
    EXIT = "exit"
    FORECOURT = "forecourt"
    EVERYWHERE = "everywhere"
    """Hears what any place is told."""


@dataclass(frozen=True)
class Quiet:
    """静音时段: quiet hours of a zone, local time of day; over midnight if it begins after its end.

    Attributes:
        begins: from then on.
        ends: up to, not including, then.
        priorities: what still speaks; an emergency always does.
        gain_db: added to the zone's loudness meanwhile.
    """

    begins: time
    ends: time
    priorities: frozenset[str] = frozenset()
    gain_db: float = 0.0


@dataclass(frozen=True)
class ZonePlace:
    """Where a zone's loudspeakers are heard.

    Attributes:
        zone: id of the announcement zone.
        area: kind of place.
        platforms: ids; those whose passengers hear it (of an exit: leave by it). Empty: all.
        gates: likewise.
        waiting_rooms: likewise.
        neighbours: ids of zones in which it is heard, too: they do not speak at once.
        gain_db: loudness against normal.
        quiet: quiet hours.
    """

    zone: str
    area: Area = Area.EVERYWHERE
    platforms: tuple[str, ...] = ()
    gates: tuple[str, ...] = ()
    waiting_rooms: tuple[str, ...] = ()
    neighbours: tuple[str, ...] = ()
    gain_db: float = 0.0
    quiet: tuple[Quiet, ...] = ()


@dataclass(frozen=True)
class AnnouncementRule:
    """When something is announced, and where. None in a selector matches everything.

    Of the rules of one kind and `nth` the one with the most selectors set speaks; among equals the
    first in the file.

    Attributes:
        kind: of `subsystems.broadcast.model.Kind`.
        nth: counts the times that one kind is told of one train, 1 upward.
        at: moment that it counts from.
        after: added to it; negative: before.
        useful: latest, so long after it was due.
        until: latest, at this moment, if the train has it.
        to: places of the run.
        priority: of `subsystems.broadcast.model.Priority`, in small letters with hyphens.
        chime: id of the chime, "" for none.
        groups: several at once may be told as one.
        repeats: times spoken, one after the other.
        repeat_after: between them.
        again_after: what is still so is told again; None: it is not.
        again_at_most: times it is told in all, unless it has changed.
        again_by: minutes by which a delay must have changed to be told anew at once.
        reason_over: minutes of a known delay above which its reason is told, if there is one.
        apart: not at all where the neighbouring moments of check-in are nearer than that; of
            check-in that opens again, where it opens less than that after it was told to be open,
            and nobody was told that it is over.
        every: with `Moment.SCHEDULE`: how often.
        begins: with `Moment.SCHEDULE`: from that local time of day on.
        ends: with `Moment.SCHEDULE`: up to, not including, that one.
        categories: train categories that it is for.
        role: what the train does here.
        minimum_delay: minutes.
        maximum_delay: minutes, not included.
        languages: in the order of speaking; empty: the station's.
        never: switched off.
    """

    kind: str
    at: Moment
    useful: timedelta
    to: tuple[Place, ...]
    priority: str
    nth: int = 1
    after: timedelta = timedelta(0)
    until: Moment | None = None
    chime: str = ""
    groups: bool = False
    repeats: int = 1
    repeat_after: timedelta = timedelta(0)
    again_after: timedelta | None = None
    again_at_most: int = 1
    again_by: int = 1
    reason_over: int = 30
    apart: timedelta = timedelta(0)
    every: timedelta | None = None
    begins: time | None = None
    ends: time | None = None
    categories: frozenset[str] | None = None
    role: Role | None = None
    minimum_delay: int | None = None
    maximum_delay: int | None = None
    languages: tuple[str, ...] = ()
    never: bool = False

    @property
    def weight(self) -> int:
        """How specific the rule is: the number of selectors set."""
        selectors = (self.categories, self.role, self.minimum_delay, self.maximum_delay)
        return sum(s is not None for s in selectors)

    def matches(self, category: str, role: Role, delay: int) -> bool:
        """Return whether the rule is for such a run, `delay` minutes late."""
        return (
            (self.categories is None or category in self.categories)
            and (self.role is None or self.role is role)
            and (self.minimum_delay is None or delay >= self.minimum_delay)
            and (self.maximum_delay is None or delay < self.maximum_delay)
        )


@dataclass(frozen=True)
class Chime:
    """What sounds before a voice.

    Attributes:
        id: identifier.
        notes: frequency in Hz and length in seconds, one after the other.
        file: recorded sound in the station's directory, in place of notes; "" for none.
    """

    id: str
    notes: tuple[tuple[float, float], ...] = ()
    file: str = ""


@dataclass(frozen=True)
class Prepared:
    """A text that waits for an emergency: spoken as it stands, by a person's word.

    Attributes:
        id: identifier.
        names: what a person picks it by, by language.
        texts: what is spoken, by language.
        chime: id of the chime before it.
        repeats: times spoken.
        repeat_after: between them.
    """

    id: str
    names: dict[str, str]
    texts: dict[str, str]
    chime: str = ""
    repeats: int = 3
    repeat_after: timedelta = timedelta(seconds=5)


@dataclass(frozen=True)
class Announcements:
    """Everything about how a station announces.

    Attributes:
        rules: in the order of the files; the station's before the shipped ones.
        zones: of all announcement zones of the station.
        chimes: by file order.
        prepared: texts for emergencies.
        numbers: how train numbers are read.
        letters: how the letters before them are.
        templates: files of the station, before the shipped ones.
        lexicons: likewise.
        languages: in the order of speaking.
        own: whether the station has a file of its own; else all is as shipped.
    """

    rules: tuple[AnnouncementRule, ...] = ()
    zones: tuple[ZonePlace, ...] = ()
    chimes: tuple[Chime, ...] = ()
    prepared: tuple[Prepared, ...] = ()
    numbers: tuple[Numbers, ...] = ()
    letters: tuple[Letter, ...] = ()
    templates: tuple[LanguageFile, ...] = ()
    lexicons: tuple[LanguageFile, ...] = ()
    languages: tuple[str, ...] = ()
    own: bool = False

    def zone(self, zone_id: str) -> ZonePlace:
        """Return where the zone `zone_id` is heard; everywhere, if nothing is said of it."""
        return self._by_zone.get(zone_id) or ZonePlace(zone_id)

    def counts(self, kind: str) -> tuple[int, ...]:
        """Return which tellings of `kind` there are rules for, ascending."""
        return tuple(sorted({rule.nth for rule in self._by_kind.get(kind, ())}))

    def rule(
        self, kind: str, nth: int, category: str, role: Role, delay: int
    ) -> AnnouncementRule | None:
        """Return the rule by which such a run is announced, None if it is not.

        Args:
            kind: of announcement.
            nth: which telling of it.
            category: of the train.
            role: of the train.
            delay: minutes late of what passengers wait for.
        """
        matching = [
            rule
            for rule in self._by_kind.get(kind, ())
            if rule.nth == nth and rule.matches(category, role, delay)
        ]
        found = max(matching, key=lambda rule: rule.weight, default=None)
        return None if found is None or found.never else found

    @cached_property
    def _by_kind(self) -> dict[str, list[AnnouncementRule]]:
        found: dict[str, list[AnnouncementRule]] = {}
        for rule in self.rules:
            found.setdefault(rule.kind, []).append(rule)
        return found

    @cached_property
    def _by_zone(self) -> dict[str, ZonePlace]:
        return {zone.zone: zone for zone in self.zones}

    def numbers_for(self, language: str, category: str) -> Numbers:
        """Return how the numbers of trains of `category` are read in `language`."""
        said = [n for n in self.numbers if n.language == language]
        named = [n for n in said if category in (n.categories or ())]
        named += [n for n in said if n.categories is None]
        return named[0] if named else Numbers(language)

    def letters_in(self, language: str) -> dict[str, str]:
        """Return how letters before train numbers are read in `language`."""
        return {x.letters: x.reads for x in self.letters if x.language == language}
