"""What the entries of feeds must say: told from the stories as they were read, without our generators."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from bench import contents
from publisher import urls
from publisher.config import Publication
from publisher.model import Edition, Image, Item, Story
from publisher.sections import SectionInfo, section_finder
from publisher.text import squeeze
from publisher.urls import FeedFormat

Find = Callable[[Story], SectionInfo | None]


class Told(NamedTuple):
    """What an entry says.

    `links` are the alternate and the related one. `labels` are of sections, headings and tags.
    `picture` is (address, width, height), each of `enclosures` (address, type, length, title).
    `content` is HTML, which is told in canonical form and read as it stands. The summary is told
    whole, and may be clipped.
    """

    title: str
    links: tuple[str, ...]
    published: datetime
    updated: datetime | None
    summary: str
    authors: tuple[str, ...]
    labels: tuple[str, ...]
    picture: tuple[str, ...]
    enclosures: tuple[tuple[str, ...], ...]
    language: str
    content: str


def told_of(
    publication: Publication, editions: Sequence[Edition]
) -> Iterator[tuple[str, Mapping[FeedFormat, Told]]]:
    """What the entry of each edition and item must say, by its id, in each format."""
    find = section_finder(publication)
    for edition in editions:
        page = urls.absolute(publication, urls.edition_page(edition))
        whole = _of_edition(publication, edition, page, find)
        yield edition.tag, _in_formats(publication, whole, page)
        for item in edition.items:
            page = urls.absolute(publication, urls.item(publication, item))
            whole = _of_item(publication, edition, item, page, find)
            yield item.id, _in_formats(publication, whole, page)


def _in_formats(publication: Publication, whole: Told, page: str) -> Mapping[FeedFormat, Told]:
    """What can be said in each format; Atom can say the `whole`.

    An RSS item has one link, one enclosure without a title, no time of change, no language, and names
    an author where others have that of the feed. JSON Feed has our page and the address that the item
    points to, and no size of a picture.
    """
    atom = whole._replace(
        title=_mended(whole.title),
        summary=_mended(whole.summary),
        content=_mended(whole.content),
    )
    rss = atom._replace(
        links=whole.links[:1],
        updated=None,
        authors=whole.authors or (publication.title,),
        enclosures=tuple((*one[:3], "") for one in whole.enclosures[:1]),
        language="",
    )
    json = whole._replace(
        links=tuple(sorted(whole.links, key=lambda link: link != page)),
        picture=whole.picture[:1],
    )
    return {"rss": rss, "atom": atom, "json": json}


def _mended(text: str) -> str:
    """What feedparser makes of text that was UTF-8, taken for Latin-1 and encoded again at its source."""
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text


def _of_item(publication: Publication, edition: Edition, item: Item, page: str, find: Find) -> Told:
    link = contents.absolute(item.link, publication.home) if item.link else ""
    section = find(item)
    names = [person.name for person in item.byline]
    if item.kind == "photo" and not names:
        names = list(item.photo_credit)
    return Told(
        title=squeeze(item.title),
        links=(link, page) if link and item.kind == "link" else (page, link),
        published=item.published.replace(microsecond=0),
        updated=item.updated.replace(microsecond=0),
        summary=squeeze(item.summary) or contents.words(item.body) or squeeze(item.title),
        authors=tuple(dict.fromkeys(map(squeeze, names))),
        labels=_labels([section.title if section else "", *item.section, *item.tags]),
        picture=_picture(publication, item.images),
        enclosures=tuple(
            (
                contents.absolute(one.url, publication.home),
                one.media_type,
                str(one.length_bytes),
                one.title,
            )
            for one in item.enclosures
        ),
        language=item.language or edition.language or publication.language,
        content=contents.of_item(publication, item),
    )


def _of_edition(publication: Publication, edition: Edition, page: str, find: Find) -> Told:
    named = edition.title not in ("", publication.title)
    title = edition.title if named else f"{edition.title} {edition.day}"
    headlines = "; ".join(squeeze(item.title) for item in edition.items)
    sections = [section.title for section in map(find, edition.items) if section]
    return Told(
        title=squeeze(title),
        links=(page, ""),
        published=edition.published.replace(microsecond=0),
        updated=edition.updated.replace(microsecond=0),
        summary=contents.words(edition.introduction) or headlines or squeeze(title),
        authors=(),
        labels=_labels(sections),
        picture=_picture(publication, [one for item in edition.items for one in item.images]),
        enclosures=(),
        language=edition.language or publication.language,
        content=contents.of_edition(publication, edition),
    )


def _labels(names: Iterable[str]) -> tuple[str, ...]:
    """Each name once, whatever its capitals."""
    found: dict[str, str] = {}
    for name in filter(None, map(squeeze, names)):
        found.setdefault(name.casefold(), name)
    return tuple(found.values())


def _picture(publication: Publication, images: Sequence[Image]) -> tuple[str, ...]:
    if not images:
        return ()
    first = images[0]
    return (
        contents.absolute(first.src, publication.home),
        str(first.width or ""),
        str(first.height or ""),
    )
