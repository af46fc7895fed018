"""What a feed says of an item, or of a whole edition, before any format is chosen.

Editions come in output form (`publisher.output`): every href and src is absolute. What XML cannot
hold is stripped here, so that no writer meets it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from html import escape, unescape

from publisher import urls
from publisher.config import Publication
from publisher.model import Edition, Enclosure, Image, Item, Story, Struct, replace
from publisher.sections import SectionInfo, section_finder
from publisher.text import ILLEGAL_IN_XML, clip, squeeze

SUMMARY_LIMIT = 300
Find = Callable[[Story], SectionInfo | None]
_TAG = re.compile(r"<[^>]*>")
_INLINE = r"a|abbr|b|bdi|bdo|cite|code|del|dfn|em|i|ins|kbd|mark|q|ruby|s|samp|small|span|strong|sub|sup|u"
_INLINE_TAG = re.compile(rf"</?(?:{_INLINE})(?:\s[^>]*)?>")
# Sanitised HTML writes `<` in text as `&lt;`, so that only a tag can begin so.
_WITHIN_PAGE = re.compile(r'(<a\b[^>]*\shref=")#')


class Category(Struct, frozen=True):
    """A section or tag (RFC 4287 section 4.2.2); `scheme` tells which, as a tag URI."""

    term: str
    scheme: str
    label: str


class Entry(Struct, frozen=True, kw_only=True):
    """One entry of a feed: `title` and `summary` are plain text, `content` is HTML; none is empty.

    `permalink` is our own page; `external` is the address that the item points to, if any.
    """

    id: str
    title: str
    permalink: str
    summary: str
    content: str
    published: datetime
    updated: datetime
    language: str
    external: str = ""
    points_elsewhere: bool = False
    authors: tuple[str, ...] = ()
    categories: tuple[Category, ...] = ()
    image: Image | None = None
    enclosures: tuple[Enclosure, ...] = ()

    @property
    def link(self) -> str:
        """The alternate: our page of a story; of an item of kind `link`, the page it points to.

        A reader who follows a bare link wants what it names, and link blogs have always answered
        so. The other address is `related`; JSON Feed tells both apart as url and external_url.
        """
        return self.external if self.points_elsewhere else self.permalink

    @property
    def related(self) -> str:
        """The other address: where a story points to, or our page of a bare link; or empty."""
        return self.permalink if self.points_elsewhere else self.external


def from_item(publication: Publication, item: Item, find: Find | None = None) -> Entry:
    """The entry of one item; `find` spares finding a section twice."""
    page = _page(publication, item)
    title = one_line(item.title) or item.tail
    summary = one_line(item.summary) or clip(one_line(plain(item.body)), SUMMARY_LIMIT) or title
    people = [person.name for person in item.byline]
    if item.kind == "photo":
        people = people or list(item.photo_credit)
    return Entry(
        id=item.id,
        title=title,
        permalink=page,
        external=_clean(item.link or ""),
        points_elsewhere=_is_bare_link(item),
        summary=summary,
        content=_clean(
            _item_html(item, page) if publication.feeds.full_text else _paragraph(summary)
        ),
        published=_instant(item.published),
        updated=_instant(item.updated),
        language=item.language or publication.language,
        authors=tuple(dict.fromkeys(name for name in map(one_line, people) if name)),
        categories=_categories(publication, item, find or section_finder(publication)),
        image=_lead(item.images),
        enclosures=item.enclosures,
    )


def from_edition(publication: Publication, edition: Edition, *, full_text: bool) -> Entry:
    """The entry of a whole edition: a digest with headlines, summaries and links, or all of it."""
    find = section_finder(publication)
    title = _edition_title(publication, edition)
    introduction = one_line(plain(edition.introduction))
    summary = clip(introduction or _headlines(edition), SUMMARY_LIMIT) or title
    images = [image for item in edition.items for image in item.images]
    sections = dict.fromkeys(map(find, edition.items))
    categories = (_section_category(publication, one) for one in sections if one)
    return Entry(
        id=edition.tag,
        title=title,
        permalink=urls.absolute(publication, urls.edition_page(edition)),
        summary=summary,
        content=_clean(_edition_html(publication, edition, find, full_text) or _paragraph(summary)),
        published=_instant(edition.published),
        updated=_instant(edition.updated),
        language=edition.language or publication.language,
        categories=tuple(dict.fromkeys(categories)),
        image=_lead(images),
    )


def _headlines(edition: Edition) -> str:
    return "; ".join(one_line(item.title) for item in edition.items)


def _page(publication: Publication, item: Item) -> str:
    return urls.absolute(publication, urls.item(publication, item))


def _edition_title(publication: Publication, edition: Edition) -> str:
    """An edition without a name of its own bears the publication's: then the day sets it apart."""
    title = one_line(edition.title)
    same = title in ("", one_line(publication.title))
    return f"{title} {edition.day.isoformat()}".strip() if same else title


def plain(html: str) -> str:
    """The text of sanitised HTML, on one line; what stands in blocks of its own is set apart."""
    return squeeze(unescape(_TAG.sub(" ", _INLINE_TAG.sub("", html))))


def _instant(time: datetime) -> datetime:
    """In UTC and whole seconds, which is all that RSS can say."""
    return time.astimezone(UTC).replace(microsecond=0)


def one_line(text: str) -> str:
    """Plain text without line breaks and without what XML cannot hold."""
    return squeeze(_clean(text))


def _clean(text: str) -> str:
    # What is printable holds nothing illegal, and that is quicker to see.
    printable = text.isprintable() or text.replace("\n", "").isprintable()
    return text if printable else ILLEGAL_IN_XML.sub("", text)


def _lead(images: Sequence[Image]) -> Image | None:
    """The first picture, for a place outside the content."""
    if not images:
        return None
    lead = images[0]
    return replace(lead, src=_clean(lead.src), credit=one_line(lead.credit))


def _categories(publication: Publication, item: Item, find: Find) -> tuple[Category, ...]:
    """The section, then the headings and tags that do not only repeat a name before them."""
    section = find(item)
    found = [_section_category(publication, section)] if section else []
    scheme = f"tag:{publication.authority}:tags"
    labels = {one.label.casefold() for one in found}
    for tag in map(one_line, (*item.section, *item.tags)):
        if tag and tag.casefold() not in labels:
            labels.add(tag.casefold())
            found.append(Category(tag, scheme, tag))
    return tuple(found)


def _section_category(publication: Publication, section: SectionInfo) -> Category:
    scheme = f"tag:{publication.authority}:sections"
    return Category(section.slug, scheme, one_line(section.title))


def _item_html(item: Item, page: str) -> str:
    """Kicker, subheadline, dateline, pictures and link stand outside the body: put them together.

    A link within the body (a footnote's) leads to the item's `page`: a feed has no place of its own.
    """
    html = _with_dateline(_from_outside(item.body, page), item.dateline)
    if item.images:
        first, *others = [*map(_figure, _unseen(item)), ""]
        html = first + html + "".join(others)
    if item.subheadline:
        html = _paragraph(item.subheadline, "strong") + html
    if item.kicker:
        html = _paragraph(" · ".join(item.kicker)) + html
    if item.link and f'href="{(address := _attribute(item.link))}"' not in item.body:
        text = item.title if item.kind == "link" else item.link
        html += f'<p><a href="{address}">{_text(text)}</a></p>'
    return html or _paragraph(item.title)


def _unseen(item: Item) -> list[Image]:
    """The pictures that the body does not show."""
    return [image for image in item.images if f'src="{_attribute(image.src)}"' not in item.body]


def _from_outside(html: str, page: str) -> str:
    """`html` of our `page` with links to parts of it that lead there from anywhere."""
    if 'href="#' not in html:
        return html
    return _WITHIN_PAGE.sub(lambda found: f"{found[1]}{_attribute(page)}#", html)


def _with_dateline(body: str, dateline: str | None) -> str:
    if not dateline:
        return body
    lead = f"<b>{_text(dateline)}</b>"
    rest = body.removeprefix("<p>")
    return f"<p>{lead} {rest}" if rest != body else f"<p>{lead}</p>{body}"


def _figure(image: Image) -> str:
    sizes = "".join(
        f' {name}="{size}"'
        for name, size in (("width", image.width), ("height", image.height))
        if size
    )
    caption = _text(" ".join(filter(None, (image.caption, image.credit))))
    below = f"<figcaption>{caption}</figcaption>" if caption else ""
    picture = f'<img src="{_attribute(image.src)}" alt="{_attribute(image.alt)}"{sizes}>'
    return f"<figure>{picture}{below}</figure>"


def _edition_html(publication: Publication, edition: Edition, find: Find, full_text: bool) -> str:
    page = urls.absolute(publication, urls.edition_page(edition))
    parts = [_from_outside(edition.introduction, page)]
    for title, items in _by_section(edition.items, find):
        parts.append(f"<h2>{_text(title)}</h2>" if title else "")
        if full_text:
            parts += [_story(publication, item) for item in items]
        else:
            lines = "".join(_digest_line(publication, item) for item in items)
            parts.append(f"<ul>{lines}</ul>")
    return "".join(parts)


def _by_section(items: Iterable[Item], find: Find) -> Iterable[tuple[str, list[Item]]]:
    """Items under the title of their section, in order of first appearance; no section is ""."""
    found: dict[str, list[Item]] = {}
    for item in items:
        section = find(item)
        found.setdefault(section.title if section else "", []).append(item)
    return found.items()


def _story(publication: Publication, item: Item) -> str:
    page = _page(publication, item)
    return f"<h3>{_headline(item, page)}</h3>{_item_html(item, page)}"


def _digest_line(publication: Publication, item: Item) -> str:
    summary = squeeze(item.summary)
    below = f"<br>{_text(summary)}" if summary else ""
    return f"<li>{_headline(item, _page(publication, item))}{below}</li>"


def _headline(item: Item, page: str) -> str:
    return _anchor(item.link if item.link and _is_bare_link(item) else page, item.title)


def _is_bare_link(item: Item) -> bool:
    return item.kind == "link" and bool(item.link)


def _anchor(address: str, text: str) -> str:
    return f'<a href="{_attribute(address)}">{_text(text)}</a>'


def _attribute(text: str) -> str:
    """As the sanitiser writes it between double quotes, so that it can be found in a body."""
    text = _text(text)
    return text.replace('"', "&quot;") if '"' in text else text


def _text(text: str) -> str:
    marked = "&" in text or "<" in text or ">" in text  # seldom, and quicker to see
    return escape(text, quote=False) if marked else text


def _paragraph(text: str, tag: str = "") -> str:
    if not text:
        return ""
    inner = _text(text)
    return f"<p><{tag}>{inner}</{tag}></p>" if tag else f"<p>{inner}</p>"
