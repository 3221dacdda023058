"""The list of a shift: its span, its rows, as CSV that harms no spreadsheet, and as a page."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
import structlog
from msgspec import structs
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport

from protocol.errors import OperatorError
from station_config.runtime.web import Folder, make_site
from subsystems.staff_notices.record import record
from subsystems.staff_notices.shift import COLUMNS, LONGEST, SHIFT, Lists, ShiftPage
from subsystems.staff_notices.store import Step, Store
from subsystems.staff_notices.view import View
from subsystems.staff_notices.words import load_words

PERSON = "=<王芳>"


@pytest.fixture
def lists(tmp_path, hohhot, office, through, make):
    """Lists of a watering post: one notice signed and superseded, one open."""
    made = office(through, now=through.arrival.planned - timedelta(hours=1))
    made.until(through.arrival.planned - 14 * make.minute)
    made.sign(made.of("watering", through.run_id, "arrival"), person=PERSON)
    made.change(make.change(through, track="6", platform="3"))
    store = Store(tmp_path / "s.sqlite")
    store.write(record(made.effects, made.now))
    words = load_words(hohhot.languages)
    lists = Lists(hohhot, words, View(hohhot, words), store, lambda: made.now)
    lists.made, lists.run, lists.store = made, through, store
    yield lists
    store.close()


def test_without_a_span_it_is_the_last_shift(lists):
    since, until = lists.span("", "")
    assert until - since == SHIFT
    assert since < lists.made.now < until, "what was told just now stands in it"


def test_a_span_is_local_time(lists, make):
    since, until = lists.span("2021-01-20T00:00", "2021-01-20T07:30")
    assert since == make.midnight
    assert until - since == timedelta(hours=7, minutes=30)
    assert lists.span("2021-01-19T16:00+00:00", "2021-01-20T07:30")[0] == make.midnight


@pytest.mark.parametrize(
    ("begin", "end"),
    [
        ("yesterday", ""),
        ("2021-01-20T07:30", "2021-01-20T07:30"),
        ("2021-01-20T07:30", "2021-01-20T07:00"),
        ("2020-12-01T00:00", "2021-01-20T00:00"),
    ],
)
def test_what_is_no_span_is_refused(lists, begin, end):
    assert timedelta(days=40) > LONGEST
    with pytest.raises(OperatorError):
        lists.span(begin, end)


def table(lists, post="watering"):
    raw = lists.csv(post, *lists.span("", ""))
    assert raw.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))


def test_it_has_every_revision_and_who_signed_for_which(lists):
    head, *rows = table(lists)
    assert len(head) == len(COLUMNS)
    cells = [dict(zip(COLUMNS, row, strict=True)) for row in rows]
    arrivals = [cell for cell in cells if cell["moment"] == cells[0]["moment"]]
    assert [bool(cell["person"]) for cell in arrivals] == [True, False]
    assert [bool(cell["signed"]) for cell in arrivals] == [True, False]
    assert cells[0]["terminal"] == "t-1"
    assert cells[0]["train"] == lists.made.of("watering", lists.run.run_id, "arrival").facts.number
    assert table(lists, "police")[1:] == []


def test_a_spreadsheet_takes_no_cell_for_a_formula(lists):
    assert table(lists)[1][COLUMNS.index("person")] == f"'{PERSON}"


@pytest.mark.parametrize("begins", ["+1", "-1", "@x", "\t=1"])
def test_no_formula_begins_otherwise(lists, begins):
    notice = lists.made.of("watering", lists.run.run_id, "arrival")
    facts = structs.replace(notice.facts, number=begins)
    lists.store.write(Step(notices=(structs.replace(notice, facts=facts),)))
    assert f"'{begins}" in [row[COLUMNS.index("train")] for row in table(lists)]


def test_a_page_counts_and_escapes(lists):
    page = lists.page("watering", *lists.span("", ""), "en")
    assert '<html lang="en">' in page
    assert "<王芳>" not in page
    assert "&lt;王芳&gt;" in page
    assert page.count("<tr>") == len(table(lists))
    assert '<html lang="zh">' in lists.page("watering", *lists.span("", ""), None)
    assert '<html lang="zh">' in lists.page("watering", *lists.span("", ""), '"><script>')


def ask(lists, path):
    root = Folder({})
    root.putChild(b"shift", ShiftPage(lists))
    transport = StringTransport()
    site = make_site(Clock(), root, structlog.get_logger()).buildProtocol(None)
    site.makeConnection(transport)
    site.dataReceived(f"GET /shift/{path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    head, _, body = transport.value().partition(b"\r\n\r\n")
    return int(head.split()[1]), head.lower(), body


def test_it_is_asked_for_by_address(lists):
    span = "from=2021-01-20T00:00&until=2021-01-21T00:00"
    code, head, body = ask(lists, f"watering.csv?{span}")
    assert code == 200
    assert b'filename="watering.csv"' in head
    assert b"no-store" in head
    assert b"t-1" in body
    assert ask(lists, f"watering?{span}&lang=en")[0] == 200
    assert ask(lists, "watering?from=soon")[0] == 400
    assert ask(lists, "kitchen")[0] == 404
