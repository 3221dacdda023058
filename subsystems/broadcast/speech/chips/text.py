"""What a chip is given to read: GBK text with tags, in pieces that a frame holds.

Law: pure. Tags stay in force in the chip until they are set anew or it is reset, so every piece
begins with all of them: ``[d]`` where the chip knows it, volume and speed always.

    [d][v8][s5][n1][y1][x1]sound101，六[=liu4]安[=an1]站[=zhan4]。[p400]Attention please.

``[=liu4]`` gives the character before it its reading. A character that GBK lacks is spoken by its
reading: a character that GBK has stands for it, with that reading. Where there is no reading, or
the chip has no such tag, it is left out, and that is told.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from subsystems.broadcast.speech.clip import CHINESE, primary
from subsystems.broadcast.speech.syllables import is_han

if TYPE_CHECKING:
    from subsystems.broadcast.model import Part, Saying, Segment
    from subsystems.broadcast.speech.chips.frames import Chip

STAND_IN = "一"
"""Any character that GBK has: its own reading is overridden."""
SENTENCE_ENDS = "。！？；.!?;"
CLAUSE_ENDS = "，、：,: "
PAUSE = "，"
"""Stands for a pause where the chip has no tag for one."""
LANGUAGE_PAUSE_MS = 500
LONGEST_PAUSE_MS = 4000
DB_PER_STEP = 3.0
_TAG_OR_CHARACTER = re.compile(r"(?:\[[px]\d+\]|sound\d+|.)(?:\[=[a-z]+[1-5]\])?", re.DOTALL)
_FORBIDDEN = re.compile(r"[\[\]\x00-\x1f]")
"""In text they would be taken for tags."""


@dataclass(frozen=True)
class Voice:
    """How a chip shall sound.

    Attributes:
        volume: of its tag.
        speed: of its tag.
        chimes: tag or music of a chime by its name.
    """

    volume: int
    speed: int
    chimes: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Text:
    """What a saying becomes.

    Attributes:
        pieces: for one frame each.
        lost: sentences on what could not be said.
    """

    pieces: tuple[bytes, ...]
    lost: tuple[str, ...]


def text_of(
    saying: Saying, chip: Chip, voice: Voice, *, gain_db: float = 0.0, chime: str = ""
) -> Text:
    """Return what `chip` is given for a saying; no pieces: it can say nothing of it.

    Args:
        saying: the words.
        chip: which model.
        voice: of the station.
        gain_db: louder or softer than the voice's volume, in steps of 3 dB.
        chime: name of the chime before it; one that the chip was not given a tag for is left out.
    """
    lost: list[str] = []
    said: list[str] = []
    for part in saying.parts:
        if primary(part.language) not in chip.languages:
            lost.append(f"{chip.name} does not speak {part.language}")
            continue
        if said:
            said.append(_pause(chip, LANGUAGE_PAUSE_MS))
        said += [_segment(part, each, chip, lost) for each in part.segments]
    head = _head(chip, voice, gain_db).encode("gbk")
    tag = voice.chimes.get(chime, "")
    if said and tag:
        said.insert(0, f"[x1]{tag}{PAUSE}" if chip.full_tags else tag + PAUSE)
    pieces = _split("".join(said), chip.longest - len(head))
    return Text(tuple(head + piece for piece in pieces), tuple(lost))


def _head(chip: Chip, voice: Voice, gain_db: float) -> str:
    volume = min(chip.loudest, max(0, voice.volume + round(gain_db / DB_PER_STEP)))
    speed = min(chip.fastest, max(0, voice.speed))
    tags = f"[v{volume}][{chip.speed_tag}{speed}]"
    return f"[d]{tags}[n1][y1]" if chip.full_tags else f"{tags}[m0]"


def _segment(part: Part, segment: Segment, chip: Chip, lost: list[str]) -> str:
    text = _FORBIDDEN.sub(" ", segment.text)
    if primary(part.language) == CHINESE:
        said = _chinese(text, segment.reading.split(), chip, lost)
    else:
        said = "".join(_encodable(each, "", chip, lost) for each in segment.reading or text)
        said = f" {said.strip()} "
    return said + (_pause(chip, segment.pause_ms) if segment.pause_ms else "")


def _chinese(text: str, readings: list[str], chip: Chip, lost: list[str]) -> str:
    fits = sum(map(is_han, text)) == len(readings)
    waiting = iter(readings)
    said = []
    for character in text:
        reading = next(waiting) if fits and is_han(character) else ""
        said.append(_encodable(character, _tag(reading), chip, lost))
    return "".join(said)


def _tag(reading: str) -> str:
    sound = reading.lower().replace("u:", "v").replace("ü", "v").replace("0", "5")
    if not sound:
        return ""
    return f"[={sound if sound[-1].isdigit() else sound + '5'}]"


def _encodable(character: str, tag: str, chip: Chip, lost: list[str]) -> str:
    known = _has(character)
    if not chip.full_tags:
        tag = ""
    if known:
        return character + tag
    if tag:
        return STAND_IN + tag
    lost.append(f"{character!r} (U+{ord(character):04X}) is not in GBK and is left out")
    return ""


def _has(character: str) -> bool:
    try:
        character.encode("gbk")
    except UnicodeEncodeError:
        return False
    return True


def _pause(chip: Chip, milliseconds: int) -> str:
    if chip.full_tags:
        return f"[p{min(LONGEST_PAUSE_MS, milliseconds)}]"
    return PAUSE


def _split(text: str, room: int) -> list[bytes]:
    """Cut where a sentence ends, else a clause, else between characters; never inside a tag."""
    atoms = [atom.encode("gbk") for atom in _TAG_OR_CHARACTER.findall(text.strip())]
    pieces: list[bytes] = []
    while atoms:
        count = _fitting(atoms, room)
        pieces.append(b"".join(atoms[:count]))
        atoms = atoms[count:]
    return pieces


def _fitting(atoms: list[bytes], room: int) -> int:
    """Return how many atoms go into the next piece."""
    size, count = 0, 0
    while count < len(atoms) and size + len(atoms[count]) <= room:
        size += len(atoms[count])
        count += 1
    if count == len(atoms):
        return count
    for ends in (SENTENCE_ENDS, CLAUSE_ENDS):
        marks = {mark.encode("gbk") for mark in ends}
        for at in range(count, count // 2, -1):
            if atoms[at - 1] in marks:
                return at
    return max(1, count)
