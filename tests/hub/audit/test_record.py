import msgspec
from hypothesis import given
from hypothesis import strategies as st

from hub.audit.record import Actor, Entry, Outcome, Source, to_record, verify

ACTOR = Actor(who="li", role="dispatcher", source=Source.CONSOLE, address="10.0.0.7")


def chain(count):
    records, previous = [], ""
    for number in range(1, count + 1):
        entry = Entry(actor=ACTOR, action="a", outcome=Outcome.DONE, body={"why": f"w{number}"})
        records.append(to_record(entry, previous=previous, number=number, at=1, wall=2))
        previous = records[-1].hash
    return records, (count, previous)


def test_what_nobody_has_changed_holds():
    assert list(verify(*chain(5))) == []
    assert list(verify([], (0, ""))) == []


CHANGES = st.one_of(
    st.tuples(st.just("who"), st.text(min_size=1)),
    st.tuples(st.just("outcome"), st.sampled_from(["refused", "denied"])),
    st.tuples(st.just("wall"), st.integers(3, 10)),
    st.tuples(st.just("rev"), st.integers(1, 10)),
    st.tuples(st.just("body"), st.just(b'{"why":"other"}')),
    st.tuples(st.just("hash"), st.just("0" * 64)),
)


@given(st.integers(1, 6), CHANGES)
def test_whatever_is_changed_is_found(place, change):
    records, head = chain(6)
    name, value = change
    if getattr(records[place - 1], name) == value:
        return
    records[place - 1] = msgspec.structs.replace(records[place - 1], **{name: value})
    assert place in {fault.number for fault in verify(records, head)} | {
        fault.number - 1 for fault in verify(records, head)
    }


@given(st.sets(st.integers(1, 6), min_size=1))
def test_whatever_is_missing_is_found(missing):
    records, head = chain(6)
    left = [record for record in records if record.number not in missing]
    assert list(verify(left, head))


def test_a_chain_made_anew_is_found_by_a_noted_hash():
    records, head = chain(3)
    noted = {2: records[1].hash}
    assert list(verify(records, head, noted)) == []
    forged, forged_head = [], ""
    for record in records:
        entry = Entry(
            actor=Actor(who="ma", source=Source.CONSOLE), action="a", outcome=Outcome.DONE
        )
        forged.append(to_record(entry, previous=forged_head, number=record.number, at=1, wall=2))
        forged_head = forged[-1].hash
    assert list(verify(forged, (3, forged_head))) == []
    assert [fault.number for fault in verify(forged, (3, forged_head), noted)] == [2]
    assert list(verify(records[:1], (1, records[0].hash), noted))


def test_a_body_that_is_far_too_long_is_cut_and_says_so():
    entry = Entry(
        actor=ACTOR, action="a", outcome=Outcome.DONE, body={"x": "y" * 100_000, "why": "w"}
    )
    made = to_record(entry, previous="", number=1, at=1, wall=2)
    assert msgspec.json.decode(made.body) == {"cut": 100_018, "why": "w"}
