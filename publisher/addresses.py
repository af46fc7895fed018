"""Email addresses: what counts as one, and when two spellings are the same mailbox."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from email_validator import EmailNotValidError, ValidatedEmail, validate_email

from publisher.errors import StoreError

# dot-atom, RFC 5322 section 3.2.3; 64 octets, RFC 5321 section 4.5.3.1.1. Whatever is spelled so
# needs no closer look; all else (quoted strings, unicode) goes to email-validator.
_ATEXT = r"[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~]+"
_PLAIN_LOCAL = re.compile(rf"(?=.{{1,64}}\Z){_ATEXT}(?:\.{_ATEXT})*")
_MAX_OCTETS = 254  # RFC 5321 section 4.5.3.1.3, without the angle brackets


@dataclass(frozen=True, slots=True)
class Address:
    """An address that may be mailed.

    `text` is what stands in To and RCPT (the domain in unicode where it is written so), `domain` its
    ASCII form (IDNA), `key` the mailbox's one spelling: two addresses with one key are one person.
    """

    text: str
    domain: str
    key: str


def parse(text: str) -> Address:
    """The address in `text`, white space around it ignored. Raises StoreError that says what is wrong.

    Case is kept as written but ignored in the key, although RFC 5321 section 2.4 lets a server tell
    apart local parts by case: none does, and people write both.
    """
    text = text.strip()
    local, at, domain = text.rpartition("@")
    if at and _PLAIN_LOCAL.fullmatch(local) and domain.isascii():
        shown, ascii_domain = _domain(domain.lower())
        if len(local) + 1 + len(ascii_domain) <= _MAX_OCTETS:
            return Address(f"{local}@{shown}", ascii_domain, f"{local.casefold()}@{ascii_domain}")
    seen = _validated(text)
    ascii_domain = seen.ascii_domain.lower()
    return Address(seen.normalized, ascii_domain, f"{seen.local_part.casefold()}@{ascii_domain}")


@lru_cache(maxsize=16_384)
def _domain(domain: str) -> tuple[str, str]:
    """The shown and the ASCII form of a domain; a list of a million people has few of them."""
    seen = _validated(f"x@{domain}")
    return seen.domain, seen.ascii_domain.lower()


def _validated(text: str) -> ValidatedEmail:
    try:
        return validate_email(
            text, check_deliverability=False, allow_quoted_local=True, strict=True
        )
    except EmailNotValidError as error:
        said = str(error).rstrip(".")
        raise StoreError(
            text[:80],
            problem=f"is no email address: {said[:1].lower()}{said[1:]}",
            hint="write it as name@domain",
        ) from None
