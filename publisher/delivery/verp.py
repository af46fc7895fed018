"""Which delivery a bounce is about: signed tokens in the envelope sender and in the Message-ID.

A token is `mailing-subscriber-signature` in lower-case hexadecimal: mail systems fold the case of
addresses. VERP, variable envelope return paths, makes
every recipient's sender address their own: `bounces+TOKEN@domain`.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import Literal

from publisher.errors import ConfigError

Key = tuple[int, int]  # mailing, subscriber
Purpose = Literal["bounce", "message-id"]

SIGNATURE_OCTETS = {"bounce": 10, "message-id": 15}  # a local part has 64 characters at most
MAX_LOCAL = 64  # RFC 5321 section 4.5.3.1.1
_TOKEN = re.compile(r"(?<![a-z0-9])([0-9a-f]{1,16})-([0-9a-f]{1,16})-([0-9a-f]{20,30})(?![a-z0-9])")


def token(purpose: Purpose, key: Key, secret: bytes) -> str:
    """The same for the same key and secret: `[0-9a-f-]`, at most 64 characters."""
    mailing, subscriber = key
    return f"{mailing:x}-{subscriber:x}-{_signature(purpose, key, secret)}"


def find(purpose: Purpose, text: str, secret: bytes) -> Key | None:
    """The first token in `text` (an address, a Message-ID) that we made, in constant time each."""
    for match in _TOKEN.finditer(text.lower()):
        key = (int(match[1], 16), int(match[2], 16))
        expected = _signature(purpose, key, secret)
        if hmac.compare_digest(match[3].encode(), expected.encode()):
            return key
    return None


def sender(bounce_address: str, key: Key, secret: bytes) -> str:
    """The envelope sender for one delivery: `bounces@courier.example` with a token behind a plus."""
    local, _, domain = bounce_address.rpartition("@")
    return f"{local}+{token('bounce', key, secret)}@{domain}"


def check_address(bounce_address: str) -> None:
    """Raises ConfigError where `delivery.bounce_address` cannot carry tokens."""
    local, _, domain = bounce_address.rpartition("@")
    room = MAX_LOCAL - 1 - len(token("bounce", (2**31, 2**31), b"x"))
    if not re.fullmatch(r"[A-Za-z0-9._=-]+", local) or not domain or len(local) > room:
        raise ConfigError(
            "delivery.bounce_address",
            problem=f"{bounce_address!r} cannot carry a token",
            hint=f"use a plain address with at most {room} characters before the @",
        )


def _signature(purpose: Purpose, key: Key, secret: bytes) -> str:
    text = f"publisher {purpose} v1\0{key[0]:x}-{key[1]:x}".encode()
    return hmac.digest(secret, text, hashlib.sha256)[: SIGNATURE_OCTETS[purpose]].hex()
