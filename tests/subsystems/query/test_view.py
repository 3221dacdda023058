"""Trains as the kiosk tells them: as the boards do, at every instant of a day with troubles."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from protocol.runs import Replacement, Role
from protocol.timeline import change_instants
from subsystems.display import phrases as boards
from subsystems.query import phrases
from subsystems.query.model import Tone, Way
from subsystems.query.view import View, milliseconds
from subsystems.query.words import load_words

MINUTE = timedelta(minutes=1)


@pytest.fixture
def view(hohhot):
    return View(hohhot, load_words(hohhot.languages))


@pytest.fixture
def runs(hohhot, day, make):
    return day.plan(hohhot, make.DAY)


@pytest.fixture
def troubled(runs, day):
    """One train of each kind of trouble."""
    through = [r for r in runs.values() if r.role is Role.INTERMEDIATE][:8]
    note = {"zh": "因大风限速", "en": "Strong wind"}
    changes = [
        {},
        {"late": 25},
        {"late": -3},
        {"held": True},
        {"held": True, "note": note},
        {"cancelled": True},
        {"platform_changed_from": "9"},
    ]
    return [day.change(run, **change) for run, change in zip(through, changes, strict=False)]


def test_a_kiosk_says_what_the_boards_say(troubled, runs):
    for run in [*troubled, *list(runs.values())[:40]]:
        instants = change_instants(run.timeline)
        for now in [instants[0] - MINUTE, *instants, *(at + MINUTE for at in instants)]:
            for gates in (True, False):
                if run.departure:
                    ours = phrases.phrase_of(run, Way.DEPARTURE, now, gates=gates)
                    theirs = boards.departure_phrase(run, now, gates=gates)
                    assert (ours.key, ours.values) == (theirs.key, theirs.values)
                if run.arrival:
                    ours = phrases.phrase_of(run, Way.ARRIVAL, now, gates=gates)
                    assert ours.key == boards.arrival_phrase(run, now).key


def test_times_that_no_longer_hold_are_struck_and_unknown_ones_are_no_guess(view, troubled):
    _, late, early, held, noted, cancelled, moved = (view.card(run) for run in troubled)
    assert (late.departure.tone, bool(late.departure.was)) == (Tone.BAD, True)
    assert (early.departure.tone, bool(early.departure.was)) == (Tone.GOOD, True)
    assert held.departure.text == {"zh": "待定", "en": "tbc"}
    assert noted.steps[0].status.text == {"zh": "因大风限速", "en": "Strong wind"}
    assert (cancelled.departure.text, bool(cancelled.departure.was)) == ("", True)
    assert cancelled.stages == ()
    assert moved.platform.was == "9"
    assert [remark.tone for remark in moved.remarks] == [Tone.SOON]


def test_the_reason_of_a_known_delay_takes_nothings_place(view, troubled, day):
    late = troubled[1]
    assert view.card(day.change(late, note={"zh": "因大风限速", "en": "Strong wind"})) == view.card(
        late
    )


def test_gates_that_were_others_are_remarked(view, runs):
    run = next(run for run in runs.values() if run.role is Role.ORIGIN and run.gates)
    moved = view.card(msgspec.structs.replace(run, gates=("A2",), gates_changed_from=("A1",)))
    assert [remark.text["en"] for remark in moved.remarks] == ["Gate changed, please note"]
    gone = view.card(msgspec.structs.replace(run, gates=(), gates_changed_from=("A1",)))
    assert (view.card(run).remarks, gone.remarks) == ((), ())


def test_what_can_lapse_has_what_stands_instead(view, troubled):
    plain, late, early, held, _, cancelled, moved = (view.card(run) for run in troubled)
    assert (plain.unconfirmed, moved.unconfirmed) == (None, None)
    for card in (late, early, held):
        assert card.unconfirmed.departure.text == {"zh": "待定", "en": "tbc"}
        assert card.unconfirmed.departure.was
    assert cancelled.unconfirmed.status.text["en"] == "Please ask staff"


def test_what_has_happened_does_not_lapse(view, troubled):
    late = troubled[1]
    arrived = msgspec.structs.replace(late.arrival, actual=late.arrival.estimated)
    card = view.card(msgspec.structs.replace(late, arrival=arrived))
    assert card.unconfirmed.arrival is None
    assert card.told["arrival"]["en"] == "Actual"
    assert card.told["departure"]["en"] == "Expected"


def test_steps_turn_at_the_instants_of_the_timeline(view, runs):
    run = runs["2021-01-20.g2404"]
    steps = view.card(run).steps
    assert steps[0].at is None
    opens = milliseconds(run.timeline.check_in_opens_at)
    assert [s.stage for s in steps if s.at == opens] == ["check_in"]
    assert view.item(run, Way.ARRIVAL) is None
    assert view.item(run, Way.DEPARTURE).over_at == milliseconds(run.timeline.departure_shown_until)


def test_a_train_that_ends_here_today_and_what_replaces_it(view, troubled):
    run = troubled[0]
    departure = msgspec.structs.replace(run.departure, cancelled=True)
    by = Replacement(run_id="2021-01-20.g1", number="G1", texts={"en": "platform 2"})
    card = view.card(msgspec.structs.replace(run, departure=departure, replaced_by=by))
    assert card.steps[0].status.text["en"] == "Ends here today"
    assert (card.departure.text, bool(card.departure.was)) == ("", True)
    assert card.arrival.text
    assert card.stages == ()
    assert card.remarks[0].text["en"] == "Take G1 instead platform 2"
    assert card.instead == "2021-01-20.g1"
    bus = msgspec.structs.replace(run, cancelled=True, replaced_by=Replacement())
    assert view.card(bus).remarks[0].text == {
        "zh": "改乘 接驳汽车",
        "en": "Take the replacement bus instead",
    }


def test_a_train_that_passes_is_not_told(view, runs):
    run = msgspec.structs.replace(next(iter(runs.values())), role=Role.PASS)
    assert view.item(run, Way.DEPARTURE) is None
