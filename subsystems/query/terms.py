"""What a passenger may type to find a train: numbers, names, spellings, initials.

Law: pure. Both what is typed and what is looked for go through `folded`, so case, accents, spaces
and full-width letters make no difference.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


def folded(text: str) -> str:
    """Return `text` as it is compared: lower case, without accents, spaces and punctuation."""
    folding = text
    for _ in range(2):  # what compatibility decomposes may have a case of its own
        folding = unicodedata.normalize("NFKD", folding.casefold())
    return "".join(c for c in folding if c.isalnum())


def number_terms(numbers: Iterable[str | None]) -> Iterator[str]:
    """Yield what finds a train by its numbers: whole, and the digits alone."""
    for number in numbers:
        if number:
            yield folded(number)
            digits = "".join(c for c in number if c.isdigit())
            if digits and digits != number:
                yield digits


def spelling_terms(syllables: Sequence[str]) -> Iterator[str]:
    """Yield what finds a name by its spelling: in full, by initials, and ``lü`` also as ``lu``.

    Between the two stands what people do type: some syllables whole, the last ones by initials.
    """
    parts = [folded(syllable) for syllable in syllables if folded(syllable)]
    for spelled in dict.fromkeys((tuple(parts), tuple(p.replace("v", "u") for p in parts))):
        for whole in range(len(spelled) + 1):
            yield "".join(spelled[:whole]) + "".join(p[0] for p in spelled[whole:])
