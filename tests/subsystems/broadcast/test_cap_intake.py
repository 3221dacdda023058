"""Alerts from a folder: taken once, put away, and broken ones explained."""

import os
from datetime import UTC, datetime

import pytest
import structlog

from protocol.errors import OperatorError
from subsystems.broadcast.cap_intake import CapIntake
from subsystems.broadcast.cap_meaning import Begin, CapRules, End
from subsystems.broadcast.kept import Alerts, Kept

NOW = datetime(2021, 1, 20, 6, 0, tzinfo=UTC)
RULES = CapRules(all_zones=("hall",), languages=("zh", "en"), chime="alarm")
ALERT = """<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">
<identifier>{name}</identifier><sender>met@example.cn</sender>
<sent>2021-01-20T14:00:00+08:00</sent><status>{status}</status>
<msgType>{kind}</msgType><scope>Public</scope>{references}
<info><language>zh-CN</language><category>Met</category><event>暴风雪</event>
<urgency>Immediate</urgency><severity>Extreme</severity><certainty>Observed</certainty>
</info></alert>
"""


def alert(name="1", status="Actual", kind="Alert", about=""):
    references = f"<references>{about}</references>" if about else ""
    return ALERT.format(name=name, status=status, kind=kind, references=references)


class Post:
    """The way in, and what was done."""

    def __init__(self, folder):
        self.done = []
        self.complaints = []
        self.folder = folder / "in"
        self.kept = Kept(folder / "alerts.json", Alerts(), self.complaints.append)
        self.intake = CapIntake(
            RULES, lambda: NOW, self.done.append, self.kept, self.folder, structlog.get_logger()
        )

    def put(self, name, text):
        self.folder.mkdir(exist_ok=True)
        (self.folder / name).write_text(text, encoding="utf-8")

    def look(self):
        self.intake.look()
        self.intake.look()


@pytest.fixture
def post(tmp_path, log_lines):  # noqa: ARG001 - keeps the output quiet
    return Post(tmp_path)


def test_a_file_is_taken_when_it_has_stopped_growing(post):
    post.put("a.xml", alert())
    post.intake.look()
    assert post.done == []
    post.put("a.xml", alert("2"))
    os.utime(post.folder / "a.xml", ns=(1, 1))
    post.intake.look()
    assert post.done == []
    post.intake.look()
    (begun,) = post.done
    assert isinstance(begun, Begin)
    assert (post.folder / "done" / "a.xml").exists()
    assert not (post.folder / "a.xml").exists()


def test_the_same_alert_again_changes_nothing_also_after_a_restart(post, tmp_path):
    post.intake.take(alert().encode(), "a.xml")
    assert "known" in post.intake.take(alert().encode(), "a.xml").outcome
    again = Post(tmp_path)
    assert "known" in again.intake.take(alert().encode(), "a.xml").outcome
    assert len(post.done) == 1
    assert again.done == []


def test_a_cancel_ends_what_it_names(post):
    post.intake.take(alert().encode(), "a.xml")
    about = "met@example.cn,1,2021-01-20T06:00:00-00:00"
    post.intake.take(alert("2", kind="Cancel", about=about).encode(), "b.xml")
    begun, end = post.done
    assert end == End((begun.occasion.key,))


def test_an_exercise_is_listed_and_not_spoken(post):
    assert "Exercise" in post.intake.take(alert(status="Exercise").encode(), "a.xml").outcome
    assert post.done == []
    assert post.intake.last[0].taken is False


def test_a_broken_file_is_put_aside_with_its_error_and_the_next_is_taken(post):
    post.put("a.xml", "<alert>")
    post.put("b.xml", alert())
    post.put("notes.txt", "no alert")
    post.look()
    assert "a.xml:1" in (post.folder / "broken" / "a.xml.txt").read_text(encoding="utf-8")
    assert len(post.done) == 1
    assert post.intake.refused == 1
    assert (post.folder / "notes.txt").exists()


def test_a_link_in_the_folder_is_not_followed(post, tmp_path):
    (tmp_path / "elsewhere.xml").write_text(alert(), encoding="utf-8")
    post.folder.mkdir()
    (post.folder / "a.xml").symlink_to(tmp_path / "elsewhere.xml")
    post.look()
    assert post.done == []


def test_a_refused_upload_says_why_and_where(post):
    with pytest.raises(OperatorError) as caught:
        post.intake.take(b"<alert/>", "upload")
    assert caught.value.where == "upload:1"
    assert "upload" in post.intake.last[0].outcome
