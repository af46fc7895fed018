"""The stories of an edition as the email shows them, in HTML or in text.

Names that end in `_html` are ready to stand in a page; the rest is plain text.
"""

from __future__ import annotations

from functools import lru_cache
from html import escape
from itertools import groupby
from typing import Literal

from publisher import urls
from publisher.config import Publication
from publisher.generators.fit import fit, scaled
from publisher.generators.marks import is_cjk_language, mark_html, mark_text
from publisher.generators.stories import byline, is_brief
from publisher.model import Edition, Image, Item, Struct

Weight = Literal["lead", "headline", "item"]

_SCRIPTS = {"zh": "hans", "zh-hant": "hant", "zh-tw": "hant", "zh-hk": "hant", "ja": "ja"}


class Part(Struct, frozen=True, kw_only=True):
    """One story as the template shows it.

    `script` chooses the fonts; `weight` is lead, headline or item, from large to small. The headline
    leads to `href`, which is another site's where `away`; `title_html` is empty where the page
    printed none. `more` leads to the rest of the story, empty where all of it is here, or a headline
    alone, which leads there. `bare` says that there is a link and nothing else. `credits` are
    photographers whom no image names.
    """

    anchor: str
    language: str
    script: str
    weight: Weight
    href: str
    away: bool
    title_html: str
    kicker_html: str
    subheadline_html: str
    people_html: str
    body_html: str
    more: str
    bare: bool
    images: tuple[Image, ...]
    credits: tuple[str, ...]


class Group(Struct, frozen=True):
    """Neighbouring stories of one section, which is called `name_html` unless it goes on.

    `label_html` and `sub_html` stand above the stories, empty where they would repeat. Each of `runs` shares a table cell: one story, or short items of one language.
    """

    anchor: str
    name_html: str
    label_html: str
    sub_html: str
    language: str
    runs: tuple[tuple[Part, ...], ...]

    @property
    def parts(self) -> tuple[Part, ...]:
        return tuple(part for run in self.runs for part in run)


def groups_of(
    items: tuple[Item, ...], edition: Edition, publication: Publication
) -> tuple[Group, ...]:
    """`items` in page order, grouped by the headings that they stand under."""
    groups: list[Group] = []
    outer: tuple[str, ...] = ()
    count = 0
    short = _links_are_short(edition)
    for path, members in groupby(items, key=lambda item: item.section):
        found = tuple(members)
        parts = tuple(
            _part(item, edition, publication, number=count + place, short=short)
            for place, item in enumerate(found, start=1)
        )
        count += len(found)
        groups.append(_group(path, parts, publication, again=path[:1] == outer))
        outer = path[:1]
    return tuple(groups)


def _group(
    path: tuple[str, ...], parts: tuple[Part, ...], publication: Publication, *, again: bool
) -> Group:
    """Labels are the headings as the edition has them, whichever section readers subscribe to."""
    language = parts[0].language
    name = mark_text("" if again or not path else path[0], language, publication)
    told = len(path) == 1 and parts[0].title_html == name  # its first story says it
    return Group(
        anchor=parts[0].anchor if told else f"g{parts[0].anchor}",
        name_html=name,
        label_html="" if told else name,
        sub_html=mark_text(" · ".join(path[1:]), language, publication),
        language=language,
        runs=tuple(tuple(run) for _, run in groupby(parts, key=_cell)),
    )


def _cell(part: Part) -> tuple[str, str]:
    """What parts must share to stand in one cell; a whole story has its own."""
    return part.language, "" if part.weight == "item" else part.anchor


def _part(
    item: Item, edition: Edition, publication: Publication, *, number: int, short: bool
) -> Part:
    language = item.language or edition.language
    whole = stands_whole(item, publication)
    page = ""
    if not (whole and item.link):
        page = urls.absolute(publication, urls.item(publication, item))
    weight = _weight(item, first=number == 1, short=short)
    html = mark_html(item.body if whole and item.body else _summary(item), language, publication)
    indent = publication.look.indent and is_cjk_language(language)
    return Part(
        anchor=f"s{number}",
        language=language,
        script=script_of(language),
        weight=weight,
        href=item.link or page,
        away=bool(item.link),
        title_html=mark_text(item.headline or "", language, publication),
        kicker_html=mark_text(kicker_of(item, language), language, publication),
        subheadline_html=mark_text(item.subheadline or "", language, publication),
        people_html=mark_text(people_of(item, language), language, publication),
        body_html=fit(html, indent=indent and weight != "item"),
        more="" if whole or (item.headline and not item.summary) else page,
        bare=is_bare(item),
        images=tuple(map(scaled, images_of(item))),
        credits=credits_of(item),
    )


def _links_are_short(edition: Edition) -> bool:
    """Whether most of the stories that lead to another site are a line or two about it."""
    brief = [
        is_brief(item, item.language or edition.language)
        for item in edition.items
        if item.link and item.kind != "link"
    ]
    return 2 * sum(brief) > len(brief)


def _weight(item: Item, *, first: bool, short: bool) -> Weight:
    """A notice and a link weigh less than a story, and so do all stories about links where those are
    `short`: neighbours of one sort have headlines of one size."""
    if item.kind in ("notice", "link") or (item.link and short):
        return "item"
    return "lead" if first and item.kind == "article" else "headline"


def _summary(item: Item) -> str:
    return f"<p>{escape(item.summary)}</p>" if item.summary else ""


@lru_cache(maxsize=256)
def script_of(language: str) -> str:
    """Which font stack `language` wants: hans, hant, ja or latin."""
    tag = language.lower()
    while tag:
        if tag in _SCRIPTS:
            return _SCRIPTS[tag]
        tag = tag.rpartition("-")[0]
    return "latin"


def stands_whole(item: Item, publication: Publication) -> bool:
    """True where the letter holds all of `item`, not its summary."""
    return publication.email.text == "full" or item.kind == "link"


def is_bare(item: Item) -> bool:
    """True for a link with nothing to say about it: it stands in a list, without a head of its own."""
    return bool(item.link and item.headline) and not (
        item.body or item.summary or item.images or item.subheadline or item.byline or item.kicker
    )


def kicker_of(item: Item, language: str) -> str:
    return _space(language).join(item.kicker) if item.kicker else ""


def people_of(item: Item, language: str) -> str:
    """Dateline and byline in one line."""
    if not item.byline:
        return item.dateline or ""
    return _space(language).join(filter(None, (item.dateline, byline(item.byline, language))))


def images_of(item: Item) -> tuple[Image, ...]:
    """The item's images that its body does not show already."""
    if not item.images:
        return ()
    return tuple(image for image in item.images if f'src="{escape(image.src)}"' not in item.body)


def credits_of(item: Item) -> tuple[str, ...]:
    """The photographers, where no image names its own."""
    if not item.photo_credit:
        return ()
    return () if any(image.credit for image in images_of(item)) else item.photo_credit


def _space(language: str) -> str:
    return "　" if is_cjk_language(language) else " · "
