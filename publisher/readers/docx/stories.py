"""Blocks become stories, by the levels of their headings (docs/readers.md has the rules)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import unescape

from publisher.config import Reading
from publisher.frontmatter import split
from publisher.model import Finding, Page, Person, Place, Story, replace
from publisher.readers import derived
from publisher.readers.docx.blocks import Block, one_line
from publisher.readers.people import people
from publisher.sanitise import images, sanitise, summary

# Longer text (or a byline) under a first heading says that it heads a story, not the edition.
_LEAD_IN = 200
_LINK = re.compile(r'\A<h\d><a href="([^"]*)"[^<>]*>[^<]*(?:<(?!/a>)[^<]*)*</a></h\d>\Z')
_BYLINE = re.compile(
    r"(?:words |text )?by[:：]?\s+\S.*|(?:文|作者|撰文)\s*[/／｜|:：]\s*\S.*"
    r"|(?:本报|本刊|本台|本网)?(?:特约)?(?:记者|通讯员|記者)[:：\s]\s*\S.*",
    re.IGNORECASE,
)
_BYLINE_LIMIT = 80
_BRACKETS = "[]【】()（） "
_FRONT_PARAGRAPHS = 20


def front_matter(blocks: Sequence[Block], name: str) -> tuple[Mapping[str, str], tuple[Block, ...]]:
    """`Key: value` paragraphs at the very top, and the blocks below them."""
    top = []
    for block in blocks[:_FRONT_PARAGRAPHS]:
        if block.tag != "p" or block.level is not None:
            break
        top.append(one_line(block))
    matter = split("\n".join([*top, "", ""]), name=name)
    return matter.values, tuple(blocks[matter.first_line - 1 :]) if matter.values else tuple(blocks)


def flat_page(
    blocks: Sequence[Block],
    name: str,
    *,
    front: Mapping[str, str],
    findings: Sequence[Finding],
    options: Reading,
    language: str,
) -> Page:
    """A manuscript without headings, read as a newspaper page: a line for each paragraph."""
    from publisher.readers import newspaper

    lines = [line for block in blocks for line in block.text.split("\n")]
    page = newspaper.read(
        "\n".join(lines),
        name=name,
        options=options,
        language=language,
        first_line=blocks[0].number,
    )
    lost = (block for block in blocks if images(block.html))
    return replace(
        page,
        front={**page.front, **front},
        findings=(*findings, *(_lost(block, name) for block in lost), *page.findings),
    )


def headed_page(
    blocks: Sequence[Block],
    notes: Mapping[str, str],
    name: str,
    *,
    front: Mapping[str, str],
    findings: Sequence[Finding],
    files: Mapping[str, bytes],
) -> Page:
    """A manuscript whose headings say what is what."""
    title, blocks = _title(blocks)
    sections, headline = _levels(blocks)
    told = list(_parts(blocks, sections, headline))
    intro = told[0].blocks if told and told[0].heading is None else ()
    parts = [part for part in told if part.heading]
    stories = tuple(_story(part, notes, name, headline) for part in parts if not part.is_empty)
    empty = (part.heading for part in parts if part.is_empty and not part.leads)
    return Page(
        name=name,
        stories=stories,
        front={**({"title": title} if title else {}), **front},
        introduction=_html(intro, notes, 1) if any(block.shows for block in intro) else "",
        findings=(*findings, *(_empty(heading, name) for heading in empty if heading)),
        files=files,
    )


@dataclass(frozen=True, slots=True)
class _Opening:
    kicker: tuple[str, ...]
    subtitle: str | None
    byline: tuple[Person, ...]
    rest: list[Block]


@dataclass(frozen=True, slots=True)
class _Part:
    """A heading with its text; `leads` says that it is a section's, with headings under it."""

    heading: Block | None
    section: tuple[str, ...]
    blocks: tuple[Block, ...]
    leads: bool = False

    @property
    def is_empty(self) -> bool:
        linked = self.heading is not None and _LINK.match(self.heading.html)
        return not linked and not any(block.shows for block in self.blocks)


def _title(blocks: Sequence[Block]) -> tuple[str, Sequence[Block]]:
    """The edition's title and the rest: the only heading of the highest level, where it stands first
    and other headings below it; a Heading 1 with a long text under it heads a story instead."""
    headings = [block for block in blocks if block.level is not None]
    first = next(block for block in blocks if block.shows)
    top = min(block.level for block in headings if block.level is not None)
    alone = sum(block.level == top for block in headings) == 1
    if first.level != top or not alone or len(headings) == 1:
        return "", blocks
    place = blocks.index(first) + 1
    under = [block for block in blocks[place:] if block.number < headings[1].number and block.shows]
    wordy = sum(len(block.text) for block in under) > _LEAD_IN or any(map(_is_byline, under))
    if top > 0 and wordy:
        return "", blocks
    return one_line(first), blocks[place:]


def _levels(blocks: Sequence[Block]) -> tuple[frozenset[int], int]:
    """The levels of sections, and the level of headlines; what is deeper are subheads.

    A level is one of sections where most of its headings that have others under them stand directly
    above those, with no text between.
    """
    shown = [block for block in blocks if block.shows]
    levels = sorted({block.level for block in shown if block.level is not None})
    sections: list[int] = []
    for level in levels[:-1]:
        direct = apart = 0
        for place, block in enumerate(shown[:-1]):
            if block.level != level:
                continue
            after = next((b.level for b in shown[place + 1 :] if b.level is not None), None)
            if after is not None and after > level:
                follows = shown[place + 1].level is not None
                direct, apart = direct + follows, apart + (not follows)
        if not direct or direct < apart:
            break
        sections.append(level)
    return frozenset(sections), levels[len(sections)] if levels else 1


def _parts(blocks: Sequence[Block], sections: frozenset[int], headline: int) -> Iterator[_Part]:
    path: list[tuple[int, str]] = []
    heading: Block | None = None
    under: list[Block] = []
    for block in blocks:
        if block.level is None or block.level > headline:
            under.append(block)
            continue
        leads = heading is not None and block.level > (heading.level or 0)
        yield _Part(heading, tuple(text for _, text in path), tuple(under), leads)
        heading, under = block, []
        path = [(level, text) for level, text in path if level < block.level]
        if block.level in sections:
            path.append((block.level, one_line(block)))
    yield _Part(heading, tuple(text for _, text in path), tuple(under))


def _story(part: _Part, notes: Mapping[str, str], name: str, headline: int) -> Story:
    heading = part.heading
    assert heading is not None
    opening = _opening(list(part.blocks))
    body = _html(opening.rest, notes, headline)
    link = _LINK.match(heading.html)
    words = summary(body)
    pictures = images(body)
    return Story(
        title=one_line(heading),
        headline=one_line(heading),
        place=Place(name, heading.number),
        kind=derived.kind(words, pictures, link=bool(link and not body)),
        section=part.section,
        kicker=opening.kicker,
        subheadline=opening.subtitle,
        byline=opening.byline,
        body=body,
        summary=words,
        images=pictures,
        link=unescape(link[1]) if link else None,
    )


def _opening(blocks: list[Block]) -> _Opening:
    """What stands above the text: a kicker by its style, a subtitle, a byline; then the text."""
    rest = [block for block in blocks if block.shows]
    kicker = tuple(one_line(block) for block in rest[:1] if block.role == "kicker")
    rest = rest[len(kicker) :]
    subtitle: str | None = None
    byline: tuple[Person, ...] = ()
    while rest and rest[0].tag == "p":
        if rest[0].role == "subtitle" and subtitle is None:
            subtitle = one_line(rest.pop(0))
        elif not byline and _is_byline(rest[0]):
            byline = people(one_line(rest.pop(0)).strip(_BRACKETS))
        else:
            break
    return _Opening(kicker, subtitle, byline, rest)


def _is_byline(block: Block) -> bool:
    line = one_line(block).strip(_BRACKETS)
    return block.role == "byline" or (len(line) <= _BYLINE_LIMIT and bool(_BYLINE.fullmatch(line)))


def _html(blocks: Sequence[Block], notes: Mapping[str, str], headline: int) -> str:
    """The blocks' HTML, subheads from h3 on, captions below their pictures, footnotes at the end."""
    parts: list[str] = []
    for block in blocks:
        html = block.html
        if block.level is not None:
            level = min(6, max(3, 2 + block.level - headline))
            html = f"<h{level}>{html[html.index('>') + 1 : html.rindex('<')]}</h{level}>"
        if block.role == "caption" and parts and not parts[-1].endswith("</figure>"):
            html = _figure(parts.pop(), block)
        if block.shows:
            parts.append(html)
    mentioned = dict.fromkeys(note for block in blocks for note in block.notes)
    told = "".join(notes[note] for note in mentioned if note in notes)
    return "".join(parts) + (f"<hr/><ol>{told}</ol>" if told else "")


def _figure(before: str, caption: Block) -> str:
    """The picture before a caption, with it; what is no picture alone stays as it is."""
    picture = re.fullmatch(r"<p>\s*(<img\b[^<>]*/>)\s*</p>", before)
    inner = caption.html[caption.html.index(">") + 1 : caption.html.rindex("<")]
    if picture is None:
        return before + caption.html
    return sanitise(f"<figure>{picture[1]}<figcaption>{inner}</figcaption></figure>")


def _empty(heading: Block, name: str) -> Finding:
    return Finding(
        "warning",
        "empty-section",
        Place(name, heading.number),
        f"nothing stands under the heading {one_line(heading)!r}",
        "write something under it, or delete it",
    )


def _lost(block: Block, name: str) -> Finding:
    return Finding(
        "warning",
        "media-left-out",
        Place(name, block.number),
        "a picture is left out: without headings it belongs to no story",
        "give the headlines a heading style (Heading 1)",
    )
