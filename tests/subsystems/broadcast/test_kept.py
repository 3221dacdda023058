"""Small files that survive a restart, and damage to them."""

from datetime import UTC, datetime

import pytest

from subsystems.broadcast.kept import Correction, Kept, Mutes, MuteUntil, Readings

AT = datetime(2021, 1, 20, 6, 0, tzinfo=UTC)


@pytest.fixture
def complaints():
    return []


def test_what_is_put_is_there_in_the_next_life(tmp_path, complaints):
    kept = Kept(tmp_path / "new" / "mutes.json", Mutes(), complaints.append)
    assert kept.value == Mutes()
    kept.put(Mutes({"hall": MuteUntil(AT, "li")}))
    again = Kept(tmp_path / "new" / "mutes.json", Mutes(), complaints.append)
    assert again.value == kept.value
    assert complaints == []


def test_a_damaged_file_is_told_put_aside_and_begun_anew(tmp_path, complaints):
    path = tmp_path / "mutes.json"
    path.write_bytes(b'{"zones": {"hall"')
    assert Kept(path, Mutes(), complaints.append).value == Mutes()
    assert len(complaints) == 1
    assert (tmp_path / "mutes.json.damaged").exists()


def test_a_disk_that_cannot_be_written_is_told_and_it_goes_on(tmp_path, complaints):
    (tmp_path / "file").write_text("no directory")
    kept = Kept(tmp_path / "file" / "mutes.json", Mutes(), complaints.append)
    kept.put(Mutes({"hall": MuteUntil(AT)}))
    assert "hall" in kept.value.zones
    assert complaints


def correction(word, reading, **fields):
    return Correction(at=AT, who="li", language="zh", word=word, reading=reading, **fields)


def test_the_last_correction_of_a_word_counts_and_an_empty_one_takes_it_back():
    readings = Readings(
        (
            correction("六安", "liu4 an1"),
            correction("六安", "lu4 an1"),
            correction("都匀", "du1 yun2"),
            correction("都匀", ""),
        )
    )
    assert {w: c.reading for w, c in readings.valid["zh"].items()} == {"六安": "lu4 an1"}
