"""The Markdown reader: headings are sections, list items and numbered paragraphs are stories."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from publisher.config import Reading
from publisher.model import Finding, Page, Place, Story, replace
from publisher.readers.links import dead_link, followable, losses
from publisher.readers.markdown.outline import Outline, Section, outline
from publisher.readers.markdown.parse import Node, gather, parse, walk
from publisher.readers.markdown.render import text as words
from publisher.readers.markdown.stories import (
    Source,
    prose_story,
    render_body,
    sole_link,
    tell,
    untitled_story,
)
from publisher.readers.markdown.units import Rules

__all__ = ["read", "read_blocks"]


def read(
    text: str, *, name: str, options: Reading, language: str = "", first_line: int = 1
) -> Page:
    """Read the Markdown `text`, which begins at line `first_line` of file `name`.

    `options.skip_sections` names headings to leave out with all under them; `options.root_section`
    one whose text introduces the edition and whose sections count as outermost; `children` and
    `numbered` say which entries are items. An H1 on the first line is `front["title"]`. Raises
    EditionError for what cannot be read.
    """
    blocks = parse(text.replace("\f", " "), name=name, first_line=first_line)
    return read_blocks(blocks, name=name, options=options, has_front_matter=first_line > 1)


def read_blocks(
    blocks: Sequence[Node], *, name: str, options: Reading, has_front_matter: bool
) -> Page:
    """The page that `blocks` make, whichever format they were parsed from.

    `has_front_matter`: the title is known already, so that several H1s are sections.
    """
    rules = Rules(options.children, options.numbered)
    document = outline(
        blocks,
        has_front_matter=has_front_matter,
        skip=options.skip_sections,
        root_name=options.root_section,
        rules=rules,
    )
    source = Source(name, document.footnotes, rules)
    stories = _without_own_sections(tuple(tell(document.root, (), source)))
    prose = document.introduction
    if not stories:
        stories = tuple(_only_prose(document, prose, source))
        prose = []
    return Page(
        name=name,
        stories=stories,
        front={"title": words(document.title.children)} if document.title else {},
        introduction=render_body(prose, source),
        furniture=tuple(map(_printed, document.skipped)),
        findings=(*_losses(blocks, name), *_empty_sections(document.root, name)),
    )


def _without_own_sections(stories: tuple[Story, ...]) -> tuple[Story, ...]:
    """Where every heading has just its own text, headings are headlines and none is a section."""
    if all(story.section == (story.headline,) for story in stories):
        return tuple(replace(story, section=()) for story in stories)
    return stories


def _only_prose(document: Outline, prose: list[Node], source: Source) -> Iterator[Story]:
    """Rule 5 for a file without sections: it is one story, headed by its title."""
    if document.title:
        return prose_story(document.title, prose, (), source)
    return untitled_story(prose, source)


def _losses(blocks: Iterable[Node], name: str) -> Iterator[Finding]:
    for node in gather(blocks, ("Link", "Image", "Html", "InlineHtml")):
        place = Place(name, node.line)
        if node.kind in ("Html", "InlineHtml"):
            yield from losses(node.value, place)
        elif not followable(node.value[0]):
            yield dead_link(node.value[0], place, words=words([node]))


def _empty_sections(section: Section, name: str) -> Iterator[Finding]:
    for child in section.children:
        if child.heading and _is_empty(child):
            yield Finding(
                "warning",
                "empty-section",
                Place(name, child.heading.line),
                f"the section {child.name!r} is empty",
                "write something under its heading, or delete it",
            )
        yield from _empty_sections(child, name)


def _is_empty(section: Section) -> bool:
    told = sole_link(section.heading) or any(map(_shows, walk(section.blocks)))
    return not told and all(map(_is_empty, section.children))


def _shows(node: Node) -> bool:
    """Whether there is something to see: words, code, a picture, raw HTML other than a comment."""
    if node.kind in ("Text", "Code"):
        return bool(node.value.strip())
    comment = node.kind == "Html" and node.value.lstrip().startswith("<!--")
    return node.kind in ("Image", "Html", "InlineHtml") and not comment


def _printed(section: Section) -> str:
    inner = (_printed(child) for child in section.children)
    return "\n".join(part for part in (section.name, words(section.blocks), *inner) if part)
