"""What a post is told, and who signed for it.

Law: frozen values only. A notice is one telling of one moment of one train to one post; when what
was told no longer holds, it is not changed: a new revision takes its place and is signed for anew.

    key       POST/RUN/MOMENT            the same for the life of the train
    notice    POST/RUN/MOMENT/REVISION   what was told once, and signed for or not
"""

from __future__ import annotations

from enum import StrEnum
from hashlib import blake2b

import msgspec

from protocol.runs import Role
from protocol.times import Instant
from station_config.posts.model import Moment


class Status(StrEnum):
    """How a notice stands."""

    ISSUED = "ISSUED"
    """已发: told, to be signed for."""
    OVERDUE = "OVERDUE"
    """逾期: not signed in time."""
    ESCALATED = "ESCALATED"
    """已上报: the console was told that nobody signs."""
    ACKNOWLEDGED = "ACKNOWLEDGED"
    """已签收."""
    SUPERSEDED = "SUPERSEDED"
    """已被更新: another revision holds; it counts as told to nobody."""
    WITHDRAWN = "WITHDRAWN"
    """已撤销."""
    MISSED = "MISSED"
    """未签收: its moment is long over, and nobody ever signed."""


OPEN = frozenset({Status.ISSUED, Status.OVERDUE, Status.ESCALATED})
"""To be signed for now."""


class Reason(StrEnum):
    """Why a notice is taken back."""

    CANCELLED = "cancelled"
    ELSEWHERE = "elsewhere"
    """The train is at none of the post's places any more."""
    GONE = "gone"
    """Dispatching knows it no more."""


class Facts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is told.

    Attributes:
        number: of the train, as staff call it; both when they differ.
        category, role: of the train.
        origin, destination: names by language.
        track: 股道 as staff speak of it, "": not known.
        platform, gates: as passengers read them.
        time: when the moment is expected, None: nobody knows.
        planned: when it is planned, None: the timetable has no time for it.
        arrives, departs: what is expected of the train, None: not here, or nobody knows.
        late: minutes of delay, negative: early.
        held: the delay is unknown.
        unconfirmed: dispatching has been silent for too long; no time is told.
        uncertain: it becomes unconfirmed if dispatching falls silent.
        cancelled: the train, or this part of its call.
        elsewhere: the train is at none of the post's places any more.
        stock: number of the train that brings the stock.
        stock_track: where it brings it.
        track_from, platform_from: of a change of place: what was told before.
    """

    number: str
    category: str = ""
    role: Role = Role.INTERMEDIATE
    origin: dict[str, str] = {}
    destination: dict[str, str] = {}
    track: str = ""
    platform: str = ""
    gates: tuple[str, ...] = ()
    time: Instant | None = None
    planned: Instant | None = None
    arrives: Instant | None = None
    departs: Instant | None = None
    late: int = 0
    held: bool = False
    unconfirmed: bool = False
    uncertain: bool = False
    cancelled: bool = False
    elsewhere: bool = False
    stock: str = ""
    stock_track: str = ""
    track_from: str = ""
    platform_from: str = ""

    @property
    def place(self) -> tuple[str, str]:
        """Track and platform."""
        return self.track, self.platform

    @property
    def digest(self) -> str:
        """Name of what must be signed for: a terminal that was alone shows by it what it told."""
        core = (
            *(self.number, self.track, self.platform, self.time, self.held, self.cancelled),
            *(self.elsewhere, self.stock, self.stock_track),
        )
        return blake2b(msgspec.json.encode(core), digest_size=6).hexdigest()


class Signature(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who signed for a notice.

    Attributes:
        id: given by the terminal; the same however often it is sent.
        person: name or number, as signed on.
        terminal: at which.
        session: of the sign-on.
        at: station time by the terminal's clock.
        received_at: station time when it came here.
        clock_off_s: the terminal's clock minus ours when it was sent, None: not known.
    """

    id: str
    person: str
    terminal: str
    session: str
    at: Instant
    received_at: Instant
    clock_off_s: float | None = None


class Notice(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One telling to one post.

    Attributes:
        post: its id.
        run_id: of the train.
        moment: what it is about.
        revision: from 1.
        status: how it stands.
        issued: what was told when it was issued.
        facts: what is told now; it differs from `issued` by less than must be signed for.
        was: what the revision before told, None: it is the first.
        reason: it is taken back: why.
        at: when its moment is expected; of one that nobody knows, when it was.
        issued_at: when it was told.
        due_by: when it becomes overdue.
        escalates_at: when the console is told, None: never.
        missed_at: when it counts as missed.
        ended_at: when it was signed, superseded, withdrawn or missed.
        signature: who signed.
    """

    post: str
    run_id: str
    moment: Moment
    revision: int
    status: Status
    issued: Facts
    facts: Facts
    was: Facts | None = None
    reason: Reason | None = None
    at: Instant
    issued_at: Instant
    due_by: Instant
    escalates_at: Instant | None = None
    missed_at: Instant
    ended_at: Instant | None = None
    signature: Signature | None = None

    @property
    def key(self) -> str:
        """The same for all revisions."""
        return key_of(self.post, self.run_id, self.moment)

    @property
    def id(self) -> str:
        """Of this revision."""
        return f"{self.key}/{self.revision}"

    @property
    def open(self) -> bool:
        """True if it is to be signed for."""
        return self.status in OPEN


class Verdict(StrEnum):
    """What becomes of a signature."""

    ACCEPTED = "ACCEPTED"
    DUPLICATE = "DUPLICATE"
    """It came before; nothing is done twice."""
    ALREADY = "ALREADY"
    """Somebody has signed for it."""
    SUPERSEDED = "SUPERSEDED"
    """Something else holds meanwhile: that is to be signed for."""
    WITHDRAWN = "WITHDRAWN"
    """It was taken back meanwhile."""
    UNKNOWN = "UNKNOWN"
    """There is no such notice."""
    NOBODY = "NOBODY"
    """Nobody is signed on who could sign."""


def key_of(post: str, run_id: str, moment: Moment) -> str:
    """Return the key of a notice."""
    return f"{post}/{run_id}/{moment.value}"


def parse_id(notice_id: str) -> tuple[str, str, int] | None:
    """Return (key, run, revision) of a notice's id, None if it is none."""
    key, _, revision = notice_id.rpartition("/")
    parts = key.split("/")
    if len(parts) != 3 or not revision.isdecimal():  # noqa: PLR2004 - post, run, moment
        return None
    return key, parts[1], int(revision)
