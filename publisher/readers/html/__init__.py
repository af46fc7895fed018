"""HTML pages: saved from the web, exported by an editor, or carried by a mail message.

`meta` is what the page says of itself; `tree` tidies it; `choose` finds the content; `nodes` makes
of it what the Markdown reader tells stories of, so that the rules for stories are the same;
`closing` leaves out what newsletters print around every issue.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from publisher import xml
from publisher.config import Reading
from publisher.model import Page, Person, Story, replace
from publisher.readers.html.choose import articles_in, content_of
from publisher.readers.html.closing import without_closing
from publisher.readers.html.meta import Said, said
from publisher.readers.html.nodes import HEADINGS, SUBHEAD, blocks_of
from publisher.readers.html.tree import drop, is_hidden, tidy
from publisher.readers.markdown import read_blocks
from publisher.readers.markdown.outline import Section, outline
from publisher.readers.markdown.parse import Node

if TYPE_CHECKING:
    from publisher.xml import Element

__all__ = ["read", "read_html"]


def read(
    text: str, *, name: str, options: Reading, language: str = "", first_line: int = 1
) -> Page:
    """Read one page; `front` has its title, date and language. Raises EditionError."""
    return read_html("\n" * (first_line - 1) + text, name=name, options=options)


def read_html(
    text: str,
    *,
    name: str,
    options: Reading,
    title: str = "",
    pictures: Mapping[str, str] | None = None,
) -> Page:
    """The page that `text` makes. `title` is known better than by the page, where it is given: then an
    H1 that says something else heads a story.

    `pictures` maps addresses in it to names under which the caller keeps those pictures.
    """
    root = xml.parse_html(text, name=name)
    about = said(root)
    tidy(root, name=name, pictures=pictures or {})
    body = next(root.iter("body"), root)
    heading = _lone_h1(body, title)
    content, furniture = content_of(body)
    _mark_subheads(content, about, has_title=heading is not None)
    blocks, closing = without_closing(blocks_of(content))
    known = title or about.title
    several = sum(block.kind == "Heading" and block.value == 1 for block in blocks) > 1
    if heading is None and known and not several:
        heading = Node("Heading", 1, (Node("Text", known, (), 1),), 1)
    page = read_blocks(
        [*([heading] if heading else []), *blocks],
        name=name,
        options=options,
        has_front_matter=several and bool(known),
    )
    return _with_front(page, about, title, (*furniture, *closing))


def _lone_h1(body: Element, title: str) -> Node | None:
    """The page's only H1, taken out: it is the title, wherever it stands, unless there is another."""
    found = [one for one in body.iter("h1") if xml.words(one) and not is_hidden(one)]
    if len(found) != 1 or title not in ("", xml.words(found[0])):
        return None
    line = xml.line(found[0]) or 1
    heading = next((one for one in blocks_of(_alone(found[0])) if one.kind == "Heading"), None)
    return heading and replace(heading, line=line)


def _alone(element: Element) -> Element:
    """A parent that holds nothing but `element`."""
    holder = element.makeelement("div", {})
    drop(element)
    holder.append(element)
    return holder


def _mark_subheads(content: Element, about: Said, *, has_title: bool) -> None:
    """Inside an article of prose, headings below its own are subheads and open no story."""
    articles = articles_in(content)
    if not articles and about.is_article:
        articles = [content]
    for article in articles:
        if any(map(_has_entries, outline(blocks_of(article), has_front_matter=True).root.children)):
            continue
        headings = [one for one in article.iter(*HEADINGS) if xml.words(one)]
        for heading in headings[0 if has_title and len(articles) == 1 else 1 :]:
            heading.tag = f"h{min(6, max(3, int(xml.local(heading)[1])))}"
            heading.set(SUBHEAD, "")


def _has_entries(section: Section) -> bool:
    return section.has_entries or any(map(_has_entries, section.children))


def _with_front(page: Page, about: Said, title: str, furniture: Iterable[str]) -> Page:
    front = {
        "title": title or page.front.get("title", "") or about.title,
        "date": about.date,
        "language": about.language,
    }
    return replace(
        page,
        stories=tuple(_signed(page.stories, about.authors)),
        front={key: value for key, value in front.items() if value},
        furniture=(*page.furniture, *furniture),
    )


def _signed(stories: tuple[Story, ...], authors: tuple[Person, ...]) -> Iterator[Story]:
    """A page of one story is by whom the page says; several have bylines of their own."""
    for story in stories:
        yield replace(story, byline=story.byline or authors) if len(stories) == 1 else story
