"""The API against its own document: whatever anybody sends, no error of ours (schemathesis)."""

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from jsonschema import Draft202012Validator
from schemathesis import openapi

from hub.accounts.roles import StaffRole, may
from hub.console.actions import ACTIONS, LIVE
from hub.console.gates import HEADER
from hub.console.openapi import document
from hub.console.session_actions import LOGOUT
from tests.hub.console.conftest import Caller, people
from tests.hub.real_hub import RealHub

pytestmark = pytest.mark.end_to_end

DOCUMENT = document(
    [action for action in ACTIONS if action is not LIVE], cookie="station_session", header=HEADER
)
SCHEMA = openapi.from_dict(DOCUMENT).exclude(operation_id=LOGOUT.name)
"""But for logging out: everything after it would only be turned away."""
BY_NAME = {action.name: action for action in ACTIONS}
EXAMPLES = 12
"""Of each action in a short run; `--hypothesis-profile=nightly` for many."""


@pytest.fixture(scope="module")
def callers(tmp_path_factory):
    """Somebody for each role, on a hub that nobody else uses: what is sent may break its day."""
    hub = RealHub(tmp_path_factory.mktemp("fuzz"))
    hub.start()
    desk = people(hub)
    desk.add("last.administrator", StaffRole.ADMINISTRATOR)
    made = {}
    for role in StaffRole:
        made[role] = Caller(hub, role.value, desk.add(role.value, role))
        assert made[role].log_in()[0] == 200
    yield made
    assert hub.said("console.failed") == []
    assert hub.said("steps.set-aside") == []
    assert hub.said("store.fails") == []
    assert hub.stop() == 0


def test_the_document_says_what_the_table_says():
    assert DOCUMENT["openapi"].startswith("3.1")
    operations = {
        each["operationId"]: each for path in DOCUMENT["paths"].values() for each in path.values()
    }
    for action in ACTIONS:
        if action is not LIVE:
            told = operations[action.name]
            assert told.get("x-permission") == (action.permission and action.permission.value)
            assert ("requestBody" in told) == (action.takes is not None)
    for schema in DOCUMENT["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


@SCHEMA.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    database=None,
)
def test_no_error_is_ours(case, callers):
    action = BY_NAME[case.operation.definition.raw["operationId"]]
    role = next(r for r in StaffRole if action.permission is None or may(r, action.permission))
    caller = callers[role]
    headers = {"Cookie": caller.cookie, HEADER: caller.token}
    answer = case.call(base_url=caller.hub.url, headers=headers)
    if answer.status_code == 503:
        assert answer.json()["code"] == "unavailable", "there is no broker here"
        assert action.name.startswith("device.")
        return
    assert answer.status_code < 500, (answer.status_code, answer.text)
    turned_away_by_the_server = answer.status_code == 400 and not answer.text
    assert turned_away_by_the_server or "application/json" in str(answer.headers)


def test_schemathesis_is_the_one_that_is_known():
    assert schemathesis.__version__.startswith("4.")
