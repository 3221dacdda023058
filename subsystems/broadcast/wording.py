"""From an occasion to the words that are spoken and shown, in each of its languages.

Law: pure. `say` cannot fail: what it says stands in the occasion's facts, and for everything that
can be announced a template was found and checked when the words were put together (`vocabulary`).
Shown and spoken come from the same pieces, so they say the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from subsystems.broadcast.facts import Facts, Slot, decode_facts
from subsystems.broadcast.model import Part, Saying, Segment
from subsystems.broadcast.reading.lexicon import HAN, is_chinese
from subsystems.broadcast.reading.values import Piece, Speaker
from subsystems.broadcast.templates import Maybe, Value, Words, chosen, parsed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from subsystems.broadcast.model import Kind, Occasion
    from subsystems.broadcast.templates import GroupWords, Node, Template


@dataclass(frozen=True)
class Tongue:
    """One language: its templates and how it says values.

    Attributes:
        speaker: says values.
        templates: the station's before the shipped ones.
        groups: words for several at once, by kind.
    """

    speaker: Speaker
    templates: tuple[Template, ...]
    groups: Mapping[Kind, GroupWords]


@dataclass(frozen=True)
class Vocabulary:
    """All words of a station; see `subsystems.broadcast.vocabulary`.

    Attributes:
        tongues: by language.
    """

    tongues: Mapping[str, Tongue]


def say(occasion: Occasion, vocabulary: Vocabulary) -> Saying:
    """Return what is said at `occasion`, language after language.

    A language without words of its own here (a person wrote a text in one language only) is left
    out.
    """
    parts = (_part(occasion, language, vocabulary) for language in occasion.languages)
    return Saying(tuple(part for part in parts if part is not None))


def pieces_of(facts: Facts, kind: Kind, tongue: Tongue) -> list[Piece]:
    """Return the pieces of an announcement of `kind` that says `facts`."""
    category = facts.category.code if facts.category is not None else ""
    template = chosen(tongue.templates, kind, facts.variant, facts.role, category)
    return [] if template is None else list(_pieces(parsed(template.text), facts, tongue.speaker))


def _part(occasion: Occasion, language: str, vocabulary: Vocabulary) -> Part | None:
    tongue = vocabulary.tongues.get(language)
    if tongue is None:
        return None
    if occasion.text:
        text = occasion.text.get(language, "")
        return _joined(language, tongue.speaker.free(text)) if text.strip() else None
    pieces = _grouped(occasion, tongue) if occasion.members else _single(occasion, tongue)
    return _joined(language, pieces) if pieces else None


def _single(occasion: Occasion, tongue: Tongue) -> list[Piece]:
    if not occasion.facts:
        return []
    return pieces_of(decode_facts(occasion.facts), occasion.kind, tongue)


def _grouped(occasion: Occasion, tongue: Tongue) -> list[Piece]:
    """Return the words for several; where the kind has none, one after the other."""
    words = tongue.groups.get(occasion.kind)
    members = [decode_facts(each.facts) for each in occasion.members if each.facts]
    if words is None or any(each.variant for each in members):
        return [p for each in occasion.members for p in (*_single(each, tongue), _space(tongue))]
    speaker = tongue.speaker
    pieces = speaker.words(words.intro)
    for facts in members:
        pieces += _pieces(parsed(words.item), facts, speaker)
    return [*pieces, *speaker.words(words.outro)]


def _space(tongue: Tongue) -> Piece:
    blank = "" if is_chinese(tongue.speaker.language) else " "
    return Piece(blank, blank)


def _pieces(nodes: tuple[Node, ...], facts: Facts, speaker: Speaker) -> Iterator[Piece]:
    for node in nodes:
        inside = node.nodes if isinstance(node, Maybe) else (node,)
        said = [_said(each, facts, speaker) for each in inside]
        if all(said):
            yield from (piece for pieces in said for piece in pieces)


def _said(node: Words | Value, facts: Facts, speaker: Speaker) -> list[Piece]:
    """Return what is said for `node`, nothing if it has no value."""
    if isinstance(node, Words):
        return speaker.words(node.text)
    value = getattr(facts, node.slot)
    return [] if value is None or value in ((), {}) else _SAID[node.slot](speaker, value, facts)


def _text(speaker: Speaker, value: dict[str, str], _facts: Facts) -> list[Piece]:
    """Return what a person wrote in this language, its full stop taken off."""
    text = value.get(speaker.language, "").strip().rstrip("。.")
    return speaker.free(text) if text else []


def _train(speaker: Speaker, value: str, facts: Facts) -> list[Piece]:
    return [speaker.train(value, facts.category.code if facts.category is not None else "")]


_SAID: dict[Slot, Callable[..., list[Piece]]] = {
    Slot.TRAIN: _train,
    Slot.REPLACEMENT: lambda speaker, value, _: [speaker.train(value, "")],
    **dict.fromkeys(
        (Slot.CATEGORY, Slot.ORIGIN, Slot.DESTINATION, Slot.STATION, Slot.WAITING_ROOM),
        lambda speaker, value, _: [speaker.name(value)],
    ),
    **dict.fromkeys(
        (Slot.DEPARTURE, Slot.ARRIVAL, Slot.PLANNED),
        lambda speaker, value, _: [speaker.clock(value)],
    ),
    **dict.fromkeys(
        (Slot.PLATFORM, Slot.FORMER_PLATFORM), lambda speaker, value, _: [speaker.label(value)]
    ),
    **dict.fromkeys(
        (Slot.GATES, Slot.FORMER_GATES), lambda speaker, value, _: [speaker.labels(value)]
    ),
    Slot.DELAY: lambda speaker, value, _: [speaker.duration(value)],
    **dict.fromkeys((Slot.REASON, Slot.REPLACEMENT_TEXT), _text),
}
"""How the value of each place is said."""


def _joined(language: str, pieces: list[Piece]) -> Part:
    """Return `pieces` as one part, a segment a sentence; their marks make the pauses."""
    shown = "".join(piece.shown for piece in pieces).strip()
    segments: list[Segment] = []
    sentence: list[Piece] = []
    for piece in pieces:
        sentence.append(piece)
        if piece.ends:
            segments += _segment(sentence, chinese=is_chinese(language))
            sentence = []
    segments += _segment(sentence, chinese=is_chinese(language))
    return Part(language, shown, tuple(segments))


def _segment(sentence: list[Piece], *, chinese: bool) -> list[Segment]:
    text = "".join(piece.said for piece in sentence).strip()
    if not text:
        return []
    if chinese:
        known = all(piece.reading or not HAN.search(piece.said) for piece in sentence)
        reading = " ".join(p.reading for p in sentence if p.reading) if known else ""
    elif any(piece.reading for piece in sentence):
        reading = "".join(piece.reading or piece.said for piece in sentence).strip()
    else:
        reading = ""
    return [Segment(text, reading)]
