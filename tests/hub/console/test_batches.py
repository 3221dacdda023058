from hub.console.batches import KEPT, LASTS_S, Batches


def test_a_batch_is_done_once_by_who_armed_it_and_in_time():
    batches = Batches()
    batches.arm("t", "mine", ["order"], 0.0)
    assert batches.take("t", "another", 1.0) is None
    assert batches.take("t", "mine", 1.0) == ("order",)
    assert batches.take("t", "mine", 1.0) is None
    batches.arm("late", "mine", ["order"], 0.0)
    assert batches.take("late", "mine", LASTS_S) is None


def test_no_more_are_kept_than_anybody_needs():
    batches = Batches()
    for number in range(KEPT + 5):
        batches.arm(str(number), "mine", [], 0.0)
    assert batches.take("0", "mine", 1.0) is None
    assert batches.take(str(KEPT + 4), "mine", 1.0) == ()
