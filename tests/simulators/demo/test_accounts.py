from hub.accounts.hashing import is_password
from hub.accounts.roles import StaffRole
from hub.store.accounts import AccountStore
from hub.store.audit import AuditStore
from hub.store.database import Database
from simulators.demo.accounts import make_accounts
from station_config.runtime.clocks import system_clock
from station_config.runtime.deployment import BrokerSettings, Deployment, HubSettings


def test_one_of_each_role_and_only_once(tmp_path):
    url = f"sqlite:///{tmp_path / 'hub.sqlite'}"
    deployment = Deployment(
        station=tmp_path, broker=BrokerSettings(), hub=HubSettings(database=url)
    )
    made = make_accounts(deployment)
    assert set(made) == {role.value for role in StaffRole}
    assert make_accounts(deployment) == {}
    database = Database(url)
    database.create()
    now = system_clock().now
    held = AccountStore(database, AuditStore(database, now=now, wall=now)).all()
    assert {each.name for each in held} == set(made)
    assert all(is_password(each.password, made[each.name]) for each in held)
    database.close()
