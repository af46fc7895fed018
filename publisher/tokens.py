"""Signed tokens for the links in email: they say who clicked, and nobody can make one but us.

A token is 60 characters of base64url (RFC 4648 section 5), so that it fits a slot: purpose,
subscriber and number in 13 octets, then their HMAC-SHA256 in 32. It holds no address and no time.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import Literal

Purpose = Literal["confirm", "unsubscribe", "preferences"]

_CODES: dict[Purpose, int] = {"confirm": 1, "unsubscribe": 2, "preferences": 3}
_PURPOSES = {code: purpose for purpose, code in _CODES.items()}
_BODY = struct.Struct(">BQI")
_SHAPE = re.compile(r"[A-Za-z0-9_-]{60}")
_CONTEXT = b"publisher token v1\0"  # one key serves several ends: each has its own context


@dataclass(frozen=True, slots=True)
class Token:
    """What a token says. `number` is the mailing it was sent in, or for `confirm` the sign-up's."""

    purpose: Purpose
    subscriber: int
    number: int = 0


def sign(token: Token, key: bytes) -> str:
    """60 characters `[A-Za-z0-9_-]`, the same for the same token and key."""
    body = _BODY.pack(_CODES[token.purpose], token.subscriber, token.number)
    return urlsafe_b64encode(body + _mac(body, key)).decode("ascii")


def verify(text: str, key: bytes, *purposes: Purpose) -> Token | None:
    """The token in `text` if we signed it for one of `purposes`, else None; in constant time.

    Nothing expires here: an unsubscribe link works for ever. A `confirm` token is spent by the
    store, which compares its number with the sign-up that it belongs to.
    """
    if not _SHAPE.fullmatch(text):
        return None
    raw = urlsafe_b64decode(text)
    body, mac = raw[: _BODY.size], raw[_BODY.size :]
    if not hmac.compare_digest(mac, _mac(body, key)):
        return None
    code, subscriber, number = _BODY.unpack(body)
    purpose = _PURPOSES.get(code)
    return Token(purpose, subscriber, number) if purpose in purposes and purpose else None


def _mac(body: bytes, key: bytes) -> bytes:
    return hmac.digest(key, _CONTEXT + body, hashlib.sha256)
