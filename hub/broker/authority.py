"""The station's own certificate authority: a directory with its key and what it has signed.

Law: the only place that makes certificates. A private key is its owner's alone (0600) and is never
replaced unasked. Keys are EC P-256: every broker and every vendor's library has it.

    ca.key ca.pem        the authority: the key stays here, the certificate goes to everybody
    NAME.key NAME.pem    one for the broker (with the names and addresses that it is reached by),
                         one for each device, where the broker demands them
"""

from __future__ import annotations

import ipaddress
import os
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from protocol.errors import OperatorError
from protocol.identifiers import check_identifier

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from protocol.times import Instant

CA = "ca"
"""Name of the authority's own files."""

CA_DAYS = 3650
DAYS = 825
"""Two years and a quarter: a station is visited more seldom than a web site."""

BACKDATED = timedelta(days=1)
"""For devices whose clock is a little behind, or that have not asked for the time yet."""

_NO_WAY = x509.BasicConstraints(ca=False, path_length=None)


@dataclass(frozen=True)
class Issued:
    """A certificate in the directory.

    Attributes:
        name: of its files.
        names: host names and addresses that it is for; none: it is a client's only.
        ends: the last instant at which it is valid.
        ours: signed by the authority of this directory.
    """

    name: str
    names: tuple[str, ...]
    ends: Instant
    ours: bool

    def days_left(self, now: Instant) -> float:
        """Return how many days it is still valid, less than 0: it has expired."""
        return (self.ends - now) / timedelta(days=1)


def init(directory: Path, title: str, now: Instant, *, days: int = CA_DAYS) -> Path:
    """Make the authority; return the path of its certificate.

    Raises:
        OperatorError: there is one already, or the directory cannot be written.
    """
    certificate = directory / f"{CA}.pem"
    if certificate.exists() or (directory / f"{CA}.key").exists():
        raise OperatorError(
            "there is an authority already: choose another --dir", where=str(directory)
        )
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, title)])
    builder = (
        _builder(subject, subject, key.public_key(), now, days)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs=True), critical=True)
    )
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write_key(directory / f"{CA}.key", key)
        _write(certificate, _pem(builder.sign(key, hashes.SHA256())), 0o644)
    except OSError as error:
        raise _unwritable(error, directory) from error
    return certificate


def issue(
    directory: Path,
    name: str,
    now: Instant,
    *,
    sans: Sequence[str] = (),
    days: int = DAYS,
    renew: bool = False,
) -> Path:
    """Make a key and sign its certificate; return the certificate's path.

    Args:
        directory: of the authority.
        name: of the files, and the certificate's common name: of a device its identifier.
        now: by the system's clock.
        sans: host names and IP addresses that a server is reached by; when renewing, none: those
            that it has.
        days: how long it is valid; never longer than the authority itself.
        renew: replace the one that is there.

    Raises:
        OperatorError: there is no authority or it has expired, the name is taken (or, when
            renewing, is not), or the directory cannot be written.
    """
    check_identifier(name)
    if name == CA:
        raise OperatorError(f"{CA!r} is the authority itself: choose another name")
    path = directory / f"{name}.pem"
    if path.exists() and not renew:
        raise OperatorError("is there already; --renew replaces it", where=str(path))
    if renew and not sans:
        sans = _names(_read(path))
    authority, signer = _authority(directory)
    if authority.not_valid_after_utc <= now:
        raise OperatorError("the authority has expired: make a new one", where=str(directory))
    days = min(days, (authority.not_valid_after_utc - now).days)
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = _for_leaf(
        _builder(subject, authority.subject, key.public_key(), now, days), authority, sans
    )
    try:
        _write_key(directory / f"{name}.key", key)
        _write(path, _pem(builder.sign(signer, hashes.SHA256())), 0o644)
    except OSError as error:
        raise _unwritable(error, directory) from error
    return path


def issued(directory: Path) -> list[Issued]:
    """Return every certificate of the directory, the authority's first.

    Raises:
        OperatorError: there is no authority, or a file is no certificate.
    """
    authority = _read(directory / f"{CA}.pem")
    found = sorted(directory.glob("*.pem"), key=lambda path: (path.stem != CA, path.stem))
    return [_issued(path, authority) for path in found]


def days_of(path: Path, now: Instant) -> float:
    """Return how many days the certificate at `path` is still valid.

    Raises:
        OperatorError: it cannot be read or is none.
    """
    return (_read(path).not_valid_after_utc - now) / timedelta(days=1)


def _issued(path: Path, authority: x509.Certificate) -> Issued:
    certificate = _read(path)
    try:
        certificate.verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature):
        ours = False
    else:
        ours = True
    return Issued(path.stem, _names(certificate), certificate.not_valid_after_utc, ours)


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    public: ec.EllipticCurvePublicKey,
    now: Instant,
    days: int,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATED)
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )


def _for_leaf(
    builder: x509.CertificateBuilder, authority: x509.Certificate, sans: Sequence[str]
) -> x509.CertificateBuilder:
    identifier = authority.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    signer = x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier)
    uses = [ExtendedKeyUsageOID.CLIENT_AUTH]
    if sans:
        uses.insert(0, ExtendedKeyUsageOID.SERVER_AUTH)
        names = x509.SubjectAlternativeName([_general_name(each) for each in sans])
        builder = builder.add_extension(names, critical=False)
    return (
        builder.add_extension(_NO_WAY, critical=True)
        .add_extension(_usage(signs=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage(uses), critical=False)
        .add_extension(signer, critical=False)
    )


def _usage(*, signs: bool) -> x509.KeyUsage:
    """An authority signs certificates, and nothing else; the others sign handshakes."""
    return x509.KeyUsage(
        digital_signature=not signs,
        key_cert_sign=signs,
        crl_sign=signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _general_name(text: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        pass
    try:
        return x509.DNSName(text)
    except ValueError as error:
        message = "is neither an IP address nor a host name in ASCII"
        raise OperatorError(message, where=f"--san {text}") from error


def _names(certificate: x509.Certificate) -> tuple[str, ...]:
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return ()
    return tuple(str(each.value) for each in found.value)


def _authority(directory: Path) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    certificate = _read(directory / f"{CA}.pem")
    path = directory / f"{CA}.key"
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except OSError as error:
        raise OperatorError(f"cannot read: {error.strerror}", where=str(path)) from error
    except (ValueError, TypeError) as error:
        raise OperatorError(f"is not a private key: {error}", where=str(path)) from error
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise OperatorError("is not a key that `station ca init` has made", where=str(path))
    return certificate, key


def _read(path: Path) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except FileNotFoundError as error:
        what = "no authority here: `station ca init`" if path.stem == CA else "no such certificate"
        raise OperatorError(what, where=str(path)) from error
    except OSError as error:
        raise OperatorError(f"cannot read: {error.strerror}", where=str(path)) from error
    except ValueError as error:
        raise OperatorError("is not a certificate", where=str(path)) from error


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _write_key(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    text = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    _write(path, text, 0o600)


def _write(path: Path, content: bytes, mode: int) -> None:
    """Write beside and rename: never half a file, never readable by others for a moment."""
    beside = path.with_name(f".{path.name}.new")
    beside.unlink(missing_ok=True)
    number = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(number, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(number)
    beside.replace(path)


def _unwritable(error: OSError, directory: Path) -> OperatorError:
    where = str(error.filename or directory)
    return OperatorError(f"cannot write: {error.strerror}", where=where)
