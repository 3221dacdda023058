"""Who is let in: the cookie, the wait after mistakes, sessions that end."""

import time

import pytest

from hub.accounts.hashing import hash_password
from hub.accounts.lockout import RESET
from hub.accounts.roles import StaffRole
from tests.hub.console.conftest import Caller, people
from tests.hub.real_hub import RealHub

pytestmark = pytest.mark.end_to_end


def newcomer(console, name, role=StaffRole.VIEWER):
    return Caller(console.hub, name, console.desk.add(name, role))


def test_the_cookie_is_for_this_site_and_no_script(console):
    caller = newcomer(console, "cookie")
    assert caller.log_in()[0] == 200
    said = caller.headers["Set-Cookie"]
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= {p.strip() for p in said.split(";")}
    assert caller.get("/session")["name"] == "cookie"


def test_logging_out_ends_it_at_once(console):
    caller = newcomer(console, "leaver")
    caller.log_in()
    assert caller.ask("POST", "/session/end", {})[0] == 200
    assert caller.get("/session") is None


def test_wrong_name_and_wrong_password_are_one_answer(console):
    caller = newcomer(console, "guesser")
    wrong = caller.log_in("not-it")
    caller.name = "nobody.at.all"
    assert caller.log_in("not-it") == wrong
    assert wrong[0] == 401


def test_after_some_mistakes_even_the_right_password_has_to_wait(console):
    caller = newcomer(console, "forgetful")
    for _ in range(5):
        assert caller.log_in("wrong")[0] == 401
    status, answer = caller.log_in()
    assert (status, answer["code"]) == (429, "wait")
    assert int(caller.headers["Retry-After"]) == answer["wait_s"] > 0
    time.sleep(answer["wait_s"])
    assert caller.log_in()[0] == 200


def test_a_restart_of_the_hub_forgets_no_mistake_and_a_reset_does(tmp_path):
    hub = RealHub(tmp_path)
    hub.start()
    try:
        desk = people(hub)
        caller = Caller(hub, "forgetful", desk.add("forgetful", StaffRole.VIEWER))
        for _ in range(7):
            while (said := caller.log_in("wrong"))[0] == 429:
                time.sleep(min(0.5, said[1]["wait_s"]))
        hub.stop()
        hub.start()
        caller.log_in("wrong")
        status, answer = caller.log_in()
        assert (status, answer["code"]) == (429, "wait")
        desk.change("forgetful", RESET, password=hash_password("correct horse battery"))
        assert caller.log_in("correct horse battery")[0] == 200
    finally:
        hub.stop()


def test_what_happened_at_the_door_is_recorded(console):
    caller = newcomer(console, "recorded")
    caller.log_in("wrong")
    caller.log_in()
    told = console("administrator").get("/audit?subject=recorded&limit=3")
    assert [(each["action"], each["outcome"]) for each in told] == [
        ("session.login", "done"),
        ("session.login", "refused"),
        ("account.add", "done"),
    ]


def test_who_is_disabled_is_out_within_two_seconds(console):
    caller = newcomer(console, "dismissed")
    caller.log_in()
    console.desk.change("dismissed", "account.change", disabled=True)
    deadline = time.monotonic() + 10
    while caller.get("/session"):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert caller.log_in()[0] == 401


def test_a_changed_password_ends_the_other_sessions(console):
    first = newcomer(console, "changer")
    second = Caller(console.hub, "changer", first.password)
    first.log_in()
    second.log_in()
    weak = first.ask("POST", "/session/password", {"old": first.password, "new": "short"})
    assert weak[0] == 400
    wrong = first.ask("POST", "/session/password", {"old": "wrong", "new": "correct horse battery"})
    assert wrong[0] == 401
    body = {"old": first.password, "new": "correct horse battery"}
    assert first.ask("POST", "/session/password", body)[0] == 200
    assert first.get("/session")
    assert second.get("/session") is None
    assert second.log_in()[0] == 401
    assert second.log_in("correct horse battery")[0] == 200


def test_preferences_stay(console):
    caller = newcomer(console, "chooser")
    caller.log_in()
    assert caller.ask("POST", "/session/preferences", {"language": "en", "theme": "dark"})[0] == 200
    assert caller.ask("POST", "/session/preferences", {"language": "xx"})[0] == 400
    caller.log_in()
    assert caller.get("/session")["preferences"] == {"language": "en", "theme": "dark"}


def test_an_administrator_makes_changes_and_resets(console):
    admin = console("administrator")
    given = admin.post("/accounts", name="hired", role="viewer")
    caller = Caller(console.hub, "hired", given["password"])
    assert caller.log_in()[1]["role"] == "viewer"
    assert admin.post("/accounts/hired", role="dispatcher")["role"] == "dispatcher"
    assert caller.log_in()[1]["role"] == "dispatcher"
    again = admin.post("/accounts/hired/password")
    assert caller.log_in()[0] == 401
    assert caller.log_in(again["password"])[0] == 200
    assert "password" not in str(admin.get("/audit?subject=hired&limit=5")).replace(
        "session.password", ""
    )
    assert admin.ask("POST", "/accounts", {"name": "hired", "role": "viewer"})[0] == 400
    assert admin.ask("POST", "/accounts/nobody", {"role": "viewer"})[0] == 404


def test_an_administrator_sees_who_waits_and_ends_it(console):
    admin, caller = console("administrator"), newcomer(console, "mistyper")

    def waits():
        return next(each for each in admin.get("/accounts") if each["name"] == "mistyper")["wait_s"]

    for _ in range(5):
        caller.log_in("wrong")
    assert waits() > 0
    assert caller.log_in()[0] == 429
    admin.post("/accounts/mistyper/unlock")
    assert waits() == 0
    assert caller.log_in()[0] == 200
    assert admin.ask("POST", "/accounts/nobody.at.all/unlock", {})[0] == 404
