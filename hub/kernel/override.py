"""What a person says about a run, and the commands by which it is said.

Law: values only. A word names one field; an override is a word with who said it, why, and until
when it holds. Nothing holds for ever: it ends at an instant or with the train's departure. Stored
as JSON within the facts, so a word may be added, never given another meaning.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from hub.kernel.commanded import Commanded
from hub.kernel.notice import SetNotice, WithdrawNotice
from protocol.runs import Role
from protocol.times import Instant


class Field(StrEnum):
    """What a word is about; stands as ``field`` in its JSON."""

    ARRIVAL = "arrival"
    DEPARTURE = "departure"
    DELAY = "delay"
    UNKNOWN = "unknown"
    TRACK = "track"
    PLATFORM = "platform"
    WAITING_ROOM = "waiting-room"
    GATES = "gates"
    CHECK_IN = "check-in"
    CANCELLED = "cancelled"
    ENDS_HERE = "ends-here"
    STARTS_HERE = "starts-here"
    REPLACED = "replaced-by"
    STOCK = "stock"
    ACTUAL_ARRIVAL = "actual-arrival"
    ACTUAL_DEPARTURE = "actual-departure"
    ADDED = "added"
    """Not a word: the run itself is known from a person only; see `AddRun`."""


class _Word(msgspec.Struct, frozen=True, tag_field="field"):
    """One thing that a person says."""

    @property
    def field(self) -> Field:
        """What the word is about."""
        return Field(str(self.__struct_config__.tag))


class ArrivalAt(_Word, frozen=True, omit_defaults=True, tag="arrival"):
    """Expected to arrive at `at`; `texts` by language tell why."""

    at: Instant
    texts: dict[str, str] = {}


class DepartureAt(_Word, frozen=True, omit_defaults=True, tag="departure"):
    """Expected to depart at `at`; `texts` by language tell why."""

    at: Instant
    texts: dict[str, str] = {}


class Delayed(_Word, frozen=True, omit_defaults=True, tag="delay"):
    """Arrival and departure, as far as they have not happened, are `minutes` late; 0: on time.

    `texts` by language tell why.
    """

    minutes: int
    texts: dict[str, str] = {}


class DelayUnknown(_Word, frozen=True, tag="unknown"):
    """Nobody knows how late it will be; `texts` by language stand on the boards instead of that."""

    texts: dict[str, str] = {}


class OnTrack(_Word, frozen=True, tag="track"):
    """Uses the track with id `track`; platform, gates and waiting room follow from it."""

    track: str


class AtPlatform(_Word, frozen=True, tag="platform"):
    """Stands at the platform with id `platform`; gates and waiting room follow from it."""

    platform: str


class InWaitingRoom(_Word, frozen=True, tag="waiting-room"):
    """Passengers wait in the room with id `waiting_room`."""

    waiting_room: str


class ByGates(_Word, frozen=True, tag="gates"):
    """Passengers go through the gates with these ids."""

    gates: tuple[str, ...]


class CheckIn(_Word, frozen=True, tag="check-in"):
    """Check-in is open, or closed, from the moment at which it was said."""

    is_open: bool


class Cancelled(_Word, frozen=True, tag="cancelled"):
    """停运; False: it runs, whatever dispatching says."""

    cancelled: bool = True


class EndsHere(_Word, frozen=True, tag="ends-here"):
    """Its departure is cancelled; False: it goes on, whatever dispatching says."""

    cancelled: bool = True


class StartsHere(_Word, frozen=True, tag="starts-here"):
    """Its arrival is cancelled; False: it comes, whatever dispatching says."""

    cancelled: bool = True


class ReplacedBy(_Word, frozen=True, tag="replaced-by"):
    """Passengers take this instead, see `Replacement`; ends with the cancellation."""

    run_id: str | None = None
    number: str | None = None
    texts: dict[str, str] = {}


class StockOf(_Word, frozen=True, tag="stock"):
    """Leaves with the stock of the run `run_id`; None: with stock of which nobody tells."""

    run_id: str | None = None


class ArrivedAt(_Word, frozen=True, tag="actual-arrival"):
    """Arrived at `at`."""

    at: Instant


class DepartedAt(_Word, frozen=True, tag="actual-departure"):
    """Departed at `at`."""

    at: Instant


Word = (
    ArrivalAt
    | DepartureAt
    | Delayed
    | DelayUnknown
    | OnTrack
    | AtPlatform
    | InWaitingRoom
    | ByGates
    | CheckIn
    | Cancelled
    | EndsHere
    | StartsHere
    | ReplacedBy
    | StockOf
    | ArrivedAt
    | DepartedAt
)

PLACES = frozenset({Field.TRACK, Field.PLATFORM, Field.WAITING_ROOM, Field.GATES})
"""Where passengers were sent does not change because the train has left."""

LASTING = PLACES | {Field.ACTUAL_ARRIVAL, Field.ACTUAL_DEPARTURE, Field.STARTS_HERE, Field.STOCK}
"""Nor does when it came and left, or how it began."""

DISPLACED: dict[Field, frozenset[Field]] = {
    Field.ARRIVAL: frozenset({Field.UNKNOWN}),
    Field.DEPARTURE: frozenset({Field.UNKNOWN}),
    Field.DELAY: frozenset({Field.UNKNOWN, Field.ARRIVAL, Field.DEPARTURE}),
    Field.UNKNOWN: frozenset({Field.DELAY, Field.ARRIVAL, Field.DEPARTURE}),
    Field.TRACK: frozenset({Field.PLATFORM}),
    Field.PLATFORM: frozenset({Field.TRACK}),
    Field.ENDS_HERE: frozenset({Field.STARTS_HERE}),
    Field.STARTS_HERE: frozenset({Field.ENDS_HERE}),
    Field.ACTUAL_ARRIVAL: frozenset({Field.ARRIVAL}),
    Field.ACTUAL_DEPARTURE: frozenset({Field.DEPARTURE}),
}
"""Fields whose earlier word a new one takes away, for both cannot be true."""


class Override(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A word in force.

    Attributes:
        id: the command's by which it was said.
        since: station time at which it was said.
        until: station time from which on AUTO decides again; None: until the train has left.
        against: what AUTO said of the field then; another value now is a newer word of the feed.
    """

    id: str
    run_id: str
    word: Word
    who: str
    why: str
    since: Instant
    until: Instant | None = None
    against: str = ""

    def holds(self, now: Instant) -> bool:
        """Return whether it has not expired at `now`."""
        return self.until is None or now < self.until


class StationMode(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """紧急状态: the whole station is manual; what the feed says is kept and tells nobody anything.

    Attributes:
        id: the command's.
        since: station time at which it began.
        until: station time at which AUTO returns by itself; None: when a person says so.
    """

    id: str
    who: str
    why: str
    since: Instant
    until: Instant | None = None


class SetOverride(Commanded, frozen=True, kw_only=True, tag="set"):
    """Say a word about a run; replaces the same field's earlier word.

    Attributes:
        until: None: until the train has left.
        seen_rev: revision of the run that the person looked at; a newer one is warned about.
    """

    run_id: str
    word: Word
    until: Instant | None = None
    seen_rev: int | None = None


class ClearOverride(Commanded, frozen=True, kw_only=True, tag="clear"):
    """Give a run, or one field of it, back to AUTO.

    Attributes:
        field: None: all words. ADDED: also the run itself, if only a person told of it.
    """

    run_id: str
    field: Field | None = None


class SetStationMode(Commanded, frozen=True, kw_only=True, tag="mode"):
    """Make the whole station manual, or give it back to AUTO.

    Attributes:
        until: with `manual`: when AUTO returns by itself.
    """

    manual: bool
    until: Instant | None = None


class AddRun(Commanded, frozen=True, kw_only=True, tag="add"):
    """A train that nobody told of; its times are its planned ones.

    Attributes:
        track: id of its track.
        length_m: of the train, if known.
        stock_of: the run that ends here and whose stock it leaves with; said as a word of its own,
            so it can be taken back alone.
    """

    arrival_number: str | None = None
    departure_number: str | None = None
    category: str = ""
    role: Role
    origin: str
    destination: str
    arrival: Instant | None = None
    departure: Instant | None = None
    track: str | None = None
    length_m: int | None = None
    stock_of: str | None = None


Command = SetOverride | ClearOverride | SetStationMode | AddRun | SetNotice | WithdrawNotice
"""All that a person can command."""

_encoder = msgspec.json.Encoder(order="deterministic")
_commands: msgspec.json.Decoder[Command] = msgspec.json.Decoder(Command)
_modes = msgspec.json.Decoder(StationMode)


def encode_command(command: Command) -> bytes:
    """Return `command` as journal and wire have it; equal commands are equal bytes."""
    return _encoder.encode(command)


def decode_command(data: bytes) -> Command:
    """Return the command in `data`, the inverse of `encode_command`.

    Raises:
        msgspec.MsgspecError: it is none.
    """
    return _commands.decode(data)


def encode_mode(mode: StationMode) -> bytes:
    """Return `mode` as the store keeps it."""
    return _encoder.encode(mode)


def decode_mode(data: bytes) -> StationMode:
    """Return the mode in `data`, the inverse of `encode_mode`."""
    return _modes.decode(data)
