from __future__ import annotations

from one_way_feed.plausible import Doubt, weigh

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
