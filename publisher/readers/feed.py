"""RSS and Atom, as files: the only module that knows feedparser, which never gets an address here.

A feed becomes a page whose stories have dates and ids of their own; `publisher import` makes editions
of them.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from html import escape, unescape
from io import BytesIO
from typing import Any
from urllib.parse import urljoin

from publisher import xml
from publisher.config import Reading
from publisher.errors import EditionError
from publisher.model import Enclosure, Finding, Image, Page, Person, Place, Story
from publisher.readers.language import language_tag
from publisher.readers.links import dead_link, followable, losses
from publisher.readers.sniff import xml_root
from publisher.sanitise import images, plain, sanitise, shows, summary
from publisher.text import BIDI_CONTROLS, clip, one_line, squeeze

__all__ = ["is_feed", "read"]

is_feed = xml_root("rss", "feed", "RDF")

_ENTITIES = re.compile(r"<!ENTITY\b", re.IGNORECASE)
_WEB = re.compile(r"https?://[^\s/]", re.IGNORECASE)
_RELATIVE = re.compile(
    r'(<(?:a|img)\b[^<>]*? (?:href|src)=")(?![a-z][a-z0-9+.-]*:|#)([^"]*)(?=")', re.I
)
_BLOCK = re.compile(r"<(?:p|div|h[1-6]|ul|ol|dl|blockquote|pre|table|figure|details)\b")
_YEARS = range(1400, 9000)
_TITLE_LIMIT = 80


def read(
    text: str, *, name: str, options: Reading, language: str = "", first_line: int = 1
) -> Page:
    """Read one feed document, its entries in the feed's order; `front` has its title, language and
    latest date.

    Entries without a title are named by their text. Raises EditionError for what is no feed, or
    declares entities of its own.
    """
    declared = _ENTITIES.search(text)
    if declared:
        raise EditionError(
            name,
            line=text.count("\n", 0, declared.start()) + first_line,
            problem="this feed declares entities of its own, which are not read",
            hint="export it without them",
        )
    xml.refuse_crowds(text, name=name, first_line=first_line)
    found = _parse(text, name)
    feed = found.feed
    own = language_tag(str(feed.get("language", "")))
    stories = tuple(filter(None, (_story(entry, feed, own, name) for entry in found.entries)))
    latest = max((story.dated for story in stories if story.dated), default=None)
    front = {
        "title": _line(feed.get("title_detail")),
        "language": own,
        "date": latest.isoformat(" ", "seconds") if latest else "",
    }
    return Page(
        name=name,
        stories=stories,
        front={key: value for key, value in front.items() if value},
        findings=(
            *_malformed(found, text, name, first_line),
            *_left_out(found, stories, name),
            *_losses(found, Place(name)),
        ),
    )


def _parse(text: str, name: str) -> Any:
    import feedparser

    headers = {"content-type": "application/xml; charset=utf-8"}  # it is decoded already
    try:
        found = feedparser.parse(
            BytesIO(text.encode()), response_headers=headers, sanitize_html=False
        )
    except (
        ValueError,
        AssertionError,
        RecursionError,
        LookupError,
        TypeError,
        AttributeError,
    ) as error:
        raise EditionError(
            name, problem=f"this feed cannot be read: {squeeze(str(error))}", hint="export it again"
        ) from None
    if not found.version and not found.entries:
        raise EditionError(
            name, problem="this is no RSS or Atom feed", hint="save the feed itself, not the page"
        )
    return found


def _malformed(found: Any, text: str, name: str, first_line: int) -> Iterator[Finding]:
    """That feedparser had to guess, and where: it counts lines of a text that it has changed before."""
    if not found.bozo:
        return
    line, problem = None, f"this feed is not well-formed: {squeeze(str(found.bozo_exception))}"
    try:
        xml.parse(text, name=name, first_line=first_line)
    except EditionError as error:
        line, problem = error.line, error.problem
    yield Finding(
        "warning",
        "malformed-feed",
        Place(name, line),
        f"{problem}; what could be was read",
        "compare the number of entries with the original",
    )


def _left_out(found: Any, stories: Sequence[Story], name: str) -> Iterator[Finding]:
    empty = len(found.entries) - len(stories)
    if empty:
        yield Finding(
            "warning",
            "empty-item",
            Place(name),
            f"entries without title, text and link are left out ({empty})",
            "look whether the feed was cut",
        )


def _losses(found: Any, place: Place) -> Iterator[Finding]:
    for entry in found.entries:
        link = str(entry.get("link") or "")
        if link and not followable(link):
            yield dead_link(link, place)
        yield from losses(_html(_content(entry)), place)


def _story(entry: Any, feed: Any, feed_language: str, name: str) -> Story | None:
    link = _web(entry.get("link", ""))
    headline = _line(entry.get("title_detail"))
    content = _content(entry)
    body = _absolute(_body(content), link or _web(feed.get("link", "")))
    if link and plain(body) == headline and f'href="{escape(link)}"' in body:
        body = ""  # a bare link, which a feed that must have a text says twice
    enclosures, linked = _enclosures(entry)
    body += linked
    if not (headline or body or link):
        return None
    section, tags = _categories(entry)
    language = language_tag(str((content or {}).get("language") or ""))
    pictures = images(body) or tuple(_pictures(entry))
    return Story(
        title=headline or clip(plain(body).split("\n")[0], _TITLE_LIMIT) or link or "…",
        place=Place(name),
        kind="link" if link and not body else "article",
        headline=headline or None,
        byline=tuple(_authors(entry, _line(feed.get("title_detail")))),
        body=body,
        summary=summary(body),
        images=pictures,
        enclosures=enclosures,
        link=link or None,
        section=section,
        tags=tags,
        language="" if language == feed_language else language,
        dated=_dated(entry),
        guid=squeeze(str(entry.get("id") or "")) or link,
    )


def _content(entry: Any) -> Mapping[str, Any] | None:
    """The fullest text that the entry has: its HTML content, else other content, else its summary."""
    found = [one for one in entry.get("content", []) if one.get("value", "").strip()]
    html = [one for one in found if "html" in str(one.get("type"))]
    summaries = [one for one in (entry.get("summary_detail"),) if one]
    return next(iter([*html, *found, *summaries]), None)


def _html(content: Mapping[str, Any] | None) -> str:
    """The content as HTML that is not sanitised yet."""
    value = str((content or {}).get("value", ""))
    if content and content.get("type") == "text/plain":
        return "".join(f"<p>{escape(line)}</p>" for line in value.split("\n\n") if line.strip())
    return value


def _body(content: Mapping[str, Any] | None) -> str:
    body = sanitise(BIDI_CONTROLS.sub("", _html(content))).strip()
    if not shows(body):
        return ""
    return body if _BLOCK.search(body) else f"<p>{body}</p>"


def _line(detail: Mapping[str, Any] | None) -> str:
    """A title on one line; of HTML its words."""
    value = str((detail or {}).get("value", ""))
    if detail and detail.get("type") != "text/plain":
        value = plain(sanitise(value))
    return one_line(value)


def _authors(entry: Any, feed_title: str) -> Iterator[Person]:
    """Its authors; a feed that signs every entry with its own name says nothing."""
    names = (squeeze(str(author.get("name") or "")) for author in entry.get("authors", []))
    for name in dict.fromkeys(names):
        if name and name != feed_title:
            yield Person(name)


def _categories(entry: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Its section: the category of a scheme of sections, else the first; the others are tags."""
    found: dict[str, str] = {}
    for tag in entry.get("tags", []):
        label = squeeze(str(tag.get("label") or tag.get("term") or ""))
        if label:
            found.setdefault(label, str(tag.get("scheme") or ""))
    marked = [label for label, scheme in found.items() if scheme.endswith("sections")]
    section = next(iter([*marked, *found]), "")
    return ((section,) if section else ()), tuple(label for label in found if label != section)


def _enclosures(entry: Any) -> tuple[tuple[Enclosure, ...], str]:
    """Files that belong to it, where their length is known; links to the others."""
    found, links = [], []
    for one in entry.get("enclosures", []):
        url, size = _web(one.get("href", "")), str(one.get("length", ""))
        if url and re.fullmatch("[1-9][0-9]{0,14}", size) and one.get("type"):
            found.append(Enclosure(url, int(size), str(one["type"])))
        elif url:
            links.append(f'<p><a href="{escape(url)}">{escape(url)}</a></p>')
    return tuple(found), sanitise("".join(links))


def _pictures(entry: Any) -> Iterator[Image]:
    """The picture that it names beside its text (Media RSS), where the text shows none."""
    media = [
        one
        for one in entry.get("media_content", [])
        if str(one.get("type", "")).startswith("image/") or one.get("medium") == "image"
    ]
    for one in [*media, *entry.get("media_thumbnail", [])][:1]:
        sizes = [one.get(side, "") for side in ("width", "height")]
        width, height = (int(s) if re.fullmatch("[1-9][0-9]{0,4}", s) else None for s in sizes)
        url = _web(one.get("url", ""))
        if url:
            yield Image(url, width=width, height=height)


def _dated(entry: Any) -> datetime | None:
    for key in ("published_parsed", "updated_parsed", "created_parsed"):
        moment = entry[key] if key in entry else None  # noqa: SIM401 - get() takes one for another
        with suppress(ValueError, OverflowError, OSError, TypeError):
            if moment and moment.tm_year in _YEARS:
                return datetime.fromtimestamp(calendar.timegm(moment), UTC)
    return None


def _web(address: object) -> str:
    address = squeeze(str(address or ""))
    return address.replace(" ", "%20") if _WEB.match(address) else ""


def _absolute(body: str, base: str) -> str:
    """`body` with its links and pictures as they are meant from `base`; as they are without one."""

    def joined(match: re.Match[str]) -> str:
        try:
            return match[1] + escape(urljoin(base, unescape(match[2])))
        except ValueError:
            return match[0]

    if base:
        body = _RELATIVE.sub(joined, body)
    return body
