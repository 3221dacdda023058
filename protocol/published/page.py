"""The protocol as one page for the browser: nothing is fetched, nothing runs.

Law: pure; made from the AsyncAPI document and the clauses, so that page and document agree.
"""

from __future__ import annotations

import json
import re
from html import escape
from typing import TYPE_CHECKING

from protocol.clauses import CLAUSES, SECTIONS
from protocol.messages import BODY_TYPES
from protocol.published.document import anchor, kind_of
from protocol.published.style import STYLE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from protocol.clauses import Clause, Section
    from protocol.published.schemas import Json

_CODE = re.compile(r"`([^`]+)`")
_BODIES = {kind.__name__: name for name, kind in BODY_TYPES.items()}
_REFERENCE = re.compile(r"C-\d+\.\d+")


def page(api: Json) -> str:
    """Return the page of an AsyncAPI document made by `protocol.published.asyncapi`."""
    parts = [
        *_head(api),
        *_channels(api),
        '<h2 id="rules">Rules <span lang="zh">规则</span></h2>\n',
        *(part for section in SECTIONS for part in _section(section)),
        '<h2 id="messages">Messages <span lang="zh">报文</span></h2>\n',
        *_envelope(api),
        *(part for name in api["components"]["messages"] for part in _message(api, name)),
        '<h2 id="types">Types <span lang="zh">类型</span></h2>\n',
        *_types(api),
        "</main>\n</body>\n</html>\n",
    ]
    return "".join(parts)


def _head(api: Json) -> Iterator[str]:
    info = api["info"]
    title = escape(info["title"])
    yield '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    yield '<meta name="color-scheme" content="light dark">\n'
    yield f"<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
    yield '<a class="skip" href="#top">Skip to the content</a>\n'
    yield '<nav aria-label="Contents">\n<p><a href="#channels">Channels <span lang="zh">主题</span>'
    yield '</a></p>\n<p><a href="#rules">Rules <span lang="zh">规则</span></a></p>\n<ol>\n'
    for each in SECTIONS:
        yield f'<li><a href="#s-{each.number}">{escape(each.en)}</a></li>\n'
    yield '</ol>\n<p><a href="#messages">Messages <span lang="zh">报文</span></a></p>\n<ul>\n'
    for name in api["components"]["messages"]:
        yield f'<li><a href="#m-{name}"><code>{name}</code></a></li>\n'
    yield '</ul>\n<p><a href="#types">Types <span lang="zh">类型</span></a></p>\n</nav>\n'
    yield f'<main id="top">\n<h1>{title}</h1>\n<p>Version {escape(info["version"])}. '
    yield f"{_text(info['description'])}</p>\n"
    yield '<p>Also: <a href="README.md">the document</a>, <a href="asyncapi.json">AsyncAPI 3.0</a>'
    yield ', <a href="schemas/">JSON Schemas</a>, <a href="examples/">examples</a>.</p>\n'


def _channels(api: Json) -> Iterator[str]:
    yield '<h2 id="channels">Channels <span lang="zh">主题</span></h2>\n'
    yield '<div class="wide" tabindex="0" role="region" aria-label="Channels">\n'
    yield '<table>\n<thead><tr><th scope="col">topic</th>'
    yield '<th scope="col">type</th><th scope="col">device</th><th scope="col">QoS</th>'
    yield '<th scope="col">retained</th><th scope="col">what</th><th scope="col">rules</th></tr>'
    yield "</thead>\n<tbody>\n"
    for name, channel in api["channels"].items():
        yield from _channel_row(api, name, channel)
    yield "</tbody>\n</table>\n</div>\n"


def _channel_row(api: Json, name: str, channel: Json) -> Iterator[str]:
    reference = f"#/channels/{name}"
    operations = (o for o in api["operations"].values() if o["channel"]["$ref"] == reference)
    operation = next(operations, None)
    bound = operation["bindings"]["mqtt"] if operation else {"qos": 1, "retain": True}
    does = {"send": "sends", "receive": "receives"}[operation["action"]] if operation else "none"
    (kind,) = channel["messages"]
    sections = [each.removeprefix("C-") for each in channel["x-clauses"]]
    rules = ", ".join(f'<a href="#s-{number}">C-{number}</a>' for number in sections)
    address = escape(channel["address"]).replace("/", "/<wbr>")
    yield f'<tr><td><code>{address}</code></td><td><a href="#m-{kind}"><code>{kind}</code></a>'
    yield f"</td><td>{does}</td><td>{bound['qos']}</td>"
    yield f"<td>{'retained' if bound['retain'] else 'no'}</td>"
    yield f"<td>{_text(channel['summary'])}</td><td>{rules}</td></tr>\n"


def _section(section: Section) -> Iterator[str]:
    yield f'<section aria-labelledby="s-{section.number}">\n<h3 id="s-{section.number}">'
    yield f'{section.number}. {escape(section.en)} <span lang="zh">{escape(section.zh)}</span></h3>'
    yield f"\n<p>{_text(section.intro)}</p>\n"
    for each in section.clauses:
        yield from _clause(each)
    yield "</section>\n"


def _clause(clause: Clause) -> Iterator[str]:
    name = anchor(clause)
    yield f'<div class="clause" id="{name}"><p class="head"><a href="#{name}">{clause.id}</a> '
    yield f'<strong>{escape(clause.en)}</strong> <span lang="zh">{escape(clause.zh)}</span> '
    yield f'<span class="mark">{clause.party}</span> <span class="mark">{clause.level}</span></p>'
    yield f"<p>{_text(clause.text)}</p></div>\n"


def _envelope(api: Json) -> Iterator[str]:
    payload = dict(next(iter(api["components"]["messages"].values()))["payload"])
    every = {"type": "object", "description": "the content, by the type"}
    payload["properties"] = {**payload["properties"], "t": {"type": "string"}, "body": every}
    yield '<h3 id="envelope">The envelope of all <span lang="zh">信封</span></h3>\n'
    yield from _fields(payload)


def _message(api: Json, name: str) -> Iterator[str]:
    message = api["components"]["messages"][name]
    body = message["title"]
    yield f'<section aria-labelledby="m-{name}">\n<h3 id="m-{name}"><code>{name}</code> {body}</h3>'
    yield f"\n<p>{_text(message['summary'])}</p>\n"
    yield from _fields(api["components"]["schemas"][body])
    for example in message.get("examples", ()):
        written = escape(json.dumps(example["payload"], ensure_ascii=False, indent=2))
        yield f"<details><summary>Example <code>{escape(example['name'])}</code></summary>"
        yield f'<pre tabindex="0"><code>{written}</code></pre></details>\n'
    yield "</section>\n"


def _types(api: Json) -> Iterator[str]:
    bodies = {each["title"] for each in api["components"]["messages"].values()}
    for name, schema in api["components"]["schemas"].items():
        if name not in bodies:
            yield f'<h3 id="t-{name}">{name}</h3>\n<p>{_text(schema.get("description", ""))}</p>\n'
            yield from _fields(schema)
    for name, names in api["info"]["x-open-names"].items():
        yield f'<h3 id="t-{name}">{name} (open)</h3>\n<p>{_text(names["summary"])}</p>\n'
        yield from _values(names["values"])


def _fields(schema: Json) -> Iterator[str]:
    if "enum" in schema:
        yield from _values(schema["x-meanings"])
        return
    yield '<div class="wide" tabindex="0" role="region" aria-label="Fields"><table>\n<thead><tr>'
    yield '<th scope="col">field</th><th scope="col">holds</th><th scope="col">what</th></tr>'
    yield "</thead>\n<tbody>\n"
    for name, inner in schema["properties"].items():
        mark = ' <span class="mark">required</span>' * (name in schema.get("required", ()))
        yield f"<tr><td><code>{name}</code>{mark}</td><td>{_linked_kind(inner)}</td>"
        yield f"<td>{_text(inner.get('description', ''))}</td></tr>\n"
    yield "</tbody>\n</table></div>\n"


def _values(values: Mapping[str, str]) -> Iterator[str]:
    yield '<div class="wide" tabindex="0" role="region" aria-label="Values"><table>\n<thead><tr>'
    yield '<th scope="col">value</th><th scope="col">what</th></tr></thead>\n<tbody>\n'
    for value, meaning in values.items():
        yield f"<tr><td><code>{value}</code></td><td>{_text(meaning)}</td></tr>\n"
    yield "</tbody>\n</table></div>\n"


def _linked_kind(schema: Json) -> str:
    text = _text(kind_of(schema))
    names = {
        ref.rpartition("/")[2] for ref in re.findall(r'"\$ref": "([^"]+)"', json.dumps(schema))
    }
    for name in sorted(names):
        told = _BODIES.get(name)
        target = f"t-{name}" if told is None else f"m-{told}"
        text = re.sub(rf"\b{name}\b", f'<a href="#{target}">{name}</a>', text)
    return text


def _text(text: str) -> str:
    """Return text with `code` marks as HTML; clauses that it names are linked."""
    marked = _CODE.sub(r"<code>\1</code>", escape(text, quote=False))
    return _REFERENCE.sub(lambda found: _link(found[0]), marked)


def _link(identifier: str) -> str:
    known = CLAUSES.get(identifier)
    return identifier if known is None else f'<a href="#{anchor(known)}">{identifier}</a>'
