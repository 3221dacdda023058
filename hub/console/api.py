"""The API: a request goes through the same gates whatever it asks for.

    path ─▶ action ─▶ origin ─▶ session ─▶ role ─▶ page's token ─▶ types ─▶ do ─▶ JSON

Law: the only place that reads a request and writes an answer. A gate that is closed answers a
`Problem`; what a role may not is recorded. Nothing that a client sends makes an error of ours: what
still does is a defect, said in the log and answered 500 without a word of it.
"""

from __future__ import annotations

import re
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING, Any

import msgspec
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.web import http
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET

from hub.accounts.roles import may
from hub.accounts.session import hash_of, page_token
from hub.audit.record import Outcome
from hub.console.action import ROOT, Action, Call, find
from hub.console.actions import ACTIONS, DOCUMENT, LIVE
from hub.console.gates import (
    HEADER,
    ClosedError,
    closed,
    overtaken,
    peer_of,
    problem_of,
    require_own_page,
    require_page_token,
)
from hub.console.office import DeniedError, Office
from hub.console.openapi import document
from hub.console.said import Done, Problem
from hub.console.session_actions import LOGIN, LOGOUT, ME, me_of
from protocol.errors import OperatorError, StationError
from station_config.runtime.web import JSON_TYPE, answer_json

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger
    from twisted.python.failure import Failure
    from twisted.web.server import Request

    from hub.accounts.session import Account, Session
    from hub.console.streams import Streams

COOKIE = "station_session"
SECURE_COOKIE = "__Host-station_session"
MOST_BYTES = 512 * 1024
"""A batch of 500 commands."""
NOBODY = msgspec.Raw(b"null")
NO_TEXT = re.compile(rb"\\u0000", re.IGNORECASE)
"""No database keeps it, and nobody types it."""


class Api(Resource):
    """Everything below `ROOT`."""

    isLeaf = True  # noqa: N815 - Twisted's name

    def __init__(self, office: Office, streams: Streams, log: FilteringBoundLogger) -> None:
        """Make the document and the decoders.

        Args:
            office: what actions work with.
            streams: where open streams are noted.
            log: the process's log.
        """
        super().__init__()
        self._office = office
        self._streams = streams
        self._log = log
        self._cookie = SECURE_COOKIE if office.secure else COOKIE
        self._document: dict[str, Any] = {}
        self._decoders: dict[str, msgspec.json.Decoder[Any]] = {
            a.name: msgspec.json.Decoder(a.takes) for a in ACTIONS if a.takes is not None
        }

    def render(self, request: Request) -> int:
        """Answer, now or later."""
        gone: list[object] = []
        request.notifyFinish().addErrback(gone.append)
        answering = maybeDeferred(self._answer, request)
        answering.addErrback(lambda failure: self._sorry(request, failure))
        answering.addCallback(lambda value: self._write(request, value, gone))
        return NOT_DONE_YET

    def _write(self, request: Request, value: Any, gone: list[object]) -> None:  # noqa: ANN401
        if value is None or gone:  # a stream, or nobody is there any more
            return
        body = answer_json(request, value)
        request.write(body)
        request.finish()

    def _answer(self, request: Request) -> Deferred[Any]:
        action, path = self._action(request)
        if request.method == b"POST":
            require_own_page(request)
        return self._who(request, action).addCallback(self._let_in, request, action, path)

    def _action(self, request: Request) -> tuple[Action, dict[str, str]]:
        try:
            asked = "/".join(part.decode() for part in request.postpath or [])
        except UnicodeDecodeError:
            raise closed(http.NOT_FOUND, "not-found", "没有此项 · not found") from None
        found = find(ACTIONS, asked)
        if not found.actions or "\0" in asked:
            raise closed(http.NOT_FOUND, "not-found", "没有此项 · not found")
        method = request.method.decode(errors="replace")
        action = found.actions.get(method)
        if action is None:
            offered = ", ".join(sorted(found.actions))
            request.setHeader(b"Allow", offered.encode())
            raise closed(http.NOT_ALLOWED, "method", f"只接受 {offered} · only {offered} here")
        return action, found.path

    def _who(self, request: Request, action: Action) -> Deferred[tuple[Session, Account] | None]:
        token = self._token(request)
        if not token:
            return maybeDeferred(lambda: None)
        return self._office.doorman.check(token, touch=not action.streams)

    def _let_in(
        self,
        found: tuple[Session, Account] | None,
        request: Request,
        action: Action,
        path: dict[str, str],
    ) -> Any:  # noqa: ANN401 - the answer, or a Deferred of it
        account = found[1] if found is not None else None
        token = self._token(request)
        call = Call(account, hash_of(token) if found else "", path, None, None, peer_of(request))
        if action.permission is not None:
            if account is None:
                raise closed(http.UNAUTHORIZED, "not-logged-in", "请先登录 · log in first")
            if not may(account.role, action.permission):
                return self._deny(call, action)
            if request.method == b"POST":
                require_page_token(request, page_token(token))
        call = Call(
            account,
            call.session,
            path,
            self._query(request, action),
            self._body(request, action),
            call.address,
        )
        return self._do(request, action, call)

    def _do(self, request: Request, action: Action, call: Call) -> Any:  # noqa: ANN401 - see above
        if action is LIVE:
            self._office.desk()
            self._streams.add(request, self._token(request))
            self._office.live.channel.render_GET(request)
            return None
        if action is DOCUMENT:
            self._document = self._document or document(ACTIONS, cookie=self._cookie, header=HEADER)
            return self._document
        if action is ME:
            return me_of(call.account, page_token(self._token(request))) if call.account else NOBODY
        if action is LOGIN:
            return self._log_in(request, call)
        if action is LOGOUT:
            return self._log_out(request, call)
        done = maybeDeferred(action.do, self._office, call)
        return done.addCallback(overtaken, request)

    def _log_in(self, request: Request, call: Call) -> Deferred[Any]:
        self._office.desk()
        entered = self._office.doorman.log_in(call.body.name, call.body.password, call.address)

        def welcome(entered: tuple[str, Account]) -> Any:  # noqa: ANN401 - a Me
            token, account = entered
            self._set_cookie(request, token)
            return me_of(account, page_token(token))

        return entered.addCallback(welcome)

    def _log_out(self, request: Request, call: Call) -> Deferred[Any]:
        self._set_cookie(request, "")
        actor = self._office.entry(call, "session.logout").actor
        done = self._office.doorman.log_out(call.session, actor)
        self._office.live.edit(call.session, call.by.name, None)
        return done.addCallback(lambda _: Done())

    def _deny(self, call: Call, action: Action) -> Deferred[Any]:
        entry = self._office.entry(
            call, action.name, next(iter(call.path.values()), ""), Outcome.DENIED
        )

        def deny(_: object) -> None:
            raise DeniedError

        return self._office.record(entry).addCallback(deny)

    def _query(self, request: Request, action: Action) -> Any:  # noqa: ANN401 - of its type
        if action.query is None:
            return None
        given = {
            name.decode(errors="replace"): values[-1].decode(errors="replace")
            for name, values in (request.args or {}).items()
        }
        known = {n: v for n, v in given.items() if n in action.query.__struct_fields__}
        if any("\0" in value for value in known.values()):
            raise OperatorError("not a text", where="query")
        try:
            return msgspec.convert(known, action.query, strict=False)
        except msgspec.ValidationError as error:
            raise OperatorError(str(error), where="query") from error

    def _body(self, request: Request, action: Action) -> Any:  # noqa: ANN401 - of its type
        if action.takes is None:
            return None
        media = (request.getHeader(b"content-type") or b"").partition(b";")[0].strip().lower()
        if media != JSON_TYPE.encode():
            raise closed(http.UNSUPPORTED_MEDIA_TYPE, "bad-request", f"send {JSON_TYPE}")
        raw = request.content.read(MOST_BYTES + 1) if request.content is not None else b""
        if len(raw) > MOST_BYTES:
            raise closed(http.REQUEST_ENTITY_TOO_LARGE, "bad-request", "too long")
        if NO_TEXT.search(raw):
            raise OperatorError("not a text", where="body")
        try:
            return self._decoders[action.name].decode(raw)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise OperatorError(f"not what is taken here: {error}", where="body") from error

    def _token(self, request: Request) -> str:
        try:
            cookies = SimpleCookie((request.getHeader(b"cookie") or b"").decode("ascii", "replace"))
        except CookieError:
            return ""
        found = cookies.get(self._cookie)
        return found.value if found is not None else ""

    def _set_cookie(self, request: Request, token: str) -> None:
        secure = "; Secure" if self._office.secure else ""
        gone = "" if token else "; Max-Age=0"
        value = f"{self._cookie}={token}; Path=/; HttpOnly; SameSite=Strict{secure}{gone}"
        request.responseHeaders.addRawHeader(b"Set-Cookie", value.encode())

    def _sorry(self, request: Request, failure: Failure) -> Problem:
        error = failure.value
        if isinstance(error, ClosedError):
            request.setResponseCode(error.status)
            return error.problem
        if isinstance(error, StationError):
            status, problem = problem_of(error)
            request.setResponseCode(status)
            if problem.wait_s:
                request.setHeader(b"Retry-After", str(problem.wait_s).encode())
            return problem
        where = request.path.decode(errors="replace")
        self._log.error("console.failed", path=where, why=failure.getTraceback())
        request.setResponseCode(http.INTERNAL_SERVER_ERROR)
        return Problem(code="defect", error="程序缺陷，见日志 · a defect of the hub; see its log")


def mount(root: Resource, api: Api) -> None:
    """Put the API at `ROOT` below the site's root."""
    place = root
    *above, last = ROOT.strip("/").split("/")
    for part in above:
        step = Resource()
        place.putChild(part.encode(), step)
        place = step
    place.putChild(last.encode(), api)
