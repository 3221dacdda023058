"""What the broadcast has done and how it is: for `/metrics`, the health message and the pages.

Law: counts and tells; decides nothing.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from station_config.runtime.metrics import Figures
    from subsystems.broadcast.model import Kind
    from subsystems.broadcast.records import Reason
    from subsystems.broadcast.speech.port import SinkState
    from subsystems.broadcast.speech.works import SpeechState

SOON_S = (0.05, 0.1, 0.2, 0.4, 0.7, 1.0, 2.0, 5.0, 15.0, 60.0)
"""Buckets: issue 6 aims at 0.4 s for what is in the cache, 1 s for new words, 15 s at most."""


@dataclass
class Counts:
    """Since the start.

    Attributes:
        spoken: voices begun, by kind.
        dropped: what was not spoken, by reason.
        cut: voices that did not come to their end, by reason.
        complaints: of the scheduler.
    """

    spoken: Counter[Kind] = field(default_factory=Counter)
    dropped: Counter[Reason] = field(default_factory=Counter)
    cut: Counter[Reason] = field(default_factory=Counter)
    complaints: int = 0

    @property
    def metrics(self) -> dict[str, float]:
        """For the health message."""
        return {
            "spoken": float(self.spoken.total()),
            "dropped": float(self.dropped.total()),
            "cut": float(self.cut.total()),
        }


def add_counts(figures: Figures, counts: Counts) -> None:
    """Tell of what was and was not spoken."""
    figures.counter(
        "station_broadcast_spoken_total",
        "announcements begun",
        lambda: {(kind.value,): n for kind, n in counts.spoken.items()},
        labels=("kind",),
    )
    figures.counter(
        "station_broadcast_dropped_total",
        "announcements that were due and were not spoken, by zone and reason",
        lambda: {(reason.value,): n for reason, n in counts.dropped.items()},
        labels=("reason",),
    )
    figures.counter(
        "station_broadcast_cut_total",
        "announcements that did not come to their end",
        lambda: {(reason.value,): n for reason, n in counts.cut.items()},
        labels=("reason",),
    )
    figures.counter(
        "station_broadcast_complaints_total",
        "things that did not do what they should, as the scheduler saw it",
        lambda: counts.complaints,
    )


def add_states(
    figures: Figures,
    sinks: Callable[[], Mapping[str, SinkState]],
    speech: Callable[[], SpeechState],
) -> None:
    """Tell how loudspeakers and voices are."""
    figures.gauge(
        "station_broadcast_sink_up",
        "1: what was played last came out",
        lambda: {(name,): int(state.works) for name, state in sinks().items()},
        labels=("sink",),
    )
    figures.counter(
        "station_broadcast_sounds_total",
        "sounds that were in the cache, and that were made",
        lambda: {("found",): speech().hits, ("made",): speech().misses},
        labels=("how",),
    )


def add_numbers(figures: Figures, ask_staff: Callable[[], int], refused: Callable[[], int]) -> None:
    """Tell of trains that need a person, and of alerts that could not be used."""
    figures.gauge(
        "station_broadcast_ask_staff",
        "trains of which nothing can be said, so that a person must",
        ask_staff,
    )
    figures.counter(
        "station_broadcast_cap_refused_total", "alert files that could not be used", refused
    )


def waits(figures: Figures) -> Callable[[float], None]:
    """Return what is told of each announcement's wait."""
    histogram = figures.histogram(
        "station_broadcast_wait_seconds", "from due to the first sound", buckets=SOON_S
    )
    return histogram.observe


def health_of(
    speech: SpeechState, sinks: Mapping[str, SinkState], counts: Counts
) -> dict[str, object]:
    """Return what `/health` shows of voices, loudspeakers and counts."""
    return {
        "spoken": counts.spoken.total(),
        "dropped": {reason.value: n for reason, n in counts.dropped.items()},
        "engines": speech.engines,
        "speech": speech.trouble,
        "sinks": {name: each.why or "works" for name, each in sinks.items()},
    }
