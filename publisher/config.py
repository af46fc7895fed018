"""`publisher.toml`, decoded into frozen, typed values. Secrets never stand here: environment only."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import time
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from msgspec import Meta, Struct, field
from msgspec.structs import replace

from publisher import authors, manifest, slots, titles
from publisher.config_reading import JsonKeys, LanguageTag, NonEmpty, Reading, Table
from publisher.errors import ConfigError
from publisher.text import ILLEGAL_IN_XML

__all__ = ["FILE_NAME", "JsonKeys", "Publication", "Reading", "keys", "load", "loads"]

FILE_NAME = "publisher.toml"

Slug = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]*$")]
Positive = Annotated[int, Meta(ge=1)]
Rate = Annotated[float, Meta(ge=0)]


class Sender(Table, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[sender]`: who the email comes from. `postal_address` is required by CAN-SPAM and its kin."""

    name: NonEmpty
    address: Annotated[str, Meta(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")]
    reply_to: str = ""
    postal_address: NonEmpty
    why: str = ""


class Section(Table, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[sections.SLUG]`: a section that readers subscribe to.

    `match` lists the headings or page names that belong to it (case is ignored, a trailing `*`
    matches any ending); without it, the title is matched.
    """

    title: NonEmpty
    match: tuple[str, ...] = ()
    language: LanguageTag | None = None
    description: str = ""


class Feeds(Table, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[feeds]`: which feeds there are and how much they hold."""

    entries: Literal["items", "editions", "both"] = "both"
    limit: Positive = 50
    sections: bool = True
    full_text: bool = True
    hub: str = ""
    ttl_minutes: Positive = 60


class Email(Table, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[email]`: `text` says whether stories stand in full or as a summary with a link.

    `greeting` is the first line, with fields of the reader's: "Dear {name|reader},". It may be a
    table of them by language.
    """

    greeting: str | dict[LanguageTag, str] = ""
    text: Literal["full", "summary"] = "full"
    contents_from: Positive = 5
    warn_bytes: Positive = 90_000
    limit_bytes: Positive = 102_000

    def greeting_in(self, language: str) -> str:
        """The greeting of a copy whose interface is in `language`; empty for none."""
        if isinstance(self.greeting, str):
            return self.greeting
        known = {tag.lower(): greeting for tag, greeting in self.greeting.items()}
        tag = language.lower()
        while tag and tag not in known:
            tag = tag.rpartition("-")[0]
        return known.get(tag, "")


class Site(Table, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[site]`: the web archive.

    `item_pages`: "stories" gives each story a page of its own, but not a bare link; with "none",
    stories stand whole on their edition's page. An item without a page is found there.
    """

    item_pages: Literal["stories", "none"] = "stories"


class Look(Table, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[look]`: what the pages and the email look like.

    `punctuation`: "full-width" turns half-width commas and the like between Chinese characters into
    their full-width forms on output; the text is always stored as written.
    """

    accent: Annotated[str, Meta(pattern=r"^#[0-9a-fA-F]{6}$")] = "#9b1c1c"
    body_type: Literal["serif", "sans"] = "serif"
    indent: bool = True
    punctuation: Literal["as-written", "full-width"] = "as-written"


class Checks(Table, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[checks]`: words that must not be published, beside the built-in ones."""

    placeholders: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()


class Relay(Table, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[[delivery.relays]]`: a mail server that takes our mail. Several share it by `weight`.

    `password_env` names the environment variable that holds the password. `per_second` 0 means no
    limit. `ca_file` adds a certificate authority of your own; certificates are always verified.
    """

    host: NonEmpty
    port: Annotated[int, Meta(ge=1, le=65535)] = 587
    tls: Literal["starttls", "implicit", "none"] = "starttls"
    ca_file: str = ""
    user: str = ""
    password_env: str = ""
    weight: Positive = 1
    connections: Positive = 4
    per_second: Rate = 0.0


class DomainLimit(Table, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[delivery.domains."gmail.com"]`: how fast one domain's readers are served."""

    per_second: Rate = 0.0
    connections: Positive = 20


class DkimKey(Table, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[[delivery.dkim]]`: a key that signs our mail, RSA or Ed25519 as its file says.

    The private key is a PEM file (relative to `publisher.toml`), or stands in the environment
    variable that `key_env` names. `domain` defaults to that of the sender's address.
    """

    selector: Annotated[str, Meta(pattern=r"^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$")]
    key_file: str = ""
    key_env: str = ""
    domain: str = ""


class Bounces(Table, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[delivery.bounces]`: where returned mail arrives, and when soft bounces suppress.

    An address is suppressed after `soft_limit` soft bounces in a row on different mailings.
    """

    maildir: str = ""
    imap_host: str = ""
    imap_port: Annotated[int, Meta(ge=1, le=65535)] = 993
    imap_user: str = ""
    imap_password_env: str = ""
    imap_folder: NonEmpty = "INBOX"
    soft_limit: Positive = 5


class Delivery(Table, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[delivery]`: how mailings leave.

    `transport`: "smtp" through `relays`, "file" into the folder `maildir`, or "sendmail" through the
    command `sendmail`. Each recipient's envelope sender is `bounce_address` with a token behind a
    plus sign; `secret_env` names the variable that holds the secret which those tokens are signed
    with. `unsubscribe_address` is the mailto part of List-Unsubscribe.
    """

    transport: Literal["smtp", "file", "sendmail"] = "smtp"
    relays: tuple[Relay, ...] = ()
    maildir: NonEmpty = "outbox"
    sendmail: tuple[NonEmpty, ...] = ("/usr/sbin/sendmail", "-i")
    bounce_address: str = ""
    unsubscribe_address: str = ""
    secret_env: NonEmpty = "PUBLISHER_SECRET"
    hello_name: Annotated[str, Meta(pattern=r"^[A-Za-z0-9.:\[\]-]*$")] = ""
    retry_hours: Positive = 48
    per_domain: DomainLimit = DomainLimit()
    domains: dict[NonEmpty, DomainLimit] = field(default_factory=dict)
    dkim: tuple[DkimKey, ...] = ()
    bounces: Bounces = Bounces()


class Store(Table, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[store]`: the database of subscribers and mailings.

    `path` is an SQLite file, relative to `publisher.toml`; `url_env` names the environment variable
    that holds a PostgreSQL URL, and wins where it is given and set.
    """

    path: NonEmpty = "publisher.db"
    url_env: str = ""


class Publication(Table, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole of `publisher.toml`.

    `authority` is the tag-URI authority, `domain,year` (RFC 4151 section 2.1): a domain that was
    yours in that year. It never changes, even when `base_url` does.
    """

    title: NonEmpty
    language: LanguageTag
    base_url: Annotated[str, Meta(pattern=r"^https?://[^/\s]+(/[^\s?#]*)?$")]
    authority: Annotated[str, Meta(pattern=r"^[^,\s/:]+,\d{4}(-\d{2}(-\d{2})?)?$")]
    time_zone: str = "UTC"
    publish_time: time = time(6, 0)
    description: str = ""
    copyright: str = ""
    contact: str = ""
    sender: Sender
    sections: dict[Slug, Section] = field(default_factory=dict)
    reading: Reading = Reading()
    feeds: Feeds = Feeds()
    email: Email = Email()
    site: Site = Site()
    look: Look = Look()
    checks: Checks = Checks()
    delivery: Delivery = Delivery()
    store: Store = Store()

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def home(self) -> str:
        """The base URL, always with a slash at its end."""
        return self.base_url.rstrip("/") + "/"

    @property
    def domain(self) -> str:
        return urlsplit(self.base_url).hostname or ""

    def share(self, part: int, of: int) -> Publication:
        """The same publication with one part (from 0) of the connections, for one of `of` processes
        that deliver together; the rates all senders share through the store."""
        delivery = self.delivery
        relays = tuple(
            replace(
                relay,
                connections=max(1, relay.connections // of + (part < relay.connections % of)),
            )
            for relay in delivery.relays
        )
        domains = {name: _part(limit, of) for name, limit in delivery.domains.items()}
        usual = _part(delivery.per_domain, of)
        return replace(
            self, delivery=replace(delivery, relays=relays, domains=domains, per_domain=usual)
        )

    def with_summaries(self) -> Publication:
        """The same publication, its email with summaries: for digests of many stories."""
        return replace(self, email=replace(self.email, text="summary"))


def _part(limit: DomainLimit, of: int) -> DomainLimit:
    connections = max(1, limit.connections // of)
    return replace(limit, connections=connections)


def load(path: Path) -> Publication:
    """Read `publisher.toml` at `path`.

    Raises ConfigError naming the key, its line where it can be found, and what would be right.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ConfigError(
            path,
            problem="there is no publication here",
            hint="run this in a publication's folder, or make one with: publisher init NAME",
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            path, problem=f"cannot be read: {error}", hint="save it as UTF-8 text"
        ) from None
    return _with_lists(loads(text, where=path), path.parent)


def loads(text: str, *, where: str | Path = FILE_NAME) -> Publication:
    """Decode the text of a `publisher.toml`. Raises ConfigError."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(
            where, problem=f"is not valid TOML: {error}", hint="see https://toml.io"
        ) from None
    _refuse_controls(table, "", text, where)
    return _convert(table, text, where)


def _with_lists(publication: Publication, folder: Path) -> Publication:
    """`publication` with what its files of authors and dates list; the tables themselves win."""
    reading = publication.reading
    if reading.authors_file:
        names = {**authors.load(folder, reading.authors_file), **reading.authors}
        reading = replace(reading, authors=names)
    if reading.dates_file:
        dates = {**manifest.load(folder, reading.dates_file), **reading.dates}
        reading = replace(reading, dates=dates)
    return replace(publication, reading=reading)


def _convert(table: Mapping[str, Any], text: str, where: str | Path) -> Publication:
    try:
        publication = msgspec.convert(_with_flat_dates(table), Publication)
    except msgspec.ValidationError as error:
        problem, key = _explain(str(error))
        raise ConfigError(
            where, line=_line_of(text, key), problem=problem, hint=_hint(problem, key)
        ) from None
    for key, wrong, hint in _beyond_types(publication):
        raise ConfigError(where, line=_line_of(text, key), problem=f"{key}: {wrong}", hint=hint)
    return publication


def _with_flat_dates(table: Mapping[str, Any]) -> Mapping[str, Any]:
    """`[reading.dates]` takes TOML's own dates, and names with a dot that nobody has quoted."""
    reading = table.get("reading")
    if not isinstance(reading, Mapping) or not isinstance(reading.get("dates"), Mapping):
        return table
    return {**table, "reading": {**reading, "dates": manifest.flat(reading["dates"])}}


def _beyond_types(publication: Publication) -> Iterator[tuple[str, str, str]]:
    """Key, problem and hint of each value that has the right type and is wrong all the same."""
    try:
        ZoneInfo(publication.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        hint = 'use an IANA name such as "Asia/Shanghai" or "Europe/London"'
        yield "time_zone", f"{publication.time_zone!r} is no time zone", hint
    if wrong := _unservable(publication.base_url):
        yield "base_url", f"{publication.base_url!r} {wrong}", "write it like https://example.org/"
    greeting = publication.email.greeting
    for one in [greeting] if isinstance(greeting, str) else greeting.values():
        if wrong := slots.problem_of(one):
            yield "email.greeting", wrong, "write it like 'Dear {name|reader},'"
    reading = publication.reading
    if reading.title_pattern and (wrong := titles.problem(reading.title_pattern)):
        hint = "write it like 'Issue (?P<number>[0-9]+): (?P<title>.+)'"
        yield "reading.title_pattern", wrong, hint
    for file, value in reading.dates.items():
        if not manifest.is_date(value):
            yield "reading.dates", f"{value!r}, for {file}, is no date", "write it as 2026-11-23"


def _unservable(address: str) -> str:
    """What keeps pages from being served under `address`, in words; nothing where they can be."""
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port  # both raise for what no browser takes
    except ValueError as error:
        return f"is no address: {error}"
    if not host.isascii():
        return f"must name its host in ASCII: {host.encode('idna').decode()}"
    if parts.username is not None:
        return "holds a user name, which would stand in every link"
    if re.search(r"""["'<>\\^`{|}]|%(?![0-9A-Fa-f]{2})|/\.\.?(?:/|$)""", address):
        return "holds characters or steps that no link can carry"
    return ""


# Keys whose text may run over several lines; everywhere else a line break would end a mail header.
_SEVERAL_LINES = ("postal_address", "description", "why", "copyright")


def _refuse_controls(value: object, key: str, text: str, where: str | Path) -> None:
    """Raises ConfigError where `value` holds what no feed, page or header can carry."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            _refuse_controls(inner, f"{key}.{name}".lstrip("."), text, where)
    elif isinstance(value, list):
        for inner in value:
            _refuse_controls(inner, key, text, where)
    elif isinstance(value, str):
        several = key.rpartition(".")[2] in _SEVERAL_LINES
        if ILLEGAL_IN_XML.search(value) or (not several and re.search("[\n\r]", value)):
            raise ConfigError(
                where,
                line=_line_of(text, key),
                problem=f"{key}: holds a line break or a control character",
                hint="write it on one line, without escapes such as \\n or \\u0007",
            )


def _explain(message: str) -> tuple[str, str]:
    """Split msgspec's "... - at `$.feeds.limit`" into a problem that names the key, and the key."""
    what, _, at = message.partition(" - at `")
    name_itself, at = at.startswith("key` in `"), at.removeprefix("key` in `")
    path = at.rstrip("`").removeprefix("$").lstrip(".")
    named = re.search(r"unknown field `([^`]+)`|required field `([^`]+)`", what)
    if named:
        path = ".".join(part for part in (path, named[1] or named[2]) if part)
    if named and named[1]:
        return f"{path}: there is no such key", path
    if named:
        return f"{path}: this key is missing", path
    if name_itself:
        return f"{path}: a name in it holds more than lower-case letters, digits and hyphens", path
    example = _EXAMPLES.get(re.sub(r"\[.*", "", path).rpartition(".")[2])
    if "matching regex" in what and example:
        return f"{path}: is not written like {example}", path
    return f"{path}: {what[:1].lower()}{what[1:].replace('`', '')}", path


# What fits a key with a pattern; nobody should have to read a regular expression.
_EXAMPLES = {
    "accent": "#9b1c1c",
    "address": "news@example.org",
    "authority": "example.org,2026",
    "base_url": "https://example.org/",
    "hello_name": "mail.example.org",
    "language": "en or zh-Hans",
    "selector": "mail2026",
}


def _hint(problem: str, key: str) -> str:
    if "no such key" in problem:
        near = _nearest(key)
        return f"did you mean {near}?" if near else "docs/reference.md lists every key"
    return f"docs/reference.md explains {key or 'every key'}"


def _nearest(key: str) -> str:
    import difflib

    parent, _, last = re.sub(r"\[\d+\]", "", key).rpartition(".")
    names = [name.rpartition(".")[2] for name in keys() if name.rpartition(".")[0] == parent]
    return next(iter(difflib.get_close_matches(last, names, n=1)), "")


def keys() -> tuple[str, ...]:
    """Every key that `publisher.toml` may hold, dotted.

    Tables by name stand as `sections.SLUG.title` and `delivery.domains.NAME.per_second`, tables in
    an array under the array's name: `delivery.relays.host`.
    """
    return tuple(_keys(Publication, ""))


def _keys(table: type[Struct], prefix: str) -> list[str]:
    found: list[str] = []
    for entry in msgspec.structs.fields(table):
        name = f"{prefix}{entry.name}"
        inner = [kind for kind in (entry.type, *get_args(entry.type)) if _is_table(kind)]
        if get_origin(entry.type) is dict and inner:
            name += ".SLUG" if entry.name == "sections" else ".NAME"
        found += _keys(inner[0], f"{name}.") if inner else [name]
    return found


def _is_table(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, Struct)


def _line_of(text: str, key: str) -> int | None:
    """The line that sets `key`, found by its table header and last part; None where it is absent.

    `delivery.relays[1].host` is looked for in the second `[[delivery.relays]]`.
    """
    parent, _, last = key.rpartition(".")
    last = last.partition("[")[0]
    seen: dict[str, int] = {}
    table = ""
    for number, line in enumerate(text.splitlines(), start=1):
        header = re.match(r"\s*(\[\[?)([^\[\]]+)\]", line)
        if header:
            table = header[2].strip().replace('"', "")
            if header[1] == "[[":
                seen[table] = seen.get(table, -1) + 1
                table += f"[{seen[table]}]"
            if table == key:
                return number
        elif table == parent and re.match(rf"\s*\"?{re.escape(last)}\"?\s*=", line):
            return number
    return None
