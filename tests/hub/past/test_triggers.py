"""Triggers counted; that they are read from the journal is tested with the report."""

from hub.past.triggers import KINDS, Trigger, by_day, by_hour, counted, kinds_of, per_run

TOLD = [
    Trigger("arrived", "2021-01-20.k1", "2021-01-20", 10),
    Trigger("arrived", "2021-01-20.k2", "2021-01-20", 11),
    Trigger("departed", "2021-01-21.k1", "2021-01-21", 10),
]


def test_every_kind_is_told_also_one_that_did_not_happen():
    assert counted(TOLD, by_day)["2021-01-21"] == {
        "approaching": 0,
        "arrived": 0,
        "departed": 1,
        "changed": 0,
    }
    assert {h: sum(found.values()) for h, found in counted(TOLD, by_hour).items()} == {
        "10": 2,
        "11": 1,
    }


def test_a_kind_of_a_later_program_is_told_after_the_others():
    assert kinds_of(["boarding", "arrived"]) == (*KINDS, "boarding")


def test_each_run_has_its_own():
    assert per_run(TOLD)["2021-01-20.k1", "arrived"] == 1
    assert per_run(TOLD)["2021-01-20.k1", "departed"] == 0
