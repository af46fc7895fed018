"""Questions to the DNS, behind a seam: `doctor` is tested without a network."""

from __future__ import annotations

from typing import Any, Protocol


class NoResolver(Exception):
    """No name server answered: nothing is known. (That there is no record is an answer.)"""


class Resolver(Protocol):
    def txt(self, name: str) -> tuple[str, ...]:
        """The TXT records of `name`, their strings joined, sorted; empty where there are none."""

    def mx(self, name: str) -> tuple[str, ...]:
        """The mail exchangers of `name`, best first."""


class SystemResolver:
    """Asks the name servers of this machine, through dnspython (which email-validator brings)."""

    def __init__(self, *, timeout_seconds: float = 3.0) -> None:
        self._timeout_seconds = timeout_seconds

    def txt(self, name: str) -> tuple[str, ...]:
        records = self._ask(name, "TXT")
        return tuple(sorted(b"".join(each.strings).decode("utf-8", "replace") for each in records))

    def mx(self, name: str) -> tuple[str, ...]:
        records = self._ask(name, "MX")
        found = sorted((each.preference, str(each.exchange).rstrip(".")) for each in records)
        return tuple(host for _, host in found)

    def _ask(self, name: str, kind: str) -> list[Any]:
        import dns.exception
        import dns.resolver

        try:
            return list(dns.resolver.resolve(name, kind, lifetime=self._timeout_seconds))
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        except (dns.exception.DNSException, OSError, UnicodeError) as error:
            raise NoResolver(str(error)) from None
