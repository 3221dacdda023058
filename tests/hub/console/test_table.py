from datetime import UTC, datetime

import msgspec

from hub.console.table import KEPT, Row, Table
from protocol.runs import PassengerPhase, TrainPhase

NOW = datetime(2021, 1, 20, tzinfo=UTC)


def row(name, *, hand=0, rev=1):
    return Row(
        id=name,
        rev=rev,
        hand=hand,
        passengers=PassengerPhase.PLANNED,
        train=TrainPhase.EXPECTED,
        withdrawn=False,
        run=msgspec.Raw(b'{"run_id":"%s"}' % name.encode()),
        words=(),
    )


def filled(*names):
    table = Table("boot")
    table.fill([row(name) for name in names])
    return table


def test_all_rows_are_encoded_once():
    table = filled("a", "b")
    one = table.snapshot()
    assert one is table.snapshot()
    said = msgspec.json.decode(one)
    assert [each["id"] for each in said["rows"]] == ["a", "b"]
    assert said["seq"] == table.seq
    assert said["rows"][0]["run"] == {"run_id": "a"}


def test_a_patch_has_what_changed_and_only_that():
    table = filled("a", "b")
    patch = msgspec.json.decode(table.take([row("a", rev=2), row("b")], (), ()))
    assert [each["id"] for each in patch["rows"]] == ["a"]
    assert patch["gone"] == []


def test_nothing_new_is_no_patch():
    table = filled("a")
    assert table.take([row("a")], [("a", "PLANNED", "EXPECTED")], ["never-there"]) is None
    assert len(table) == 1


def test_a_phase_and_a_going_are_patches():
    table = filled("a", "b")
    patch = msgspec.json.decode(table.take((), [("a", "SHOWN", "EXPECTED")], ["b"]))
    assert [(each["id"], each["passengers"]) for each in patch["rows"]] == [("a", "SHOWN")]
    assert patch["gone"] == ["b"]
    assert len(table) == 1


def test_the_last_hand_stays_when_the_feed_changes_the_run():
    table = filled("a")
    table.take([row("a", hand=7)], (), ())
    table.take([row("a", rev=3)], (), ())
    assert table.hand("a") == 7
    assert table.hand("b") == 0


def test_who_comes_back_gets_the_patches_since():
    table = filled("a")
    seen = table.seq
    for rev in (2, 3, 4):
        table.take([row("a", rev=rev)], (), ())
    missed = table.since(seen)
    assert [msgspec.json.decode(patch)["rows"][0]["rev"] for _, patch in missed] == [2, 3, 4]
    assert missed[-1][0] == table.seq
    assert table.since(table.seq) == []


def test_who_was_away_too_long_or_knows_another_life_begins_anew():
    table = filled("a")
    seen = table.seq
    for rev in range(2, KEPT + 4):
        table.take([row("a", rev=rev)], (), ())
    assert table.since(seen) is None
    for nonsense in ("", "x", "other.1", "boot.x", "boot.99999"):
        assert table.since(nonsense) is None
    table.fill([row("a")])
    assert table.since(f"boot.{KEPT}") is None
