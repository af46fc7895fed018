"""What every way of sending has in common: an envelope goes in, an outcome comes out."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from publisher.delivery.replies import Outcome
from publisher.delivery.steps import Steps
from publisher.errors import DeliveryError

# RFC 5321 section 4.1.2, widened by RFC 6531 section 3.3 to non-ASCII; a control, a space outside
# quotes or an angle bracket would end the command early.
_DOT_STRING = re.compile(r'[^\x00-\x20\x7f-\x9f<>()\[\]\\,;:@"\ud800-\udfff]+')
_QUOTED = re.compile(r'"(?:[^"\\\x00-\x1f\x7f-\x9f\ud800-\udfff]|\\[ -~])*"')
_DOMAIN = re.compile(r"[^\x00-\x20\x7f-\x9f<>()\\,;:@\"\ud800-\udfff]+")


@dataclass(frozen=True, slots=True)
class Envelope:
    """One message for one recipient; `message` is complete, with CRLF line ends.

    `sender` is where bounces go (RFC 5321 section 4.5.5: empty means nowhere). `dotless` says that no
    line begins with a dot, so that nobody need look for one.
    """

    sender: str
    recipient: str
    message: bytes = field(repr=False)
    dotless: bool = False


class Transport(Protocol):
    """One way out, used by one thread at a time; `abort` alone may be called from another."""

    def send(self, envelope: Envelope) -> Outcome:
        """Try once. What goes wrong is an outcome, never an exception."""

    def abort(self) -> None:
        """Break off what is under way, as if the peer had gone."""

    def close(self) -> None:
        """Take leave politely."""


@runtime_checkable
class Stepwise(Protocol):
    """A Transport that can also be driven together with others, by one thread."""

    def steps(self, envelope: Envelope) -> Steps[Outcome]:
        """As `send`."""

    def farewell(self) -> Steps[None]:
        """As `close`."""


def path_of(address: str) -> str:
    """`address` as it stands between the brackets of MAIL and RCPT, its domain in ASCII.

    Raises DeliveryError where it is no address (RFC 5321 section 4.1.2).
    """
    local, _, domain = address.rpartition("@")
    if not (_DOT_STRING.fullmatch(local) or _QUOTED.fullmatch(local)) or not _DOMAIN.fullmatch(
        domain
    ):
        raise DeliveryError(repr(address)[:80], problem="is no email address")
    if domain.isascii():
        return address
    try:
        return f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        raise DeliveryError(repr(address)[:80], problem="its domain is not a name") from None


def domain_of(address: str) -> str:
    """The lower-case domain of `address`, the key of its limits; empty where there is none."""
    return address.rpartition("@")[2].lower()
