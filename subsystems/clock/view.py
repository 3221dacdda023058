"""From what the clock knows to what its page shows.

Law: pure. It chooses words, and has none of its own (`words`).
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from protocol.times import to_unix
from subsystems.clock.model import Face, Line, Master, Measure
from subsystems.clock.words import HUB_WORDS, PAGE_WORDS
from subsystems.kit.status import StatusCode
from subsystems.kit.timekeeper import Quality

if TYPE_CHECKING:
    from collections.abc import Mapping

    from protocol.times import Instant
    from station_config.model import Station
    from subsystems.clock.model import Knowledge, Text
    from subsystems.clock.words import Language

_HUB_LOST = {StatusCode.CHECKING, StatusCode.AUTONOMOUS}
"""Nobody is in step with a hub that is not heard."""

SHOWN = 2
"""How many languages have room on a clock; `languages` of clock.js."""


def make_face(
    station: Station,
    languages: Mapping[str, Language],
    knowledge: Knowledge,
    now: Instant,
    rate: float,
) -> Face:
    """Return what pages are told.

    Args:
        station: whose time it is.
        languages: what is said in each of its languages.
        knowledge: what is known.
        now: station time of sending.
        rate: station seconds per real second.
    """
    line = knowledge.line
    return Face(
        now=round(to_unix(now) * 1000),
        rate=rate,
        zone=station.zone,
        names=station.names,
        languages=station.languages,
        line=Line(
            line.code, line.live, {tag: said.line.told(line) for tag, said in languages.items()}
        ),
        clock=_measure(languages, knowledge, rate),
        master=_master(languages, knowledge),
        leap_at=_leap_at(knowledge),
        leap=0 if _leap_at(knowledge) is None else _leap(knowledge),
        leap_second=knowledge.clock.leap_second,
        holding=_said(languages, Quality.HOLDOVER.lower()),
        alone={tag: said.line.alone() for tag, said in languages.items()},
        words={key: _said(languages, key) for key in PAGE_WORDS},
    )


def page_frame(template: str, languages: Mapping[str, Language]) -> str:
    """Return the page before it knows anything, in the station's languages.

    Args:
        template: with ``[[language]]``, ``[[title]]`` and ``[[waiting]]`` in their places.
        languages: the first one is the page's.
    """
    shown = list(languages.items())[:SHOWN]
    waiting = (
        f'<span lang="{escape(tag)}">{escape(said.words.waiting)}</span>' for tag, said in shown
    )
    places = {
        "[[language]]": escape(shown[0][0]),
        "[[title]]": escape(" ".join(said.words.title for _, said in shown)),
        "[[waiting]]": "".join(waiting),
    }
    for place, text in places.items():
        template = template.replace(place, text)
    return template


def _said(languages: Mapping[str, Language], key: str) -> Text:
    return {tag: getattr(said.words, key) for tag, said in languages.items()}


def _measure(languages: Mapping[str, Language], knowledge: Knowledge, rate: float) -> Measure:
    clock = knowledge.clock
    quality = clock.quality
    if quality is Quality.SYNCED and knowledge.line.code in _HUB_LOST:
        quality = Quality.HOLDOVER
    return Measure(
        quality=quality,
        text=_said(languages, quality.lower()),
        offset_ms=_real_ms(clock.offset_s, rate),
        uncertainty_ms=_real_ms(clock.uncertainty_s, rate),
        drift_ppm=None if clock.drift_ppm is None else round(clock.drift_ppm, 1),
        off=clock.off,
    )


def _master(languages: Mapping[str, Language], knowledge: Knowledge) -> Master:
    clock = knowledge.clock
    said = clock.master
    known = clock.hub in HUB_WORDS
    return Master(
        word=clock.hub,
        text=_said(languages, f"hub_{clock.hub}") if known else dict.fromkeys(languages, clock.hub),
        source="" if said is None else said.source,
        uncertainty_ms=None if said is None else _real_ms(said.uncertainty_s, 1.0),
    )


def _leap_at(knowledge: Knowledge) -> int | None:
    said = knowledge.clock.master
    return None if said is None or said.leap_at is None else round(to_unix(said.leap_at) * 1000)


def _leap(knowledge: Knowledge) -> int:
    said = knowledge.clock.master
    return 0 if said is None else said.leap


def _real_ms(station_s: float | None, rate: float) -> float | None:
    return None if station_s is None else round(station_s / rate * 1000, 1)
