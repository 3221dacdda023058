"""The page's own selection, run in the browser, against protocol.timeline."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from protocol.runs import CallTime, Named, Punctuality, Role, Run, Timeline
from protocol.timeline import (
    at_gate,
    change_instants,
    lapsed,
    on_arrival_board,
    on_departure_board,
)
from station_config.model import BoardKind
from subsystems.display import phrases
from subsystems.display.cells import phrase_cell
from subsystems.display.start import all_words
from subsystems.display.view import BoardView, milliseconds

DAWN = datetime(2021, 1, 19, 20, tzinfo=UTC)
LIFETIME = timedelta(minutes=30)
PLACE = Named("x", {"zh": "某", "en": "X"})

known = st.integers(0, 300).map(lambda minutes: DAWN + timedelta(minutes=minutes))
instants = st.none() | known


@st.composite
def calls(draw):
    planned = draw(known)
    return CallTime(planned=planned, estimated=draw(st.none() | st.just(planned) | known))


@st.composite
def all_runs(draw):
    """Any run with any timeline, sensible or not: the page must say what the protocol says."""
    role = draw(st.sampled_from(Role))
    return Run(
        run_id=f"2021-01-20.{draw(st.integers(1, 10**6))}",
        service_date=date(2021, 1, 20),
        arrival_number=None if role is Role.ORIGIN else "K1",
        departure_number=None if role is Role.TERMINUS else "K2",
        category="K",
        role=role,
        origin=PLACE,
        destination=PLACE,
        arrival=None if role is Role.ORIGIN else draw(calls()),
        departure=None if role is Role.TERMINUS else draw(calls()),
        punctuality=draw(st.sampled_from(Punctuality)),
        cancelled=draw(st.booleans()),
        held=draw(st.booleans()),
        platform="2",
        gates=("A2",),
        timeline=Timeline(**{name: draw(instants) for name in Timeline.__struct_fields__}),
    )


@pytest.fixture(scope="module")
def select_in_page(chromium, module_server):
    page = chromium.new_page()
    page.goto(module_server.url())
    page.evaluate(
        "async () => { window.selection = await import('/web/select.js'); }",
    )
    yield lambda rows, cases: page.evaluate(
        "([rows, cases]) => cases.map(([now, until]) => selection.select(rows, now, until))",
        [rows, cases],
    )
    page.close()


def expected(view, runs, now, confirmed_at):
    """Return what protocol.timeline says that `view`'s board shows, by run."""
    shows = {
        BoardKind.DEPARTURES: on_departure_board,
        BoardKind.GATE: on_departure_board,
        BoardKind.ARRIVALS: on_arrival_board,
    }[view.board.kind]
    answer = {}
    for run in runs:
        if not shows(run, now):
            continue
        old = lapsed(run, now, confirmed_at, LIFETIME)
        if old:
            phrase = phrases.lapsed_phrase(run)
        elif view.board.kind is BoardKind.ARRIVALS:
            phrase = phrases.arrival_phrase(run, now)
        else:
            phrase = phrases.departure_phrase(run, now, gates=True)
        leads = view.board.kind is BoardKind.GATE and at_gate(run, now)
        status = msgspec.to_builtins(phrase_cell(phrase, view.words))
        answer[run.run_id] = (status, old, leads)
    return answer


@settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    runs=st.lists(all_runs(), min_size=1, max_size=4, unique_by=lambda run: run.run_id),
    kind=st.sampled_from([BoardKind.DEPARTURES, BoardKind.ARRIVALS, BoardKind.GATE]),
    confirmed_at=instants,
)
def test_the_page_selects_what_the_protocol_says_at_every_instant(
    hohhot, select_in_page, runs, kind, confirmed_at
):
    board = next(b for b in hohhot.boards if b.kind is kind)
    words = all_words(hohhot)
    view = BoardView(hohhot, board, words)
    rows = [row for row in map(view.row, runs) if row is not None]
    edges = {DAWN, *(at for run in runs for at in change_instants(run.timeline))}
    if confirmed_at is not None:
        edges.add(confirmed_at + LIFETIME)
    tick = timedelta(milliseconds=1)
    moments = sorted({at + d for at in edges for d in (-tick, tick * 0, tick)})
    until = None if confirmed_at is None else milliseconds(confirmed_at + LIFETIME)
    answers = select_in_page(
        msgspec.to_builtins(rows), [[milliseconds(now), until] for now in moments]
    )
    for now, answer in zip(moments, answers, strict=True):
        shown = {r["id"]: (r["cells"]["status"], r["lapsed"], r["lead"]) for r in answer}
        assert shown == expected(view, [_on(view, run) for run in runs], now, confirmed_at), now
        order = [(row.key, row.id) for row in rows if row.id in shown]
        assert [r["id"] for r in answer] == [i for _, i in sorted(order)]


def _on(view, run):
    """Return `run`; a gate screen shows only its gate's trains, and all of these are its."""
    assert view.board.kind is not BoardKind.GATE or "A2" in run.gates
    return run


@pytest.mark.parametrize(
    ("languages", "page_seconds", "language_seconds"),
    [(["zh", "en"], 8, 8), (["zh", "en"], 10, 4), (["de"], 8, 5), (["zh", "en", "de"], 6, 7)],
)
def test_every_page_is_shown_in_every_language_for_its_whole_time(
    chromium, module_server, languages, page_seconds, language_seconds
):
    sheet = {
        "languages": languages,
        "page_seconds": page_seconds,
        "language_seconds": language_seconds,
    }
    page = chromium.new_page()
    page.goto(module_server.url())
    frames = page.evaluate(
        """async (sheet) => {
          const { frame } = await import('/web/select.js');
          return Array.from({ length: 4000 }, (_, n) => frame(n / 10, 3, sheet));
        }""",
        sheet,
    )
    page.close()
    stretches = [[frames[0], 0]]
    for at in frames:
        if at == stretches[-1][0]:
            stretches[-1][1] += 1
        else:
            stretches.append([at, 1])
    told = {(f["page"], f["language"]) for f, _ in stretches}
    assert told == {(n, language) for n in range(3) for language in languages}
    least = (language_seconds if len(languages) > 1 else page_seconds) * 10
    assert all(length >= least for _, length in stretches[:-1])
