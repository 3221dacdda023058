"""A site that browsers reach through TLS.

Law: certificate and key are read when the port is opened; nothing older than TLS 1.2 is spoken. The
tools are imported only where a deployment asks for TLS.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twisted.internet.error import CannotListenError
from twisted.internet.interfaces import IOpenSSLServerConnectionCreator
from zope.interface import implementer

from protocol.errors import OperatorError
from station_config.runtime.web import make_site

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger
    from twisted.internet.interfaces import IListeningPort
    from twisted.web.resource import Resource

    from station_config.runtime.deployment import SiteTls


def listen_tls(
    reactor: Any,  # noqa: ANN401 - TCP and TLS: no one interface of Twisted's
    root: Resource,
    settings: SiteTls,
    log: FilteringBoundLogger,
) -> IListeningPort:
    """Serve `root` through TLS.

    Raises:
        OperatorError: certificate or key cannot be used, or the port cannot be listened on.
    """
    connections = _connections(settings)
    try:
        site = make_site(reactor, root, log)
        opened: IListeningPort = reactor.listenSSL(
            settings.port, site, connections, interface=settings.host
        )
    except CannotListenError as error:
        message = f"cannot listen on port {settings.port}: {error.socketError}"
        raise OperatorError(message, where="hub.tls") from error
    return opened


@implementer(IOpenSSLServerConnectionCreator)
class _Connections:
    """Makes the TLS side of each connection, all with one context."""

    def __init__(self, context: Any, connection: Any) -> None:  # noqa: ANN401 - pyOpenSSL's
        self._context = context
        self._connection = connection

    def serverConnectionForTLS(self, protocol: object) -> Any:  # noqa: ANN401, ARG002, N802 - Twisted's
        return self._connection(self._context, None)


def _connections(settings: SiteTls) -> _Connections:
    from OpenSSL import SSL  # noqa: PLC0415 - see the law

    made = SSL.Context(SSL.TLS_SERVER_METHOD)
    made.set_min_proto_version(SSL.TLS1_2_VERSION)
    for path in (settings.cert, settings.key):
        try:
            path.read_bytes()
        except OSError as error:
            raise OperatorError(f"cannot read: {error.strerror}", where=str(path)) from error
    try:
        made.use_certificate_chain_file(str(settings.cert))
        made.use_privatekey_file(str(settings.key))
        made.check_privatekey()
    except SSL.Error as error:
        message = "certificate and key cannot be used: are they PEM, and of each other?"
        raise OperatorError(message, where=f"{settings.cert}, {settings.key}") from error
    return _Connections(made, SSL.Connection)
