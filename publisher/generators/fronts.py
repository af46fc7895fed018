"""The front of an edition: its stories by section and weight."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import groupby

from publisher import urls
from publisher.cards import Card
from publisher.config import Publication
from publisher.generators.marks import mark_text
from publisher.generators.press import link
from publisher.generators.stories import StoryView, body
from publisher.generators.templates import long_date
from publisher.model import Edition, Item, Struct
from publisher.sections import section_of

LONG_GROUP = 24  # more stories read better in one column than down two long ones


class EditionLine(Struct, frozen=True, kw_only=True):
    """An edition named in a line: where it is, its date written out, its own title if it has one."""

    href: str
    day: date
    date: str
    title: str
    number: str
    language: str


class Group(Struct, frozen=True, kw_only=True):
    """Neighbouring items under one heading, which is the label, as printed.

    `label_html` is empty where the group before had the same, or where it heads the lead; `href`
    leads to the section's page. `lead` is the story with the most weight, in the first group only.
    """

    label_html: str
    sub_html: str
    href: str
    language: str
    lead: StoryView | None
    stories: tuple[StoryView, ...]
    notices: tuple[StoryView, ...]
    links: tuple[StoryView, ...]

    @property
    def long(self) -> bool:
        return len(self.stories) > LONG_GROUP


class Front(Struct, frozen=True, kw_only=True):
    line: EditionLine
    introduction_html: str
    groups: tuple[Group, ...]


def front(
    edition: Edition, publication: Publication, views: Sequence[StoryView], *, root: str
) -> Front:
    """The front of `edition`, whose items `views` show, for a page `root` away from `public/`."""
    pairs = zip(edition.items, views, strict=True)
    groups: list[Group] = []
    outer = None
    for section, members in groupby(pairs, key=lambda pair: pair[0].section):
        found = list(members)
        label = section[:1]
        groups.append(_group(found, publication, root, first=not groups, again=label == outer))
        outer = label
    return Front(
        line=line(edition, publication, root=root, language=edition.language),
        introduction_html=body(edition.introduction, edition.language, publication, root),
        groups=tuple(groups),
    )


def line(
    edition: Edition | Card, publication: Publication, *, root: str, language: str
) -> EditionLine:
    """`edition` in a line of a page in `language`, `root` away from `public/`."""
    return EditionLine(
        href=link(root, urls.edition_page(edition)),
        day=edition.day,
        date=long_date(edition.day, language),
        title=own_title(edition, publication),
        number=edition.number,
        language=edition.language,
    )


def own_title(edition: Edition | Card, publication: Publication) -> str:
    """The edition's title where it says more than the masthead and the date do."""
    told = {publication.title, edition.id, edition.day.isoformat()}
    written = long_date(edition.day, edition.language)
    title = edition.title
    return "" if title in told or written in title or title in written else title


def _group(
    members: Sequence[tuple[Item, StoryView]],
    publication: Publication,
    root: str,
    *,
    first: bool,
    again: bool,
) -> Group:
    item = members[0][0]
    section = section_of(publication, item)
    name = "".join(item.section[:1])
    language = section.language if section else members[0][1].language
    views = [one for _, one in members]
    stories = [one for one in views if one.kind in ("article", "photo")]
    has_lead = first and bool(stories) and views[0].kind == "article"
    heads_lead = has_lead and item.title == name
    return Group(
        label_html="" if again or heads_lead else mark_text(name, language, publication),
        sub_html=mark_text(" · ".join(item.section[1:]), language, publication),
        href=link(root, urls.section_page(section.slug)) if section else "",
        language=language,
        lead=stories[0] if has_lead else None,
        stories=tuple(stories[has_lead:]),
        notices=tuple(one for one in views if one.kind == "notice"),
        links=tuple(one for one in views if one.kind == "link"),
    )
