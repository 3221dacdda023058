"""What terminals say: who signs on and off, whose signature it is, whose clock is off."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest
from twisted.internet.defer import Deferred, fail, maybeDeferred, succeed
from twisted.internet.task import Clock
from twisted.python.failure import Failure

from protocol.errors import DeviceError, OperatorError
from subsystems.staff_notices.limits import Limit
from subsystems.staff_notices.people import Person, new_person
from subsystems.staff_notices.reception import Delivery, Here, One, Reception, SignOff, SignOn
from subsystems.staff_notices.store import Store
from subsystems.staff_notices.terminals import Terminals
from subsystems.staff_notices.view import milliseconds

SESSION = "session-of-t-1"


class Pool:
    """Does at once what a thread would do."""

    def callInThreadWithCallback(self, then, work, *given):  # noqa: N802 - Twisted's name
        then(True, work(*given))


class Reactor(Clock):
    """A clock with a pool of threads."""

    def getThreadPool(self):  # noqa: N802 - Twisted's name
        return Pool()

    def callFromThread(self, call, *given):  # noqa: N802 - Twisted's name
        call(*given)


class Desk:
    """A reception at a real store and a real machine."""

    def __init__(self, path, office, make, *, listed=None, rate=1.0):
        self.office, self.make = office, make
        self.store, self.terminals = Store(path), Terminals()
        self.changed, self.broken = [], False
        self.reactor = Reactor()
        self.reception = Reception(
            posts={"watering", "police"},
            listed=listed,
            store=self.store,
            terminals=self.terminals,
            limit=Limit(0.05, 5.0),
            now=lambda: office.now,
            seconds=self.reactor.seconds,
            sign=self._sign,
            keep=self._keep,
            changed=self.changed.append,
            reactor=self.reactor,
            rate=rate,
        )

    def _sign(self, signed):
        self.given = signed
        for each in signed:
            self.office.step(each)
        return succeed(self.office.answers[-len(signed) :] if signed else [])

    def _keep(self, step):
        if self.broken:
            return fail(DeviceError("disk is full"))
        return maybeDeferred(self.store.write, step)

    def millis(self, seconds=0.0):
        return milliseconds(self.office.now + timedelta(seconds=seconds))

    def on(self, session=SESSION, person="王芳", **rest):
        given = {"post": "watering", "terminal": "t-1", "at": self.millis()} | rest
        found = self.reception.sign_on(SignOn(session=session, person=person, **given))
        return _now(found)

    def off(self, seconds=0.0):
        self.reception.sign_off(SignOff(session=SESSION, at=self.millis(seconds)))

    def sign(self, notice, nth=1, *, seconds=0.0, sent=0.0, session=SESSION):
        one = One(id=f"signature-{nth}", notice=notice, session=session, at=self.millis(seconds))
        sending = Delivery(terminal="t-1", sent_at=self.millis(sent), signatures=[one])
        return _now(self.reception.sign(sending))

    def kinds(self):
        return [line.kind for _, line, _ in self.store.lines()]


@pytest.fixture
def desk(tmp_path, office, through, make, request):
    made = office(through, now=through.arrival.planned - timedelta(hours=1))
    made.until(through.arrival.planned - 15 * make.minute)
    desk = Desk(tmp_path / "s.sqlite", made, make, **getattr(request, "param", {}))
    desk.notice = made.of("watering", through.run_id, "arrival").id
    yield desk
    desk.store.close()


def _now(found):
    """Return what was answered, or raise what was refused, at once."""
    if not isinstance(found, Deferred):
        return found
    kept = []
    found.addBoth(kept.append)
    if isinstance(kept[0], Failure):
        kept[0].raiseException()
    return kept[0]


def verdict(answer):
    return answer["results"][0]["verdict"]


def test_who_signed_on_signs(desk):
    assert desk.on(person="  王   芳 ") == {"person": "王 芳"}
    assert desk.changed == ["watering"]
    assert verdict(desk.sign(desk.notice)) == "ACCEPTED"
    assert desk.given[0].signature.person == "王 芳"
    assert desk.given[0].signature.session == SESSION[:8], "the whole is known to the terminal only"


def test_a_sign_on_that_is_sent_again_is_the_same_shift(desk):
    desk.on()
    assert desk.on(person="李明") == {"person": "王芳"}
    assert desk.kinds() == ["sign-on"]


def test_nobody_signs_without_a_shift_or_for_another_post(desk):
    assert verdict(desk.sign(desk.notice)) == "NOBODY"
    desk.on(post="police")
    assert verdict(desk.sign(desk.notice, nth=2)) == "NOBODY"


def test_a_signature_from_within_a_shift_that_is_over_counts(desk):
    desk.on()
    desk.off(seconds=60)
    assert desk.terminals.at("t-1") is None
    assert verdict(desk.sign(desk.notice, seconds=600)) == "NOBODY", "after the shift"
    assert verdict(desk.sign(desk.notice, nth=2, seconds=30)) == "ACCEPTED", "from the store"


def test_signing_off_twice_happens_once(desk):
    desk.on()
    desk.off()
    desk.off()
    assert desk.kinds() == ["sign-on", "sign-off"]


def test_the_next_person_at_a_terminal_ends_the_shift_before(desk):
    desk.on()
    desk.on(session="session-of-another", person="李明")
    assert desk.kinds() == ["sign-on", "sign-off", "sign-on"]
    assert desk.terminals.at("t-1").person == "李明"


def test_who_signed_before_is_told_to_the_second(desk):
    desk.on()
    desk.sign(desk.notice)
    result = desk.sign(desk.notice, nth=2)["results"][0]
    assert result == {"id": "signature-2", "verdict": "ALREADY", "by": "王芳"}


@pytest.mark.parametrize("desk", [{"rate": 60.0}], indirect=True)
def test_a_clock_is_off_in_real_seconds(desk):
    desk.on()
    assert desk.sign(desk.notice, sent=120.0)["clock_off_s"] == 2.0
    assert desk.given[0].signature.clock_off_s == 2.0


def test_a_sign_of_life_is_noted_and_tells_who_is_on(desk):
    here = Here(terminal="t-1", post="watering", at=desk.millis(9), queued=2)
    assert desk.reception.here(here)["session"] == ""
    assert desk.changed == [""]
    desk.on()
    desk.changed.clear()
    answer = desk.reception.here(here)
    assert (answer["session"], answer["clock_off_s"]) == (SESSION[:8], 9.0)
    assert desk.changed == [], "nothing that people see"
    (terminal,) = desk.terminals.of("watering")
    assert (terminal.queued, terminal.clock_off_s) == (2, 9.0)


def test_a_post_that_is_none_is_refused(desk):
    with pytest.raises(OperatorError, match="kitchen"):
        desk.on(post="kitchen")
    with pytest.raises(OperatorError, match="kitchen"):
        desk.reception.here(Here(terminal="t-1", post="kitchen", at=0.0))
    with pytest.raises(OperatorError, match="name"):
        desk.on(person="   ")


def test_what_is_not_on_disk_is_no_sign_on(desk):
    desk.broken = True
    with pytest.raises(DeviceError):
        desk.on()
    assert desk.terminals.at("t-1") is None
    desk.broken = False
    assert desk.on() == {"person": "王芳"}


@pytest.fixture(scope="module")
def people():
    number, name, hashed = new_person("0417", "王芳", "2468").split("\t")
    return {number: Person(number, name, hashed)}


@pytest.fixture
def guarded(desk, people):
    desk.reception._listed = people
    return SimpleNamespace(on=lambda **given: desk.on(**{"person": "0417"} | given), desk=desk)


def test_with_a_list_the_pin_decides(guarded):
    assert guarded.on(pin="1111") == {"error": "wrong-pin"}
    assert guarded.on(pin="2468", person="0999") == {"error": "wrong-pin"}
    assert guarded.desk.kinds() == []
    assert guarded.on(pin="2468") == {"person": "0417 王芳"}
    assert guarded.desk.terminals.at("t-1").checked


def test_pins_cannot_be_tried_for_ever(guarded):
    guarded.desk.reception._limit = Limit(0.05, 1.0)
    assert guarded.on(pin="1111") == {"error": "wrong-pin"}
    assert guarded.on(pin="2468") == {"error": "too-often"}
    guarded.desk.reactor.advance(20.0)
    assert guarded.on(pin="2468") == {"person": "0417 王芳"}
