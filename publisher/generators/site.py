"""The web archive: front page, editions, items, sections, archive, feeds and what search engines read.

Pages need no JavaScript and fetch nothing from anywhere else. Editions come in output form
(`publisher.output`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import groupby

from publisher import urls
from publisher.cards import Card
from publisher.config import Publication
from publisher.generators import palette, structured
from publisher.generators.channels import Channel
from publisher.generators.fronts import EditionLine, front, line
from publisher.generators.press import Head, Press, feed_links, link
from publisher.generators.stories import StoryView, in_full, view
from publisher.generators.templates import Templates, long_date, long_month
from publisher.model import Artifact, Edition, Image, Item, replace
from publisher.sections import SectionInfo, section_finder

SECTION_LIMIT = 100  # stories on a section's page; older ones are in the archive
RECENT_LIMIT = 7  # editions named at the foot of the front page


def edition_pages(
    edition: Edition, press: Press, *, older: Card | None = None, newer: Card | None = None
) -> Iterator[Artifact]:
    """The edition's page, which links to its neighbours, and the pages of its items that have one."""
    publication = press.publication
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
    find = section_finder(publication)
    neighbours = zip([None, *views], [*views[1:], None], strict=False)
    for item, shown, (before, after) in zip(edition.items, views, neighbours, strict=False):
        if urls.has_page(publication, item):
            story = in_full(shown, item, publication, head.root)
            yield _item_page(press, edition, item, story, find(item), before, after)


def _edition_page(
    press: Press,
    head: Head,
    edition: Edition,
    views: Sequence[StoryView],
    *,
    older: Card | None = None,
    newer: Card | None = None,
    recent: Sequence[Card] = (),
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
    press: Press,
    edition: Edition,
    item: Item,
    story: StoryView,
    section: SectionInfo | None,
    before: StoryView | None,
    after: StoryView | None,
) -> Artifact:
    publication = press.publication
    head = Head(
        path=urls.item_page(item),
        name=item.title,
        language=item.language or edition.language,
        description=item.summary,
        article=True,
        image=item.images[0] if item.images else None,
        structured=structured.article(item, edition, publication) if item.kind != "link" else "",
        feeds=press.section_feeds(section) if section else (),
    )
    corrected = item.updated.astimezone(publication.zone)
    return press.page(
        "item",
        head,
        story=story,
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


def front_page(press: Press, edition: Edition, recent: Sequence[Card]) -> Artifact:
    """The newest edition under the publication's own address; `recent` are those before it."""
    publication = press.publication
    head = Head(
        path=urls.INDEX,
        language=edition.language,
        description=publication.description or _description(edition),
        image=_image(edition),
        structured=structured.issue(edition, publication),
        front=True,
    )
    views = _views(edition, press, head.root)
    return _edition_page(press, head, edition, views, recent=recent)


def empty_page(press: Press) -> Artifact:
    """The front page of a publication without editions."""
    return press.page(
        "empty", Head(path=urls.INDEX, language=press.publication.language, front=True)
    )


def archive_page(press: Press, path: str, shown: Sequence[Card], years: Sequence[int]) -> Artifact:
    """The editions `shown` (of one year, newest first) at `path`, and the way to the other years."""
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
        years=[(year, link(head.root, urls.archive_page(year))) for year in years],
    )


def section_page(press: Press, section: SectionInfo, newest_first: Iterable[Edition]) -> Artifact:
    """The newest stories of `section` in these editions, which are asked for one by one.

    It may have none yet.
    """
    head = Head(
        path=urls.section_page(section.slug),
        name=section.title,
        language=section.language,
        description=section.description,
    )
    days = []
    left = SECTION_LIMIT
    find = section_finder(press.publication)
    for edition in newest_first:
        items = [item for item in edition.items if _slug(find(item)) == section.slug][:left]
        left -= len(items)
        views = [view(item, edition, press, root=head.root, whole=False) for item in items]
        days.append((_line(edition, press, head), views))
    feeds = press.section_feeds(section) if days else ()
    return press.page(
        "section", replace(head, feeds=feeds), section=section, days=days, feeds=feeds
    )


def feeds_page(
    press: Press, channels: Sequence[Channel], sections: Sequence[SectionInfo]
) -> Artifact:
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
        for channel in channels
    ]
    return press.page("feeds", head, channels=described, opml=urls.OPML)


def not_found_page(press: Press) -> Artifact:
    """A server shows it at any address, so its links are absolute."""
    publication = press.publication
    words = press.words(publication.language)
    head = Head(path=urls.NOT_FOUND, name=words["not_found_title"], language=publication.language)
    return press.page("not_found", head, root=publication.home)


def stylesheet(publication: Publication, templates: Templates) -> Artifact:
    """The site's CSS in the look of the publication."""
    css = templates.render(
        "site/site.css",
        look=publication.look,
        light=palette.light(publication.look.accent),
        dark=palette.dark(publication.look.accent),
    )
    return Artifact(urls.STYLESHEET, "text/css", css.encode("utf-8"))


def _views(edition: Edition, press: Press, root: str) -> list[StoryView]:
    whole = press.publication.site.item_pages == "none"
    return [view(item, edition, press, root=root, whole=whole) for item in edition.items]


def _slug(section: SectionInfo | None) -> str:
    return section.slug if section else ""


def _line(edition: Edition | Card, press: Press, head: Head) -> EditionLine:
    return line(edition, press.publication, root=head.root, language=head.language)


def _description(edition: Edition) -> str:
    """The lead's headline and the next ones, as a search result would show them."""
    return " · ".join(item.title for item in edition.items[:3])


def _image(edition: Edition) -> Image | None:
    return next((item.images[0] for item in edition.items if item.images), None)
