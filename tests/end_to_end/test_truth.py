"""The judge of the tests of reliability can find guilty: each untruth is told from the truth."""

import copy
import json
import time
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.end_to_end.independent import HIGH_SPEED, clock
from tests.end_to_end.layout import Layout
from tests.end_to_end.messages import Messages
from tests.end_to_end.reliability import STATION, ZONE
from tests.end_to_end.truth import CANCELLED, LIVE, OPEN, Deviation, Row, Truth, check_in

NOW = 8 * 60
MIDNIGHT = datetime(2021, 1, 20, tzinfo=ZONE)
LAYOUT = Layout(STATION / "station.xml")


@pytest.fixture
def truth():
    began = time.time() - NOW * 60  # noqa: TID251 - as all processes of a simulation count
    return Truth(STATION / "timetable.csv", LAYOUT, 1.0, began)


def due(truth, way="departure"):
    known = truth._near(NOW, way)
    return sorted((known[n] for n in truth._due(known, NOW, way, None)), key=lambda v: v.departure)


def departure(visit, status=None):
    stages = zip(check_in(visit), ("正在检票", "即将停止检票", "停止检票"), strict=True)
    told = (["正点"] + [word for begins, word in stages if begins <= NOW])[-1]
    label = LAYOUT.platforms[visit.track]
    return Row(
        visit.number,
        visit.destination,
        clock(visit.departure),
        status or told,
        platform=label,
        gate=LAYOUT.gates[label],
    )


def later(truth):
    """A train that is told as on time still."""
    return next(v for v in due(truth) if check_in(v)[0] > NOW + 30 and v.category in HIGH_SPEED)


def faults(truth, rows, kind="departures", now=NOW, line="", **options):
    return truth.faults(kind, now, rows, line=line, **options)


def board(truth):
    return [departure(visit) for visit in due(truth)]


def test_what_the_timetable_says_is_true(truth):
    rows = board(truth)
    assert len(rows) > 10
    assert faults(truth, rows, line=LIVE) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"place": "别处"},
        {"time": "03:03"},
        {"time_was": "03:03"},
        {"status": "晚点约5分"},
        {"status": "正在检票"},
        {"status": CANCELLED},
        {"status": ""},
        {"platform": "99"},
        {"platform_was": "99"},
        {"gate": "Z9"},
        {"train": "G9999"},
    ],
)
def test_one_wrong_field_is_found(truth, wrong):
    rows = board(truth)
    at = next(n for n, row in enumerate(rows) if row.train == later(truth).number)
    rows[at] = replace(rows[at], **wrong)
    assert faults(truth, rows)


def test_a_missing_train_a_ghost_and_a_wrong_order_are_found(truth):
    rows = board(truth)
    assert "is missing" in faults(truth, rows[:-1])[0]
    assert "not in order" in faults(truth, [rows[1], rows[0], *rows[2:]])[0]
    gone = [v for v in truth.visits if v.departure and NOW - 30 < v.departure < NOW - 5]
    assert faults(truth, [departure(gone[0], "停止检票"), *rows])


def test_a_wrong_clock_is_found(truth):
    rows = []
    assert [f for f in faults(truth, rows, now=NOW + 60) if "clock" in f]
    assert [f for f in faults(truth, rows, now=NOW - 2) if "clock" in f]
    assert not [f for f in faults(truth, rows) if "clock" in f]


def test_live_is_not_said_long_after_a_loss(truth):
    truth.lost_at = time.monotonic() - 40
    assert "says" in faults(truth, board(truth), line=LIVE)[0]


def test_a_change_is_told_soon_and_what_was_true_before_no_longer(truth):
    visit = later(truth)
    truth.change(visit, Deviation(late=12))
    old = board(truth)
    planned, expected = clock(visit.departure), clock(visit.departure + 12)
    told = {"time": expected, "time_was": planned, "status": "晚点约12分"}
    new = [replace(row, **told) if row.train == visit.number else row for row in old]
    assert faults(truth, old) == faults(truth, new) == []
    truth.versions[-1] = replace(truth.versions[-1], since=time.monotonic() - 10)
    assert faults(truth, new) == []
    assert faults(truth, old)
    truth.lost_at = time.monotonic() - 9
    assert faults(truth, old) == []  # whoever lost touch then cannot know


def test_a_gate_that_lost_a_train_sends_its_passengers_on_and_says_nothing_else(truth):
    visit = next(v for v in due(truth) if v.track == "10")
    truth.change(visit, Deviation(track="12"))
    truth.versions[-1] = replace(truth.versions[-1], since=time.monotonic() - 10)
    row = replace(departure(visit), platform="6", platform_was="5", gate=None)

    def seen(gate, **told):
        return faults(truth, [replace(row, **told)], "gate", gate=gate, complete=False)

    assert seen("B5", status="改在B6检票口") == []
    assert seen("B6") == []
    assert seen("B5")
    assert seen("B5", status="改在B4检票口")
    assert seen("B4", status="改在B6检票口")


def test_a_cancellation_shows_no_time_that_holds(truth):
    visit = later(truth)
    truth.change(visit, Deviation(cancelled=True))
    truth.versions[-1] = replace(truth.versions[-1], since=time.monotonic() - 10)
    planned = clock(visit.departure)

    def told(**row):
        rows = board(truth)
        return [replace(r, status=CANCELLED, **row) if r.train == visit.number else r for r in rows]

    assert faults(truth, told(time="", time_was=planned)) == []
    assert faults(truth, told(time=planned, time_was=""))


def test_a_deviation_lapses_in_time_and_not_before(truth):
    visit = later(truth)
    truth.change(visit, Deviation(late=12))
    planned = clock(visit.departure)
    lapsed = {"time": OPEN, "time_was": planned, "status": "时间待定请询问工作人员"}
    told = {"time": clock(visit.departure + 12), "time_was": planned, "status": "晚点约12分"}
    for minutes, as_told, as_lapsed in ((10, True, False), (30, True, True), (40, False, True)):
        truth.versions[-1] = replace(truth.versions[-1], since=time.monotonic() - 3600)
        truth.lost_at = time.monotonic() - minutes * 60
        for row, holds in ((told, as_told), (lapsed, as_lapsed)):
            rows = [replace(r, **row) if r.train == visit.number else r for r in board(truth)]
            assert (faults(truth, rows) == []) is holds, (minutes, row)


def test_nobody_says_that_a_train_has_come_who_cannot_know(truth):
    come = next(v for v in truth.visits if v.arrival and v.arrival > NOW)
    now = come.arrival + 5
    truth.day_began -= (now - NOW) * 60
    row = Row(
        come.number,
        come.origin,
        clock(come.arrival),
        "已到达",
        platform=LAYOUT.platforms[come.track],
    )
    assert faults(truth, [row], "arrivals", now, complete=False) == []
    truth.lost_at = time.monotonic() - 20 * 60
    assert faults(truth, [row], "arrivals", now, complete=False)
    waits = replace(row, status="即将进站")
    assert faults(truth, [waits], "arrivals", now, complete=False) == []


# Messages.


def at(minute):
    return (MIDNIGHT + timedelta(minutes=minute)).isoformat()


def run_of(visit, late=0):
    label = LAYOUT.platforms[visit.track]
    opens, last, closes = (each + late for each in check_in(visit))
    body = {
        "run_id": f"2021-01-20.{visit.number.lower()}",
        "origin": {"names": {"zh": visit.origin}},
        "destination": {"names": {"zh": visit.destination}},
        "role": visit.role,
        "platform": label,
        "gates": [LAYOUT.gates[label]],
        "timeline": {
            "check_in_opens_at": at(opens),
            "last_call_at": at(last),
            "check_in_closes_at": at(closes),
        },
    }
    for way in ("arrival", "departure"):
        planned = getattr(visit, way)
        if planned is not None:
            body[way] = {"planned": at(planned), "estimated": at(planned + late)}
    return body


@pytest.fixture
def said(truth, tmp_path):
    """Write messages as the recorder does, and return what is found."""
    file = tmp_path / "messages.jsonl"
    messages = Messages(file, truth, MIDNIGHT)
    seq = iter(range(1, 1000))

    def say(entity, body, *, epoch=5, rev=1, retain=False, number=None):
        number = next(seq) if number is None else number
        said = {"src": "hub", "epoch": epoch, "rev": rev, "seq": number, "id": str(next(seq))}
        line = {
            "at": time.monotonic(),
            "wall": time.time(),  # noqa: TID251 - as the recorder does
            "topic": f"pis/1/station/{entity}",
            "retain": retain,
            "payload": json.dumps(said | {"body": body}),
        }
        with file.open("a", encoding="utf-8") as out:
            out.write(json.dumps(line) + "\n")
        messages.faults.clear()
        messages.read()
        return list(messages.faults)

    say.messages = messages
    return say


def test_a_run_as_printed_is_true(truth, said):
    visit = later(truth)
    assert said(f"run/2021-01-20.{visit.number.lower()}", run_of(visit)) == []
    assert said.messages.runs == 1


@pytest.mark.parametrize(
    "path",
    ["role", "platform", "gates", "origin names zh", "departure estimated", "departure planned"],
)
def test_a_run_with_one_wrong_field_is_found(truth, said, path):
    body = copy.deepcopy(run_of(later(truth)))
    *way, last = path.split()
    place = body
    for key in way:
        place = place[key]
    old = place[last]
    place[last] = ["Z9"] if isinstance(old, list) else at(3) if "T" in old and ":" in old else "x"
    assert said(f"run/{body['run_id']}", body)


def test_an_untrue_delay_cancellation_or_check_in_is_found(truth, said):
    visit = later(truth)
    topic = f"run/2021-01-20.{visit.number.lower()}"
    assert said(topic, run_of(visit, late=7), rev=2)
    assert said(topic, run_of(visit) | {"cancelled": True}, rev=3)
    early = run_of(visit)
    early["timeline"]["check_in_opens_at"] = at(check_in(visit)[0] - 5)
    assert said(topic, early, rev=4)
    truth.change(visit, Deviation(late=7))
    assert said(topic, run_of(visit, late=7), rev=5) == []


def test_an_arrival_of_the_future_is_found(truth, said):
    visit = next(v for v in due(truth) if v.arrival is not None and v.arrival > NOW + 20)
    body = run_of(visit)
    body["arrival"]["actual"] = at(visit.arrival)
    assert said(f"run/{body['run_id']}", body)


def test_one_revision_with_two_contents_and_one_number_twice_are_found(truth, said):
    body = run_of(later(truth))
    assert said(f"run/{body['run_id']}", body) == []
    assert "two contents" in said(f"run/{body['run_id']}", body | {"note": {"zh": "x"}})[0]
    assert "of one number" in said("hub/manifest", {"entries": {}}, number=1)[0]


def test_a_ghost_a_retained_beat_and_a_wrong_time_are_found(said):
    beat = {"utc": at(NOW)}
    assert said("hub/beat", beat, rev=1) == []
    assert said("hub/beat", beat, rev=2, retain=True)
    assert said("hub/beat", {"utc": at(NOW + 1)}, rev=3)
    assert "while 5 leads" in said("hub/beat", beat, epoch=4)[0]
    assert said("hub/state", {"online": False}, epoch=4, rev=2) == []  # its will
    said.messages.ghosts_allowed = True
    assert said("hub/beat", beat, epoch=4, rev=9) == []
    assert len(said.messages.ghosts) == 2
