import msgspec
import pytest

from hub.accounts.roles import StaffRole
from hub.accounts.session import Account, Limits, Preferences, Session, hash_of, lives, page_token
from hub.audit.record import Actor, Entry, Outcome, Source
from hub.store.accounts import AccountStore
from hub.store.audit import AuditStore
from hub.store.database import Database
from protocol.errors import OperatorError
from station_config.runtime.clocks import system_clock

LIMITS = Limits(idle_s=100, longest_s=1000)


def entry(action="account.add"):
    actor = Actor(who="admin", source=Source.COMMAND_LINE)
    return Entry(actor=actor, action=action, outcome=Outcome.DONE)


def account(name="li", role=StaffRole.DISPATCHER, **changes):
    given = {"name": name, "role": role, "password": "p", "disabled": False, "changed_at": 1}
    return Account(**(given | changes))


def begun(token="t", name="li", made_at=1000):  # noqa: S107 - a test's token
    return Session(
        token_hash=hash_of(token), account=name, made_at=made_at, seen_at=made_at, address="a"
    )


@pytest.fixture
def store(database_url):
    database = Database(database_url)
    database.create()
    now = system_clock().now
    yield AccountStore(database, AuditStore(database, now=now, wall=now))
    database.close()


def test_an_account_is_made_once_and_found(store):
    store.make(account(), entry())
    assert store.find("li") == account()
    assert store.find("ma") is None
    with pytest.raises(OperatorError, match="already"):
        store.make(account(), entry())
    assert [each.action for each in store._audit.all()] == ["account.add"]


def test_a_change_ends_the_sessions_but_one(store):
    store.make(account(), entry())
    for token in "abc":
        store.begin(begun(token), entry("session.login"), forget_before=0)
    store.change(account(role=StaffRole.VIEWER), entry("account.change"), keep=hash_of("b"))
    assert [store.session(hash_of(each)) is not None for each in "abc"] == [False, True, False]
    assert store.session(hash_of("b"))[1].role is StaffRole.VIEWER


def test_what_somebody_prefers_ends_no_session(store):
    store.make(account(), entry())
    store.begin(begun(), entry(), forget_before=0)
    store.prefer("li", Preferences(language="en", theme="dark"))
    assert store.session(hash_of("t"))[1].preferences.theme == "dark"


def test_the_last_administrator_stays(store):
    admin = account("admin", StaffRole.ADMINISTRATOR)
    store.make(admin, entry())
    for changed in (
        msgspec.structs.replace(admin, disabled=True),
        msgspec.structs.replace(admin, role=StaffRole.VIEWER),
    ):
        with pytest.raises(OperatorError, match="nobody could administer"):
            store.change(changed, entry())
    store.make(account("other", StaffRole.ADMINISTRATOR), entry())
    store.change(msgspec.structs.replace(admin, disabled=True), entry())


def test_an_old_session_is_forgotten(store):
    store.make(account(), entry())
    store.begin(begun("old", made_at=10), entry(), forget_before=0)
    store.begin(begun("new", made_at=1000), entry(), forget_before=500)
    assert store.session(hash_of("old")) is None
    store.touch(hash_of("new"), 1050)
    assert store.session(hash_of("new"))[0].seen_at == 1050
    store.end(hash_of("new"), entry())
    assert store.session(hash_of("new")) is None


def test_how_long_a_session_lives():
    session = begun(made_at=1000)
    assert lives(session, account(), 1099, LIMITS)
    assert not lives(session, account(), 1100, LIMITS)
    seen = msgspec.structs.replace(session, seen_at=1990)
    assert lives(seen, account(), 1999, LIMITS)
    assert not lives(seen, account(), 2000, LIMITS)
    assert not lives(session, account(disabled=True), 1001, LIMITS)
    assert not lives(session, None, 1001, LIMITS)
    assert lives(session, account(), 1, LIMITS), "a clock that was set back ends nothing"


def test_tokens_do_not_tell_each_other():
    assert len({"t", hash_of("t"), page_token("t")}) == 3
