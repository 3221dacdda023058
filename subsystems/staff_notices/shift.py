"""The shift list: what a post was told from one instant to another, and who signed; paper and CSV.

Law: tells what the store holds, and changes nothing. Superseded and withdrawn notices stand in it,
too: they were told. Without a span it is the last twelve hours.
"""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta
from html import escape
from typing import TYPE_CHECKING

from twisted.web import http
from twisted.web.resource import Resource

from protocol.errors import OperatorError
from station_config.runtime.leaf import Leaf, plain
from station_config.runtime.web import NotFound
from subsystems.staff_notices.model import Status
from subsystems.staff_notices.view import MOMENTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from twisted.web.server import Request

    from protocol.times import Instant
    from station_config.model import Station
    from subsystems.staff_notices.model import Notice
    from subsystems.staff_notices.store import Store
    from subsystems.staff_notices.view import View
    from subsystems.staff_notices.words import Words

SHIFT = timedelta(hours=12)
LONGEST = timedelta(days=31)
VOID = {Status.SUPERSEDED, Status.WITHDRAWN}
COLUMNS = (
    "issued",
    "train",
    "moment",
    "told",
    "status",
    "signed",
    "received",
    "person",
    "terminal",
)
"""Of the list; the words ``col_…``."""


class Lists:
    """Makes lists.

    Args:
        station: its zone and posts.
        words: tables of its languages, in their order.
        view: how notices are told.
        store: what was told.
        now: station time.
    """

    def __init__(
        self,
        station: Station,
        words: dict[str, Words],
        view: View,
        store: Store,
        now: Callable[[], Instant],
    ) -> None:
        self._station = station
        self._words = words
        self._view = view
        self._store = store
        self._now = now
        posts = () if station.posts is None else station.posts.posts
        self.posts = {post.id: post.names for post in posts}

    def span(self, begin: str, end: str) -> tuple[Instant, Instant]:
        """Return the span of two local times, ``YYYY-MM-DDTHH:MM``; "": the last twelve hours.

        Raises:
            OperatorError: one cannot be read, or the span is none or too long.
        """
        until = self._now() + timedelta(minutes=1) if not end else self.instant(end)
        since = until - SHIFT if not begin else self.instant(begin)
        if since >= until or until - since > LONGEST:
            raise OperatorError(f"a span of at most {LONGEST.days} days, its begin before its end")
        return since, until

    def instant(self, text: str) -> Instant:
        """Return a local time as an instant.

        Raises:
            OperatorError: it is none.
        """
        try:
            at = datetime.fromisoformat(text)
        except ValueError as error:
            raise OperatorError(f"{text!r} is no time: write it like 2021-01-20T07:30") from error
        return at if at.tzinfo is not None else at.replace(tzinfo=self._station.zone_info)

    def rows(self, post: str, since: Instant, until: Instant) -> list[list[str]]:
        """Return the rows of a list, in the order of telling."""
        return [self._row(each) for each in self._store.notices(since, until, post=post)]

    def csv(self, post: str, since: Instant, until: Instant) -> bytes:
        """Return a list as CSV, UTF-8 with a mark by which spreadsheets know it."""
        table = self._table(None)
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow([table.word(f"col_{name}") for name in COLUMNS])
        writer.writerows([_harmless(cell) for cell in row] for row in self.rows(post, since, until))
        return b"\xef\xbb\xbf" + out.getvalue().encode()

    def page(self, post: str, since: Instant, until: Instant, language: str | None) -> str:
        """Return a list as a page for paper, its frame in `language`."""
        table = self._table(language)
        tag = language if language in self._words else next(iter(self._words))
        notices = self._store.notices(since, until, post=post)
        rows = [self._row(each) for each in notices]
        names = self.posts[post]
        title = table.shift_of.format(post=names.get(tag, post))
        station = self._station.names.get(tag, self._station.id)
        span = table.shift_span.format(begin=self._full(since), end=self._full(until))
        signed = sum(each.signature is not None for each in notices)
        void = sum(each.signature is None and each.status in VOID for each in notices)
        opened = len(notices) - signed - void
        summary = table.summary.format(count=len(rows), signed=signed, open=opened, void=void)
        made = table.made_at.format(time=self._full(self._now()))
        head = _cells("th", (table.word(f"col_{name}") for name in COLUMNS))
        body = "".join(f"<tr>{_cells('td', row)}</tr>" for row in rows)
        return _PAGE.format(
            language=escape(tag or ""),
            title=escape(f"{title} · {station}"),
            heading=escape(title),
            station=escape(station),
            span=escape(span),
            summary=escape(f"{summary} · {made}"),
            begin_label=escape(table.begin_label),
            end_label=escape(table.end_label),
            begin=self._field(since),
            end=self._field(until),
            show=escape(table.show),
            print_it=escape(table.print_it),
            csv=escape(table.csv),
            address=escape(f"{post}.csv?from={self._field(since)}&until={self._field(until)}"),
            none=f"<p>{escape(table.none_done)}</p>" if not rows else "",
            head=head,
            body=body,
        )

    def _row(self, notice: Notice) -> list[str]:
        language = next(iter(self._words))
        table = self._words[language]
        signature = notice.signature
        return [
            self._full(notice.issued_at, seconds=True),
            notice.facts.number,
            table.word(MOMENTS[notice.moment]),
            self._view.told(notice),
            table.word(f"status_{notice.status.value.lower()}"),
            "" if signature is None else self._full(signature.at, seconds=True),
            "" if signature is None else self._full(signature.received_at, seconds=True),
            "" if signature is None else signature.person,
            "" if signature is None else signature.terminal,
        ]

    def _table(self, language: str | None) -> Words:
        return self._words.get(language or "") or next(iter(self._words.values()))

    def _full(self, at: Instant, *, seconds: bool = False) -> str:
        pattern = "%Y-%m-%d %H:%M:%S" if seconds else "%Y-%m-%d %H:%M"
        return at.astimezone(self._station.zone_info).strftime(pattern)

    def _field(self, at: Instant) -> str:
        return at.astimezone(self._station.zone_info).strftime("%Y-%m-%dT%H:%M")


class ShiftPage(Resource):
    """``/shift/ID`` and ``/shift/ID.csv``."""

    def __init__(self, lists: Lists) -> None:
        super().__init__()
        for post in lists.posts:
            self.putChild(post.encode(), _List(lists, post, as_csv=False))
            self.putChild(f"{post}.csv".encode(), _List(lists, post, as_csv=True))

    def getChild(self, path: bytes, request: Request) -> Resource:  # noqa: ARG002, N802 - Twisted's
        """Answer what is not here."""
        return NotFound()


class _List(Leaf):
    def __init__(self, lists: Lists, post: str, *, as_csv: bool) -> None:
        super().__init__()
        self._lists = lists
        self._post = post
        self._as_csv = as_csv

    def render_GET(self, request: Request) -> bytes:  # noqa: N802 - Twisted's name
        """Answer with the list."""
        given = {
            key.decode(errors="replace"): values[-1].decode(errors="replace")
            for key, values in (request.args or {}).items()
        }
        try:
            since, until = self._lists.span(given.get("from", ""), given.get("until", ""))
        except OperatorError as error:
            return plain(request, http.BAD_REQUEST, error.message)
        request.setHeader(b"Cache-Control", b"no-store")
        if self._as_csv:
            request.setHeader(b"Content-Type", b"text/csv; charset=utf-8")
            name = f'attachment; filename="{self._post}.csv"'.encode()
            request.setHeader(b"Content-Disposition", name)
            return self._lists.csv(self._post, since, until)
        request.setHeader(b"Content-Type", b"text/html; charset=utf-8")
        return self._lists.page(self._post, since, until, given.get("lang")).encode()


def _cells(tag: str, texts: Iterable[str]) -> str:
    scope = ' scope="col"' if tag == "th" else ""
    return "".join(f"<{tag}{scope}>{escape(text)}</{tag}>" for text in texts)


def _harmless(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell[:1] in {"=", "+", "-", "@", "\t"} else cell


_PAGE = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="/web/icon.svg">
<link rel="stylesheet" href="/web/shift.css">
<script type="module" src="/web/shift.js"></script>
</head>
<body>
<main>
<h1>{heading}</h1>
<p class="where">{station} · {span}</p>
<form method="get">
<label>{begin_label} <input type="datetime-local" name="from" value="{begin}"></label>
<label>{end_label} <input type="datetime-local" name="until" value="{end}"></label>
<button type="submit">{show}</button>
<button type="button" id="print">{print_it}</button>
<a href="{address}" download>{csv}</a>
</form>
<table>
<thead><tr>{head}</tr></thead>
<tbody>{body}</tbody>
</table>
{none}
<p class="sum">{summary}</p>
</main>
</body>
</html>
"""
