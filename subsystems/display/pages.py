"""The HTML of the display: the list of boards, and the empty frame of one board.

Law: pure; everything that is not ours is escaped. The frame knows nothing of its board, so it can
be kept for a reload without the server; it carries the code of the page's files.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from subsystems.display.model import Sheet, Text

FRAME = """<!doctype html>
<html lang="{language}" data-code="{code}" data-kind="{kind}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="theme-color" content="#050505">
<title>{title}</title>
<link rel="preload" href="/web/fonts/fusion-pixel-12px-monospaced-sc.woff2" as="font" \
type="font/woff2" crossorigin>
<link rel="icon" href="/web/icon.svg">
<link rel="stylesheet" href="/web/board.css">
<script type="module" src="/web/board.js"></script>
</head>
<body>
<section id="emergency" hidden>
<div id="emergency-said" class="hidden" role="alert" aria-live="assertive"></div>
<div data-part="kind" aria-hidden="true"></div>
<div data-part="clock" aria-hidden="true"></div>
<div data-part="text" aria-hidden="true"></div>
<div data-part="line" aria-hidden="true"></div>
<div data-part="count" aria-hidden="true"></div>
</section>
<main id="board">
<header>
<h1 id="title"></h1>
<div id="station"></div>
<div id="clock" role="timer" aria-live="off"></div>
<div id="date"></div>
</header>
<section id="notice" aria-hidden="true">
<div data-part="kind"></div>
<div data-part="text"></div>
<div data-part="count"></div>
</section>
<section id="hero" data-empty="true" aria-live="polite">
<div data-box="train"></div>
<div data-box="direction"></div>
<div data-box="place"></div>
<div data-box="time"></div>
<div data-box="arrival"></div>
<div data-box="departure"></div>
<div data-box="platform"></div>
<div data-box="status"></div>
<div data-box="none"></div>
</section>
<h2 id="next"></h2>
<table id="rows" role="table" aria-labelledby="title">
<thead role="rowgroup"></thead>
<tbody role="rowgroup"></tbody>
</table>
<footer>
<div id="line" role="status"></div>
<div id="pages"></div>
</footer>
</main>
<div id="notices-said" class="hidden" role="status" aria-live="polite"></div>
<noscript>此屏幕需要 JavaScript · This board needs JavaScript</noscript>
</body>
</html>
"""

_INDEX = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="/web/icon.svg">
<link rel="stylesheet" href="/web/index.css">
</head>
<body>
<main>
<h1>{station}</h1>
<p class="line">{intro}</p>
<ul>
{items}
</ul>
</main>
</body>
</html>
"""

_ITEM = """<li><a class="name" href="/board/{board}">{name}</a>
<a class="plain" href="/board/{board}?plain">{plain}</a></li>"""


def board_page(sheet: Sheet, code: str) -> bytes:
    """Return the frame of `sheet`'s board."""
    title = escape(" · ".join(dict.fromkeys(sheet.title.values())))
    language = escape(sheet.languages[0])
    return FRAME.format(
        language=language, code=escape(code), kind=escape(sheet.kind), title=title
    ).encode()


def index_page(station: Text, boards: Iterable[Sheet], intro: Text, plain: Text) -> bytes:
    """Return the list of boards.

    Args:
        station: its name; its first language is the page's.
        boards: in their order.
        intro: what this list is.
        plain: what the high-contrast view is called.
    """
    items = "\n".join(
        _ITEM.format(
            board=escape(sheet.board),
            name=_lines(sheet.title),
            plain=_inline(plain),
        )
        for sheet in boards
    )
    return _INDEX.format(
        language=escape(next(iter(station))),
        title=escape(" · ".join(dict.fromkeys(station.values()))),
        station=_lines(station),
        intro=_inline(intro),
        items=items,
    ).encode()


def _lines(text: Text) -> str:
    """Return the first language as it is and every other in a line of its own."""
    first, *others = text.items()
    tail = (f'<span lang="{escape(lang)}">{escape(t)}</span>' for lang, t in others)
    return escape(first[1]) + "".join(tail)


def _inline(text: Text) -> str:
    parts = (f'<span lang="{escape(lang)}">{escape(t)}</span>' for lang, t in text.items())
    return " · ".join(parts)
