from __future__ import annotations

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import given
from hypothesis import strategies as st

from publisher import addresses
from publisher.errors import StoreError


@pytest.mark.parametrize(
    ("text", "shown", "domain", "key"),
    [
        ("Ann@Rowers.Example", "Ann@rowers.example", "rowers.example", "ann@rowers.example"),
        (" ann+news@rowers.example ", "ann+news@rowers.example", "rowers.example", "ann+news@rowers.example"),
        ('"Ann B"@rowers.example', '"Ann B"@rowers.example', "rowers.example", '"ann b"@rowers.example'),
        ("安@渡口.example", "安@渡口.example", "xn--6orp42d.example", "安@xn--6orp42d.example"),
        ("ann@XN--6ORP42D.example", "ann@渡口.example", "xn--6orp42d.example", "ann@xn--6orp42d.example"),
        ("ÄNN@rowers.example", "ÄNN@rowers.example", "rowers.example", "änn@rowers.example"),
    ],
)  # fmt: skip
def test_one_mailbox_has_one_key(text: str, shown: str, domain: str, key: str) -> None:
    found = addresses.parse(text)
    assert (found.text, found.domain, found.key) == (shown, domain, key)


@pytest.mark.parametrize(
    "text",
    [
        "", "ann", "ann@", "@rowers.example", "ann@rowers", "a b@rowers.example", "ann@localhost",
        "ann@rowers.example\r\nBcc: x@y.example", "ann@rowers.example,bob@rowers.example",
        "ann..b@rowers.example", ".ann@rowers.example", "ann@-rowers.example", "x" * 65 + "@rowers.example",
        "ann@" + "a." * 130 + "example", "Ann <ann@rowers.example>", "ann@[127.0.0.1]",
    ],
)  # fmt: skip
def test_what_is_no_address_says_why(text: str) -> None:
    with pytest.raises(StoreError, match="is no email address: "):
        addresses.parse(text)


_LOCAL = st.text(st.sampled_from("abXY09.!#$%&'*+-/=?^_`{|}~ \"@(ä"), max_size=66)
_DOMAIN = st.from_regex(r"\A[a-zA-Z0-9-]{1,8}(\.[a-z0-9-]{1,4}){0,3}\Z")


@given(_LOCAL, _DOMAIN)
def test_the_short_way_agrees_with_email_validator(local: str, domain: str) -> None:
    """Plain addresses are not given to email-validator one by one; the verdict must be the same."""
    text = f"{local}@{domain}".strip()
    try:
        expected = validate_email(
            text, check_deliverability=False, allow_quoted_local=True, strict=True
        )
    except EmailNotValidError:
        with pytest.raises(StoreError):
            addresses.parse(text)
    else:
        assert addresses.parse(text).text == expected.normalized


@given(st.text())
def test_any_text_is_an_address_or_a_store_error(text: str) -> None:
    try:
        found = addresses.parse(text)
    except StoreError:
        return
    assert not set(found.text) & set("\r\n\0")
    assert addresses.parse(found.text) == found
