"""Each role against each action: who may is let through, who may not is told so and recorded."""

import pytest

from hub.accounts.roles import MAY, Permission, StaffRole, may
from hub.console.actions import ACTIONS, LIVE

pytestmark = pytest.mark.end_to_end

ENTERED = [action for action in ACTIONS if action.permission is not None and action is not LIVE]
ENDS_IT = "session.logout"


def path_of(action):
    path = action.path
    for name in action.parameters:
        path = path.replace(f"{{{name}}}", "nobody")
    return path


def test_names_and_places_are_unique():
    assert len({action.name for action in ACTIONS}) == len(ACTIONS)
    assert len({(action.method, action.path) for action in ACTIONS}) == len(ACTIONS)


def test_every_permission_is_somebodys_and_every_role_has_its_row():
    assert set(MAY) == set(StaffRole)
    assert set.union(*map(set, MAY.values())) == set(Permission)


def test_what_changes_is_posted():
    assert {a.method for a in ACTIONS} == {"GET", "POST"}
    assert all(a.takes is not None for a in ACTIONS if a.method == "POST")


@pytest.mark.parametrize("role", StaffRole)
@pytest.mark.parametrize("action", ENTERED, ids=lambda action: action.name)
def test_each_role_and_each_action(console, role, action):
    caller = console(role.value, new=action.name == ENDS_IT)
    body = b"[]" if action.method == "POST" and action.name != ENDS_IT else None
    if action.name == ENDS_IT:
        body = {}
    status, answer = caller.ask(action.method, path_of(action), body)
    allowed = may(role, action.permission)
    assert (status == 403) is not allowed, answer
    if not allowed:
        assert answer["code"] == "denied"
        last = console("administrator").get("/audit?limit=1")[0]
        assert (last["action"], last["outcome"], last["who"]) == (
            action.name,
            "denied",
            caller.name,
        )
    else:
        usable = body in (None, {}) and action.query is None
        assert status in ({200, 404} if usable else {200, 400, 404}), answer


@pytest.mark.parametrize("action", ENTERED, ids=lambda action: action.name)
def test_nobody_gets_in_without_a_login(console, action):
    body = {} if action.method == "POST" else None
    status, answer = console.nobody().ask(action.method, path_of(action), body)
    assert (status, answer["code"]) == (401, "not-logged-in")


@pytest.mark.parametrize("action", [a for a in ENTERED if a.method == "POST"], ids=lambda a: a.name)
def test_nothing_is_done_without_the_pages_token(console, action):
    caller = console("administrator")
    roles = [role for role in StaffRole if may(role, action.permission)]
    caller = console(roles[0].value)
    status, answer = caller.ask("POST", path_of(action), {}, **{"X-Page-Token": "another"})
    assert (status, answer["code"]) == (403, "page-token")


def test_a_foreign_page_is_turned_away(console):
    caller = console("dispatcher")
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "http://elsewhere"}):
        status, answer = caller.ask("POST", "/session/preferences", {}, **headers)
        assert (status, answer["code"]) == (403, "page-token")
