"""A site that browsers reach through TLS.

Law: certificate and key are read when the port is opened; nothing older than TLS 1.2 is spoken. The
tools are imported only where a deployment asks for TLS.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twisted.internet.error import CannotListenError

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
    context = _context(settings)
    try:
        site = make_site(reactor, root, log)
        opened: IListeningPort = reactor.listenSSL(
            settings.port, site, context, interface=settings.host
        )
    except CannotListenError as error:
        message = f"cannot listen on port {settings.port}: {error.socketError}"
        raise OperatorError(message, where="hub.tls") from error
    return opened


def _context(settings: SiteTls) -> Any:  # noqa: ANN401 - Twisted's CertificateOptions
    from OpenSSL import SSL, crypto  # noqa: PLC0415 - see the law
    from twisted.internet import ssl  # noqa: PLC0415

    try:
        pem = settings.cert.read_bytes()
        chain = [
            crypto.load_certificate(crypto.FILETYPE_PEM, part + _END)
            for part in pem.split(_END)
            if _BEGIN in part
        ]
        key = crypto.load_privatekey(crypto.FILETYPE_PEM, settings.key.read_bytes())
        made = ssl.CertificateOptions(
            privateKey=key,
            certificate=chain[0],
            extraCertChain=chain[1:],
            raiseMinimumTo=ssl.TLSVersion.TLSv1_2,
        )
        made.getContext().check_privatekey()
    except OSError as error:
        where = str(error.filename)
        raise OperatorError(f"cannot read: {error.strerror}", where=where) from error
    except (SSL.Error, crypto.Error, IndexError) as error:
        message = "certificate and key cannot be used: are they PEM, and of each other?"
        raise OperatorError(message, where=f"{settings.cert}, {settings.key}") from error
    return made


_BEGIN = b"-----BEGIN CERTIFICATE-----"
_END = b"-----END CERTIFICATE-----\n"
