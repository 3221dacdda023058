from station_config.runtime.restarts import HOPELESS, LONGEST_S, Record, after_exit


def exits(*lives, code=1):
    record = Record()
    for lived_s in lives:
        record = after_exit(record, lived_s=lived_s, code=code)
    return record


def test_the_wait_doubles_from_half_a_second_to_half_a_minute():
    waits = [exits(*[20.0] * times).delay_s for times in range(1, 9)]
    assert waits == [0.5, 1, 2, 4, 8, 16, 30, 30]


def test_a_calm_minute_clears_the_record():
    assert exits(20, 20, 20, 60) == Record(0.5, 0)


def test_a_child_that_fails_each_time_at_once_is_hopeless_and_left_alone_for_long():
    assert not exits(*[0.3] * (HOPELESS - 1)).hopeless
    record = exits(*[0.3] * HOPELESS)
    assert record.hopeless
    assert record.delay_s == LONGEST_S


def test_a_kill_or_an_orderly_exit_is_no_quick_failure():
    assert exits(*[0.3] * 9, code=None).quick == 0
    assert exits(*[0.3] * 9, code=0).quick == 0


def test_one_longer_life_ends_a_row_of_quick_failures():
    assert exits(0.3, 0.3, 0.3, 0.3, 15).quick == 0
