"""How a notice reads: what is told, in every language, and never a time that nobody knows."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec import structs

from protocol.times import clock_text
from station_config.posts.model import Moment
from subsystems.staff_notices.model import Reason, Status
from subsystems.staff_notices.view import MOMENTS, View, milliseconds
from subsystems.staff_notices.words import load_words


@pytest.fixture
def view(hohhot):
    return View(hohhot, load_words(hohhot.languages))


@pytest.fixture
def tell(view, told_notice):
    """Return the item of the notice with other facts, and other fields of the notice itself."""

    def one(*, was=None, moment=told_notice.moment, **facts):
        fields = {key: facts.pop(key) for key in ("reason",) if key in facts}
        now = structs.replace(told_notice.facts, **facts)
        before = None if was is None else structs.replace(told_notice.facts, **was)
        return view.item(
            structs.replace(told_notice, facts=now, was=before, moment=moment, **fields)
        )

    return one


def test_every_moment_and_reason_has_a_word_in_every_language(view, tell):
    for moment in Moment:
        assert all(view.word(MOMENTS[moment]).values())
    for reason in Reason:
        assert all(tell(reason=reason).alert.values())


def test_it_tells_time_track_and_whole_way(tell, told_notice, hohhot):
    item = tell()
    facts = told_notice.facts
    assert item.time == clock_text(facts.time, hohhot.zone_info)
    assert item.planned == "", "on time there is nothing beside it"
    assert facts.track in item.track["zh"]
    assert item.route["zh"] == f"{facts.origin['zh']} → {facts.destination['zh']}"
    assert item.late == {}
    assert (item.at, item.due) == (milliseconds(told_notice.at), milliseconds(told_notice.due_by))


def test_late_tells_both_times(tell, told_notice):
    item = tell(time=told_notice.facts.time + timedelta(minutes=7), late=7)
    assert item.time != item.planned != ""
    assert "7" in item.late["zh"]
    assert "7" in tell(late=-7).late["en"]
    assert tell(late=-7).late != item.late


@pytest.mark.parametrize("unknown", [{"time": None, "held": True}, {"unconfirmed": True}])
def test_a_time_that_nobody_knows_is_not_told_but_the_plan_is(tell, told_notice, hohhot, unknown):
    item = tell(late=20, **unknown)
    assert item.time == ""
    assert item.planned == clock_text(told_notice.facts.planned, hohhot.zone_info)
    assert "20" not in item.late["zh"]
    assert item.late["zh"]


def test_unconfirmed_says_whom_to_ask_and_hides_the_other_times(tell, told_notice):
    later = told_notice.facts.time + timedelta(minutes=5)
    assert len(tell(departs=later).also) == 1
    item = tell(departs=later, unconfirmed=True)
    assert item.also == ()
    assert item.late != tell(held=True).late


def test_a_change_is_told_from_and_to(tell):
    item = tell(was={"track": "9"}, track="6")
    (change,) = item.changes
    assert (change.before, change.now) == ("9", "6")
    (change,) = tell(was={"stock": ""}, stock="K1").changes
    assert change.before["zh"], "a word, not a gap"
    assert tell(was={}).changes == ()


def test_a_time_that_became_known_is_a_change(tell):
    (change,) = tell(was={"time": None, "held": True}).changes
    assert change.before != change.now
    assert change.before["zh"]


def test_gates_matter_at_check_in_only(tell):
    at = Moment.CHECK_IN_SOON
    assert "A9" in tell(moment=at, gates=("A9",)).where["zh"]
    assert "A9" not in str(tell(gates=("A9",)).where)
    assert len(tell(moment=at, gates=("A9",), was={"gates": ("A1",)}).changes) == 1
    assert tell(gates=("A9",), was={"gates": ("A1",)}).changes == ()


def test_the_first_word_on_another_place_tells_where_it_was(tell):
    item = tell(moment=Moment.PLACE, track_from="1", track="6", platform_from="1", platform="3")
    assert [(each.before, each.now) for each in item.changes] == [("1", "6"), ("1", "3")]


def test_stock_from_another_track_is_shunted(tell):
    same = tell(moment=Moment.STOCK, stock="K1", stock_track="6", track="6")
    other = tell(moment=Moment.STOCK, stock="K1", stock_track="9", track="6")
    assert "K1" in same.also[0]["zh"]
    assert len(other.also) == len(same.also) + 1
    assert "9" in other.also[1]["zh"]


def test_a_cancellation_that_is_over_reads_otherwise(tell):
    gone = tell(moment=Moment.CANCELLATION, cancelled=True).alert
    back = tell(moment=Moment.CANCELLATION, cancelled=False).alert
    assert gone["zh"] != back["zh"]


def test_what_will_be_told_is_what_is_told_then(view, office, through, make):
    made = office(through, now=through.arrival.planned - timedelta(hours=1))
    coming = next(
        each
        for each in made.state.coming[through.run_id]
        if each.key == f"watering/{through.run_id}/arrival"
    )
    before = view.coming(coming, 1)
    made.until(through.arrival.planned - 15 * make.minute)
    told = view.item(made.of("watering", through.run_id, "arrival"))
    for field in ("id", "digest", "time", "track", "issued", "due", "at", "moment"):
        assert getattr(before, field) == getattr(told, field), field
    assert (before.status, told.status) == ("", "ISSUED")


def test_who_signed_is_told_with_both_times(view, told_notice, make):
    signed = structs.replace(
        told_notice,
        status=Status.ACKNOWLEDGED,
        signature=make.signature(at=told_notice.issued_at),
    )
    told = view.item(signed).signed
    at = milliseconds(told_notice.issued_at)
    assert (told.person, told.at, told.received) == ("王芳", at, at)


def test_a_list_has_it_in_one_line(view, told_notice):
    changed = structs.replace(told_notice, was=structs.replace(told_notice.facts, track="9"))
    line = view.told(changed)
    item = view.item(changed)
    for each in (item.time, item.track["zh"], "9"):
        assert each in line
    assert "Track" not in line, "the station's first language only"
