"""Notices over the life of a train; then any history, with Hypothesis."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.devices import Severity
from protocol.runs import Role
from subsystems.staff_notices.events import Changed, Everything, Raise, Signed, Trusted
from subsystems.staff_notices.life import Action
from subsystems.staff_notices.machine import next_at
from subsystems.staff_notices.model import OPEN, Reason, Status, Verdict
from subsystems.staff_notices.moments import Known, wanted

POST = "watering"
NORTH = {"1", "4", "5", "6", "7"}


@pytest.fixture
def told(office, through, make):
    """An office that has just told the watering post of a train that comes in a quarter hour."""
    made = office(through, now=through.arrival.planned - timedelta(hours=2))
    made.until(through.arrival.planned - 15 * make.minute)
    made.run = through
    made.notice = lambda moment="arrival": made.of(POST, through.run_id, moment)
    return made


def test_it_is_told_at_its_instant_and_not_before(office, through, make):
    made = office(through, now=through.arrival.planned - timedelta(hours=2))
    made.until(through.arrival.planned - 15 * make.minute - timedelta(seconds=1))
    assert made.of(POST, through.run_id, "arrival") is None
    made.until(through.arrival.planned - 15 * make.minute)
    notice = made.of(POST, through.run_id, "arrival")
    assert (notice.status, notice.revision) == (Status.ISSUED, 1)
    assert notice.due_by == made.now + 5 * make.minute
    assert notice.escalates_at == made.now + 8 * make.minute


def test_a_signature_counts_once(told):
    notice = told.notice()
    assert told.sign(notice) is Verdict.ACCEPTED
    signed = told.notice()
    assert (signed.status, signed.signature.person) == (Status.ACKNOWLEDGED, "王芳")
    assert told.sign(notice) is Verdict.DUPLICATE
    assert told.sign(notice, nth=2, person="李明") is Verdict.ALREADY
    assert told.notice() == signed


def test_nobody_cannot_sign(told):
    assert told.sign(told.notice(), person="  ") is Verdict.NOBODY
    assert told.notice().open


@pytest.mark.parametrize("notice_id", ["", "x", "a/b/c/1", "watering/none/arrival/1", "a/b/c/x"])
def test_what_nobody_told_cannot_be_signed(told, make, notice_id):
    told.step(Signed(notice_id, "", make.signature()))
    assert told.answers[-1].verdict is Verdict.UNKNOWN


def test_another_track_supersedes_and_must_be_signed_anew(told, make):
    first = told.notice()
    told.sign(first)
    told.change(make.change(told.run, track="6", platform="3"))
    second = told.notice()
    assert (second.status, second.revision) == (Status.ISSUED, 2)
    assert (second.was.track, second.facts.track) == (told.run.track, "6")
    assert [a for _, n, a in told.told if n.id == first.id] == [
        None,
        Action.SIGN,
        Action.SUPERSEDE,
    ]
    assert told.of(POST, told.run.run_id, "place") is None, "the arrival's notice tells it"
    assert told.sign(first, nth=2) is Verdict.SUPERSEDED
    assert told.notice().open
    assert told.sign(second, nth=3) is Verdict.ACCEPTED


def test_what_a_terminal_told_alone_must_be_what_we_told(told):
    assert told.sign(told.notice(), digest="0" * 12) is Verdict.SUPERSEDED
    assert told.notice().open


def test_a_minute_is_told_without_another_signature_two_are_not(told, make):
    told.sign(told.notice())
    told.change(make.change(told.run, late=1))
    assert told.notice().revision == 1
    assert told.notice().facts.late == 1
    assert told.told[-1][2] is Action.AMEND
    told.change(make.change(told.run, late=2))
    assert told.notice().revision == 2, "small steps do not add up unsigned"
    assert told.notice().was.late == 0


def test_held_is_told_and_then_the_time(told, make):
    told.change(make.change(told.run, held=True))
    assert told.notice().facts.time is None
    assert told.notice().revision == 2
    told.change(make.change(told.run, late=60))
    assert told.notice().revision == 3
    assert told.notice().facts.late == 60


def test_a_cancelled_train_is_withdrawn_and_its_cancellation_signed_for(told, make):
    told.sign(told.notice())
    told.change(make.change(told.run, cancelled=True))
    assert told.notice().status is Status.WITHDRAWN
    assert told.notice().reason is Reason.CANCELLED
    cancellation = told.notice("cancellation")
    assert cancellation.facts.cancelled
    assert cancellation.open
    told.sign(cancellation, nth=2)
    told.change(told.run)
    assert told.notice("cancellation").revision == 2
    assert not told.notice("cancellation").facts.cancelled
    assert told.notice().open, "it comes after all, and must be signed for"


def test_a_post_without_a_rule_for_it_takes_back_with_a_signature(hohhot, office, through, make):
    posts = hohhot.posts
    watering = next(p for p in posts.posts if p.id == POST)
    only = tuple(r for r in watering.rules if r.of == "arrival")
    from dataclasses import replace  # noqa: PLC0415 - here alone

    office_posts = replace(posts, posts=(replace(watering, rules=only),))
    made = office(through, now=through.arrival.planned - timedelta(hours=1))
    made.state = replace(made.state, office=replace(made.state.office, posts=office_posts))
    made.until(through.arrival.planned - 15 * make.minute)
    first = made.of(POST, through.run_id, "arrival")
    made.sign(first)
    made.change(make.change(through, track="9", platform="4"))
    back = made.of(POST, through.run_id, "arrival")
    assert (back.reason, back.revision, back.open) == (Reason.ELSEWHERE, 2, True)
    assert (back.was.track, back.facts.track) == (through.track, "9")
    made.sign(back, nth=2)
    made.change(make.change(through, track="9", platform="4", late=1))
    assert made.of(POST, through.run_id, "arrival").revision == 2, "once"
    made.change(through)
    assert made.of(POST, through.run_id, "arrival").revision == 3, "it comes here after all"


def test_a_train_that_leaves_the_posts_tracks_unsigned_is_withdrawn(told, make):
    told.change(make.change(told.run, track="9", platform="4"))
    assert told.notice().status is Status.WITHDRAWN
    assert told.notice().reason is Reason.ELSEWHERE
    assert told.notice("place").open, "the change itself is to be signed for"
    assert told.notice("place").facts.track_from == told.run.track


def test_gone_is_believed_of_a_hub_that_is_heard_only(told):
    told.step(Changed({told.run.run_id: None}))
    assert told.notice().open
    told.step(Everything({}))
    assert told.notice().status is Status.WITHDRAWN
    assert told.notice().reason is Reason.GONE


def test_unsigned_it_is_overdue_then_the_console_is_told_then_it_is_missed(told, make):
    told.until(told.now + 5 * make.minute)
    assert told.notice().status is Status.OVERDUE
    told.until(told.now + 3 * make.minute)
    assert told.notice().status is Status.ESCALATED
    alarm = told.state.alarms[POST]
    assert (alarm.count, alarm.severity) == (1, Severity.WARNING)
    told.until(told.now + 5 * make.minute)
    assert told.state.alarms[POST].severity is Severity.ERROR
    told.until(told.run.arrival.planned + timedelta(hours=2))
    assert told.notice().status is Status.MISSED
    assert POST not in told.state.alarms
    raised = [e for e in told.effects if isinstance(e, Raise) and e.post == POST]
    assert raised[-1].alarm is None
    assert told.sign(told.notice()) is Verdict.ACCEPTED, "late is better than never, and says so"


def test_a_signature_ends_the_alarm(told, make):
    told.until(told.now + 10 * make.minute)
    assert POST in told.state.alarms
    told.sign(told.notice())
    assert POST not in told.state.alarms


def test_news_do_not_give_a_silent_post_more_time(told, make):
    escalates = told.notice().escalates_at
    told.until(told.now + 4 * make.minute)
    told.change(make.change(told.run, track="6", platform="3"))
    assert told.notice().escalates_at == max(escalates, told.notice().due_by)


def test_a_delay_is_told_once_and_again_when_it_grows(office, through, make):
    made = office(through, now=through.arrival.planned - timedelta(hours=2))
    seen = []
    for late in (4, 5, 7, 9, 10, 3, 0):
        made.change(make.change(through, late=late))
        notice = made.of("enquiry", through.run_id, "delay")
        seen.append(notice and notice.revision)
    assert seen == [None, 1, 1, 1, 2, 3, 3]


def test_a_change_far_ahead_is_told_when_it_is_near(office, through, make):
    made = office(through, now=through.arrival.planned - timedelta(hours=5))
    made.change(make.change(through, late=30))
    assert made.of("enquiry", through.run_id, "delay") is None
    made.until(through.arrival.planned + timedelta(minutes=30) - timedelta(hours=3))
    assert made.of("enquiry", through.run_id, "delay").open


def test_when_dispatching_falls_silent_times_are_to_be_confirmed(told, make):
    told.change(make.change(told.run, late=1))
    told.step(Trusted(told.now - make.minute))
    assert told.notice().facts.unconfirmed
    assert told.notice().revision == 1
    told.step(Trusted(told.now + make.minute))
    assert not told.notice().facts.unconfirmed
    told.until(told.now + 2 * make.minute)
    assert told.notice().facts.unconfirmed, "by its own clock"


def test_what_was_due_before_we_were_there_is_not_told_afterwards(office, through, make):
    after = through.arrival.planned + make.minute
    made = office(through, now=after)
    assert made.of(POST, through.run_id, "arrival") is None
    assert made.of("police", through.run_id, "approach") is None
    coming = office(through, now=through.arrival.planned - make.minute)
    assert coming.of(POST, through.run_id, "arrival").open, "it still comes"


def test_what_fell_due_while_we_were_dead_is_told(office, through, make):
    made = office(through, now=through.arrival.planned - timedelta(hours=2))
    made.now = through.departure.planned + 10 * make.minute
    made.until(made.now)
    assert made.of("pa-room", through.run_id, "departure").open


# -- any history ------------------------------------------------------------------------------

EVENTS = st.one_of(
    st.tuples(st.just("wait"), st.sampled_from([1, 60, 181, 420, 1800])),
    st.tuples(st.just("late"), st.sampled_from([-3, 0, 1, 2, 6, 25])),
    st.tuples(
        st.just("track"), st.sampled_from([("4", "2"), ("6", "3"), ("9", "4"), (None, None)])
    ),
    st.tuples(st.just("held"), st.booleans()),
    st.tuples(st.just("cancelled"), st.booleans()),
    st.tuples(st.just("sign"), st.tuples(st.integers(0, 50), st.booleans())),
    st.tuples(st.just("old"), st.integers(0, 50)),
    st.tuples(st.just("again"), st.integers(0, 5)),
    st.tuples(st.just("silence"), st.booleans()),
    st.tuples(st.just("gone"), st.booleans()),
)


HISTORIES = st.lists(st.tuples(st.integers(0, 1), EVENTS), max_size=40)


def test_any_history(office, day, through, make):
    origin = next(r for r in day.values() if r.role is Role.ORIGIN and r.track in NORTH)
    feeder = next(r for r in day.values() if r.role is Role.TERMINUS)
    runs = [through, make.change(origin, feeder=feeder.run_id), feeder]
    start = min((r.arrival or r.departure).planned for r in runs) - timedelta(hours=1)

    @settings(max_examples=150, deadline=None)
    @given(events=HISTORIES)
    def history(events):
        made = office(*runs, now=start)
        made.fields = [{}, {}, {}]
        made.runs, made.sent = runs, []
        for nth, (which, (kind, value)) in enumerate(events):
            _live(made, which, kind, value, nth, make)
            _holds(made)

    history()


def _live(made, which, kind, value, nth, make):
    run = made.runs[which]
    if kind == "wait":
        made.until(made.now + timedelta(seconds=value))
    elif kind == "silence":
        made.step(Trusted(made.now + timedelta(days=-1 if value else 1)))
    elif kind == "gone":
        there = [r for r in made.runs if not value or r is not run]
        made.step(Everything({r.run_id: _as_is(made, r, make) for r in there}))
    elif kind in {"sign", "old", "again"}:
        _sign(made, kind, value, nth)
    else:
        fields = {"track": ("track", "platform")}.get(kind, (kind,))
        values = value if kind == "track" else (value,)
        made.fields[which].update(zip(fields, values, strict=True))
        made.change(_as_is(made, run, make))


def _as_is(made, run, make):
    return make.change(run, **made.fields[made.runs.index(run)])


def _sign(made, kind, value, nth):
    issued = [notice for _, notice, action in made.told if action is None]
    if kind == "again":
        if made.sent:
            made.step(made.sent[value % len(made.sent)])
        return
    if not issued:
        return
    which, nobody = value if kind == "sign" else (value, False)
    notice = issued[(-1 - which if kind == "sign" else which) % len(issued)]
    person = "" if nobody else f"person {nth}"
    made.sign(notice, nth, person)
    made.sent.append(made.answers[-1].signed)


def _holds(made):
    newest = {n.key: n for each in made.state.notices.values() for n in each.values()}
    issues = Counter(n.id for _, n, action in made.told if action is None)
    assert set(issues.values()) <= {1}, "nothing is told twice under one name"
    by_key = {}
    for _, notice, action in made.told:
        if action is None:
            by_key.setdefault(notice.key, []).append(notice.revision)
    for key, revisions in by_key.items():
        assert revisions == list(range(1, len(revisions) + 1)), "none is lost between"
        assert newest[key].revision == revisions[-1]
    signs = Counter(n.id for _, n, action in made.told if action is Action.SIGN)
    assert set(signs.values()) <= {1}, "none is acknowledged twice"
    for notice in newest.values():
        if notice.status is Status.ACKNOWLEDGED:
            assert notice.signature.person, "none is acknowledged by nobody"
            assert signs[notice.id] == 1, "what was signed is this revision, not one before"
            assert not notice.issued.unconfirmed or notice.facts.unconfirmed or _over(made, notice)
        assert (notice.signature is not None) == (signs[notice.id] == 1)
    assert all(a.verdict is not Verdict.ACCEPTED or a.notice.signature for a in made.answers)
    _nothing_untold(made, newest)
    wake = next_at(made.state)
    assert wake is None or wake > made.now, "nothing that is due waits"
    for post in made.state.office.posts.posts:
        late = [n for n in newest.values() if n.post == post.id and n.status is Status.ESCALATED]
        assert (post.id in made.state.alarms) == bool(late)


def _over(made, notice):
    return notice.at <= made.now


def _nothing_untold(made, newest):
    """Whoever is to be told now has been, of what holds now: or it is withdrawn."""
    state = made.state
    for run_id, run in state.runs.items():
        known = Known(run, state.runs.get(run.feeder or ""), state.first[run_id], state.stale)
        for want in wanted(state.office.posts.posts, known, state.office.ground):
            notice = newest.get(want.key)
            if notice is not None and notice.status in OPEN:
                assert notice.facts == want.facts, "what is on the terminal is what holds"
            due = want.due is not None and want.due <= made.now < want.at
            if due and not want.rule.of.change:
                assert notice is not None
                assert notice.status is not Status.WITHDRAWN
    for notice in newest.values():
        if notice.run_id not in state.runs and notice.at > made.now and notice.reason is None:
            assert notice.status in {Status.WITHDRAWN, Status.MISSED}
    assert msgspec.json.decode(msgspec.json.encode(list(newest.values())), type=list) is not None
