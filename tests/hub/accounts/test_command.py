"""`station account` and `station audit` as they are typed."""

import csv
import re

import pytest
from sqlalchemy import create_engine, update

from hub.accounts.hashing import is_password
from hub.store.accounts import AccountStore
from hub.store.audit import AuditStore
from hub.store.database import Database
from hub.store.tables import audit
from station_config.runtime.clocks import system_clock
from station_config.runtime.command import main
from station_config.runtime.deployment import (
    BrokerSettings,
    Deployment,
    HubSettings,
    dump_deployment,
)
from tests.hub.real_hub import HOHHOT


@pytest.fixture
def typed(tmp_path, capsys):
    """Run a command of the station; return exit code and what it printed."""
    url = f"sqlite:///{tmp_path / 'hub.sqlite'}"
    deployment = Deployment(station=HOHHOT, broker=BrokerSettings(), hub=HubSettings(database=url))
    dump_deployment(deployment, tmp_path / "deployment.toml")

    def run(*words):
        code = main([*words, "--deployment", str(tmp_path / "deployment.toml")])
        printed = capsys.readouterr()
        return code, printed.out + printed.err

    run.url = url
    return run


def password_in(printed):
    return re.search(r"password: (\S+)", printed).group(1)


def kept(url, name):
    database = Database(url)
    database.create()
    now = system_clock().now
    found = AccountStore(database, AuditStore(database, now=now, wall=now)).find(name)
    database.close()
    return found


def test_the_first_administrator_is_made_once(typed):
    code, printed = typed("account", "create-admin")
    assert code == 0
    assert is_password(kept(typed.url, "admin").password, password_in(printed))
    code, printed = typed("account", "create-admin", "second")
    assert (code, "already" in printed) == (1, True)


def test_accounts_are_added_changed_and_listed(typed):
    typed("account", "create-admin")
    _, first = typed("account", "add", "li", "--role", "dispatcher")
    _, again = typed("account", "reset", "li")
    assert password_in(first) != password_in(again)
    assert typed("account", "role", "li", "viewer")[0] == 0
    assert typed("account", "disable", "li")[0] == 0
    listed = typed("account", "list")[1]
    assert re.search(r"li +viewer +停用", listed)
    assert typed("account", "disable", "admin") == (
        1,
        "station: then nobody could administer accounts; make another first\n",
    )
    assert typed("account", "reset", "nobody")[0] == 1
    assert typed("account", "add", "Li", "--role", "viewer")[0] == 1


def test_the_audit_is_listed_exported_and_verified(typed, tmp_path):
    typed("account", "create-admin")
    typed("account", "add", "li", "--role", "dispatcher")
    code, printed = typed("audit", "verify")
    assert code == 0
    noted = re.search(r"note it: (\S+)", printed).group(1)
    assert typed("audit", "verify", "--known", noted)[0] == 0
    assert "li" in typed("audit", "list", "--subject", "li")[1]
    file = tmp_path / "audit.csv"
    assert typed("audit", "export", "--csv", str(file))[0] == 0
    with file.open(encoding="utf-8-sig", newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert [row["subject"] for row in rows] == ["admin", "li"]
    engine = create_engine(typed.url)
    with engine.begin() as connection:
        connection.execute(update(audit).where(audit.c.number == 1).values(who="nobody"))
    engine.dispose()
    code, printed = typed("audit", "verify")
    assert (code, "record 1" in printed) == (1, True)
    assert typed("audit", "verify", "--known", "nonsense")[0] == 1
