"""The directory's own authority."""

import stat
from pathlib import Path

import certifi
import pytest
from cryptography import x509

from local_snowflake.certificates import certificates


def names_of(server: Path) -> set[str]:
    certificate = x509.load_pem_x509_certificates(server.read_bytes())[0]
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return {str(name.value) for name in names}


def test_the_server_is_good_for_loopback_and_for_the_names_it_is_given(tmp_path: Path) -> None:
    made = certificates(tmp_path, ["local-snowflake"])

    assert names_of(made.server) == {"127.0.0.1", "localhost", "local-snowflake"}


def test_the_authority_outlives_a_restart_so_that_clients_go_on_trusting_it(tmp_path: Path) -> None:
    first = certificates(tmp_path).ca_bundle.read_bytes()

    assert certificates(tmp_path, ["another"]).ca_bundle.read_bytes() == first


def test_the_bundle_adds_to_what_is_trusted_anyway(tmp_path: Path) -> None:
    bundle = certificates(tmp_path).ca_bundle.read_bytes()

    assert bundle.startswith(Path(certifi.where()).read_bytes())
    assert bundle.endswith((tmp_path / "ca.pem").read_bytes())


@pytest.mark.parametrize("key", ["ca-key.pem", "server.pem"])
def test_keys_are_their_owners_alone(tmp_path: Path, key: str) -> None:
    certificates(tmp_path)

    assert stat.S_IMODE((tmp_path / key).stat().st_mode) == 0o600
