"""Is everything in place for mail to arrive? The configuration, and the DNS where a resolver answers.

Bulk senders need SPF, DKIM and an aligned DMARC record (Gmail and Yahoo since February 2024, Outlook
since May 2025), and one bounce address that receives.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from publisher.config import FILE_NAME, Publication
from publisher.delivery import setup
from publisher.delivery.dkim import SigningKey
from publisher.delivery.resolver import NoResolver, Resolver
from publisher.errors import ConfigError
from publisher.model import Finding, Place, Severity

MAX_SPF_LOOKUPS = 10  # RFC 7208 section 4.6.4
_LOOKUPS = re.compile(r"[+?~-]?(include:|a\b|mx\b|ptr\b|exists:|redirect=)", re.IGNORECASE)

CODES: dict[str, Severity] = {
    "delivery-setting": "error",
    "delivery-in-clear": "warning",
    "delivery-no-bounces": "warning",
    "delivery-unsigned": "warning",
    "dkim-unaligned": "warning",
    "dns-silent": "info",
    "dkim-record-missing": "error",
    "dkim-record-differs": "error",
    "dkim-record-testing": "warning",
    "spf-missing": "error",
    "spf-invalid": "error",
    "spf-open": "error",
    "spf-unaligned": "info",
    "dmarc-missing": "error",
    "dmarc-invalid": "error",
    "dmarc-watches-only": "info",
    "bounces-no-mx": "warning",
}


def examine(
    publication: Publication,
    folder: Path,
    environ: Mapping[str, str],
    resolver: Resolver | None,
) -> tuple[Finding, ...]:
    """All that stands in the way of delivery; nothing is sent. Without `resolver` no DNS is asked."""
    keys, found = _settings(publication, folder, environ)
    if resolver is not None:
        try:
            found += _dns(publication, keys, resolver)
        except NoResolver as error:
            text = f"no name server answers ({error}), so the DNS records were not looked at"
            found.append(_finding("dns-silent", "DNS", text, "run doctor again with a network"))
    return tuple(found)


def _finding(code: str, place: str, message: str, hint: str = "") -> Finding:
    return Finding(CODES[code], code, Place(place), message, hint)


# The configuration


def _settings(
    publication: Publication, folder: Path, environ: Mapping[str, str]
) -> tuple[tuple[SigningKey, ...], list[Finding]]:
    found: list[Finding] = []
    keys: tuple[SigningKey, ...] = ()

    def trial(step: Callable[[], object]) -> object:
        try:
            return step()
        except ConfigError as error:
            message = f"{error.where}: {error.problem}"
            found.append(_finding("delivery-setting", FILE_NAME, message, error.hint))
            return ()

    trial(lambda: setup.secret(publication.delivery, environ))
    trial(lambda: setup.routes(publication, folder, environ))
    made = trial(lambda: setup.signing_keys(publication, folder, environ))
    if isinstance(made, tuple):
        keys = made
    return keys, [*found, *_habits(publication, keys)]


def _habits(publication: Publication, keys: tuple[SigningKey, ...]) -> Iterator[Finding]:
    delivery, own = publication.delivery, setup.domain_of_sender(publication)
    for relay in delivery.relays if delivery.transport == "smtp" else ():
        if relay.tls == "none" and relay.host not in ("localhost", "127.0.0.1", "::1"):
            message = f"mail goes to {relay.host} in clear"
            yield _finding("delivery-in-clear", FILE_NAME, message, 'set tls = "starttls"')
    if not delivery.bounce_address:
        message = "bounces come back without saying whose copy they are about"
        hint = f'set delivery.bounce_address = "bounces@{own}"'
        yield _finding("delivery-no-bounces", FILE_NAME, message, hint)
    if not delivery.dkim:
        hint = "make a key with publisher dkim-key, unless your relay signs for you"
        yield _finding("delivery-unsigned", FILE_NAME, "no DKIM key signs the mail", hint)
    for key in keys:
        if not _aligned(key.domain, own):
            message = f"the key {key.selector} signs for {key.domain}, the mail is from {own}"
            hint = "DMARC asks for the same domain (RFC 7489 section 3.1)"
            yield _finding("dkim-unaligned", FILE_NAME, message, hint)


# The DNS


def _dns(
    publication: Publication, keys: tuple[SigningKey, ...], resolver: Resolver
) -> list[Finding]:
    own = setup.domain_of_sender(publication)
    bounces = publication.delivery.bounce_address.rpartition("@")[2].lower() or own
    found = [finding for key in keys for finding in _dkim(key, resolver)]
    found += _spf(bounces, own, resolver)
    found += _dmarc(own, resolver)
    if not resolver.mx(bounces):
        message = f"{bounces} has no mail server, so bounces and complaints are lost"
        found.append(_finding("bounces-no-mx", bounces, message, "add an MX record"))
    return found


def _dkim(key: SigningKey, resolver: Resolver) -> Iterator[Finding]:
    name = key.record_name
    records = [_tags(text) for text in resolver.txt(name)]
    if not records:
        hint = f"publish it: {key.record}"
        yield _finding("dkim-record-missing", name, "the key's DNS record is missing", hint)
    elif all(record.get("p") != _tags(key.record)["p"] for record in records):
        hint = f"publish: {key.record}"
        yield _finding("dkim-record-differs", name, "the DNS has another key than yours", hint)
    elif any("y" in record.get("t", "").split(":") for record in records):
        message = "the record says that you are only testing (t=y): signatures count for nothing"
        yield _finding("dkim-record-testing", name, message, "take t=y out")


def _spf(domain: str, own: str, resolver: Resolver) -> Iterator[Finding]:
    """RFC 7208: of the envelope sender's domain, which is where bounces go."""
    records = [text for text in resolver.txt(domain) if re.match(r"v=spf1(\s|$)", text, re.I)]
    if not records:
        hint = 'ask your relay for its include, and publish "v=spf1 include:... -all"'
        yield _finding("spf-missing", domain, "there is no SPF record", hint)
        return
    if len(records) > 1:
        message = f"there are {len(records)} SPF records, and that is as good as none"
        yield _finding("spf-invalid", domain, message, "join them in one (RFC 7208 section 4.5)")
    terms = records[0].split()[1:]
    if (count := _spf_lookups(records[0], resolver, 0)) > MAX_SPF_LOOKUPS:
        message = f"the SPF record needs {count} look-ups, and {MAX_SPF_LOOKUPS} are allowed"
        yield _finding("spf-invalid", domain, message, "take includes out")
    if any(term.lower() in ("all", "+all", "?all") for term in terms):
        message = "the SPF record lets anybody send in your name"
        yield _finding("spf-open", domain, message, "end it with -all or ~all")
    if not _aligned(domain, own):
        message = f"bounces go to {domain}, the mail is from {own}: DMARC rests on DKIM alone"
        yield _finding("spf-unaligned", domain, message)


def _spf_lookups(record: str, resolver: Resolver, depth: int) -> int:
    """Look-ups that evaluating `record` takes, those of its includes too."""
    count = 0
    for term in record.split()[1:]:
        if not _LOOKUPS.match(term):
            continue
        count += 1
        include = re.match(r"[+?~-]?(?:include:|redirect=)(.+)", term, re.IGNORECASE)
        if include and depth < MAX_SPF_LOOKUPS and count <= MAX_SPF_LOOKUPS:
            inner = [text for text in resolver.txt(include[1]) if text.lower().startswith("v=spf1")]
            count += sum(_spf_lookups(text, resolver, depth + 1) for text in inner[:1])
    return count


def _dmarc(own: str, resolver: Resolver) -> Iterator[Finding]:
    """RFC 7489 section 6.6.3: the domain's own record, or that of a domain above it."""
    labels = own.split(".")
    for start in range(max(1, len(labels) - 1)):
        name = "_dmarc." + ".".join(labels[start:])
        records = [text for text in resolver.txt(name) if text.lower().startswith("v=dmarc1")]
        if records:
            policy = _tags(records[0]).get("p", "").lower()
            if len(records) > 1 or policy not in ("none", "quarantine", "reject"):
                message = "the DMARC record cannot be understood, and counts for nothing"
                yield _finding("dmarc-invalid", name, message, "publish one: v=DMARC1; p=none")
            elif policy == "none":
                message = "the DMARC policy is none: forgeries are reported, not stopped"
                yield _finding("dmarc-watches-only", name, message, "p=quarantine when sure")
            return
    hint = f'publish at _dmarc.{own}: "v=DMARC1; p=none; rua=mailto:postmaster@{own}"'
    yield _finding("dmarc-missing", own, "there is no DMARC record", hint)


def _tags(record: str) -> dict[str, str]:
    """`tag=value; tag=value` (RFC 6376 section 3.2), white space in values taken out."""
    pairs = (part.partition("=") for part in record.split(";"))
    return {
        name.strip().lower(): "".join(value.split()) for name, _, value in pairs if name.strip()
    }


def _aligned(one: str, other: str) -> bool:
    """Relaxed alignment (RFC 7489 section 3.1), without a list of public suffixes: one holds the other."""
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")
