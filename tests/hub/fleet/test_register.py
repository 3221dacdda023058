"""What the hub knows of devices, and the counts that it tells."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hub.fleet.register import OFFLINE, Expected, Register
from protocol.codec import type_name
from protocol.devices import Fault, Health, Severity
from protocol.messages import DeviceDescription, DeviceState, LinkMode, Message

NOW = datetime(2021, 1, 20, 4, tzinfo=UTC)
LIFE = timedelta(seconds=90)


def message(body, *, life=LIFE):
    until = None if life is None else NOW + life
    return Message(
        t=type_name(body),
        id="1",
        src="x",
        epoch=0,
        seq=1,
        issued_at=NOW,
        valid_until=until,
        body=body,
    )


def state(mode=LinkMode.ONLINE, *, online=True, boot="b1"):
    return message(DeviceState(online=online, boot=boot, mode=mode, since=NOW))


def fault(code="hot", *, active=True, severity=Severity.WARNING):
    return message(Fault(code=code, severity=severity, active=active, since=NOW))


def test_a_device_that_was_never_heard_is_offline():
    register = Register({"a": Expected("display")})
    assert register.devices["a"].mode(NOW) == OFFLINE
    assert register.aggregate(NOW).modes == {
        "ONLINE": 0,
        "SUSPECT": 0,
        "AUTONOMOUS": 0,
        "SYNCING": 0,
        "OFFLINE": 1,
    }


def test_a_state_past_its_validity_is_no_state():
    register = Register({})
    register.take("a", state(LinkMode.AUTONOMOUS))
    assert register.devices["a"].mode(NOW + LIFE) == "AUTONOMOUS"
    assert register.devices["a"].mode(NOW + LIFE + timedelta(seconds=1)) == OFFLINE


def test_a_will_is_offline():
    register = Register({})
    register.take("a", state())
    register.take("a", message(state(online=False).body, life=None))
    assert register.devices["a"].mode(NOW) == OFFLINE


def test_faults_begin_and_end():
    register = Register({})
    register.take("a", fault("hot"))
    register.take("a", fault("dark", severity=Severity.ERROR))
    assert register.aggregate(NOW).faults == {"WARNING": 1, "ERROR": 1}
    register.take("a", fault("hot", active=False))
    assert list(register.devices["a"].faults) == ["dark"]
    register.take("a", message(Health(boot="b1", uptime_s=1.0, faults=("other",))))
    assert register.devices["a"].faults == {}, "health says which are active"


def test_faults_are_of_one_life():
    register = Register({})
    register.take("a", state(boot="b1"))
    register.take("a", fault())
    register.take("a", state(boot="b1"))
    assert register.devices["a"].faults
    register.take("a", state(boot="b2"))
    assert register.devices["a"].faults == {}


def test_groups_go_by_the_deployment_and_else_by_the_description():
    register = Register({"a": Expected("display", ("hall",)), "b": Expected("display")})
    register.take("a", message(DeviceDescription(kind="clock", zones=("roof",))))
    register.take("b", message(DeviceDescription(kind="display", zones=("roof",))))
    register.take("c", message(DeviceDescription(kind="display", zones=("hall",))))
    register.take("d", state())
    assert register.group("display", "all") == ("a", "b", "c")
    assert register.group("display", "hall") == ("a", "c")
    assert register.group("clock", "all") == ()
    assert register.kind_of("d") == "unknown"


@given(
    st.lists(
        st.tuples(
            st.sampled_from("abcd"),
            st.sampled_from(
                [state(mode) for mode in LinkMode]
                + [state(online=False), fault(), message(DeviceDescription(kind="clock"))]
            ),
        )
    ),
    st.integers(0, 200),
)
def test_numbers_add_up(words, later_s):
    register = Register({"a": Expected("display")})
    for name, word in words:
        register.take(name, word)
    counted = register.aggregate(NOW + timedelta(seconds=later_s))
    assert sum(counted.modes.values()) == counted.devices == len(register.devices)
    assert sum(sum(each.values()) for each in counted.kinds.values()) == counted.devices
