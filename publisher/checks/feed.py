"""What is wrong in a generated feed, seen as a strict reader would see the bytes themselves.

It covers what the W3C feed validator covers for feeds such as ours, and what that one does not see:
addresses and scripts in HTML, the order of entries, dates that contradict each other, empty
descriptions, enclosures of no length, invisible characters, a missing author.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from urllib.parse import quote

from publisher.checks import feed_html, feed_json, feed_xml
from publisher.checks.feed_rules import RULES, finding
from publisher.checks.feed_seen import NotAFeed, SeenEntry, SeenFeed, SeenLink
from publisher.model import Artifact, Finding
from publisher.urls import FeedFormat

CODES: dict[str, str] = {code: rule.meaning for code, rule in RULES.items()}

# A code of RULES, what was seen, and its line.
Seen = tuple[str, str, int | None]

_DAY = "Mon|Tue|Wed|Thu|Fri|Sat|Sun"
_MONTH = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
_RFC_822 = re.compile(rf"(?:{_DAY}), \d\d (?:{_MONTH}) \d{{4}} \d\d:\d\d:\d\d (?:GMT|[+-]\d{{4}})")
_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")
_MEDIA_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+(?:\s*;.*)?", re.ASCII)
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+", re.ASCII)
_ESCAPED_TWICE = re.compile(r"&(?:amp|lt|gt|quot|apos|nbsp|#\d+|#x[0-9A-Fa-f]+);")


def check_feed(artifact: Artifact) -> tuple[Finding, ...]:
    """Everything that is wrong in one RSS, Atom or JSON feed, in the order of the document."""
    try:
        feed = _read(artifact)
    except NotAFeed as problem:
        return (finding(problem.code, artifact.path, problem.line, problem.detail),)
    seen = (*_feed(feed, artifact), *_entries(feed))
    return tuple(finding(code, artifact.path, line, detail) for code, detail, line in seen)


def _read(artifact: Artifact) -> SeenFeed:
    body = artifact.body
    if body.startswith(b"\xef\xbb\xbf"):
        raise NotAFeed("feed-byte-order-mark", "EF BB BF", 1)
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        raise NotAFeed("feed-not-utf8", f"byte {error.start}", line) from None
    return feed_json.read(text) if "json" in artifact.media_type else feed_xml.read(body)


def _feed(feed: SeenFeed, artifact: Artifact) -> Iterator[Seen]:
    for name, value in feed.required.items():
        if not value:
            yield "feed-missing-element", name, feed.line
    for name in feed.metadata_behind_entries:
        yield "feed-misplaced-metadata", name.rpartition("}")[2], feed.line
    yield from _self_link(feed, artifact.path)
    yield from _links(feed.links)
    if not feed.language:
        yield "feed-missing-language", feed.title, feed.line
    yield from _language(feed.language, feed.line)
    yield from _plain("title", feed.title, feed.line)
    yield from _plain("description", feed.description, feed.line)
    yield from _feed_updated(feed)
    if not feed.entries:
        yield "feed-no-entries", feed.title, feed.line


def _self_link(feed: SeenFeed, path: str) -> Iterator[Seen]:
    """The feed stands where it says: its address ends in its path under `public/`."""
    own = [link for link in feed.links if link.rel == "self"]
    if not own:
        yield "feed-missing-self", feed.title, feed.line
    for link in own:
        if not link.href.endswith("/" + quote(path, safe="/-._~")):
            yield "feed-self-mismatch", f"{link.href} for {path}", link.line


def _links(links: Sequence[SeenLink]) -> Iterator[Seen]:
    """RFC 4287 section 4.1.1: no two alternates of one type and language; every address absolute."""
    kinds: dict[tuple[str, str, str], str] = {}
    for link in links:
        if feed_html.relative(link.href):
            yield "feed-relative-address", f"{link.rel}={link.href!r}", link.line
        elif feed_html.unsafe(link.href):
            yield "feed-unsafe-html", f"{link.rel}={link.href!r}", link.line
        kind = (link.rel, link.media_type, link.language)
        if kind in kinds and link.rel in ("alternate", "self"):
            yield "feed-duplicate-link", f"{kinds[kind]} and {link.href}", link.line
        kinds[kind] = link.href


def _language(language: str, line: int | None) -> Iterator[Seen]:
    if language and not _LANGUAGE.fullmatch(language):
        yield "feed-bad-language", repr(language), line


def _plain(name: str, text: str, line: int | None) -> Iterator[Seen]:
    """A field of plain text: no entities left in it, nothing that cannot be seen."""
    if _ESCAPED_TWICE.search(text):
        yield "feed-markup-in-text", f"{name} {text!r}", line
    for code, detail in feed_html.odd_characters(text):
        yield code, f"{detail} in {name}", line


def _feed_updated(feed: SeenFeed) -> Iterator[Seen]:
    """Atom's updated is the latest of its entries; RSS items say only when they were published."""
    if not feed.updated:
        if feed.format == "rss":
            yield "feed-missing-element", "lastBuildDate", feed.line
        return
    own = _instant(feed.format, feed.updated)
    if own is None:
        yield "feed-bad-date", f"{feed.updated!r}", feed.line
        return
    known = [_instant(feed.format, entry.updated or entry.published) for entry in feed.entries]
    times = [time for time in known if time]
    latest = max(times, default=own)
    if own < latest or (feed.format == "atom" and own > latest):
        yield "feed-updated-not-latest", f"{feed.updated} for {latest.isoformat()}", feed.line


@lru_cache(maxsize=1024)  # the items of an edition share their time
def _instant(format: FeedFormat, written: str) -> datetime | None:
    """The time that `written` names, None where it has not the form that the format asks for."""
    pattern = _RFC_822 if format == "rss" else _RFC_3339
    if not pattern.fullmatch(written):
        return None
    try:
        if format != "rss":
            return datetime.fromisoformat(written)
        time = parsedate_to_datetime(written)
    except ValueError:
        return None
    weekday = _DAY.split("|")[time.weekday()]
    return time if written.startswith(weekday) and time.tzinfo else None


def _entries(feed: SeenFeed) -> Iterator[Seen]:
    places: dict[str, int] = {}
    earlier: datetime | None = None
    for place, entry in enumerate(feed.entries, start=1):
        if entry.id and places.setdefault(entry.id, place) != place:
            detail = f"{entry.id}, entries {places[entry.id]} and {place}"
            yield "feed-duplicate-id", detail, entry.line
        for code, detail, line in _entry(feed, entry):
            yield code, f"entry {place}, {detail}", line
        published = _instant(feed.format, entry.published)
        if published and earlier and published > earlier:
            yield "feed-entry-order", f"entry {place}, {entry.title!r}", entry.line
        earlier = published or earlier


def _entry(feed: SeenFeed, entry: SeenEntry) -> Iterator[Seen]:
    yield from _identity(entry)
    yield from _dates(feed, entry)
    yield from _words(entry)
    yield from _language(entry.language, entry.line)
    yield from _links(entry.links)
    yield from _enclosures(feed, entry)
    named = [name for name in (*entry.authors, *feed.authors) if name]
    if not named:
        yield "feed-missing-author", repr(entry.title), entry.line


def _identity(entry: SeenEntry) -> Iterator[Seen]:
    for name, value in (("id", entry.id), ("title", entry.title), ("published", entry.published)):
        if not value:
            yield "feed-missing-element", name, entry.line
    if not any(link.rel == "alternate" and link.href for link in entry.links):
        yield "feed-missing-element", "link", entry.line
    if entry.id and not _URI.fullmatch(entry.id):
        yield "feed-id-not-uri", repr(entry.id), entry.line
    if entry.guid_is_permalink:
        yield "feed-permalink-guid", entry.id, entry.line


def _dates(feed: SeenFeed, entry: SeenEntry) -> Iterator[Seen]:
    if feed.format == "atom" and not entry.updated:
        yield "feed-missing-element", "updated", entry.line
    for written in (entry.published, entry.updated):
        if written and _instant(feed.format, written) is None:
            yield "feed-bad-date", repr(written), entry.line
    published, updated = (
        _instant(feed.format, entry.published),
        _instant(feed.format, entry.updated),
    )
    if published and updated and updated < published:
        detail = f"{entry.updated} is before {entry.published}"
        yield "feed-updated-before-published", detail, entry.line


def _words(entry: SeenEntry) -> Iterator[Seen]:
    yield from _plain("title", entry.title, entry.line)
    for text in (*entry.authors, *entry.labels):
        yield from _plain("author or category", text, entry.line)
    for code, detail in feed_html.odd_characters(entry.summary):
        yield code, f"{detail} in summary", entry.line
    if not entry.summary:
        yield "feed-empty-summary", repr(entry.title), entry.line
    if not entry.content:
        yield "feed-empty-content", repr(entry.title), entry.line
    elif entry.content_type == "html":
        for code, detail in feed_html.problems(entry.content):
            yield code, detail, entry.line
    elif entry.content_type not in ("text", "xhtml"):
        yield "feed-bad-value", f"content has type {entry.content_type!r}", entry.line


def _enclosures(feed: SeenFeed, entry: SeenEntry) -> Iterator[Seen]:
    if feed.format == "rss" and len(entry.enclosures) > 1:
        yield "feed-several-enclosures", f"{len(entry.enclosures)} of them", entry.line
    for enclosure in entry.enclosures:
        length = enclosure.length
        wrong = [
            name
            for name, right in (
                ("address", not feed_html.relative(enclosure.href)),
                ("length", length.isascii() and length.isdigit() and int(length) > 0),
                ("type", _MEDIA_TYPE.fullmatch(enclosure.media_type)),
            )
            if not right
        ]
        if wrong:
            detail = f"{enclosure.href!r} has no good {' or '.join(wrong)}"
            yield "feed-bad-enclosure", detail, enclosure.line
