from twisted.internet.defer import Deferred

from protocol.messages import Beat, HubState, Manifest, Source, SourceMode


def newest(listener, entity):
    """Return the entries of the manifest heard last, None before there is one."""
    heard = listener.of(entity)
    return heard[-1].body.entries if heard else None


def last(listener, entity):
    return listener.of(entity)[-1]


def test_state_comes_first_then_all_that_is_live_then_manifest_and_beat(scene):
    listener = scene.listener()
    scene.outbox.commit("plan/2021-01-20", scene.plan(), rev=4)
    scene.outbox.commit("run/2021-01-20.z180", scene.plan(), rev=9)
    scene.started()
    # A broker may deliver what it was given on one topic after what it was given later on another.
    scene.until(lambda: len(listener.heard) >= 5)
    state = last(listener, "hub/state")
    assert state.body == HubState(
        online=True,
        hub="hub",
        source=scene.source,
        estimate_lifetime_s=900,
        zone="Asia/Shanghai",
    )
    manifest = last(listener, "hub/manifest")
    assert manifest.body == Manifest(entries={"plan/2021-01-20": 4, "run/2021-01-20.z180": 9})
    beat = last(listener, "hub/beat").body
    assert beat == Beat(
        utc=scene.clock.at, rate=60.0, manifest_seq=manifest.seq, source=scene.source
    )
    sequence = [message.seq for _, message in listener.heard]
    by_seq = [
        name for _, name in sorted(zip(sequence, [n for n, _ in listener.heard], strict=True))
    ]
    assert by_seq == [
        "hub/state",
        "plan/2021-01-20",
        "run/2021-01-20.z180",
        "hub/manifest",
        "hub/beat",
    ]
    assert {message.epoch for _, message in listener.heard} == {7}
    assert {message.src for _, message in listener.heard} == {"hub"}


def test_what_was_told_with_all_that_is_live_leaves_the_outbox_unsent(scene):
    listener = scene.listener()
    scene.outbox.commit("plan/2021-01-20", scene.plan(), rev=4)
    scene.started()
    scene.until(lambda: scene.outbox.acknowledged == [1])
    scene.until(lambda: listener.of("plan/2021-01-20"))
    assert len(listener.of("plan/2021-01-20")) == 1


def test_a_change_is_published_acknowledged_and_in_the_next_manifest(scene):
    publisher = scene.started()
    listener = scene.listener()
    scene.outbox.commit("plan/2021-01-20", scene.plan(), rev=1)
    publisher.poke()
    scene.until(lambda: scene.outbox.acknowledged == [1])
    scene.until(lambda: listener.of("plan/2021-01-20"))
    scene.until(lambda: newest(listener, "hub/manifest") == {"plan/2021-01-20": 1})
    message = last(listener, "plan/2021-01-20")
    assert message.body == scene.plan()
    assert (message.rev, message.t) == (1, "plan")


def test_a_deletion_is_an_empty_retained_message(scene):
    publisher = scene.started()
    scene.outbox.commit("plan/2021-01-20", scene.plan())
    publisher.poke()
    scene.until(lambda: scene.outbox.acknowledged == [1])
    listener = scene.listener()
    scene.until(lambda: listener.of("plan/2021-01-20"))
    scene.outbox.commit("plan/2021-01-20", None, rev=2)
    publisher.poke()
    scene.until(lambda: listener.of("plan/2021-01-20")[-1] is None)
    scene.until(lambda: newest(listener, "hub/manifest") == {})
    late = scene.listener("board-2")
    scene.until(lambda: late.of("hub/manifest"))
    assert late.of("plan/2021-01-20") == []


def test_an_event_is_sent_once_unless_its_life_is_over(scene):
    publisher = scene.started()
    listener = scene.listener()
    for seconds, kind in ((30, "arrived"), (-1, "departed")):
        scene.outbox.commit(
            f"event/{kind}",
            scene.event(kind),
            valid_until=scene.soon(seconds),
            retained=False,
        )
    publisher.poke()
    scene.until(lambda: sorted(scene.outbox.acknowledged) == [1, 2])
    scene.until(lambda: listener.of("event/arrived"))
    assert listener.of("event/departed") == []
    assert publisher.status["expired"] == 1
    assert last(listener, "event/arrived").valid_until == scene.soon(30)
    late = scene.listener("board-2")
    scene.until(lambda: late.of("hub/state"))
    assert late.of("event/arrived") == []


def test_a_thousand_changes_arrive_complete_and_in_order_per_entity(scene):
    publisher = scene.started()
    listener = scene.listener()
    for rev in range(1, 101):
        for each in range(10):
            scene.outbox.commit(f"plan/2021-01-{each + 10}", scene.plan(), rev=rev)
            scene.outbox.commit(f"event/{each}", scene.event(str(rev)), rev=rev, retained=False)
        publisher.poke()
        scene.turning.reactor.iterate(0)
    scene.until(lambda: not scene.outbox.queue)
    for each in range(10):
        entity = f"plan/2021-01-{each + 10}"
        scene.until(lambda e=entity: listener.of(e)[-1:] and last(listener, e).rev == 100)
        revisions = [message.rev for message in listener.of(entity)]
        assert revisions == sorted(revisions)
        scene.until(lambda e=each: len(listener.of(f"event/{e}")) == 100)
        assert [m.rev for m in listener.of(f"event/{each}")] == list(range(1, 101))
    assert sorted(set(scene.outbox.acknowledged)) == scene.outbox.acknowledged


def test_after_kill_of_an_emptied_broker_everything_is_there_again(scene):
    for day in range(10, 30):
        scene.outbox.commit(f"plan/2021-01-{day}", scene.plan(day), rev=day)
    publisher = scene.started()
    scene.until(lambda: not scene.outbox.queue)
    scene.broker.kill()
    scene.until(lambda: not publisher.connected)
    scene.outbox.commit("plan/2021-01-10", scene.plan(11), rev=99)
    publisher.poke()
    scene.broker.wipe()
    scene.broker.start()
    scene.until(lambda: publisher.connected and not scene.outbox.queue)
    listener = scene.listener()
    scene.until(lambda: listener.of("hub/manifest"))
    entries = last(listener, "hub/manifest").body.entries
    assert entries == {f"plan/2021-01-{day}": 99 if day == 10 else day for day in range(10, 30)}
    scene.until(lambda: all(listener.of(entity) for entity in entries))
    assert {e: last(listener, e).rev for e in entries} == entries


def test_a_hub_that_dies_leaves_its_will_and_one_that_stops_says_so(scene):
    listener = scene.listener()
    publisher = scene.started()
    scene.until(lambda: listener.of("hub/state"))
    publisher._connection._session.drop("torn off")
    scene.until(lambda: len(listener.of("hub/state")) == 3)
    scene.until(lambda: publisher.connected)
    scene.turning.result(publisher.stop())
    scene.until(lambda: len(listener.of("hub/state")) == 4)
    states = listener.of("hub/state")
    assert [s.body.online for s in states] == [True, False, True, False]
    assert {s.epoch for s in states} == {7}
    revisions = [s.rev for s in states]
    assert revisions == sorted(set(revisions))


def test_retained_ghosts_of_an_earlier_hub_are_deleted(scene):
    earlier = scene.started()
    for entity in ("plan/2021-01-18", "plan/2021-01-19"):
        scene.outbox.commit(entity, scene.plan())
    earlier.poke()
    scene.until(lambda: not scene.outbox.queue)
    scene.turning.result(earlier.stop())
    scene.outbox.epoch = 8
    del scene.outbox.entities["plan/2021-01-18"]  # its deletion was lost with a disk
    publisher = scene.started()
    scene.until(lambda: publisher.ghosts == 1)
    listener = scene.listener()
    scene.until(lambda: listener.of("hub/manifest") and listener.of("plan/2021-01-19"))
    scene.turning.for_seconds(0.2)
    assert listener.of("plan/2021-01-18")[-1:] in ([], [None])
    assert last(listener, "plan/2021-01-19").epoch == 8


def test_time_is_answered_at_once(scene):
    scene.started()
    listener = scene.listener()
    listener.ask("time")
    scene.until(lambda: listener.of("dev/display/resp"))
    response = last(listener, "dev/display/resp").body
    assert (response.correlation, response.kind, response.ok) == ("c1", "time", True)
    assert (response.sent, response.utc, response.rate) == (12.5, scene.clock.at, 60.0)


def test_a_resync_says_what_is_missing_again_but_not_too_often(scene):
    for day in (20, 21):
        scene.outbox.commit(f"plan/2021-01-{day}", scene.plan(day))
    scene.started()
    scene.until(lambda: not scene.outbox.queue)  # or who listens hears it live and retained
    listener = scene.listener()
    scene.until(lambda: listener.of("plan/2021-01-20") and listener.of("plan/2021-01-21"))
    listener.ask("resync", entities=("plan/2021-01-21", "run/unknown"))
    listener.ask("resync", correlation="c2")
    scene.until(lambda: len(listener.of("plan/2021-01-21")) == 2)
    scene.until(lambda: len(listener.of("dev/display/resp")) == 2)
    assert len(listener.of("plan/2021-01-20")) == 1
    responses = [message.body for message in listener.of("dev/display/resp")]
    assert [(r.correlation, r.ok) for r in responses] == [("c1", True), ("c2", False)]
    other = scene.listener("board-2")
    other.ask("resync")
    scene.until(lambda: len(listener.of("plan/2021-01-20")) == 2)


def test_bad_messages_are_counted_and_stop_nothing(scene, log_lines):
    publisher = scene.started()
    listener = scene.listener()
    for payload in (b"\xff\x00", b"{}", b"x" * 65536, b"[" * 50000):
        listener.say("req", payload)
    listener.ask("dance")
    listener.ask("time")
    scene.until(lambda: len(listener.of("dev/display/resp")) == 2)
    assert publisher.status["requests_bad"] == 4
    assert publisher.status["requests_refused"] == 1
    complaints = [line for line in log_lines if line["event"] == "request.bad"]
    assert len(complaints) == 1


def test_a_retained_request_is_not_answered_for_ever(scene):
    listener = scene.listener()
    listener.say("req", b"{}", retain=True)
    publisher = scene.started()
    listener.ask("time")
    scene.until(lambda: listener.of("dev/display/resp"))
    assert publisher.status["requests_bad"] == 0


def test_a_store_that_fails_is_asked_again(scene, log_lines):
    scene.outbox.commit("plan/2021-01-20", scene.plan())
    publisher = scene.started()
    scene.until(lambda: not scene.outbox.queue)
    scene.outbox.commit("plan/2021-01-21", scene.plan(21))
    scene.outbox.fails = True
    publisher.poke()
    scene.until(lambda: publisher.status["store_failures"] == 2)
    scene.outbox.fails = False
    scene.until(lambda: not scene.outbox.queue)
    told = [line["event"] for line in log_lines if line["event"].startswith("outbox.")]
    assert told == ["outbox.failed", "outbox.works-again"]


def test_a_store_that_fails_while_connecting_is_asked_again(scene):
    publisher = scene.publisher()
    scene.turning.result(publisher.start())
    scene.outbox.commit("plan/2021-01-20", scene.plan())
    scene.outbox.fails = True
    scene.until(lambda: publisher.connected)
    scene.turning.for_seconds(0.2)
    scene.outbox.fails = False
    scene.until(lambda: not scene.outbox.queue)


def test_a_new_mode_of_the_source_is_said_at_once(scene):
    publisher = scene.started()
    listener = scene.listener()
    scene.until(lambda: listener.of("hub/state"))
    scene.source = Source(SourceMode.LINK_DOWN, since=scene.clock.at)
    publisher.poke()
    for entity in ("hub/state", "hub/beat"):
        scene.until(
            lambda e=entity: (
                listener.of(e) and last(listener, e).body.source.mode is SourceMode.LINK_DOWN
            )
        )


def test_stopping_before_anything_is_there_fires(scene):
    publisher = scene.publisher()
    assert isinstance(publisher.stop(), Deferred)
    assert publisher.status == {"connected": False}


def test_stopping_before_the_store_has_answered_leaves_nothing_behind(scene):
    publisher = scene.started()  # connected, but what is live is still being fetched
    scene.turning.result(publisher.stop())
    scene.turning.for_seconds(0.1)
    assert not publisher.connected


def test_three_hundred_trains_are_all_told(scene):
    count = 300
    for number in range(count):
        scene.outbox.commit(f"run/2021-01-20.k{number}", scene.plan())
    publisher = scene.publisher()
    scene.turning.result(publisher.start())
    scene.turning.until(lambda: not scene.outbox.queue, patience_s=30)
    assert publisher.status["published"] == count
