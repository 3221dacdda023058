"""CAP 1.2 files to values: what is valid, what is not and where, and what must harm nobody."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.errors import OperatorError
from subsystems.broadcast.cap import MAX_BYTES, MAX_DEPTH, read_alert

ALERT = """<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">
  <identifier>41002</identifier>
  <sender>met@example.cn</sender>
  <sent>2021-01-20T14:00:00+08:00</sent>
  <status>Actual</status>
  <msgType>Alert</msgType>
  <scope>Public</scope>
  <info>
    <language>zh-CN</language>
    <category>Met</category>
    <event>暴风雪</event>
    <responseType>Shelter</responseType>
    <urgency>Immediate</urgency>
    <severity>Extreme</severity>
    <certainty>Observed</certainty>
    <expires>2021-01-20T16:00:00+08:00</expires>
    <headline>暴风雪红色预警</headline>
    <instruction>请留在候车室内</instruction>
    <area>
      <areaDesc>呼和浩特东站</areaDesc>
      <geocode><valueName>telecode</valueName><value>NDC</value></geocode>
    </area>
  </info>
</alert>
"""


def read(text):
    return read_alert(text.encode() if isinstance(text, str) else text, "a.xml")


def refused(text):
    with pytest.raises(OperatorError) as caught:
        read(text)
    return caught.value


def test_an_alert_is_read_whole():
    alert = read(ALERT)
    assert alert.name.text == "met@example.cn,41002,2021-01-20T06:00:00+00:00"
    assert (alert.status, alert.kind, alert.scope) == ("Actual", "Alert", "Public")
    (info,) = alert.infos
    assert info.language == "zh-CN"
    assert (info.severity, info.urgency, info.responses) == ("Extreme", "Immediate", ("Shelter",))
    assert info.expires == datetime(2021, 1, 20, 8, 0, tzinfo=UTC)
    assert info.areas[0].geocodes == ("telecode=NDC",)


def test_an_info_without_language_is_in_english():
    (info,) = read(ALERT.replace("<language>zh-CN</language>", "")).infos
    assert info.language == "en-US"


@pytest.mark.parametrize(
    ("old", "new", "why", "line"),
    [
        ("<status>Actual</status>", "<status>Real</status>", "Real", 6),
        ("<status>Actual</status>", "", "msgType", 7),
        ("<severity>Extreme</severity>", "<severity>Bad</severity>", "Bad", 15),
        ("2021-01-20T14:00:00+08:00", "2021-01-20T06:00:00Z", "sent", 5),
        ("<msgType>Alert</msgType>", "<msgType>Cancel</msgType>", "name what it is about", 2),
        ("met@example.cn", "met example,cn", "sender has no spaces", 4),
        ("</alert>", "", "not XML", 26),
        ("16:00:00+08:00</expires>", "16:00:00+08:00</expires><effective/>", "effective", None),
        ("2021-01-20T14:00", "2321-01-20T14:00", "no instant", 5),
    ],
)
def test_what_is_not_valid_is_told_with_its_line(old, new, why, line):
    assert old in ALERT
    error = refused(ALERT.replace(old, new))
    assert why in error.message
    if line is not None:
        assert error.where == f"a.xml:{line}"


def test_it_does_not_expire_before_it_is_effective():
    early = "<effective>2021-01-20T17:00:00+08:00</effective><expires>"
    assert "expires before" in refused(ALERT.replace("<expires>", early)).message


def test_a_reference_has_three_parts():
    wrong = ALERT.replace("</scope>", "</scope><references>a,b</references>")
    assert "sender,identifier,sent" in refused(wrong).message
    right = ALERT.replace("Alert</msgType>", "Update</msgType>").replace(
        "</scope>",
        "</scope><references>a@b,1,2021-01-20T14:00:00+08:00 a@b,2,2021-01-20T06:00:00-00:00"
        "</references>",
    )
    assert [each.identifier for each in read(right).references] == ["1", "2"]


# -- what somebody could wish us ------------------------------------------------------------------

BOMB = """<?xml version="1.0"?>
<!DOCTYPE alert [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>&c;</identifier></alert>"""
FILE = """<?xml version="1.0"?>
<!DOCTYPE alert [<!ENTITY x SYSTEM "file:///etc/passwd">]>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>&x;</identifier></alert>"""
REMOTE = '<!DOCTYPE alert SYSTEM "http://127.0.0.1:9/cap.dtd"><alert/>'


@pytest.mark.parametrize("text", [BOMB, FILE, REMOTE, BOMB.encode("utf-16")])
def test_entities_are_not_resolved_and_nothing_is_opened(text):
    error = refused(text)
    assert "root:" not in error.message
    assert "DOCTYPE" in error.message or "not XML" in error.message


def test_a_file_that_is_too_large_or_too_deep_is_refused():
    assert "more than" in refused(b" " * (MAX_BYTES + 1)).message
    deep = "<a>" * (MAX_DEPTH + 5) + "</a>" * (MAX_DEPTH + 5)
    assert "deeper" in refused(deep).message


@given(st.binary(max_size=400))
def test_any_bytes_are_an_alert_or_an_error_that_names_the_file(raw):
    with pytest.raises(OperatorError, match=r"a\.xml"):
        read(raw)


@given(st.data())
def test_an_alert_with_a_piece_missing_is_read_or_refused(data):
    start = data.draw(st.integers(0, len(ALERT)))
    end = data.draw(st.integers(start, min(len(ALERT), start + 60)))
    where = "a.xml"
    try:
        read(ALERT[:start] + ALERT[end:])
    except OperatorError as error:
        where = error.where
    assert where.startswith("a.xml")
