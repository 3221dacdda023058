"""What the pages are given: notices as items, the overview, where the information comes from.

Law: frozen values only. They go to the browser as JSON; instants are station time as whole
milliseconds since 1970 UTC, and every text stands in all languages of the station.
"""

from __future__ import annotations

import msgspec

Text = dict[str, str]
"""A text by language tag, in the order of the station's languages."""


class Change(msgspec.Struct, frozen=True):
    """One thing that is told otherwise than before."""

    what: Text
    before: str | Text
    now: str | Text


class Signed(msgspec.Struct, frozen=True):
    """Who signed."""

    person: str
    at: int
    received: int


class Item(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A notice.

    Attributes:
        id: of its revision.
        digest: of what is told; goes back with the signature.
        moment: key of its word.
        status: of `model.Status`; "": it is not told yet.
        revision: from 1.
        number: of the train.
        route: where from and where to.
        role: what the train does here.
        at: when the moment is expected; items are ordered by it.
        time: that for people, "": nobody knows.
        planned: the same by the timetable, where it differs.
        late: in words, {}: nothing to say.
        track: in words, {}: not known.
        where: platform and gates in words.
        also: arrival and departure, the stock, and what else is to be known.
        changes: what differs from the revision before.
        alert: what must not be overlooked, {}: nothing.
        uncertain: the time is not told any more once dispatching has been silent for too long.
        unconfirmed: it has been.
        issued, due, escalates: when it was told (or will be), is overdue, is told to the console.
        signed: who signed.
        ended: when it was signed, withdrawn or missed.
    """

    id: str
    digest: str
    moment: str
    status: str
    revision: int
    number: str
    route: Text
    role: str
    at: int
    time: str = ""
    planned: str = ""
    late: Text = {}
    track: Text = {}
    where: Text = {}
    also: tuple[Text, ...] = ()
    changes: tuple[Change, ...] = ()
    alert: Text = {}
    uncertain: bool = False
    unconfirmed: bool = False
    issued: int
    due: int
    escalates: int | None = None
    signed: Signed | None = None
    ended: int | None = None


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """Event ``held``: the notices of a post.

    Attributes:
        items: open ones, the oldest first, then those that ended lately, the newest first.
        persons: who is signed on at the post.
    """

    items: tuple[Item, ...]
    persons: tuple[str, ...]


class Coming(msgspec.Struct, frozen=True, kw_only=True):
    """Event ``coming``: what a post will be told in the next hours if nothing changes."""

    items: tuple[Item, ...]


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """Where the information comes from, told with every heartbeat.

    Attributes:
        now, rate: station time.
        line, code, tone: the honest line.
        confirmed_until: instant after which unconfirmed deviations are not told, None: at no time.
    """

    now: int
    rate: float
    line: Text
    code: str
    tone: str
    confirmed_until: int | None


class PostName(msgspec.Struct, frozen=True):
    """A post and its names."""

    id: str
    names: Text


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """What never changes while the process runs.

    Attributes:
        station: its name.
        zone: IANA name.
        languages: in their order.
        posts: of the station.
        post: whose page it is, "": the overview's.
        pins: persons have PINs.
        words: everything that the pages say, by key.
        alone: what a page says when it has lost its server, with a place ``{time}``.
        code: of the page's files: a page of other files loads itself anew.
    """

    station: Text
    zone: str
    languages: tuple[str, ...]
    posts: tuple[PostName, ...]
    post: str
    pins: bool
    words: dict[str, Text]
    alone: Text
    code: str


class TerminalTold(msgspec.Struct, frozen=True, kw_only=True):
    """A terminal on the overview; `person` "": nobody is signed on there."""

    id: str
    dark: bool
    person: str
    queued: int
    muted: bool
    clock_off_s: float | None


class PostTold(msgspec.Struct, frozen=True, kw_only=True):
    """A post on the overview.

    Attributes:
        id: of the post.
        open, overdue, escalated, missed: how many notices.
        severity: of its alarm, "": none.
        oldest: when the oldest open one was told, None: none is open.
        oldest_of: its train and moment.
        terminals: of the post.
        persons: signed on, also at terminals that are dark.
    """

    id: str
    open: int
    overdue: int
    escalated: int
    missed: int
    severity: str
    oldest: int | None
    oldest_of: Text
    terminals: tuple[TerminalTold, ...]
    persons: tuple[str, ...]


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """Event ``overview``."""

    posts: tuple[PostTold, ...]
