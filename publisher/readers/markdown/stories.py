"""Sections become stories by five rules, of which the first that matches wins:

1. a top-level list item with a link first (a `[tag]`, bold words or emoji may stand before it);
2. a list item of text, then a link, or with bold words first;
3. a numbered paragraph `1、` `1.` `（1）`, with all up to the next number or heading as its body;
4. a heading that is wholly a link;
5. else the section is one story of prose.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from publisher.model import Image, Kind, Person, Place, Story, Struct, replace
from publisher.readers.links import followable
from publisher.readers.markdown.leads import byline, derived_title, link_of
from publisher.readers.markdown.outline import Section
from publisher.readers.markdown.parse import Node, gather, walk
from publisher.readers.markdown.render import address, html, text
from publisher.readers.markdown.units import Entry, Rules, children
from publisher.sanitise import images, plain, sanitise, shows, summary

# One paragraph of at most so many characters above subsections introduces them; more is an article.
_LEAD_IN = 200


class Source(Struct, frozen=True):
    """What is the same for every story of a file."""

    name: str
    footnotes: dict[str, Node]
    rules: Rules


def tell(section: Section, parents: tuple[str, ...], source: Source) -> Iterator[Story]:
    """The stories of `section` and of the sections inside it, in page order."""
    path = parents if section.is_root else (*parents, section.name)
    if section.has_entries:
        yield from _mixed(section, path, source)
    elif section.heading and not section.is_root:
        article = _is_article(section)
        blocks = [*section.prose, *(_flattened(section, section.level) if article else ())]
        yield from prose_story(section.heading, blocks, parents or path, source)
        if article:
            return
    for child in section.children:
        yield from tell(child, path, source)


def sole_link(heading: Node | None) -> str | None:
    """The address of a heading that is wholly a link."""
    if heading is None:
        return None
    inner = [node for node in heading.children if node.kind != "Text" or node.value.strip()]
    return link_of(inner[0]) if len(inner) == 1 else None


def prose_story(
    heading: Node, blocks: Sequence[Node], section: tuple[str, ...], source: Source
) -> Iterator[Story]:
    """Rules 4 and 5; nothing for a heading that is no link and has nothing under it.

    Links that are only a part of the heading follow the text, since a headline holds none.
    """
    link = sole_link(heading)
    people: tuple[Person, ...] = ()
    if blocks and blocks[0].kind == "Paragraph" and (people := byline(text(blocks[:1]))):
        blocks = blocks[1:]
    aside = () if link else gather(heading.children, ("Link",))
    body = render_body((*blocks, *(Node("Paragraph", None, (a,), a.line) for a in aside)), source)
    if body or link or people:
        title = text(heading.children)
        place = Place(source.name, heading.line)
        yield _story(title, title, place, section, body, link=link, byline=people)


def untitled_story(blocks: Sequence[Node], source: Source) -> Iterator[Story]:
    """A file of prose without any heading: the title is derived from its first line."""
    body = render_body(blocks, source)
    if body:
        title = derived_title(plain(body).split("\n")[0]) or "…"
        yield _story(title, None, Place(source.name, blocks[0].line), (), body)


def render_body(blocks: Sequence[Node], source: Source) -> str:
    """Sanitised HTML of `blocks` with the footnotes they mention; empty where nothing is to see."""
    notes = _notes(blocks, source) if source.footnotes else ""
    return _sanitised(html(blocks) + notes)


def _notes(nodes: Sequence[Node], source: Source) -> str:
    marks = (node.value for node in walk(nodes) if node.kind == "FootnoteReference")
    return html(source.footnotes[mark] for mark in dict.fromkeys(marks) if mark in source.footnotes)


def _mixed(section: Section, path: tuple[str, ...], source: Source) -> Iterator[Story]:
    """A section with entries: what prose it has besides is one story under the section's name."""
    told = section.is_root  # its prose is the edition's introduction
    for unit in section.units:
        if isinstance(unit, Entry):
            yield from _entry_stories(unit, path, source)
        elif section.heading and not told:
            told = True
            yield from prose_story(section.heading, section.prose, path, source)


def _entry_stories(entry: Entry, section: tuple[str, ...], source: Source) -> Iterator[Story]:
    """Rules 1 to 3. Over nested items that are the real ones, a line with a link opens their body,
    one without is their kicker."""
    inner = children(entry, source.rules)
    if not inner:
        yield _entry_story(entry, section, source)
        return
    linked = entry.lead.link is not None
    kicker = entry.lead.kicker if linked else (*entry.lead.kicker, text(entry.first))
    opening = html(entry.first) if linked else ""
    for child in inner:
        yield _entry_story(child, section, source, kicker=kicker, opening=opening)


def _entry_story(
    entry: Entry,
    section: tuple[str, ...],
    source: Source,
    *,
    kicker: tuple[str, ...] = (),
    opening: str = "",
) -> Story:
    lead = entry.lead
    first = "".join([f"<p>{part}</p>" for part in (opening, lead.rest) if part])
    notes = _notes((*entry.first, *entry.body), source) if source.footnotes else ""
    body = _sanitised(first + html(entry.body) + notes)
    title = lead.title or derived_title(plain(body).split("\n")[0]) or "…"
    return _story(
        title,
        lead.headline,
        Place(source.name, entry.line),
        section,
        body,
        kicker=(*kicker, *lead.kicker),
        link=lead.link,
        tags=lead.tags,
        byline=lead.byline,
    )


def _story(
    title: str,
    headline: str | None,
    place: Place,
    section: tuple[str, ...],
    body: str,
    *,
    kicker: tuple[str, ...] = (),
    link: str | None = None,
    tags: tuple[str, ...] = (),
    byline: tuple[Person, ...] = (),
) -> Story:
    pictures = images(body) if body else ()
    words = summary(body)
    return Story(
        title=title,
        place=place,
        kind=_kind(body, words, pictures, link),
        section=section,
        kicker=kicker,
        headline=headline,
        byline=byline,
        body=body,
        summary=words,
        images=pictures,
        link=address(link) if link and followable(link) else None,
        tags=tags,
    )


def _kind(body: str, words: str, pictures: tuple[Image, ...], link: str | None) -> Kind:
    if link and not body:
        return "link"
    return "photo" if pictures and not words else "article"


def _sanitised(body: str) -> str:
    if not body:
        return ""
    body = sanitise(body).strip()
    return body if shows(body) else ""


def _is_article(section: Section) -> bool:
    """Whether the sections inside are subheads of one long text, not stories under a short lead-in."""
    if not section.children or not all(map(_is_prose, section.children)):
        return False
    words = text(section.prose)
    return len(words) > _LEAD_IN or (len(section.prose) > 1 and bool(words))


def _is_prose(section: Section) -> bool:
    told = section.has_entries or sole_link(section.heading)
    return not told and all(map(_is_prose, section.children))


def _flattened(section: Section, base: int) -> Iterator[Node]:
    """The sections inside as subheads (h3 and deeper) and blocks."""
    for child in section.children:
        if child.heading:
            yield replace(child.heading, value=min(6, max(3, 2 + child.level - base)))
        yield from child.blocks
        yield from _flattened(child, base)
