"""dkimpy as the judge of our signatures.

For Ed25519 it wants PyNaCl for the bare signature check; where that is not installed, `cryptography`
stands in for that one primitive. What is hashed and compared stays dkimpy's own.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from types import SimpleNamespace

import dkim
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from publisher.delivery.dkim import SigningKey


class BadSignatureError(Exception):
    pass


class VerifyKey:
    def __init__(self, key: bytes, encoder: object) -> None:
        self._key = Ed25519PublicKey.from_public_bytes(base64.b64decode(key))

    def verify(self, message: bytes, signature: bytes) -> bytes:
        try:
            self._key.verify(signature, message)
        except InvalidSignature:
            raise BadSignatureError from None
        return message


if not hasattr(dkim, "nacl"):
    dkim.nacl = SimpleNamespace(
        signing=SimpleNamespace(VerifyKey=VerifyKey),
        encoding=SimpleNamespace(Base64Encoder=None),
        exceptions=SimpleNamespace(BadSignatureError=BadSignatureError, ValueError=ValueError),
    )


def dns(*keys: SigningKey) -> Callable[..., bytes | None]:
    """What the DNS would say, had the keys' records been published."""
    records = {f"{key.record_name}.".encode(): key.record.encode() for key in keys}
    return lambda name, timeout=5: records.get(name)


def verdicts(message: bytes, *keys: SigningKey) -> list[bool]:
    """Whether each DKIM-Signature of `message`, from the top, verifies. Raises DKIMException."""
    head = message.lower().partition(b"\r\n\r\n")[0]
    count = head.count(b"\r\ndkim-signature:") + head.startswith(b"dkim-signature:")
    verifier = dkim.DKIM(message)
    return [bool(verifier.verify(idx=index, dnsfunc=dns(*keys))) for index in range(count)]


def accepts(message: bytes, *keys: SigningKey) -> bool:
    """Whether every signature verifies; one that cannot even be read does not."""
    try:
        found = verdicts(message, *keys)
    except dkim.DKIMException:
        return False
    return bool(found) and all(found)
