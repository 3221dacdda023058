"""TLS to the broker: what is believed, and in plain words why something is not.

Law: a certificate is always checked, against the station's own authority and against the name that
is connected to; there is no switch to leave that out. Files are read once, when a process starts.
"""

from __future__ import annotations

import ssl
import time
from typing import TYPE_CHECKING, Any

from protocol.errors import OperatorError

if TYPE_CHECKING:
    from pathlib import Path

    from station_config.runtime.deployment import Deployment, TlsSettings

SOON_DAYS = 30
"""So long before its end a certificate is told to be renewed."""

DAY_S = 86_400

_NAME_WRONG = "the certificate is for another name: connect by one that it has, or issue it anew"
_NOT_VERIFIED = {
    9: "the certificate is not valid yet: check this machine's clock",
    10: "the certificate has expired: renew it (`station ca issue NAME --renew`)",
    18: "the certificate is signed by nobody but itself: is tls.ca the right authority?",
    19: "the certificate is of an authority that is not ours: is tls.ca the right one?",
    20: "the certificate is of an authority that is not ours: is tls.ca the right one?",
    62: _NAME_WRONG,
    64: _NAME_WRONG,
}
"""By number of OpenSSL's ``X509_V_ERR_…``."""

_REASONS = {
    "WRONG_VERSION_NUMBER": "nobody speaks TLS there: is it the right port?",
    "RECORD_LAYER_FAILURE": "nobody speaks TLS there: is it the right port?",
    "TLSV13_ALERT_CERTIFICATE_REQUIRED": "it demands a certificate of ours: set tls.clients",
    "SSLV3_ALERT_BAD_CERTIFICATE": "it does not believe our certificate: is it of its authority?",
    "TLSV1_ALERT_UNKNOWN_CA": "it does not believe our certificate: is it of its authority?",
}
"""By OpenSSL's name of the reason."""


class _Closing(ssl.SSLSocket):
    """Closes itself when the handshake fails; paho would leave that to the garbage collector."""

    def do_handshake(self, block: bool = False) -> None:  # noqa: FBT001, FBT002 - as it is there
        try:
            super().do_handshake(block)
        except (ConnectionError, ssl.SSLEOFError) as error:
            self.close()
            message = "TLS: hung up during the handshake: is it a port that speaks TLS?"
            raise ConnectionError(message) from error
        except BaseException:
            self.close()
            raise


def broker_tls(deployment: Deployment, user: str) -> ssl.SSLContext | None:
    """Return what `user` connects to the broker with, None: in the clear.

    Raises:
        OperatorError: a file cannot be read or is no certificate or key.
    """
    settings = deployment.broker.tls
    return None if settings is None else client_context(settings, user)


def client_context(settings: TlsSettings, user: str) -> ssl.SSLContext:
    """Return a context that believes in the station's authority alone; see `broker_tls`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.sslsocket_class = _Closing
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    _load(context.load_verify_locations, settings.ca, "a certificate")
    if settings.clients is not None:
        cert, key = settings.clients / f"{user}.pem", settings.clients / f"{user}.key"
        _load(lambda path: context.load_cert_chain(cert, path), key, f"the key to {cert}")
    return context


def explain(error: BaseException | None) -> str:
    """Return why a connection could not be made, in a sentence that says what to do."""
    if isinstance(error, ssl.SSLCertVerificationError):
        known = _NOT_VERIFIED.get(error.verify_code)
        return f"TLS: {known or error.verify_message}"
    if isinstance(error, ssl.SSLError):
        reason = getattr(error, "reason", None) or str(error)
        return f"TLS: {_REASONS.get(reason, reason.replace('_', ' ').lower())}"
    return str(error) or type(error).__name__


def explain_silence(*, tls: bool) -> str:
    """Return what it may mean that the broker hangs up before it has answered CONNECT."""
    if tls:
        return "the broker hung up without an answer: does it demand a certificate (tls.clients)?"
    return "the broker hung up without an answer: does it want TLS (broker.tls)?"


def days_left(certificate: dict[str, Any] | None, wall: float) -> float | None:
    """Return how many days a peer's certificate is still valid.

    Args:
        certificate: from ``SSLSocket.getpeercert``.
        wall: the system's clock, Unix seconds.
    """
    ends = (certificate or {}).get("notAfter")
    return None if ends is None else (ssl.cert_time_to_seconds(ends) - wall) / DAY_S


def days_left_of(sock: Any) -> float | None:  # noqa: ANN401 - a socket or a TLS socket
    """Return how many days the peer of a connected socket may still be believed; None: no TLS."""
    peer = getattr(sock, "getpeercert", None)
    if peer is None:
        return None
    # A certificate's end is a fact of the world outside: the system's clock, not the station's.
    return days_left(peer(), time.time())  # noqa: TID251


def _load(read: Any, path: Path, what: str) -> None:  # noqa: ANN401 - methods of SSLContext
    try:
        read(path)
    except ssl.SSLError as error:
        raise OperatorError(f"is not {what}: {error.reason}", where=str(path)) from error
    except OSError as error:
        raise OperatorError(f"cannot read: {error.strerror}", where=str(path)) from error
