"""HTTP for browsers: files of a package, JSON, `/health`, and a listening port.

Law: plain twisted.web; every answer, errors too, carries the security headers; what is served is
read once at start, so a path can never lead out of its directory. No page is made here, and no
train is known. Server-sent events are `station_config.runtime.sse`'s.
"""

from __future__ import annotations

import gzip
import re
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import msgspec
from twisted.internet.error import CannotListenError
from twisted.web import http
from twisted.web.resource import Resource
from twisted.web.server import Request, Site

from protocol.errors import Blame, OperatorError, StationError
from station_config.runtime.leaf import Leaf, plain
from station_config.runtime.sse import Channel, Sse

if TYPE_CHECKING:
    from collections.abc import Callable
    from importlib.resources.abc import Traversable

    from structlog.typing import FilteringBoundLogger
    from twisted.internet.interfaces import IListeningPort, IReactorTCP

__all__ = [
    "Asset",
    "Channel",
    "Folder",
    "Health",
    "HealthPage",
    "Json",
    "NotFound",
    "Post",
    "Sse",
    "answer_json",
    "listen",
    "static_files",
]

_POLICY = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "worker-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'self'",
    "require-trusted-types-for 'script'",
)
CONTENT_SECURITY_POLICY = "; ".join(_POLICY)
SECURITY_HEADERS = (
    (b"Content-Security-Policy", CONTENT_SECURITY_POLICY.encode()),
    (b"X-Content-Type-Options", b"nosniff"),
    (b"Referrer-Policy", b"no-referrer"),
    (b"Cross-Origin-Opener-Policy", b"same-origin"),
    (b"Cross-Origin-Resource-Policy", b"same-origin"),
)
CONTENT_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".jpg": "image/jpeg",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".mjs": "text/javascript; charset=utf-8",
    ".otf": "font/otf",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
}
"""By suffix; a file of another kind is a mistake of whoever packed it, and is not served."""

JSON_TYPE = "application/json"
MAX_POST_BYTES = 64 * 1024
GZIP_FROM_BYTES = 1400
"""What fits into one packet is not made smaller by compressing it."""

_COMPRESSIBLE = ("text/", "application/json", "image/svg+xml", "application/manifest+json")
_HASHED = re.compile(r"[.-][0-9a-f]{8,64}\.")
_REVALIDATE = b"no-cache"
_IMMUTABLE = b"public, max-age=31536000, immutable"


class Asset(Leaf):
    """Bytes that do not change while the process lives.

    Args:
        body: the bytes.
        content_type: its media type.
        immutable: the path names the content (it has a hash in it), so it is never asked for again.
    """

    def __init__(self, body: bytes, content_type: str, *, immutable: bool = False) -> None:
        super().__init__()
        self.body = body
        self._type = content_type.encode()
        self._tag = f'"{blake2b(body, digest_size=12).hexdigest()}"'.encode()
        self._cache = _IMMUTABLE if immutable else _REVALIDATE
        self._packed = _pack(body, content_type)

    def render_GET(self, request: Request) -> bytes:  # noqa: N802 - Twisted's name
        """Answer with the bytes, or 304 when the browser has them."""
        if request.postpath not in ([], [b""]):
            return _not_found(request)
        request.setHeader(b"Cache-Control", self._cache)
        request.setHeader(b"Content-Type", self._type)
        if request.setETag(self._tag) is http.CACHED:
            return b""
        return _choose(request, self.body, self._packed)


def static_files(directory: Traversable) -> dict[str, Asset]:
    """Return everything below `directory` by its path, e.g. ``js/board.js``.

    Files with a hash in their name (``app.0a1b2c3d4e.js``) are immutable to caches.

    Args:
        directory: of a package, ``importlib.resources.files(package) / "web"``.

    Raises:
        StationError: a file's kind is not in `CONTENT_TYPES`.
    """
    found: dict[str, Asset] = {}
    for entry in directory.iterdir():
        if entry.is_dir():
            inner = static_files(entry)
            found |= {f"{entry.name}/{path}": asset for path, asset in inner.items()}
        elif not entry.name.startswith((".", "__")):
            found[entry.name] = _asset(entry)
    return found


class Folder(Resource):
    """Files by path; put dynamic resources beside them with `putChild`.

    Args:
        files: by path, from `static_files`.
        index: path of the file that ``/`` answers with.
    """

    def __init__(self, files: dict[str, Asset], *, index: str = "index.html") -> None:
        super().__init__()
        if index in files:
            self.putChild(b"", files[index])
        folders: dict[tuple[str, ...], Resource] = {(): self}
        for path, asset in files.items():
            *parents, name = PurePosixPath(path).parts
            _folder(folders, tuple(parents)).putChild(name.encode(), asset)

    def getChild(self, path: bytes, request: Request) -> Resource:  # noqa: ARG002, N802 - Twisted's
        """Answer what is not here."""
        return NotFound()


class NotFound(Leaf):
    """404 in plain words."""

    def render(self, request: Request) -> bytes:
        """Say it."""
        return _not_found(request)


class Json(Leaf):
    """GET answers with what `get` returns, as JSON, never cached.

    Args:
        get: takes nothing; its value is encoded by msgspec. A `StationError` becomes a 4xx or 5xx.
    """

    def __init__(self, get: Callable[[], object]) -> None:
        super().__init__()
        self._get = get

    def render_GET(self, request: Request) -> bytes:  # noqa: N802 - Twisted's name
        """Answer."""
        try:
            return answer_json(request, self._get())
        except StationError as error:
            return _failed(request, error)


class Post(Leaf):
    """POST takes one JSON value and answers with another.

    A request that a foreign page could make a browser send is refused: the media type must be
    JSON, for which browsers ask permission first, and nobody here gives it.

    Args:
        kind: type that the body is decoded to.
        take: gets the value; returns the answer. A `StationError` becomes a 4xx or 5xx.
    """

    def __init__(self, kind: type[Any], take: Callable[[Any], object]) -> None:
        super().__init__()
        self._decoder = msgspec.json.Decoder(kind)
        self._take = take

    def render_POST(self, request: Request) -> bytes:  # noqa: N802 - Twisted's name
        """Answer."""
        try:
            return answer_json(request, self._take(self._read(request)))
        except StationError as error:
            return _failed(request, error)

    def _read(self, request: Request) -> object:
        where = request.path.decode(errors="replace")
        media = (request.getHeader(b"content-type") or b"").partition(b";")[0].strip()
        if media.decode(errors="replace").lower() != JSON_TYPE:
            raise OperatorError(f"send {JSON_TYPE}", where=where)
        content = request.content
        raw = b"" if content is None else content.read(MAX_POST_BYTES + 1)
        if len(raw) > MAX_POST_BYTES:
            raise OperatorError(f"more than {MAX_POST_BYTES} bytes", where=where)
        try:
            return self._decoder.decode(raw)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise OperatorError(f"not what is taken here: {error}", where=where) from error


@dataclass(frozen=True)
class Health:
    """What a supervisor asks for.

    Attributes:
        ok: False answers 503: the process cannot do what it is for.
        details: anything that helps to see why, e.g. mode and lag.
    """

    ok: bool
    details: dict[str, Any]


class HealthPage(Leaf):
    """`GET /health`: 200 or 503, and JSON ``{"ok": …, …details}``."""

    def __init__(self, get: Callable[[], Health]) -> None:
        super().__init__()
        self._get = get

    def render_GET(self, request: Request) -> bytes:  # noqa: N802 - Twisted's name
        """Answer."""
        health = self._get()
        request.setResponseCode(http.OK if health.ok else http.SERVICE_UNAVAILABLE)
        return answer_json(request, {"ok": health.ok, **health.details})


def answer_json(request: Request, value: object) -> bytes:
    """Return `value` as the body of a JSON answer, never cached, gzipped when that pays."""
    body = msgspec.json.encode(value)
    request.setHeader(b"Content-Type", JSON_TYPE.encode())
    request.setHeader(b"Cache-Control", b"no-store")
    return _choose(request, body, _pack(body, JSON_TYPE) if _takes_gzip(request) else None)


def listen(
    reactor: IReactorTCP, root: Resource, *, host: str, port: int, log: FilteringBoundLogger
) -> IListeningPort:
    """Serve `root`.

    Args:
        reactor: where to listen.
        root: the resource of ``/``.
        host: address to listen on.
        port: 0 takes a free one; ask the result's `getHost`.
        log: each request is said at debug.

    Raises:
        OperatorError: the port is taken, not allowed, or the address is not ours.
    """
    try:
        return reactor.listenTCP(port, make_site(reactor, root, log), interface=host)
    except CannotListenError as error:
        reason = getattr(error.socketError, "strerror", None) or str(error.socketError)
        message = f"cannot listen on port {port}: {reason}; stop what uses it or set another port"
        raise OperatorError(message, where=f"{host}:{port}") from error


def make_site(reactor: IReactorTCP, root: Resource, log: FilteringBoundLogger) -> Any:  # noqa: ANN401 - Twisted's Site is no ServerFactory to mypy
    """Return the factory that serves `root`; `listen` is what most want."""
    return _LoggedSite(root, log, reactor)


class _SafeRequest(Request):
    """A request whose answer, whatever it is, carries the security headers."""

    def process(self) -> None:
        for name, value in SECURITY_HEADERS:
            self.setHeader(name, value)
        super().process()

    def render(self, resrc: Any) -> None:  # noqa: ANN401 - Twisted's
        self.setHeader(b"Server", b"station")  # no version: nobody needs to know it
        super().render(resrc)


class _LoggedSite(Site):
    """A site that tells our log, at debug, and shows no traceback to anybody."""

    displayTracebacks = False  # noqa: N815 - Twisted's name

    def __init__(self, root: Resource, log: FilteringBoundLogger, reactor: IReactorTCP) -> None:
        super().__init__(root, requestFactory=_SafeRequest, reactor=reactor)
        self._log = log

    def log(self, request: http.Request) -> None:
        self._log.debug(
            "http", method=request.method.decode(), path=request.path.decode(), code=request.code
        )


def _asset(entry: Traversable) -> Asset:
    suffix = PurePosixPath(entry.name).suffix.lower()
    if suffix not in CONTENT_TYPES:
        raise StationError(f"no content type for {suffix!r}", where=entry.name)
    immutable = _HASHED.search(entry.name) is not None
    return Asset(entry.read_bytes(), CONTENT_TYPES[suffix], immutable=immutable)


def _folder(folders: dict[tuple[str, ...], Resource], parts: tuple[str, ...]) -> Resource:
    if parts not in folders:
        folder = Folder({})
        _folder(folders, parts[:-1]).putChild(parts[-1].encode(), folder)
        folders[parts] = folder
    return folders[parts]


def _pack(body: bytes, content_type: str) -> bytes | None:
    if len(body) < GZIP_FROM_BYTES or not content_type.startswith(_COMPRESSIBLE):
        return None
    packed = gzip.compress(body, compresslevel=6, mtime=0)
    return packed if len(packed) < len(body) else None


def _takes_gzip(request: Request) -> bool:
    return b"gzip" in (request.getHeader(b"accept-encoding") or b"")


def _choose(request: Request, body: bytes, packed: bytes | None) -> bytes:
    request.setHeader(b"Vary", b"Accept-Encoding")
    if packed is not None and _takes_gzip(request):
        request.setHeader(b"Content-Encoding", b"gzip")
        return packed
    return body


def _not_found(request: Request) -> bytes:
    return plain(request, http.NOT_FOUND, "没有此页 · not found")


def _failed(request: Request, error: StationError) -> bytes:
    ours = error.blame is not Blame.OPERATOR
    request.setResponseCode(http.INTERNAL_SERVER_ERROR if ours else http.BAD_REQUEST)
    return answer_json(request, {"error": error.message, "where": error.where})
