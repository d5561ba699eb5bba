"""A throw-away certificate authority of the directory's own: made at the first start, kept for the next ones.

Only its owner can sign with it (the keys are 0600), and only a process that is handed `ca-bundle.pem` trusts it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import certifi
import trustme

LOOPBACK_NAMES = ("127.0.0.1", "localhost")


@dataclass(frozen=True)
class Certificates:
    """Where the files of a TLS server and of its clients are."""

    server: Path
    """The server's certificate and its key, one PEM file."""
    ca_bundle: Path
    """What a client has to trust: the public authorities it trusted anyway, and the local one."""


def certificates(directory: Path, names: Sequence[str] = (), trusted_so_far: str | None = None) -> Certificates:
    """Write the files for a server which is reached over loopback and by `names`.

    `trusted_so_far` is the bundle to extend; without it certifi's.
    """
    authority = _authority(directory)
    server = directory / "server.pem"
    issued = authority.issue_cert(*LOOPBACK_NAMES, *names)
    _write_private(server, issued.private_key_and_cert_chain_pem.bytes())
    ca_bundle = directory / "ca-bundle.pem"
    public = Path(trusted_so_far or certifi.where()).read_bytes()
    ca_bundle.write_bytes(public + b"\n" + authority.cert_pem.bytes())
    return Certificates(server=server, ca_bundle=ca_bundle)


def _authority(directory: Path) -> trustme.CA:
    """The authority kept in the directory, or a new one."""
    certificate, key = directory / "ca.pem", directory / "ca-key.pem"
    if certificate.exists() and key.exists():
        return trustme.CA.from_pem(certificate.read_bytes(), key.read_bytes())
    authority = trustme.CA(organization_name="Local Snowflake")
    _write_private(key, authority.private_key_pem.bytes())
    certificate.write_bytes(authority.cert_pem.bytes())
    return authority


def _write_private(path: Path, content: bytes) -> None:
    """Write a file that nobody but its owner could read at any moment."""
    path.unlink(missing_ok=True)
    path.touch(mode=0o600, exist_ok=False)
    path.write_bytes(content)
