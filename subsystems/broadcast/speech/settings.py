"""How a station's speech is set up: voices, loudness, pauses, cache, archive, loudspeakers.

Law: values with their defaults, and the file they are read from; who uses them stands elsewhere.
The file (TOML) lies beside the deployment: device names and addresses belong to a machine, while
what is said belongs to the station (`announcements.xml`). Without a file everything is default, and
what is spoken is heard in browsers only.

    [voice]
    rate = 175

    [[sinks]]
    kind = "rtp"
    name = "hall"
    zones = ["hall"]
    address = "239.192.0.10"
    port = 5004
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from protocol.errors import OperatorError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Positive = Annotated[int, msgspec.Meta(ge=1)]
Name = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
Decibels = Annotated[float, msgspec.Meta(ge=-60, le=0)]


class Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A table whose misspelt keys are errors."""


class VoiceSettings(Strict, frozen=True, kw_only=True):
    """Who speaks, and how.

    Attributes:
        rate: words a minute of espeak-ng; 175 is about four Chinese syllables a second, pauses
            included.
        engines: names of engines by primary language, the first that works speaks; a language that
            is not named has flite (where it is installed) before espeak-ng for English, else
            espeak-ng.
        voices: espeak-ng's voices by primary language, if not the ones of `espeak.VOICES`.
        flite_voice: one of ``flite -lv``.
        flite_stretch: seconds per second; above 1 is slower.
        longest_s: real seconds after which a synthesis is ended.
    """

    rate: Annotated[int, msgspec.Meta(ge=80, le=450)] = 175
    engines: dict[str, tuple[str, ...]] = {}
    voices: dict[str, str] = {}
    flite_voice: str = "slt"
    flite_stretch: Annotated[float, msgspec.Meta(ge=0.5, le=2)] = 1.05
    longest_s: Annotated[float, msgspec.Meta(gt=0, le=60)] = 8.0


class LoudnessSettings(Strict, frozen=True, kw_only=True):
    """How loud, after ITU-R BS.1770-4.

    Attributes:
        speech_lufs: of every piece of speech; EBU R 128 has -23 for programmes, -20 leaves room
            for the peaks of speech and needs less gain in the amplifier.
        chime_lufs: of chimes: softer, they are pure tones.
        peak_dbtp: true peak that nothing exceeds.
    """

    speech_lufs: Decibels = -20.0
    chime_lufs: Decibels = -23.0
    peak_dbtp: Decibels = -1.5


class PauseSettings(Strict, frozen=True, kw_only=True):
    """Silences in milliseconds."""

    after_chime_ms: int = 300
    between_languages_ms: int = 700
    tail_ms: int = 1000


class CacheSettings(Strict, frozen=True, kw_only=True):
    """The cache of sounds.

    Attributes:
        megabytes: at most on disk; what was not used for longest goes first.
    """

    megabytes: Positive = 200


class ArchiveSettings(Strict, frozen=True, kw_only=True):
    """The archive of what was said.

    Attributes:
        keep_days: days of station time; 0 keeps nothing.
        keep_sound: False: words and times only.
    """

    keep_days: Annotated[int, msgspec.Meta(ge=0)] = 90
    keep_sound: bool = True


class SinkBase(Strict, frozen=True, kw_only=True, tag_field="kind"):
    """What all loudspeakers have.

    Attributes:
        name: stands in status and log.
        zones: announcement zones that it reaches; ``*`` alone: all.
    """

    name: Name
    zones: tuple[str, ...]


class RtpSink(SinkBase, frozen=True, kw_only=True, tag="rtp"):
    """A stream for amplifiers with a network port and for stock players (RFC 3550, 3551).

    Attributes:
        address: multicast group or one host.
        port: of RTP, even; RTCP has the next one.
        codec: ``L16`` (16 kHz, about 270 kbit/s) or ``PCMU`` (8 kHz, what telephones take).
        ttl: hops of multicast.
        interface: own IPv4 address that multicast leaves from; "" as the system routes.
        background: WAV file that is played in between, lowered under speech; "" for silence.
    """

    address: str
    port: Annotated[int, msgspec.Meta(ge=1024, le=65534)]
    codec: Annotated[str, msgspec.Meta(pattern="^(L16|PCMU)$")] = "L16"
    ttl: Annotated[int, msgspec.Meta(ge=0, le=255)] = 1
    interface: str = ""
    background: str = ""


class SoundDeviceSink(SinkBase, frozen=True, kw_only=True, tag="sound-device"):
    """A sound card, through ``aplay`` (alsa-utils).

    Attributes:
        device: ALSA's name, see ``aplay -L``.
    """

    device: str = "default"


class ChipSink(SinkBase, frozen=True, kw_only=True, tag="chip"):
    """A speech chip on a serial line: it speaks itself.

    Attributes:
        model: ``xfs5152ce`` or ``syn6288``.
        device: e.g. ``/dev/ttyS1``.
        baud: as strapped or set.
        volume: 0 to 10 (``xfs5152ce``) or 0 to 16 (``syn6288``).
        speed: 0 to 10, or 0 to 5.
        chimes: tag or music of a chime by its name, e.g. ``{chime = "sound101"}``.
    """

    model: Annotated[str, msgspec.Meta(pattern="^(xfs5152ce|syn6288)$")]
    device: str
    baud: int = 9600
    volume: Annotated[int, msgspec.Meta(ge=0, le=16)] = 8
    speed: Annotated[int, msgspec.Meta(ge=0, le=10)] = 5
    chimes: dict[str, str] = {}


class BrowserSink(SinkBase, frozen=True, kw_only=True, tag="browser"):
    """Browsers that listen: they fetch the clip, and are told when it begins and ends."""


SinkSettings = RtpSink | SoundDeviceSink | ChipSink | BrowserSink
EVERYWHERE = ("*",)


class SpeechSettings(Strict, frozen=True, kw_only=True):
    """The whole file."""

    voice: VoiceSettings = VoiceSettings()
    loudness: LoudnessSettings = LoudnessSettings()
    pauses: PauseSettings = PauseSettings()
    cache: CacheSettings = CacheSettings()
    archive: ArchiveSettings = ArchiveSettings()
    sinks: tuple[SinkSettings, ...] = (BrowserSink(name="browsers", zones=EVERYWHERE),)


def read_settings(path: Path | None) -> SpeechSettings:
    """Return what the file `path` says; everything default for None.

    Raises:
        OperatorError: it cannot be read, or says something that cannot be.
    """
    if path is None:
        return SpeechSettings()
    try:
        settings = msgspec.toml.decode(path.read_bytes(), type=SpeechSettings)
    except OSError as error:
        raise OperatorError(f"cannot be read: {error.strerror}", where=str(path)) from error
    except msgspec.DecodeError as error:
        raise OperatorError(str(error), where=str(path)) from error
    return _checked(settings, str(path))


def take_settings(options: Mapping[str, object], where: str) -> SpeechSettings:
    """Return what a table says that was read already, e.g. ``options`` of the deployment.

    Raises:
        OperatorError: it says something that cannot be.
    """
    try:
        settings = msgspec.convert(options, SpeechSettings)
    except msgspec.ValidationError as error:
        raise OperatorError(str(error), where=where) from error
    return _checked(settings, where)


def _checked(settings: SpeechSettings, where: str) -> SpeechSettings:
    names = [sink.name for sink in settings.sinks]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise OperatorError(f"two sinks are called {', '.join(sorted(twice))}", where=where)
    return settings
