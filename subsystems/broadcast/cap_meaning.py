"""What an alert means at this station: a takeover, an announcement, the end of one, or nothing.

Law: pure. Only what is Actual and Public, of a sender that the station takes alerts from, and is
about a place of the station ever reaches a loudspeaker; all else is answered with the reason.

    Alert, Update   Extreme or Severe, Immediate or Expected   takeover until it expires
                    other                                      announcement, as a person's
                    AllClear                                   likewise; what it refers to ends
    Cancel          what it refers to ends
    Test, Exercise, System, Draft, Ack, Error, not Public      nothing
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from subsystems.broadcast.model import Kind, Occasion, Priority

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from protocol.times import Instant
    from subsystems.broadcast.cap import Alert, Info, Reference

PREFIX = "cap/"
TAKES_OVER = (frozenset({"Extreme", "Severe"}), frozenset({"Immediate", "Expected"}))
"""Severity and urgency that silence everything else."""
SEVERITIES = ("Extreme", "Severe", "Moderate", "Minor", "Unknown")
NEVER_SPOKEN = frozenset({"Past"})
"""Urgency: responsive action is no longer required (CAP 1.2, 3.2.2)."""
LASTS = timedelta(hours=1)
"""An alert that does not say when it expires: every takeover has an end."""
USEFUL = timedelta(minutes=10)
"""How long an announcement of no emergency may wait."""
REPEAT_AFTER_S = 10.0
ALL_CLEAR = "AllClear"


@dataclass(frozen=True)
class CapRules:
    """What the station takes alerts for.

    Attributes:
        zones: announcement zones by area, in words or as ``geocode=value``; none: every alert is
            for the whole station.
        senders: from whom; none: from anybody who can reach us.
        all_zones: of the station, in order.
        languages: of the station, in the order of speaking.
        chime: before an emergency.
    """

    zones: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    senders: frozenset[str] = frozenset()
    all_zones: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    chime: str = ""


@dataclass(frozen=True)
class Begin:
    """Speak it; an occasion of kind EMERGENCY takes its zones over.

    Attributes:
        occasion: what.
        ends: keys that it takes the place of.
    """

    occasion: Occasion
    ends: tuple[str, ...] = ()


@dataclass(frozen=True)
class End:
    """What it refers to is over."""

    ends: tuple[str, ...]


@dataclass(frozen=True)
class Nothing:
    """It is for nobody here.

    Attributes:
        why: in a sentence.
    """

    why: str


Meaning = Begin | End | Nothing


def meaning(alert: Alert, rules: CapRules, now: Instant) -> Meaning:
    """Return what `alert` means at `now`."""
    objection = _objection(alert, rules)
    if objection:
        return Nothing(objection)
    ends = tuple(key_of(each) for each in alert.references)
    if alert.kind == "Cancel":
        return End(ends)
    infos = [i for i in alert.infos if i.expires is None or now < i.expires]
    if not infos:
        return Nothing("it has expired")
    infos = [i for i in infos if i.urgency not in NEVER_SPOKEN]
    if not infos:
        return Nothing("it is about what is past")
    zones = _zones(infos, rules)
    if not zones:
        places = ", ".join(dict.fromkeys(a.description for i in infos for a in i.areas))
        return Nothing(f"no zone of the station is in {places}")
    return Begin(_occasion(alert, infos, zones, rules, now), ends)


def key_of(name: Reference) -> str:
    """Return the key of an alert's occasion."""
    return f"{PREFIX}{name.text}"


def _objection(alert: Alert, rules: CapRules) -> str:
    if alert.status != "Actual":
        return f"its status is {alert.status}: only an Actual one is spoken"
    if alert.scope != "Public":
        return f"its scope is {alert.scope}: only a Public one is spoken"
    if alert.kind in {"Ack", "Error"}:
        return f"it is an {alert.kind}"
    if rules.senders and alert.name.sender not in rules.senders:
        return f"the station takes no alerts from {alert.name.sender}"
    return ""


def _zones(infos: Iterable[Info], rules: CapRules) -> tuple[str, ...]:
    areas = [area for info in infos for area in info.areas]
    if not areas or not rules.zones:
        return rules.all_zones
    named = {
        zone
        for area in areas
        for place in (area.description, *area.geocodes)
        for zone in rules.zones.get(place, ())
    }
    return tuple(zone for zone in rules.all_zones if zone in named)


def _occasion(
    alert: Alert, infos: Sequence[Info], zones: tuple[str, ...], rules: CapRules, now: Instant
) -> Occasion:
    clear = any(ALL_CLEAR in info.responses for info in infos)
    severe, urgent = TAKES_OVER
    takes_over = not clear and any(i.severity in severe and i.urgency in urgent for i in infos)
    due = min((i.effective or now for i in infos), default=now)
    due = max(now, due)
    ends = [i.expires for i in infos if i.expires is not None]
    until = max(ends) if ends else due + LASTS
    texts = _texts(infos, rules.languages)
    return Occasion(
        key=key_of(alert.name),
        kind=Kind.EMERGENCY if takes_over else Kind.MANUAL,
        priority=Priority.EMERGENCY if takes_over else Priority.MANUAL,
        zones=zones,
        languages=tuple(texts),
        due=due,
        latest=until if takes_over else min(until, due + USEFUL),
        true_until=until,
        chime=rules.chime if takes_over else "chime",
        repeats=1 if clear else 2,
        repeat_after_s=REPEAT_AFTER_S,
        text=texts,
    )


def _texts(infos: Sequence[Info], languages: Collection[str]) -> dict[str, str]:
    """Return what is said by the station's languages, then by those that it does not speak.

    Of several infos in one language the most severe one speaks.
    """
    worst = sorted(infos, key=lambda info: SEVERITIES.index(info.severity))
    by_tag: dict[str, str] = {}
    for info in worst:
        by_tag.setdefault(_spoken_tag(info.language, languages), _sentence(info))
    own = {tag: by_tag[tag] for tag in languages if tag in by_tag}
    return own or by_tag


def _spoken_tag(language: str, languages: Collection[str]) -> str:
    """Return the station's tag for `language`: the same, or one of the same primary language."""
    if language in languages:
        return language
    primary = language.partition("-")[0].lower()
    return next((tag for tag in languages if tag.partition("-")[0] == primary), primary)


def _sentence(info: Info) -> str:
    said = [info.headline or info.event, info.description, info.instruction]
    parts = [part for part in dict.fromkeys(said) if part]
    chinese = info.language.partition("-")[0].lower() == "zh"
    ended = [_ended(part, "。" if chinese else ".") for part in parts]
    return ("" if chinese else " ").join(ended)


def _ended(text: str, stop: str) -> str:
    return text if text[-1] in ".!?。！？" else text + stop
