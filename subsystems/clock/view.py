"""From what the clock knows to what its page shows.

Law: pure. It chooses words, and has none of its own (`words`).
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from protocol.times import to_unix
from subsystems.clock.model import Face, Line, Measure
from subsystems.clock.words import PAGE_WORDS
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


def _real_ms(station_s: float | None, rate: float) -> float | None:
    return None if station_s is None else round(station_s / rate * 1000, 1)
