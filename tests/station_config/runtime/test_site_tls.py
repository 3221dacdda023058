"""A site through TLS, over a real connection."""

import socket
import ssl
from datetime import timedelta
from ipaddress import ip_address

import pytest
import structlog
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from twisted.internet.threads import deferToThreadPool
from twisted.python.threadpool import ThreadPool

from protocol.errors import OperatorError
from station_config.runtime.clocks import system_clock
from station_config.runtime.deployment import SiteTls
from station_config.runtime.site_tls import listen_tls
from station_config.runtime.web import Folder, Json


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A certificate for this machine and its key."""
    directory = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "console")])
    now = system_clock().now()
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (directory / "cert.pem").write_bytes(certificate.public_bytes(pem))
    (directory / "key.pem").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return directory


def settings(files, **changes):
    given = {"cert": files / "cert.pem", "key": files / "key.pem", "host": "127.0.0.1", "port": 0}
    return SiteTls(**(given | changes))


@pytest.fixture
def ask(turning, files):
    site = Folder({})
    site.putChild(b"x", Json(lambda: {"here": True}))
    port = listen_tls(turning.reactor, site, settings(files), structlog.get_logger())
    pool = ThreadPool(1, 1)
    pool.start()

    def run(version=None):
        context = ssl.create_default_context(cafile=files / "cert.pem")
        if version is not None:
            context.maximum_version = version

        def asked():
            with (
                socket.create_connection(("127.0.0.1", port.getHost().port), 10) as plain,
                context.wrap_socket(plain, server_hostname="127.0.0.1") as secure,
            ):
                secure.sendall(b"GET /x HTTP/1.0\r\n\r\n")
                answer = b""
                while more := secure.recv(4096):
                    answer += more
                return answer, secure.version()

        return turning.result(deferToThreadPool(turning.reactor, pool, asked))

    yield run
    pool.stop()
    turning.result(port.stopListening())


def test_it_answers_who_believes_its_certificate(ask):
    answer, version = ask()
    assert b'{"here":true}' in answer
    assert version == "TLSv1.3"


def test_nothing_older_than_tls_1_2_is_spoken(ask):
    assert ask(ssl.TLSVersion.TLSv1_2)[1] == "TLSv1.2"


@pytest.mark.parametrize("name", ["cert", "key"])
def test_a_file_that_is_not_there_is_named(turning, files, name):
    wrong = settings(files, **{name: files / "nowhere.pem"})
    with pytest.raises(OperatorError, match=r"nowhere\.pem"):
        listen_tls(turning.reactor, Folder({}), wrong, structlog.get_logger())


def test_files_that_are_no_certificate_and_key_are_told(turning, files):
    swapped = settings(files, cert=files / "key.pem")
    with pytest.raises(OperatorError, match="cannot be used"):
        listen_tls(turning.reactor, Folder({}), swapped, structlog.get_logger())
