"""What persons ask for from the pages, as it comes over HTTP.

Law: values only, with their bounds; what they mean is decided where they are taken.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from subsystems.broadcast.manual import Who

MUTE_MOST = 24 * 60
"""Station minutes."""


class StopAsked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Stop what is spoken: by key, by zone, or all of it."""

    key: str = ""
    zone: str = ""


class MuteAsked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Mute a zone for so many station minutes; 0 ends it."""

    zone: str
    minutes: Annotated[int, msgspec.Meta(ge=0, le=MUTE_MOST)]
    who: Who = ""


class Named(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was armed, by its name."""

    name: str


class EndAsked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """End a takeover; `say`: and say that it is over."""

    key: str
    say: bool = True
    who: Who = ""


class HearAsked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Hear a text, a recording, or a sample, without any loudspeaker.

    Attributes:
        text: by language.
        reading: of the text, to be tried.
        recording: name of an upload.
        sample: id of a sample, with its language.
        language: of the sample.
        chime: whether one sounds before it.
    """

    text: dict[str, str] = {}
    reading: str = ""
    recording: str = ""
    sample: str = ""
    language: str = ""
    chime: bool = False


class Corrected(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A reading to be used from now on; "" takes the correction back."""

    language: str
    word: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
    reading: Annotated[str, msgspec.Meta(max_length=200)] = ""
    who: Who = ""
