"""Templates heard with sample data, and readings corrected, undone, remembered."""

import pytest

from protocol.errors import OperatorError
from subsystems.broadcast.asked import Corrected, HearAsked
from subsystems.broadcast.facts import USES
from subsystems.broadcast.samples import samples_of
from tests.subsystems.broadcast.desk_stage import DeskStage


@pytest.fixture
def stage(tmp_path, hohhot, words, log_lines):  # noqa: ARG001 - keeps the output quiet
    stage = DeskStage(tmp_path, hohhot, words)
    yield stage
    stage.driver.stop()


def heard(stage, **asked):
    found = []
    stage.words.hear(HearAsked(**asked)).addCallback(found.append)
    (saying, chime, recording) = stage.sounds[-1]
    return found[0], saying, chime, recording


def test_there_is_a_sample_of_every_kind_in_every_language(stage, words):
    said = stage.words.templates()["samples"]
    assert {each["kind"] for each in said} == set(USES)
    for language in words.tongues:
        assert {each["kind"] for each in said if each["language"] == language} == set(USES)
    assert all(each["shown"] for each in said)
    assert not [each for each in said if "{" in each["shown"] or "None" in each["shown"]]


@pytest.mark.parametrize("name", ["hohhot", "muehlau"])
def test_samples_have_names_of_their_own(name, request, words):
    station = request.getfixturevalue(name)
    samples = samples_of(station, words)
    assert len({each.id for each in samples}) == len(samples) > 20


def test_a_sample_is_heard_as_it_is_read(stage):
    sample = stage.words.templates()["samples"][0]
    answer, saying, _, _ = heard(stage, sample=sample["id"], language="zh")
    assert saying.shown == {"zh": sample["shown"]}
    assert answer["clip"] == "ab" * 32
    assert stage.heard() == {}, "and reaches no loudspeaker"
    with pytest.raises(OperatorError, match="no such sample"):
        stage.words.hear(HearAsked(sample="gone", language="zh"))


def test_a_text_is_heard_with_its_chime_before_it_is_said(stage):
    _, saying, chime, _ = heard(stage, text={"en": "Mind the gap"}, chime=True)
    assert saying.shown == {"en": "Mind the gap"}
    assert chime
    for wrong in ({}, {"text": {"fr": "x"}}, {"recording": "gone.wav"}):
        with pytest.raises(OperatorError):
            stage.words.hear(HearAsked(**wrong))


def test_a_reading_is_tried_before_it_counts(stage):
    _, saying, _, _ = heard(stage, text={"zh": "六安"}, reading="lu4 an1")
    assert saying.parts[0].segments[0].reading == "lu4 an1"
    with pytest.raises(OperatorError, match="pinyin"):
        stage.words.hear(HearAsked(text={"zh": "六安"}, reading="lu an"))


def reading_of(stage, word):
    _, saying, _, _ = heard(stage, text={"zh": word})
    return " ".join(segment.reading for segment in saying.parts[0].segments)


def test_a_correction_counts_at_once_stays_and_is_undone(stage, tmp_path, hohhot, words):
    before = reading_of(stage, "东乌")
    stage.words.correct(Corrected("zh", "东乌", "dong3 wu3", "li"), "1.2.3.4")
    assert reading_of(stage, "东乌") == "dong3 wu3" != before
    (shown,) = stage.words.templates()["corrections"]
    assert (shown["word"], shown["who"]) == ("东乌", "li")
    again = DeskStage(tmp_path, hohhot, words)
    assert reading_of(again, "东乌") == "dong3 wu3"
    again.words.correct(Corrected("zh", "东乌", "", "wang"), "")
    assert reading_of(again, "东乌") == before
    assert again.words.templates()["corrections"] == []
    history = again.means.readings.value.history
    assert [(c.who, c.before) for c in history] == [("li", ""), ("wang", "dong3 wu3")]
    again.driver.stop()


@pytest.mark.parametrize(
    ("language", "reading"), [("fr", "x"), ("zh", "dong"), ("zh", "dong1 wu1 wu1")]
)
def test_what_is_no_reading_is_refused(stage, language, reading):
    with pytest.raises(OperatorError):
        stage.words.correct(Corrected(language, "东乌", reading), "")
    assert stage.words.templates()["corrections"] == []
