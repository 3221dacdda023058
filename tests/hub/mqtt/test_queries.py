"""Runs looked up: the plan, covered by what is told beyond it."""

from datetime import UTC, date, datetime

from msgspec import structs
from twisted.internet.defer import succeed

from hub.mqtt.queries import Queries
from hub.outbox import Publication
from protocol.codec import encode_body
from protocol.messages import Plan, RunQuery
from protocol.runs import CallTime, Named, Role, Run

DAY = date(2021, 1, 20)
AT = datetime(2021, 1, 20, 4, tzinfo=UTC)
RUN = Run(
    run_id="2021-01-20.k1",
    service_date=DAY,
    departure_number="K1",
    category="K",
    role=Role.ORIGIN,
    origin=Named("A", {"en": "A"}),
    destination=Named("B", {"en": "B"}),
    departure=CallTime(planned=AT),
)
LATE = structs.replace(RUN, platform="3")
OTHER = structs.replace(RUN, run_id="2021-01-20.k2", departure_number="K2")


class Outbox:
    """What is live, as a test says."""

    def __init__(self):
        self.entities = {}

    def put(self, entity, body, rev=1):
        self.entities[entity] = Publication(
            number=1,
            entity=entity,
            type_name="x",
            rev=rev,
            body=encode_body(body),
            retained=True,
            issued_at=AT,
            valid_until=None,
        )

    def live(self):
        return list(self.entities.values())


def asked(outbox):
    queries = Queries(lambda call: succeed(call()), outbox)

    def ask(**conditions):
        found = []
        queries(RunQuery(**conditions)).addCallback(found.append)
        return found[0]

    return ask


def test_what_is_told_covers_the_plan():
    outbox = Outbox()
    ask = asked(outbox)
    assert ask() == ((), 0)
    outbox.put("plan/2021-01-20", Plan(service_date=DAY, runs=(RUN, OTHER)))
    assert ask() == ((RUN, OTHER), 0)
    outbox.put("run/2021-01-20.k1", LATE)
    assert ask(number="k1") == ((LATE,), 0)
    assert ask(limit=1) == ((LATE,), 1)


def test_a_new_revision_of_a_plan_is_read():
    outbox = Outbox()
    ask = asked(outbox)
    outbox.put("plan/2021-01-20", Plan(service_date=DAY, runs=(RUN,)))
    assert ask() == ((RUN,), 0)
    outbox.put("plan/2021-01-20", Plan(service_date=DAY, runs=(OTHER,)), rev=2)
    assert ask() == ((OTHER,), 0)
