"""Phrases looked up in pypinyin's file: read as if all of them were in memory."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from subsystems.broadcast.reading.phrases import PhraseFile, PhrasesError, library

FILE = Path(find_spec("pypinyin").origin).parent / "phrases_dict.json"
WHOLE = """
import json, sys
from pypinyin import Style, lazy_pinyin
how = dict(style=Style.TONE3, errors="ignore", neutral_tone_with_five=True, tone_sandhi=True)
json.dump([lazy_pinyin(text, **how) for text in json.load(sys.stdin)], sys.stdout)
"""
LEAN = """
import json, sys
from subsystems.broadcast.reading.phrases import library
json.dump([library().read(text) for text in json.load(sys.stdin)], sys.stdout)
"""
MEMORY = """
import psutil
from subsystems.broadcast.reading.phrases import library
before = psutil.Process().memory_info().rss
library().read("开往重庆北方向的旅客请注意")
print((psutil.Process().memory_info().rss - before) / 2**20)
"""
MOST_MB = 25.0
"""Half of what the phrases would take."""


@pytest.fixture(scope="module")
def phrases():
    return PhraseFile(FILE)


def run(program, given=""):
    done = subprocess.run(
        [sys.executable, "-c", program], input=given, capture_output=True, text=True, check=True
    )
    return done.stdout


def test_every_phrase_is_found(phrases):
    whole = json.loads(FILE.read_text(encoding="utf-8"))
    assert len(phrases) == len(whole)
    for phrase in sorted(whole)[::97]:
        assert phrases.beginning_with(phrase[:2])[phrase] == whole[phrase]
    assert phrases.beginning_with("火〇") == {}


def test_texts_are_read_as_by_the_whole_library():
    """By two processes, for a library that was once told of all phrases does not forget them."""
    chance = random.Random(6)
    some = sorted(json.loads(FILE.read_text(encoding="utf-8")))
    texts = [
        "".join(chance.choice(some)[: chance.randint(1, 6)] for _ in range(chance.randint(1, 4)))
        for _ in range(2000)
    ]
    given = json.dumps(texts)
    lean, whole = json.loads(run(LEAN, given)), json.loads(run(WHOLE, given))
    assert [t for t, a, b in zip(texts, lean, whole, strict=True) if a != b] == []


def test_it_takes_little_memory():
    assert float(run(MEMORY)) < MOST_MB


def test_what_is_a_phrase_and_what_has_several_readings():
    assert library().has("重庆")
    assert not library().has("重庆北站的")
    assert not library().has("重")
    assert library().several("重")
    assert not library().several("您")


@pytest.mark.parametrize("content", [b"", b"{}", b'{"key": "value"}'])
def test_a_file_that_is_otherwise_is_an_error_that_names_it(tmp_path, content):
    path = tmp_path / "phrases.json"
    path.write_bytes(content)
    with pytest.raises(PhrasesError, match=r"phrases\.json"):
        PhraseFile(path)
    with pytest.raises(PhrasesError, match="cannot be read"):
        PhraseFile(tmp_path / "none.json")
