"""The API's document (OpenAPI 3.1), made of the table of actions.

Law: pure. Nothing stands here that does not stand there, but for what all actions share: the
cookie, the page's token, and the answers that are none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from hub.console.action import ROOT, Action
from hub.console.said import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

COOKIE = "session"
TOKEN = "page"  # noqa: S105 - the name of a scheme
TEMPLATE = "#/components/schemas/{name}"


def document(actions: Sequence[Action], *, cookie: str, header: str) -> dict[str, Any]:
    """Return the document.

    Args:
        actions: the table.
        cookie: name of the session's cookie.
        header: name of the header that carries the page's token.
    """
    types = [t for a in actions for t in (a.takes, a.gives, a.query) if t is not None]
    types.append(Problem)
    schemas, components = msgspec.json.schema_components(
        types, schema_hook=_anything, ref_template=TEMPLATE
    )
    by_type = {_key(kind): schema for kind, schema in zip(types, schemas, strict=True)}
    paths: dict[str, dict[str, Any]] = {}
    for action in actions:
        paths.setdefault(ROOT + action.path, {})[action.method.lower()] = _operation(
            action, by_type, components
        )
    return {
        "openapi": "3.1.0",
        "info": {"title": "Station Hub console", "version": "1"},
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                COOKIE: {"type": "apiKey", "in": "cookie", "name": cookie},
                TOKEN: {"type": "apiKey", "in": "header", "name": header},
            },
        },
    }


def _operation(
    action: Action, by_type: dict[str, Any], components: dict[str, Any]
) -> dict[str, Any]:
    parameters = [
        {"name": n, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
        for n in action.parameters
    ]
    if action.query is not None:
        parameters += _query(components[by_type[_key(action.query)]["$ref"].rpartition("/")[2]])
    media = "text/event-stream" if action.streams else "application/json"
    made: dict[str, Any] = {
        "operationId": action.name,
        "summary": action.summary,
        "parameters": parameters,
        "security": _security(action),
        "responses": {
            "200": _answer("done", media, by_type[_key(action.gives)]),
            **_problems(action, by_type[_key(Problem)]),
        },
    }
    if action.permission is not None:
        made["x-permission"] = action.permission.value
    if action.takes is not None:
        body = {"application/json": {"schema": by_type[_key(action.takes)]}}
        made["requestBody"] = {"required": True, "content": body}
    return made


def _query(schema: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "query", "required": False, "schema": _without_null(each)}
        for name, each in schema["properties"].items()
    ]


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """What is not asked for is left out of a query: there is no null in it."""
    choices = [each for each in schema.get("anyOf", ()) if each.get("type") != "null"]
    return choices[0] if len(choices) == 1 else schema


def _security(action: Action) -> list[dict[str, list[str]]]:
    if action.permission is None:
        return []
    both: dict[str, list[str]] = {COOKIE: []}
    return [both | {TOKEN: []}] if action.method == "POST" else [both]


def _problems(action: Action, schema: dict[str, Any]) -> dict[str, Any]:
    codes = {"400": "cannot be used", "503": "this hub does not lead, or its database fails"}
    codes |= {"413": "too long", "415": "not JSON"} if action.takes is not None else {}
    codes |= {"404": "there is no such thing"} if action.parameters else {}
    if action.name == "run.undo":
        codes["404"] = "there is no such record"
    if action.permission is not None or action.takes is not None:
        codes |= {"401": "not logged in", "403": "not allowed", "429": "wait"}
    if "command" in action.name or action.name == "station.mode":
        codes["409"] = "somebody else was there first; see `overtaken`"
    return {
        code: _answer(said, "application/json", schema if code != "409" else {})
        for code, said in sorted(codes.items())
    }


def _answer(said: str, media: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": said, "content": {media: {"schema": schema}}}


def _anything(kind: type) -> dict[str, Any]:
    """Return the schema of what is only known to be JSON."""
    if kind is object:
        return {"description": "any JSON"}
    raise NotImplementedError(kind)


def _key(kind: Any) -> str:  # noqa: ANN401 - any type
    return repr(kind)
