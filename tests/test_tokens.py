from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode

from hypothesis import given
from hypothesis import strategies as st

from publisher import tokens
from publisher.tokens import Token

KEY = b"k" * 32
TOKENS = st.builds(
    Token,
    st.sampled_from(["confirm", "unsubscribe", "preferences"]),
    st.integers(0, 2**64 - 1),
    st.integers(0, 2**32 - 1),
)


@given(TOKENS)
def test_what_we_signed_comes_back(token: Token) -> None:
    text = tokens.sign(token, KEY)
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,70}", text)
    assert tokens.verify(text, KEY, token.purpose) == token


@given(TOKENS, st.integers(0, 44), st.integers(1, 255))
def test_any_changed_octet_is_refused(token: Token, place: int, change: int) -> None:
    raw = bytearray(urlsafe_b64decode(tokens.sign(token, KEY)))
    raw[place] ^= change
    forged = urlsafe_b64encode(raw).decode()
    assert tokens.verify(forged, KEY, "confirm", "unsubscribe", "preferences") is None


@given(st.text(max_size=80))
def test_any_text_is_refused(text: str) -> None:
    assert tokens.verify(text, KEY, "unsubscribe") is None


def test_a_token_serves_only_what_it_was_made_for() -> None:
    text = tokens.sign(Token("unsubscribe", 7, 41), KEY)
    assert tokens.verify(text, KEY, "confirm") is None
    assert tokens.verify(text, KEY) is None
    assert tokens.verify(text, b"another key", "unsubscribe") is None
    assert tokens.verify(text + "\n", KEY, "unsubscribe") is None
    assert tokens.verify(text, KEY, "preferences", "unsubscribe") == Token("unsubscribe", 7, 41)
