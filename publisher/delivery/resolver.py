"""Questions to the DNS, behind a seam: `doctor` is tested without a network."""

from __future__ import annotations

from typing import Protocol

TIMEOUT_SECONDS = 3.0


class NoResolver(Exception):
    """No name server answered: nothing is known. (That there is no record is an answer.)"""


class Resolver(Protocol):
    def txt(self, name: str) -> tuple[str, ...]:
        """The TXT records of `name`, their strings joined; empty where there are none."""

    def mx(self, name: str) -> tuple[str, ...]:
        """The mail exchangers of `name`, best first."""


class SystemResolver:
    """Asks the name servers of this machine, through dnspython (which email-validator brings)."""

    def txt(self, name: str) -> tuple[str, ...]:
        return tuple(
            b"".join(record.strings).decode("utf-8", "replace") for record in _ask(name, "TXT")
        )

    def mx(self, name: str) -> tuple[str, ...]:
        found = sorted(
            (each.preference, str(each.exchange).rstrip(".")) for each in _ask(name, "MX")
        )
        return tuple(host for _, host in found)


def _ask(name: str, kind: str) -> list:  # type: ignore[type-arg]
    import dns.exception
    import dns.resolver

    try:
        return list(dns.resolver.resolve(name, kind, lifetime=TIMEOUT_SECONDS))
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except (dns.exception.DNSException, OSError, UnicodeError) as error:
        raise NoResolver(str(error)) from None
