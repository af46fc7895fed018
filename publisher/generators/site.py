"""The web archive: front page, editions, items, sections, archive, feeds and what search engines read.

Pages need no JavaScript and fetch nothing from anywhere else. Editions come in output form
(`publisher.output`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby

from publisher import urls
from publisher.config import Publication
from publisher.generators import palette, sitemap, structured
from publisher.generators.fronts import EditionLine, front, line
from publisher.generators.press import Head, Press, feed_links, link, open_press
from publisher.generators.stories import StoryView, view
from publisher.generators.templates import Templates, long_date, long_month
from publisher.model import Artifact, Edition, Image, Item
from publisher.sections import SectionInfo, section_of, sections_in

SECTION_LIMIT = 100  # stories on a section's page; older ones are in the archive
RECENT_LIMIT = 7  # editions named at the foot of the front page


def generate_edition(
    edition: Edition,
    publication: Publication,
    templates: Templates,
    *,
    older: Edition | None = None,
    newer: Edition | None = None,
) -> Iterator[Artifact]:
    """The edition's page, which links to its neighbours, and one page per item."""
    press = open_press(publication, templates, [edition])
    head = Head(
        path=urls.edition_page(edition),
        name=edition.title,
        language=edition.language,
        description=_description(edition),
        image=_image(edition),
        structured=structured.issue(edition, publication),
        front=True,
        older=link("", urls.edition_page(older)) if older else "",
        newer=link("", urls.edition_page(newer)) if newer else "",
    )
    views = _views(edition, press, head.root)
    yield _edition_page(press, head, edition, views, older=older, newer=newer)
    # Pages of items stand as deep as those of editions, so that views serve both.
    for item, before, after in zip(edition.items, [None, *views], [*views[1:], None], strict=False):
        yield _item_page(press, edition, item, before, after)


def generate_indexes(
    editions: Sequence[Edition], publication: Publication, templates: Templates
) -> Iterator[Artifact]:
    """Everything that stands over the editions, which come oldest first."""
    press = open_press(publication, templates, editions)
    newest_first = editions[::-1]
    yield _front_page(press, newest_first)
    yield from _archive_pages(press, newest_first)
    sections = sections_in(publication, editions)
    yield from _section_pages(press, newest_first, sections)
    yield _feeds_page(press, sections)
    yield _not_found_page(press)
    yield _stylesheet(publication, templates)
    yield from sitemap.generate(editions, publication)


def _edition_page(
    press: Press,
    head: Head,
    edition: Edition,
    views: Sequence[StoryView],
    *,
    older: Edition | None = None,
    newer: Edition | None = None,
    recent: Sequence[Edition] = (),
) -> Artifact:
    """The edition's front, with its neighbours or the recent editions at its foot."""
    return press.page(
        "edition",
        head,
        front=front(edition, press.publication, views, root=head.root),
        older=older and _line(older, press, head),
        newer=newer and _line(newer, press, head),
        recent=[_line(one, press, head) for one in recent],
    )


def _item_page(
    press: Press, edition: Edition, item: Item, before: StoryView | None, after: StoryView | None
) -> Artifact:
    publication = press.publication
    section = section_of(publication, item)
    head = Head(
        path=urls.item_page(item),
        name=item.title,
        language=item.language or edition.language,
        description=item.summary,
        article=True,
        image=item.images[0] if item.images else None,
        structured=structured.article(item, edition, publication) if item.kind != "link" else "",
        feeds=press.section_feeds(section.slug) if section else (),
    )
    corrected = item.updated.astimezone(publication.zone)
    return press.page(
        "item",
        head,
        story=view(item, edition, press, root=head.root, whole=True),
        enclosures=item.enclosures,
        edition=_line(edition, press, head),
        section=section,
        section_href=link(head.root, urls.section_page(section.slug)) if section else "",
        published=item.published.astimezone(publication.zone),
        corrected=corrected if item.updated > item.published else None,
        corrected_date=long_date(corrected.date(), head.language),
        before=before,
        after=after,
    )


def _front_page(press: Press, newest_first: Sequence[Edition]) -> Artifact:
    publication = press.publication
    if not newest_first:
        head = Head(path=urls.INDEX, language=publication.language, front=True)
        return press.page("empty", head)
    edition, *earlier = newest_first
    head = Head(
        path=urls.INDEX,
        language=edition.language,
        description=publication.description or _description(edition),
        image=_image(edition),
        structured=structured.issue(edition, publication),
        front=True,
    )
    views = _views(edition, press, head.root)
    return _edition_page(press, head, edition, views, recent=earlier[:RECENT_LIMIT])


def _archive_pages(press: Press, newest_first: Sequence[Edition]) -> Iterator[Artifact]:
    """One page per year, and the archive's own, which shows the newest year."""
    years = [
        (year, list(members)) for year, members in groupby(newest_first, lambda one: one.day.year)
    ]
    yield _archive_page(press, urls.ARCHIVE, years[0][1] if years else [], years)
    for year, members in years:
        yield _archive_page(press, urls.archive_page(year), members, years)


def _archive_page(
    press: Press,
    path: str,
    shown: Sequence[Edition],
    years: Sequence[tuple[int, Sequence[Edition]]],
) -> Artifact:
    publication = press.publication
    words = press.words(publication.language)
    head = Head(path=path, name=words["archive_title"], language=publication.language)
    months = [
        (long_month(date(*month, 1), head.language), [_line(one, press, head) for one in members])
        for month, members in groupby(shown, lambda one: (one.day.year, one.day.month))
    ]
    return press.page(
        "archive",
        head,
        months=months,
        year=shown[0].day.year if shown else None,
        years=[(year, link(head.root, urls.archive_page(year))) for year, _ in years],
    )


def _section_pages(
    press: Press, newest_first: Sequence[Edition], sections: Sequence[SectionInfo]
) -> Iterator[Artifact]:
    """A page for every section that has stories, and for each configured one that has none yet."""
    publication = press.publication
    stories: dict[str, list[tuple[Edition, Item]]] = {}
    for edition in newest_first:
        for item in edition.items:
            section = section_of(publication, item)
            if section and len(stories.setdefault(section.slug, [])) < SECTION_LIMIT:
                stories[section.slug].append((edition, item))
    silent = [
        SectionInfo(slug, one.title, one.language or publication.language, one.description)
        for slug, one in publication.sections.items()
        if slug not in stories
    ]
    for section in (*sections, *silent):
        yield _section_page(press, section, stories.get(section.slug, []))


def _section_page(
    press: Press, section: SectionInfo, stories: Sequence[tuple[Edition, Item]]
) -> Artifact:
    feeds = press.section_feeds(section.slug)
    head = Head(
        path=urls.section_page(section.slug),
        name=section.title,
        language=section.language,
        description=section.description,
        feeds=feeds,
    )
    days = [
        (
            _line(edition, press, head),
            [view(item, edition, press, root=head.root, whole=False) for _, item in members],
        )
        for edition, members in _by_edition(stories)
    ]
    return press.page("section", head, section=section, days=days, feeds=feeds)


def _by_edition(
    stories: Sequence[tuple[Edition, Item]],
) -> list[tuple[Edition, list[tuple[Edition, Item]]]]:
    groups = [list(members) for _, members in groupby(stories, lambda pair: pair[0].id)]
    return [(members[0][0], members) for members in groups]


def _feeds_page(press: Press, sections: Sequence[SectionInfo]) -> Artifact:
    """The page for people who want to subscribe (urls.SUBSCRIBE)."""
    publication = press.publication
    words = press.words(publication.language)
    head = Head(
        path=urls.SUBSCRIBE,
        name=words["feeds_title"],
        language=publication.language,
        description=words["feeds_intro"],
    )
    names = {section.slug: section.title for section in sections}
    described = [
        {
            "name": names.get(channel.section) or words[f"feeds_{channel.holds}"],
            "what": channel.description
            if channel.section
            else words[f"feeds_{channel.holds}_what"],
            "language": channel.language,
            "links": feed_links([channel], publication),
        }
        for channel in press.channels
    ]
    return press.page("feeds", head, channels=described, opml=urls.OPML)


def _not_found_page(press: Press) -> Artifact:
    """A server shows it at any address, so its links are absolute."""
    publication = press.publication
    words = press.words(publication.language)
    head = Head(path=urls.NOT_FOUND, name=words["not_found_title"], language=publication.language)
    return press.page("not_found", head, root=publication.home)


def _stylesheet(publication: Publication, templates: Templates) -> Artifact:
    css = templates.render(
        "site/site.css",
        look=publication.look,
        light=palette.light(publication.look.accent),
        dark=palette.dark(publication.look.accent),
    )
    return Artifact(urls.STYLESHEET, "text/css", css.encode("utf-8"))


def _views(edition: Edition, press: Press, root: str) -> list[StoryView]:
    return [view(item, edition, press, root=root, whole=False) for item in edition.items]


def _line(edition: Edition, press: Press, head: Head) -> EditionLine:
    return line(edition, press.publication, root=head.root, language=head.language)


def _description(edition: Edition) -> str:
    """The lead's headline and the next ones, as a search result would show them."""
    return " · ".join(item.title for item in edition.items[:3])


def _image(edition: Edition) -> Image | None:
    return next((item.images[0] for item in edition.items if item.images), None)
