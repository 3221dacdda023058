import pytest

from hub.accounts.roles import Permission
from hub.console.action import Action, find


def action(name, path, method="GET"):
    return Action(name, method, path, Permission.SEE, None, None, "")


ACTIONS = (
    action("list", "/runs"),
    action("one", "/runs/{run_id}"),
    action("change", "/runs/{run_id}", "POST"),
    action("now", "/runs/now"),
    action("history", "/runs/{run_id}/audit"),
)


@pytest.mark.parametrize(
    ("path", "method", "name", "parameters"),
    [
        ("/runs", "GET", "list", {}),
        ("runs/", "GET", "list", {}),
        ("/runs/x.1", "GET", "one", {"run_id": "x.1"}),
        ("/runs/x.1", "POST", "change", {"run_id": "x.1"}),
        ("/runs/now", "GET", "now", {}),
        ("/runs/x/audit", "GET", "history", {"run_id": "x"}),
    ],
)
def test_a_path_finds_its_action(path, method, name, parameters):
    found = find(ACTIONS, path)
    assert found.actions[method].name == name
    assert found.path == parameters


@pytest.mark.parametrize("path", ["", "/", "/other", "/runs//audit", "/runs/x/audit/y"])
def test_elsewhere_is_nothing(path):
    assert find(ACTIONS, path).actions == {}


def test_parameters_are_named():
    assert ACTIONS[4].parameters == ("run_id",)
