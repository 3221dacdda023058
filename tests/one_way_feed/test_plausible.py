from __future__ import annotations

from one_way_feed.plausible import Doubt, mostly_unusable, weigh

TABLE = {("plan", str(number)) for number in range(20)}


def weighed(doubt, before, found):
    return weigh(doubt, before, found, share=0.8, polls=3)


def test_a_table_that_is_suddenly_empty_is_believed_the_third_time():
    doubt, believed = weighed(Doubt(), TABLE, set())
    assert (doubt, believed) == (Doubt(1), False)
    doubt, believed = weighed(doubt, TABLE, set())
    assert (doubt, believed) == (Doubt(2), False)
    assert weighed(doubt, TABLE, set()) == (Doubt(), True)


def test_a_good_answer_in_between_begins_again():
    doubt, _ = weighed(Doubt(2), TABLE, TABLE)
    assert doubt == Doubt()


def test_many_rows_may_go_and_a_small_table_may_be_emptied():
    assert weighed(Doubt(), TABLE, set(list(TABLE)[:4])) == (Doubt(), True)
    assert weighed(Doubt(), set(list(TABLE)[:10]), set()) == (Doubt(), True)
    assert weighed(Doubt(), set(), TABLE) == (Doubt(), True)


def test_an_empty_first_answer_is_doubted_any_other_is_not():
    """A sender that starts while the database is broken must not empty the boards."""
    assert weighed(Doubt(), None, set()) == (Doubt(1), False)
    assert weighed(Doubt(2), None, set()) == (Doubt(), True)
    assert weighed(Doubt(1), None, {("plan", "1")}) == (Doubt(), True)


def test_an_answer_of_rejects_is_no_table():
    assert mostly_unusable(rows=0, rejected=11)
    assert not mostly_unusable(rows=0, rejected=10)
    assert not mostly_unusable(rows=20, rejected=20)
