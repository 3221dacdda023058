"""What loudspeakers say at this moment, for screens that show it.

Law: pure. A voice is told from its begin up to its end by the reader's clock; a word that it has
ended takes it down at once, and one of the same id that comes again takes the place of the first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from protocol.times import to_unix
from subsystems.kit.notes import Note

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

    from protocol.spoken import Spoken
    from protocol.times import Instant

SPOKEN = "SPOKEN"
"""Kind of the note; beside those of `protocol.notices.NoticeKind`."""
EMERGENCY = "EMERGENCY"
MOST = 200
"""Voices that are held; more speak nowhere at once."""


class Transcript:
    """The voices that are heard now."""

    def __init__(self) -> None:
        self._voices: dict[tuple[str, str], Spoken] = {}

    def take(self, spoken: Spoken, now: Instant) -> None:
        """A voice begins, or has ended."""
        self._voices = {key: each for key, each in self._voices.items() if now < each.ends_at}
        key = (spoken.device, spoken.spoken_id)
        self._voices.pop(key, None)
        if not spoken.ended and now < spoken.ends_at and len(self._voices) < MOST:
            self._voices[key] = spoken

    def notes(
        self,
        places: Container[str],
        languages: Iterable[str],
        now: Instant,
        *,
        nowhere: bool = False,
    ) -> tuple[Note, ...]:
        """Return what is heard at `places` as notes, emergencies first, then the latest first.

        Args:
            places: where the screen stands.
            languages: of the screen, in its order.
            now: station time.
            nowhere: it is not known where the screen stands: emergencies of any place are shown.
        """
        lasting = [v for v in self._voices.values() if now < v.ends_at]
        heard = [v for v in lasting if v.heard_at(places) or (nowhere and v.emergency)]
        heard.sort(key=lambda v: (not v.emergency, -to_unix(v.begins_at), v.spoken_id))
        shown = tuple(languages)
        return tuple(_note(voice, shown) for voice in heard)


def with_spoken(notes: Iterable[Note], spoken: Iterable[Note]) -> tuple[Note, ...]:
    """Return both, in the order of precedence: emergencies, what is spoken, the rest."""
    notes, spoken = tuple(notes), tuple(spoken)
    urgent = [n for n in (*notes, *spoken) if n.kind == EMERGENCY]
    calm = [n for n in (*spoken, *notes) if n.kind != EMERGENCY]
    return (*urgent, *calm)


def _note(voice: Spoken, languages: tuple[str, ...]) -> Note:
    text = {tag: voice.text[tag] for tag in languages if voice.text.get(tag)}
    return Note(
        id=f"spoken/{voice.device}/{voice.spoken_id}",
        kind=EMERGENCY if voice.emergency else SPOKEN,
        text=text or dict(list(voice.text.items())[:1]),  # another language is better than none
        start=round(to_unix(voice.begins_at) * 1000),
        end=round(to_unix(voice.ends_at) * 1000),
    )
