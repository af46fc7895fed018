"""From `[delivery]` in publisher.toml to the things that deliver. The environment is an argument."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from publisher.config import Delivery, DkimKey, Publication, Relay
from publisher.delivery import dkim, verp
from publisher.delivery.crew import Route
from publisher.delivery.dkim import SigningKey
from publisher.delivery.limits import FIRST_RELAY_REST_SECONDS, Gates, Limit
from publisher.delivery.maildir import MaildirTransport
from publisher.delivery.sendmail import SendmailTransport
from publisher.delivery.smtp import Server, SmtpTransport
from publisher.errors import ConfigError

MIN_SECRET_OCTETS = 16
LOCAL_CONNECTIONS = 2  # for what does not wait for a network


def secret(delivery: Delivery, environ: Mapping[str, str]) -> bytes:
    """What tokens are signed with. Raises ConfigError where it is not set, or too short to be one."""
    value = environ.get(delivery.secret_env, "").encode()
    if len(value) < MIN_SECRET_OCTETS:
        raise ConfigError(
            "delivery.secret_env",
            problem=f"the environment has no {delivery.secret_env} of {MIN_SECRET_OCTETS} characters",
            hint="make one once and keep it: python3 -c 'import secrets; print(secrets.token_hex(32))'",
        )
    return value


def signing_keys(
    publication: Publication, folder: Path, environ: Mapping[str, str]
) -> tuple[SigningKey, ...]:
    """The keys of `[[delivery.dkim]]`; files are relative to `folder`. Raises ConfigError."""
    sender_domain = domain_of_sender(publication)
    return tuple(
        dkim.load_key(
            _pem(entry, folder, environ),
            domain=entry.domain or sender_domain,
            selector=entry.selector,
            where=entry.key_file or entry.key_env,
        )
        for entry in publication.delivery.dkim
    )


def _pem(entry: DkimKey, folder: Path, environ: Mapping[str, str]) -> bytes:
    if bool(entry.key_file) == bool(entry.key_env):
        raise ConfigError(
            "delivery.dkim",
            problem=f"the key {entry.selector} needs key_file or key_env, one of them",
            hint="make a key with: publisher dkim-key",
        )
    if entry.key_env:
        return _from_environment(entry.key_env, "delivery.dkim.key_env", environ).encode()
    path = folder / entry.key_file
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigError(
            path,
            problem=f"this DKIM key cannot be read: {error.strerror or error}",
            hint="make one with: publisher dkim-key",
        ) from None


def routes(publication: Publication, folder: Path, environ: Mapping[str, str]) -> tuple[Route, ...]:
    """The ways out that `delivery.transport` asks for. Raises ConfigError where there is none."""
    delivery = publication.delivery
    if delivery.bounce_address:
        verp.check_address(delivery.bounce_address)
    if delivery.transport == "file":
        box = folder / delivery.maildir
        return (_local("file", partial(MaildirTransport, box)),)
    if delivery.transport == "sendmail":
        return (_local("sendmail", partial(SendmailTransport, delivery.sendmail)),)
    if not delivery.relays:
        raise ConfigError(
            "delivery.relays",
            problem="there is no relay to hand mail to",
            hint='add [[delivery.relays]] with a host, or set transport = "file" to try things out',
        )
    hello_name = delivery.hello_name or domain_of_sender(publication)
    return tuple(_relay(relay, folder, environ, hello_name) for relay in delivery.relays)


def _local(name: str, make: Callable[[], MaildirTransport | SendmailTransport]) -> Route:
    return Route(name=name, open=make, connections=LOCAL_CONNECTIONS)


def _relay(relay: Relay, folder: Path, environ: Mapping[str, str], hello_name: str) -> Route:
    password = ""
    if relay.user:
        password = _from_environment(relay.password_env, "delivery.relays.password_env", environ)
    server = Server(
        host=relay.host,
        port=relay.port,
        tls=relay.tls,
        user=relay.user,
        password=password,
        hello_name=hello_name,
        context=None if relay.tls == "none" else _context(relay, folder),
    )
    return Route(
        name=server.name,
        open=partial(SmtpTransport, server),
        weight=relay.weight,
        connections=relay.connections,
    )


def _context(relay: Relay, folder: Path) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(
            cafile=str(folder / relay.ca_file) if relay.ca_file else None
        )
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(
            folder / relay.ca_file,
            problem=f"no certificate authority can be read there: {error}",
            hint="delivery.relays.ca_file names a PEM file",
        ) from None


def _from_environment(name: str, key: str, environ: Mapping[str, str]) -> str:
    if not name or not environ.get(name):
        named = f"the environment has no {name}" if name else "it names no environment variable"
        raise ConfigError(key, problem=named, hint="secrets stand in the environment, not in files")
    return environ[name]


def gates(delivery: Delivery) -> tuple[Gates, Gates]:
    """The limits of recipients' domains, and of relays by `Route.name`, shared by all senders."""
    named = {
        name.lower(): Limit(each.per_second, each.connections)
        for name, each in delivery.domains.items()
    }
    usual = Limit(delivery.per_domain.per_second, delivery.per_domain.connections)
    rates = {f"{each.host}:{each.port}": Limit(each.per_second) for each in delivery.relays}
    return (
        Gates(lambda name: named.get(name, usual), shared=True),
        Gates(lambda name: rates.get(name, Limit()), FIRST_RELAY_REST_SECONDS, shared=True),
    )


def domain_of_sender(publication: Publication) -> str:
    return publication.sender.address.rpartition("@")[2].lower()
