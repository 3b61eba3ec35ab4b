"""The practice CA lasts; nothing else does."""

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import time_machine
from cryptography import x509

from webapp.practice.imap_server.certificates import CA_NAME, prepare_certificates


def load(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def test_a_second_start_keeps_the_ca(tmp_path: Path) -> None:
    first = load(prepare_certificates(tmp_path).ca_file)

    second = load(prepare_certificates(tmp_path).ca_file)

    assert first == second
    assert first.subject.rfc4514_string() == f"CN={CA_NAME}"


def test_a_ca_that_ends_soon_is_made_anew(tmp_path: Path) -> None:
    with time_machine.travel(datetime.now(UTC) - timedelta(days=9.5 * 365)):
        old = load(prepare_certificates(tmp_path).ca_file)

    new = prepare_certificates(tmp_path)

    assert load(new.ca_file) != old
    load(new.good).verify_directly_issued_by(load(new.ca_file))


def test_a_broken_ca_is_made_anew(tmp_path: Path) -> None:
    certificates = prepare_certificates(tmp_path)
    (tmp_path / "ca.key.pem").write_text("half a file")

    again = prepare_certificates(tmp_path)

    load(again.good).verify_directly_issued_by(load(certificates.ca_file))


def test_the_expired_certificate_stays_expired_and_the_good_one_good(tmp_path: Path) -> None:
    prepare_certificates(tmp_path)

    with time_machine.travel(datetime.now(UTC) + timedelta(days=2 * 365)):
        certificates = prepare_certificates(tmp_path)
        now = datetime.now(UTC)

    assert load(certificates.expired).not_valid_after_utc < now < load(certificates.good).not_valid_after_utc


def test_keys_are_for_their_owner_only_and_nothing_is_left_over(tmp_path: Path) -> None:
    prepare_certificates(tmp_path / "new")

    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "new").iterdir()}

    assert set(modes) == {"ca.pem", "ca.key.pem", "good.pem", "expired.pem", "self_signed.pem", "other_name.pem"}
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700


def test_the_public_ca_file_holds_no_key(tmp_path: Path) -> None:
    assert b"PRIVATE" not in prepare_certificates(tmp_path).ca_file.read_bytes()
