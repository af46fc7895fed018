"""What the content of a feed's entry must show, told from the edition as read, without our generators.

Two pieces of HTML are alike where a parser meets the same in them: tags in order, attributes in any
order, and text, its white space squeezed. What must be met in an entry of a story is its body, every
tag and word of it; before it the kicker, the subheadline and the first picture that the body does not
show, and the dateline at the front of its text; behind it the other such pictures, and the story's
link where the body has none to it. An entry of an edition has its introduction, and under the name of
each section the headlines as links and the summaries, or the stories whole. Addresses are absolute:
read against the publication's, or for a place within a text against its page.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from publisher import urls
from publisher.config import Publication
from publisher.model import Edition, Image, Item
from publisher.sections import section_finder

_ADDRESSES = ("href", "src", "poster")
_VOID = ("br", "col", "hr", "img", "wbr")
_WHITE = re.compile(r"\s+")


def canonical(html: str, home: str = "", page: str = "") -> str:
    """`html` in the one form of all that are alike; addresses are made absolute where `home` is given."""
    stream = _Stream(home, page)
    stream.feed(html)
    stream.close()
    return _WHITE.sub(" ", "".join(stream.met)).strip()


def words(html: str) -> str:
    """The text of `html`, where every tag parts words: a summary is compared without its spaces."""
    parts = _Words()
    parts.feed(html)
    parts.close()
    return " ".join(" ".join(parts.met).split())


def absolute(address: str, home: str) -> str:
    """`address` read against `home`; whole ones, and what no parser takes, stay as written."""
    try:
        return address if urlsplit(address).scheme else urljoin(home, address)
    except ValueError:
        return address


def of_item(publication: Publication, item: Item) -> str:
    """What an entry of `item`, as it was read, has for content, in canonical form."""
    if not publication.feeds.full_text:
        return canonical(_paragraph(item.summary or item.title))
    page = urls.absolute(publication, urls.item(publication, item))
    return canonical("".join(_story(item, publication.home)), publication.home, page)


def of_edition(publication: Publication, edition: Edition) -> str:
    """The same of a whole edition: a digest where its items are entries of their own."""
    page = urls.absolute(publication, urls.edition_page(edition))
    whole = publication.feeds.entries == "editions" and publication.feeds.full_text
    parts = [canonical(edition.introduction, publication.home, page)]
    for title, items in _by_section(publication, edition.items):
        parts.append(f"<h2>{escape(title)}</h2>" if title else "")
        lines = [_told(publication, item, whole=whole) for item in items]
        parts += lines if whole else ["<ul>", *lines, "</ul>"]
    return canonical("".join(parts))


def _by_section(
    publication: Publication, items: Iterable[Item]
) -> Iterable[tuple[str, Sequence[Item]]]:
    find = section_finder(publication)
    found: dict[str, list[Item]] = {}
    for item in items:
        section = find(item)
        found.setdefault(section.title if section else "", []).append(item)
    return found.items()


def _told(publication: Publication, item: Item, *, whole: bool) -> str:
    """An item within its edition's entry."""
    page = urls.absolute(publication, urls.item(publication, item))
    bare = item.kind == "link" and item.link
    address = absolute(item.link or "", publication.home) if bare else page
    headline = f'<a href="{escape(address)}">{escape(item.title)}</a>'
    if whole:
        return f"<h3>{headline}</h3>{of_item(publication, item)}"
    below = f"<br>{escape(item.summary)}" if item.summary.strip() else ""
    return f"<li>{headline}{below}</li>"


def _story(item: Item, home: str) -> Iterator[str]:
    shown = _Shown()
    shown.feed(item.body)
    unseen = [image for image in item.images if image.src not in shown.pictures]
    if item.kicker:
        yield _paragraph(" · ".join(item.kicker))
    if item.subheadline:
        yield f"<p><strong>{escape(item.subheadline)}</strong></p>"
    yield from map(_picture, unseen[:1])
    lead = f"<b>{escape(item.dateline)}</b>" if item.dateline else ""
    if lead and item.body.startswith("<p>"):
        yield f"<p>{lead} {item.body.removeprefix('<p>')}"
    else:
        yield (f"<p>{lead}</p>" if lead else "") + item.body
    yield from map(_picture, unseen[1:])
    if item.link and item.link not in shown.links:
        name = item.title if item.kind == "link" else absolute(item.link, home)
        yield f'<p><a href="{escape(item.link)}">{escape(name)}</a></p>'
    elif not (item.body or item.images or item.kicker or item.subheadline or lead):
        yield _paragraph(item.title)


def _paragraph(words: str) -> str:
    return f"<p>{escape(words)}</p>"


def _picture(image: Image) -> str:
    sizes = (("width", image.width), ("height", image.height))
    told = "".join(f' {name}="{size}"' for name, size in sizes if size)
    below = " ".join(filter(None, (image.caption, image.credit)))
    caption = f"<figcaption>{escape(below)}</figcaption>" if below else ""
    return (
        f'<figure><img src="{escape(image.src)}" alt="{escape(image.alt)}"{told}>{caption}</figure>'
    )


class _Stream(HTMLParser):
    """Everything that is met, each tag in one way of writing it."""

    def __init__(self, home: str, page: str) -> None:
        super().__init__()
        self.met: list[str] = []
        self.home, self.page = home, page

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = "".join(f' {name}="{escape(self._value(name, it))}"' for name, it in sorted(attrs))
        self.met.append(f"<{tag}{told}>")

    def handle_endtag(self, tag: str) -> None:
        if tag not in _VOID:
            self.met.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self.met.append(escape(data, quote=False))

    def _value(self, name: str, value: str | None) -> str:
        if not value or not self.home or name not in _ADDRESSES:
            return value or ""
        if value.startswith("#"):
            return self.page + value if name == "href" else value
        return absolute(value, self.home)


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.met: list[str] = []

    def handle_data(self, data: str) -> None:
        self.met.append(data)


class _Shown(HTMLParser):
    """Which pictures a text shows, and where it links to."""

    def __init__(self) -> None:
        super().__init__()
        self.pictures: set[str] = set()
        self.links: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if tag == "img":
            self.pictures.add(told.get("src") or "")
        elif tag == "a":
            self.links.add(told.get("href") or "")
