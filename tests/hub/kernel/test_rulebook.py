import pytest

from hub.kernel.rulebook import DEFAULT_ORDER, KNOWN, rulebook
from protocol.errors import OperatorError


def test_the_default_order_is_a_valid_one():
    assert [rule.name for rule in rulebook(DEFAULT_ORDER)] == list(KNOWN)


def test_the_order_is_the_configurations():
    names = ("times", "place", "hold", "windows")
    assert [rule.name for rule in rulebook(names)] == list(names)


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (("times", "hold", "guess"), "known rules: times, steady, propagate"),
        (("times", "hold", "times"), "'times' stands twice"),
        (("times", "hold", "check_in", "place"), "'check_in' must come after place"),
        (("hold", "times"), "'hold' must come after times"),
        (("times", "propagate"), "'hold' is missing"),
        ((), "'times' is missing"),
    ],
)
def test_a_wrong_order_is_the_operators_mistake(names, said):
    with pytest.raises(OperatorError, match=said):
        rulebook(names)
