"""The audit over the API: searched, and its chain verified."""

import sqlite3
import uuid

import pytest

from hub.accounts.roles import StaffRole
from tests.hub.console.conftest import Caller, people
from tests.hub.real_hub import RealHub

pytestmark = pytest.mark.end_to_end


def test_what_was_done_to_somebody_and_by_somebody_is_found(console):
    admin = console("administrator", new=True)
    name = f"n{uuid.uuid4().hex[:8]}"
    admin.post("/accounts", name=name, role="viewer")
    assert {each["subject"] for each in admin.get(f"/audit?about={name}")} == {name}
    done = admin.get(f"/audit?about={admin.name}")
    assert {each["action"] for each in done} >= {"account.add", "session.login"}
    assert all(admin.name in (each["who"], each["subject"]) for each in done)
    assert admin.get("/audit?about=none.of.them") == []


def test_a_chain_that_somebody_changed_does_not_hold(tmp_path):
    hub = RealHub(tmp_path)
    hub.start()
    try:
        admin = Caller(hub, "boss", people(hub).add("boss", StaffRole.ADMINISTRATOR))
        admin.log_in()
        found = admin.get("/audit/verify")
        assert found["faults"] == []
        last = admin.get("/audit?limit=1")[0]
        assert found["number"] == last["number"]
        assert len(found["hash"]) == 64
        with sqlite3.connect(tmp_path / "hub.sqlite") as database:
            database.execute("update audit set who = 'x' where number = 1")
        (fault,) = admin.get("/audit/verify")["faults"]
        assert (fault["number"], fault["en"]) == (1, "it was changed")
    finally:
        hub.stop()
