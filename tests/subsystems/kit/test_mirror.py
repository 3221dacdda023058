"""The mirror: late, doubled, disordered, dead hubs' messages; nothing false is held."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from protocol.acceptance import Verdict
from protocol.errors import MessageError
from protocol.messages import (
    Beat,
    Event,
    HubState,
    Manifest,
    Plan,
    Source,
    SourceMode,
)
from protocol.notices import Notice, NoticeKind
from protocol.topics import notice_entity, run_entity
from subsystems.kit.mirror import KEPT_PAST, Mirror, restore


@pytest.fixture
def play(make):
    """Feeds a mirror with bodies; counts `seq` unless it is given."""

    class Play:
        def __init__(self):
            self.mirror, self.seq = Mirror(), 0

        def __call__(self, body, *, retained=False, seq=None, **envelope):
            self.seq += 1
            sent = make.message(body, seq=seq or self.seq, **envelope)
            return self.mirror.receive(make.entity(body), sent, retained=retained)

    return Play()


def manifest(*runs, **revs):
    return Manifest(entries={**{run_entity(r.run_id): 1 for r in runs}, **revs})


def test_the_plan_is_overlaid_whatever_comes_first(play, make):
    plan = Plan(service_date=make.DAY, runs=(make.run("G1"), make.run("G2")))
    late = make.run("G1", late=9)
    assert play(late, rev=1).changed == {late.run_id}
    assert play(plan, rev=1).changed == {r.run_id for r in plan.runs}
    runs = play.mirror.runs(make.T0)
    assert runs[late.run_id] is late
    assert list(runs) == [r.run_id for r in plan.runs]
    assert play.mirror.holds_plan(make.DAY)


def test_only_what_differs_is_told(play, make):
    one, two, three = make.run("G1"), make.run("G2"), make.run("G3")
    play(Plan(service_date=make.DAY, runs=(one, two)), rev=1)
    changed = play(Plan(service_date=make.DAY, runs=(two, three)), rev=2).changed
    assert changed == {one.run_id, three.run_id}
    play(one, rev=1)
    assert play(one, rev=1, epoch=2).changed == frozenset(), "same content of a new epoch"


def test_doubled_late_and_zombie(play, make):
    play(make.run("G1", late=5), epoch=3, rev=7)
    for envelope, verdict in [
        ({"epoch": 3, "rev": 7}, Verdict.DUPLICATE),
        ({"epoch": 3, "rev": 6}, Verdict.OLD),
        ({"epoch": 2, "rev": 99}, Verdict.ZOMBIE),
    ]:
        outcome = play(make.run("G1", late=1), **envelope)
        assert (outcome.verdict, outcome.changed) == (verdict, frozenset())
    (run,) = play.mirror.runs(make.T0).values()
    assert run.departure.delay_minutes == 5


def test_a_live_message_of_a_dead_hub_about_something_new_is_a_zombies(play, make):
    play(HubState(online=True, hub="hub"), epoch=3)
    assert play(make.run("G1"), epoch=2, rev=1).verdict is Verdict.ZOMBIE
    assert play(make.run("G1"), epoch=2, rev=1, retained=True).verdict is Verdict.ACCEPT


def test_the_manifest_deletes_and_names_what_is_missing(play, make):
    gone, kept, wanted = make.run("G1"), make.run("G2"), make.run("G3")
    play(gone, rev=1)
    play(kept, rev=1)
    assert play.mirror.missing == {"hub/manifest"}
    outcome = play(manifest(kept, wanted))
    assert (outcome.changed, outcome.dropped) == ({gone.run_id}, (run_entity(gone.run_id),))
    assert play.mirror.missing == {run_entity(wanted.run_id)}
    play(wanted, rev=1)
    assert play.mirror.missing == frozenset()
    assert set(play.mirror.runs(make.T0)) == {kept.run_id, wanted.run_id}


def test_a_higher_revision_in_the_manifest_is_missing_until_it_comes(play, make):
    run = make.run("G1")
    play(run, rev=1)
    play(Manifest(entries={run_entity(run.run_id): 2}))
    assert play.mirror.missing == {run_entity(run.run_id)}
    play(run, rev=3)
    assert play.mirror.missing == frozenset()


def notice(name="n1", kind=NoticeKind.INFORMATION, **more):
    return Notice(notice_id=name, kind=kind, text={"zh": "东口关闭"}, **more)


def test_a_notice_is_held_told_and_taken_away_by_the_manifest(play, make):
    entity = notice_entity("n1")
    play(Manifest(entries={entity: 1}))
    assert play.mirror.missing == {entity}
    outcome = play(notice(), rev=1)
    assert (outcome.notices, outcome.changed) == (True, frozenset())
    assert play.mirror.missing == frozenset()
    assert play.mirror.notices(make.T0) == (notice(),)
    gone = play(Manifest(entries={}))
    assert (gone.notices, gone.dropped) == (True, (entity,))
    assert play.mirror.notices(make.T0) == ()


def test_a_notice_of_a_dead_hub_is_not_told(play, make):
    play(notice(), epoch=2, rev=1)
    late = notice(kind=NoticeKind.EMERGENCY)
    assert play(late, epoch=1, rev=9).verdict is Verdict.ZOMBIE
    assert play.mirror.notices(make.T0) == (notice(),)


def test_notices_stand_in_the_order_of_precedence(play, make):
    later = make.T0 + make.MINUTE
    play(notice("info"), rev=1)
    play(notice("fire", NoticeKind.EMERGENCY), rev=1)
    play(notice("late-b", NoticeKind.DISRUPTION, begins_at=later), rev=1)
    play(notice("late-a", NoticeKind.DISRUPTION), rev=1, issued_at=later + make.MINUTE)
    assert [n.notice_id for n in play.mirror.notices(make.T0)] == [
        "fire",
        "late-a",
        "late-b",
        "info",
    ]


def test_a_notice_ends_without_a_word_and_is_forgotten_after_that(play, make):
    ends_at = make.T0 + make.MINUTE
    play(notice(ends_at=ends_at), rev=1, valid_until=ends_at)
    play(notice("ever"), rev=1)
    assert len(play.mirror.notices(ends_at - make.MINUTE / 60)) == 2
    assert [n.notice_id for n in play.mirror.notices(ends_at)] == ["ever"]
    assert play.mirror.prune(ends_at + KEPT_PAST).dropped == ()
    pruned = play.mirror.prune(ends_at + KEPT_PAST + make.MINUTE)
    assert (pruned.dropped, pruned.notices) == ((notice_entity("n1"),), True)
    assert play.mirror.prune(ends_at + 100 * KEPT_PAST).dropped == ()


def test_what_others_read_is_not_missed(play):
    play(Manifest(entries={"something/new": 2}))
    assert play.mirror.missing == frozenset()


def test_a_deleted_run_does_not_come_back_by_a_late_message(play, make):
    play(make.run("G1"), rev=1, seq=1)
    play(manifest(), seq=5)
    for retained in (False, True):
        late = play(make.run("G1"), rev=2, seq=4, retained=retained)
        assert late.verdict is Verdict.OLD
    assert play.mirror.runs(make.T0) == {}


def test_a_run_newer_than_the_manifest_is_kept(play, make):
    play(make.run("G1"), rev=1, seq=11)
    assert play(manifest(), seq=10).dropped == ()
    assert play(manifest(), seq=12).dropped == (run_entity(make.run("G1").run_id),)


def test_a_new_epoch_asks_for_everything_again(play, make):
    run = make.run("G1")
    play(run, rev=4)
    play(Manifest(entries={run_entity(run.run_id): 4}))
    play(Beat(utc=make.T0, manifest_seq=0), epoch=2)
    assert play.mirror.missing == {"hub/manifest"}
    assert run.run_id in play.mirror.runs(make.T0), "told until the new hub says otherwise"
    play(Manifest(entries={run_entity(run.run_id): 4}), epoch=2)
    assert play.mirror.missing == {run_entity(run.run_id)}
    play(run, rev=4, epoch=2)
    assert play.mirror.missing == frozenset()


def test_a_ghost_that_the_manifest_disowns_stays_away(play, make):
    play(manifest(), epoch=2)
    assert play(make.run("G1"), epoch=1, rev=9, retained=True).verdict is Verdict.OLD


def test_a_beat_may_know_of_a_newer_manifest(play, make):
    play(manifest(), seq=10)
    assert play.mirror.manifest_seq == 10
    play(Beat(utc=make.T0, manifest_seq=10), seq=11)
    assert play.mirror.missing == frozenset()
    play(Beat(utc=make.T0, manifest_seq=12), seq=13)
    assert play.mirror.missing == {"hub/manifest"}
    play(manifest(), seq=14)
    assert play.mirror.missing == frozenset()


def test_a_will_is_the_last_word_though_it_was_written_first(play, make):
    live = Source(SourceMode.LIVE, make.T0, make.T0)
    play(HubState(online=True, hub="h", source=live, zone="Europe/Dublin"), seq=2, rev=1)
    newer = Source(SourceMode.LINK_DOWN, make.T0)
    play(Beat(utc=make.T0, manifest_seq=0, source=newer), seq=9)
    play(HubState(online=False, hub="h"), seq=1, rev=999)
    assert not play.mirror.state.online
    assert play.mirror.state.zone == "Europe/Dublin", "what else a will says is old"
    assert play.mirror.source == newer
    play(HubState(online=True, hub="h"), seq=30, rev=1001)
    late = play(HubState(online=False, hub="h"), seq=1, rev=999)
    assert late.verdict is Verdict.OLD
    assert play.mirror.state.online, "the will of a connection that was lost before"


def test_an_old_beat_or_state_changes_nothing(play, make):
    live = Source(SourceMode.LIVE, make.T0, make.T0)
    lost = Source(SourceMode.LINK_DOWN, make.T0)
    play(Beat(utc=make.T0, manifest_seq=0, source=live), epoch=2, seq=5)
    for seq, epoch, verdict in [
        (5, 2, Verdict.DUPLICATE),
        (4, 2, Verdict.OLD),
        (99, 1, Verdict.ZOMBIE),
    ]:
        beat = Beat(utc=make.T0, manifest_seq=0, source=lost)
        assert play(beat, epoch=epoch, seq=seq).verdict is verdict
    assert play(HubState(online=False, hub="h"), epoch=1).verdict is Verdict.ZOMBIE
    assert play(manifest(), epoch=1).verdict is Verdict.ZOMBIE
    assert play.mirror.source == live


def test_a_body_of_another_entity_is_refused_whole(play, make):
    sent = make.message(make.run("G1"), rev=1)
    for entity in ("run/2021-01-20.g2", "plan/2021-01-20", "hub/state", ""):
        with pytest.raises(MessageError):
            play.mirror.receive(entity, sent)
    event = make.message(Event(event_id="1", kind="arrived", run_id="x", at=make.T0))
    with pytest.raises(MessageError):
        play.mirror.receive("event/arrived", event)
    assert play.mirror == Mirror()


def test_what_is_not_valid_any_more_is_not_told_nor_guessed(play, make):
    run = make.run("G1", late=5)
    play(Plan(service_date=make.DAY, runs=(make.run("G1"), make.run("G2"))), rev=1)
    play(run, rev=1, valid_until=make.T0 + make.MINUTE)
    assert play.mirror.runs(make.T0)[run.run_id] is run
    later = play.mirror.runs(make.T0 + 2 * make.MINUTE)
    assert set(later) == {make.run("G2").run_id}


def test_a_hub_that_is_silent_for_days_leaves_no_heap(play, make):
    play(Plan(service_date=make.DAY, runs=(make.run("G1"),)), rev=1)
    play(make.run("G1", late=3), rev=1)
    last = make.T0 + 65 * make.MINUTE
    assert play.mirror.prune(make.T0 + 62 * make.MINUTE + KEPT_PAST).dropped == ()
    assert play.mirror.prune(last + KEPT_PAST).dropped == ("plan/2021-01-20",)
    outcome = play.mirror.prune(last + KEPT_PAST + timedelta(seconds=1))
    assert outcome.dropped == ("run/2021-01-20.g1",)
    assert outcome.changed == {make.run("G1").run_id}


def test_a_cache_is_restored_and_what_does_not_fit_is_named(make):
    run = make.run("G1")
    messages = {
        "run/" + run.run_id: make.message(run, rev=2),
        "run/other": make.message(run, rev=3),
        "hub/manifest": make.message(manifest(run), seq=5),
    }
    mirror, refused = restore(messages.items())
    assert set(mirror.runs(make.T0)) == {run.run_id}
    assert [e.where for e in refused] == ["run/other"]
    assert mirror.newest == make.T0


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["put", "put", "put", "delete", "restart", "manifest"]),
        st.integers(0, 4),
        st.integers(0, 30),
    ),
    max_size=25,
)


class ModelHub:
    """A hub reduced to what it says: runs put and deleted, manifests, restarts."""

    def __init__(self, make):
        self.make, self.epoch, self.seq = make, 1, 0
        self.revs, self.live, self.said = {}, {}, []

    def say(self, body, rev=0):
        self.seq += 1
        sent = self.make.message(body, epoch=self.epoch, seq=self.seq, rev=rev)
        self.said.append((self.make.entity(body), sent))

    def put(self, nth, late):
        run = self.make.run(f"G{nth}", late=late)
        self.revs[nth] = self.revs.get(nth, 0) + 1
        self.live[nth] = run
        self.say(run, self.revs[nth])

    def delete(self, nth, _late):
        self.live.pop(nth, None)
        self.revs[nth] = self.revs.get(nth, 0) + 1

    def manifest(self, *_):
        entries = {run_entity(run.run_id): self.revs[nth] for nth, run in self.live.items()}
        self.say(Manifest(entries=entries))

    def restart(self, *_):
        self.epoch, self.seq = self.epoch + 1, 0
        self.say(HubState(online=True, hub="hub"))
        for nth, run in self.live.items():
            self.say(run, self.revs[nth])
        self.manifest()


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, seed=st.integers(0, 2**32), doubles=st.integers(0, 20))
def test_any_order_and_any_doubles_end_in_what_the_hub_has(make, steps, seed, doubles):
    hub, order, mirror = ModelHub(make), random.Random(seed), Mirror()
    for kind, nth, late in steps:
        getattr(hub, kind)(nth, late)
    hub.manifest()
    delivered = hub.said + order.choices(hub.said, k=doubles)
    order.shuffle(delivered)
    for entity, sent in delivered:
        mirror.receive(entity, sent, retained=order.random() < 0.3)
        held = mirror.runs(make.T0)
        if not mirror.missing and mirror.manifest_seq == hub.seq and mirror.epoch == hub.epoch:
            assert held == {run.run_id: run for run in hub.live.values()}
    first = mirror.missing
    if first:  # what a resync brings
        for nth, run in hub.live.items():
            entity = run_entity(run.run_id)
            if entity in first:
                sent = make.message(run, epoch=hub.epoch, seq=hub.seq + 1, rev=hub.revs[nth])
                mirror.receive(entity, sent)
    assert mirror.missing == frozenset()
    assert mirror.runs(make.T0) == {run.run_id: run for run in hub.live.values()}
