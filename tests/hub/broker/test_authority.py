import ssl
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509

from hub.broker import authority
from protocol.errors import OperatorError

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def place(tmp_path):
    directory = tmp_path / "tls"
    authority.init(directory, "Test authority", NOW)
    return directory


def mode(path):
    return path.stat().st_mode & 0o777


def test_private_keys_are_their_owners_alone(place):
    authority.issue(place, "broker", NOW, sans=["localhost"])
    assert mode(place) == 0o700
    assert [mode(place / name) for name in ("ca.key", "broker.key")] == [0o600, 0o600]
    assert [mode(place / name) for name in ("ca.pem", "broker.pem")] == [0o644, 0o644]
    assert not list(place.glob(".*"))


def test_openssl_believes_what_was_issued(place):
    """Strict: as Python 3.13 asks by default, with every identifier that RFC 5280 wants."""
    path = authority.issue(place, "broker", NOW, sans=["broker.lan", "10.0.0.5", "::1"])
    certificate = x509.load_pem_x509_certificate(path.read_bytes())
    ca = x509.load_pem_x509_certificate((place / "ca.pem").read_bytes())
    x509.verification.PolicyBuilder().store(x509.verification.Store([ca])).time(
        NOW
    ).build_server_verifier(x509.DNSName("broker.lan")).verify(certificate, [])
    assert certificate.public_key().curve.name == "secp256r1"
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path, place / "broker.key")


def test_the_list_tells_names_ends_and_strangers(place, tmp_path):
    authority.issue(place, "broker", NOW, sans=["broker.lan", "10.0.0.5"])
    authority.issue(place, "board-7", NOW, days=10)
    other = tmp_path / "other"
    authority.init(other, "Another", NOW)
    (place / "stranger.pem").write_bytes(
        authority.issue(other, "stranger", NOW, sans=["x"]).read_bytes()
    )
    found = {each.name: each for each in authority.issued(place)}
    assert list(found) == ["ca", "board-7", "broker", "stranger"]
    assert found["broker"].names == ("broker.lan", "10.0.0.5")
    assert found["board-7"].names == ()
    assert found["board-7"].days_left(NOW) == 10
    assert found["board-7"].days_left(NOW + timedelta(days=11)) == -1
    assert [each.name for each in found.values() if not each.ours] == ["stranger"]


def test_an_authority_is_never_replaced(place):
    before = (place / "ca.key").read_bytes()
    with pytest.raises(OperatorError, match="already"):
        authority.init(place, "Again", NOW)
    assert (place / "ca.key").read_bytes() == before


def test_a_certificate_is_replaced_when_asked_only_and_keeps_its_names(place):
    authority.issue(place, "broker", NOW, sans=["broker.lan"])
    before = (place / "broker.key").read_bytes()
    with pytest.raises(OperatorError, match="--renew"):
        authority.issue(place, "broker", NOW, sans=["broker.lan"])
    assert (place / "broker.key").read_bytes() == before
    authority.issue(place, "broker", NOW + timedelta(days=800), renew=True)
    assert (place / "broker.key").read_bytes() != before
    assert authority.issued(place)[1].names == ("broker.lan",)
    with pytest.raises(OperatorError, match="no such certificate"):
        authority.issue(place, "unknown", NOW, renew=True)


def test_nothing_outlives_the_authority(place):
    late = NOW + timedelta(days=authority.CA_DAYS - 100)
    authority.issue(place, "late", late)
    ca, leaf = authority.issued(place)
    assert leaf.ends <= ca.ends
    with pytest.raises(OperatorError, match="expired"):
        authority.issue(place, "too-late", NOW + timedelta(days=authority.CA_DAYS + 1))


@pytest.mark.parametrize("name", ["ca", "../ca", "", "A", "a/b"])
def test_a_name_that_is_no_identifier_writes_nothing(place, name):
    before = sorted(place.iterdir())
    with pytest.raises(OperatorError):
        authority.issue(place, name, NOW)
    assert sorted(place.iterdir()) == before


def test_a_san_that_no_certificate_can_carry_is_named(place):
    with pytest.raises(OperatorError, match="--san 车站"):
        authority.issue(place, "broker", NOW, sans=["车站"])
    assert not (place / "broker.key").exists()


@pytest.mark.parametrize(("content", "why"), [(b"", "is not a private key"), (None, "cannot read")])
def test_a_key_that_cannot_be_used_is_named(place, content, why):
    (place / "ca.key").unlink()
    if content is not None:
        (place / "ca.key").write_bytes(content)
    with pytest.raises(OperatorError, match=f"ca.key: {why}"):
        authority.issue(place, "broker", NOW)


def test_without_an_authority_it_says_how_to_make_one(tmp_path):
    with pytest.raises(OperatorError, match="station ca init"):
        authority.issued(tmp_path)
