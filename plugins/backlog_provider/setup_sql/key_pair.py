"""The public half of a key pair, in the form that ALTER USER takes."""

from __future__ import annotations

import base64
from pathlib import Path

from backlog_provider.exceptions import ConfigurationError

# Bits; Snowflake takes no shorter ones (https://docs.snowflake.com/en/user-guide/key-pair-auth).
SHORTEST = 2048
HOW = "openssl rsa -in rsa_key.p8 -pubout -out rsa_key.pub"


def public_key(path: str) -> str:
    """Return the RSA public key in a PEM file, in Base64 without its first and last line.

    :raises ConfigurationError: where it is none; a private key is not taken, and nothing of it is repeated.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

    try:
        key = load_pem_public_key(Path(path).read_bytes())
    except OSError as error:
        raise ConfigurationError(f"--public-key: {path} cannot be read: {error.strerror}") from None
    except (ValueError, UnsupportedAlgorithm):
        raise ConfigurationError(f"--public-key: {path} holds no public key in PEM; make one with: {HOW}") from None
    if not isinstance(key, RSAPublicKey) or key.key_size < SHORTEST:
        raise ConfigurationError(f"--public-key: {path} holds no RSA key of {SHORTEST} bits or more") from None
    return base64.b64encode(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()
