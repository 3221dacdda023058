"""XML that is hostile, broken, or oddly laid out."""

from __future__ import annotations

import pytest

from station_config.document import Document
from station_config.load import load_station
from station_config.mistakes import ConfigErrors


def test_no_entity_is_resolved_and_a_doctype_is_refused(draft, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("TOP SECRET")
    text = (draft.directory / "station.xml").read_text(encoding="utf-8")
    doctype = f'<!DOCTYPE station [<!ENTITY x SYSTEM "file://{secret}">]>'
    text = text.replace('encoding="UTF-8"?>\n', f'encoding="UTF-8"?>{doctype}\n')
    draft.write("station.xml", text.replace(">DF<", ">&x;<"))
    told = draft.told()
    assert (told[0][1], told[0][2]) == (1, "error")
    assert "a DOCTYPE is not allowed" in told[0][3]
    with pytest.raises(ConfigErrors) as caught:
        load_station(draft.directory)
    assert "TOP SECRET" not in str(caught.value)


def test_entities_that_grow_are_refused(draft):
    bomb = "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(9))
    doctype = f'<!DOCTYPE station [<!ENTITY e0 "ha">{bomb}]>'
    text = (draft.directory / "station.xml").read_text(encoding="utf-8")
    text = text.replace('encoding="UTF-8"?>\n', f'encoding="UTF-8"?>{doctype}\n')
    draft.write("station.xml", text.replace('label="II"', 'label="&e9;"'))
    assert any("DOCTYPE" in m[3] or "not well-formed" in m[3] for m in draft.told())


@pytest.mark.parametrize(
    ("old", "new", "at", "words"),
    [
        (">Dorf<", ">Dorf & Feld<", "Dorf &", "xmlParseEntityRef: no name"),
        ('id="a2" label', 'id="a2 label', 'id="a2 label', "attribute"),
        ("</codes>", "</cods>", "</cods>", "mismatch: codes line 7 and cods"),
        ('zone="Europe/Berlin"', "zone=Europe/Berlin", "zone=Europe", "AttValue: \" or ' expected"),
    ],
)
def test_what_is_not_well_formed_is_told_at_its_line(draft, old, new, at, words):
    draft.spoil("station.xml", old, new)
    syntax = [m for m in draft.told() if "not well-formed XML" in m[3]]
    assert (syntax[0][1], syntax[0][2]) == (draft.line_of("station.xml", at), "error")
    assert words in syntax[0][3]


def test_mistakes_after_a_syntax_error_are_told_too(draft):
    draft.spoil("station.xml", ">Dorf<", ">Dorf & Feld<")
    draft.spoil("station.xml", 'rows="10"', 'rows="none"')
    draft.spoil("station.xml", "<policies", "<policy/><policies")  # structure: not told
    assert [m[1] for m in draft.told()] == [
        draft.line_of("station.xml", "Dorf &"),
        draft.line_of("station.xml", 'rows="none"'),
    ]


@pytest.mark.parametrize("content", [b"", b"hello", b"\xff\xfe\x00", b"<", b"\x00" * 50])
def test_a_file_that_is_no_xml_is_one_mistake(draft, content):
    (draft.directory / "station.xml").write_bytes(content)
    told = draft.told()
    assert len(told) == 1
    assert "XML" in told[0][3]


def test_another_root_is_told(draft):
    draft.write("station.xml", "<?xml version='1.0'?>\n<svg/>")
    told = draft.told()
    assert told[0][1] == 2
    assert "<svg>" in told[0][3]


def test_comments_may_stand_anywhere(draft):
    text = (draft.directory / "station.xml").read_text(encoding="utf-8")
    draft.write(
        "station.xml",
        text.replace(">\n", "><!-- a comment -->\n").replace('"?><!-- a comment -->', '"?>'),
    )
    assert draft.told() == []
    assert load_station(draft.directory).names["de"] == "Dorf"


def test_a_directory_in_place_of_the_file_is_told(tmp_path):
    (tmp_path / "station.xml").mkdir()
    document = Document(tmp_path / "station.xml")
    assert document.root is None
    assert [(m.line, m.message) for m in document.findings.mistakes] == [
        (0, "cannot read: Is a directory")
    ]


def test_lines_are_those_of_the_file_also_behind_line_65535(draft):
    text = (draft.directory / "station.xml").read_text(encoding="utf-8")
    text = text.replace("  <windows", "\n" * 70_000 + "  <windows")
    draft.write("station.xml", text.replace('gate="PT20M"', 'gate="20"'))
    (told,) = draft.told()
    assert told[1] == draft.line_of("station.xml", 'gate="20"')
