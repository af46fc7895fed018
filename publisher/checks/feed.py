"""What is wrong in a generated feed, seen as a strict reader would see the bytes themselves.

It covers what the W3C feed validator covers for feeds such as ours, and what that one does not see:
addresses and scripts in HTML, the order of entries, dates that contradict each other, empty
descriptions, enclosures of no length, invisible characters, a missing author.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from urllib.parse import quote

from publisher.checks import feed_html, feed_json, feed_xml
from publisher.checks.feed_rules import RULES, finding
from publisher.checks.feed_seen import NotAFeed, SeenEntry, SeenFeed, SeenLink
from publisher.fragments import Joined, Problem, Seen
from publisher.model import Artifact, Finding
from publisher.urls import FeedFormat

CODES: dict[str, str] = {code: rule.meaning for code, rule in RULES.items()}

# What was seen: the code of a finding, and in what.
Sight = tuple[str, str]
Sights = tuple[Sight, ...]
# What `feed_html.problems` says of the HTML of an entry.
Html = Callable[[str], Sights]

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_RFC_822 = re.compile(
    rf"({'|'.join(_DAYS)}), (\d\d) ({'|'.join(_MONTHS)}) (\d{{4}}) (\d\d:\d\d:\d\d) (GMT|[+-]\d{{4}})"
)
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
    entries = [(_examined(feed, entry, feed_html.problems), entry.line) for entry in feed.entries]
    return _findings(feed, artifact.path, entries)


def examine(written: Sequence[Joined]) -> list[list[Seen | None]]:
    """Every entry of these documents by itself; None for those of a document that is no feed.

    HTML that several of them carry, as the formats of one document do, is looked at once.
    """
    html = lru_cache(maxsize=None)(feed_html.problems)
    return [_entries_of(one, html) for one in written]


def _entries_of(written: Joined, html: Html) -> list[Seen | None]:
    try:
        feed = _read(written.artifact)
    except NotAFeed:
        return [None] * len(written.forms)
    return [_examined(feed, entry, html) for entry in feed.entries]


def check_joined(written: Joined) -> tuple[Finding, ...]:
    """What `check_feed` says of this document, without reading again the entries examined before."""
    examined = [
        (form.seen, line)
        for form, line in zip(written.forms, written.lines(), strict=True)
        if form.seen is not None
    ]
    if len(examined) < len(written.forms):
        return check_feed(written.artifact)
    try:
        feed = _read(written.empty)
    except NotAFeed:
        return check_feed(written.artifact)
    return _findings(feed, written.path, examined)


def _findings(
    feed: SeenFeed, path: str, entries: Sequence[tuple[Seen, int | None]]
) -> tuple[Finding, ...]:
    """`entries` come with the line that each begins on."""
    known = [seen for seen, _ in entries]
    problems = (*_feed(feed, path, known), *_entries(entries))
    return tuple(finding(code, path, line, detail) for code, detail, line in problems)


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


def _feed(feed: SeenFeed, path: str, entries: Sequence[Seen]) -> Iterator[Problem]:
    for name, value in feed.required.items():
        if not value:
            yield "feed-missing-element", name, feed.line
    for name in feed.metadata_behind_entries:
        yield "feed-misplaced-metadata", name.rpartition("}")[2], feed.line
    yield from _self_link(feed, path)
    yield from _links(feed.links)
    if not feed.language:
        yield "feed-missing-language", feed.title, feed.line
    yield from _language(feed.language, feed.line)
    yield from _at(feed.line, _plain("title", feed.title))
    yield from _at(feed.line, _plain("description", feed.description))
    yield from _feed_updated(feed, entries)
    if not entries:
        yield "feed-no-entries", feed.title, feed.line


def _self_link(feed: SeenFeed, path: str) -> Iterator[Problem]:
    """The feed stands where it says: its address ends in its path under `public/`."""
    own = [link for link in feed.links if link.rel == "self"]
    if not own:
        yield "feed-missing-self", feed.title, feed.line
    for link in own:
        if not link.href.endswith("/" + quote(path, safe="/-._~")):
            yield "feed-self-mismatch", f"{link.href} for {path}", link.line


def _links(links: Sequence[SeenLink]) -> Iterator[Problem]:
    """RFC 4287 section 4.1.1: no two alternates of one type and language; every address absolute."""
    kinds: dict[tuple[str, str, str], str] = {}
    for link in links:
        if code := _address(link.href):
            yield code, f"{link.rel}={link.href!r}", link.line
        kind = (link.rel, link.media_type, link.language)
        if kind in kinds and link.rel in ("alternate", "self"):
            yield "feed-duplicate-link", f"{kinds[kind]} and {link.href}", link.line
        kinds[kind] = link.href


@lru_cache(maxsize=1024)  # an entry has the same in every format
def _address(address: str) -> str:
    """The code of what is wrong with it; empty for a good one."""
    if feed_html.relative(address):
        return "feed-relative-address"
    return "feed-unsafe-html" if feed_html.unsafe(address) else ""


def _language(language: str, line: int | None) -> Iterator[Problem]:
    if language and not _is_language(language):
        yield "feed-bad-language", repr(language), line


@lru_cache(maxsize=64)
def _is_language(language: str) -> bool:
    return bool(_LANGUAGE.fullmatch(language))


@lru_cache(maxsize=1024)  # an entry has the same in every format, and shares its names with others
def _plain(name: str, text: str) -> Sights:
    """A field of plain text: no entities left in it, nothing that cannot be seen."""
    twice = [("feed-markup-in-text", f"{name} {text!r}")] if _ESCAPED_TWICE.search(text) else []
    return (*twice, *_odd(name, text))


def _odd(name: str, text: str) -> Sights:
    return tuple((code, f"{seen} in {name}") for code, seen in feed_html.odd_characters(text))


def _at(line: int | None, sights: Iterable[Sight]) -> Iterator[Problem]:
    return ((code, detail, line) for code, detail in sights)


def _feed_updated(feed: SeenFeed, entries: Sequence[Seen]) -> Iterator[Problem]:
    """Atom's updated is the latest of its entries; RSS items say only when they were published."""
    if not feed.updated:
        if feed.format == "rss":
            yield "feed-missing-element", "lastBuildDate", feed.line
        return
    own = _instant(feed.format, feed.updated)
    if own is None:
        yield "feed-bad-date", f"{feed.updated!r}", feed.line
        return
    latest = max((entry.updated for entry in entries if entry.updated), default=own)
    if own < latest or (feed.format == "atom" and own > latest):
        yield "feed-updated-not-latest", f"{feed.updated} for {latest.isoformat()}", feed.line


@lru_cache(maxsize=1024)  # the items of an edition share their time
def _instant(format: FeedFormat, written: str) -> datetime | None:
    """The time that `written` names, None where it has not the form that the format asks for."""
    try:
        if format == "rss":
            return _rfc_822(written)
        return datetime.fromisoformat(written) if _RFC_3339.fullmatch(written) else None
    except ValueError:
        return None


def _rfc_822(written: str) -> datetime | None:
    """Raises ValueError for a day or time that there is none of."""
    found = _RFC_822.fullmatch(written)
    if found is None:
        return None
    weekday, day, month, year, clock, zone = found.groups()
    if zone == "-0000":  # a time of no zone that is known (RFC 5322 section 3.3)
        return None
    number = _MONTHS.index(month) + 1
    offset = "Z" if zone == "GMT" else zone
    time = datetime.fromisoformat(f"{year}-{number:02}-{day}T{clock}{offset}")
    return time if weekday == _DAYS[time.weekday()] else None


def _entries(entries: Sequence[tuple[Seen, int | None]]) -> Iterator[Problem]:
    places: dict[str, int] = {}
    earlier: datetime | None = None
    for place, (entry, start) in enumerate(entries, start=1):
        if entry.id and places.setdefault(entry.id, place) != place:
            yield "feed-duplicate-id", f"{entry.id}, entries {places[entry.id]} and {place}", start
        for code, detail, line in entry.problems:
            yield code, f"entry {place}, {detail}", _sum(start, line)
        if entry.published and earlier and entry.published > earlier:
            yield "feed-entry-order", f"entry {place}, {entry.title!r}", start
        earlier = entry.published or earlier


def _sum(start: int | None, line: int | None) -> int | None:
    return None if start is None or line is None else start + line


def _examined(feed: SeenFeed, entry: SeenEntry, html: Html) -> Seen:
    """One entry of `feed` by itself; the lines of its problems count from its own."""
    start = entry.line or 0
    return Seen(
        entry.id,
        entry.title,
        _instant(feed.format, entry.published),
        _instant(feed.format, entry.updated or entry.published),
        tuple(
            (code, detail, line and line - start)
            for code, detail, line in _entry(feed, entry, html)
        ),
    )


def _entry(feed: SeenFeed, entry: SeenEntry, html: Html) -> Iterator[Problem]:
    yield from _identity(entry)
    yield from _dates(feed, entry)
    yield from _words(entry, html)
    yield from _language(entry.language, entry.line)
    yield from _links(entry.links)
    yield from _enclosures(feed, entry)
    named = [name for name in (*entry.authors, *feed.authors) if name]
    if not named:
        yield "feed-missing-author", repr(entry.title), entry.line


def _identity(entry: SeenEntry) -> Iterator[Problem]:
    for name, value in (("id", entry.id), ("title", entry.title), ("published", entry.published)):
        if not value:
            yield "feed-missing-element", name, entry.line
    if not [link for link in entry.links if link.rel == "alternate" and link.href]:
        yield "feed-missing-element", "link", entry.line
    if entry.id and not _URI.fullmatch(entry.id):
        yield "feed-id-not-uri", repr(entry.id), entry.line
    if entry.guid_is_permalink:
        yield "feed-permalink-guid", entry.id, entry.line


def _dates(feed: SeenFeed, entry: SeenEntry) -> Iterator[Problem]:
    published = _instant(feed.format, entry.published)
    updated = _instant(feed.format, entry.updated)
    if feed.format == "atom" and not entry.updated:
        yield "feed-missing-element", "updated", entry.line
    for written, time in ((entry.published, published), (entry.updated, updated)):
        if written and time is None:
            yield "feed-bad-date", repr(written), entry.line
    if published and updated and updated < published:
        detail = f"{entry.updated} is before {entry.published}"
        yield "feed-updated-before-published", detail, entry.line


def _words(entry: SeenEntry, html: Html) -> Iterator[Problem]:
    sights = [*_plain("title", entry.title)]
    for text in (*entry.authors, *entry.labels):
        sights += _plain("author or category", text)
    sights += _odd("summary", entry.summary)
    if not entry.summary:
        sights.append(("feed-empty-summary", repr(entry.title)))
    if not entry.content:
        sights.append(("feed-empty-content", repr(entry.title)))
    elif entry.content_type == "html":
        sights += html(entry.content)
    elif entry.content_type not in ("text", "xhtml"):
        sights.append(("feed-bad-value", f"content has type {entry.content_type!r}"))
    return _at(entry.line, sights)


def _enclosures(feed: SeenFeed, entry: SeenEntry) -> Iterator[Problem]:
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
