"""What would embarrass the editor once an edition is published: checks on the edition as read."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator, Sequence
from html import escape, unescape
from typing import NamedTuple

from publisher.config import Publication
from publisher.model import Draft, Finding, Place, Story

CODES = {
    "duplicate-edition": "two editions have the same id",
    "empty-edition": "an edition holds no story",
    "doubts-above-limit": "the reader was unsure more often than [reading] max_doubts allows",
    "doubt": "the reader was unsure about a line",
    "placeholder": "a word that waits to be replaced is still there",
    "broken-reference": "a Markdown reference or footnote points at nothing",
    "relative-link": "a link has no site in it",
    "odd-link": "a link's address has no form that a browser follows",
    "image-without-alt": "an image has no text for those who cannot see it",
    "duplicate-story": "the same story stands twice in one edition",
}


class Sought(NamedTuple):
    """What no edition should still hold; every match has one of `marks` in it, quicker to look for."""

    marks: tuple[str, ...]
    pattern: re.Pattern[str]


# What nobody writes for readers: journalists' TK, templates' LINK_HERE, printers' dummy text.
PLACEHOLDERS = Sought(
    ("TK", "_HERE", "lorem ipsum"),
    re.compile(r"\b(?:TKTK|TK|[A-Z]{2,}(?:_[A-Z0-9]+)*_HERE)\b|\blorem ipsum\b", re.ASCII),
)
# Writers on software speak of TODO lists and FIXME comments; notes to oneself begin with the word, or
# are in brackets.
_NOTES = ("TODO", "FIXME", "XXX")
_NOTE = f"(?:{'|'.join(_NOTES)})"
_IN_TITLE = rf"^\s*{_NOTE}\s*(?:[:：](?!:)|$)|[(\[（【]\s*{_NOTE}\s*(?:[:：](?!:)|[)\]）】])"
_NOTE_IN_TITLE = Sought(_NOTES, re.compile(_IN_TITLE, re.MULTILINE))
_NOTE_IN_TEXT = Sought(_NOTES, re.compile(rf"^\s*{_NOTE}(?![\w:])|{_IN_TITLE}", re.MULTILINE))
TEXT_INSTEAD = "where it is wrong, put the page's text into a .txt file in its place"
_HREF = re.compile(r'<a\b[^>]*?\shref="([^"]*)"')
_IMAGE = re.compile(r"<img\b[^>]*>")
# Not `[w][a][s][d]`, which are keys to press.
_REFERENCE = re.compile(r"\[(?!.\]\[.\])[^\]\n]+\]\[[^\]\n]*\]|\[\^[^\]\n]+\]")
_BLOCK_ENDS = re.compile(r"</(?:p|li|h[1-6]|t[dh]|d[dt]|div|blockquote|figcaption)>|<br\b[^>]*>")
_TAGS = re.compile(r"<[^>]*>")
_CODE = re.compile(r"<(code|pre)\b.*?</\1>", re.DOTALL)
_SCHEME = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*:")
_FOLLOWABLE = re.compile(
    r"^(?:https?://[^/\s.]+(?:\.|:|/|$)|mailto:[^@\s]+@|tel:|//)", re.IGNORECASE
)


def check_drafts(drafts: Sequence[Draft], publication: Publication) -> tuple[Finding, ...]:
    """Everything the checks see in `drafts`, in order: what the readers found, then our own."""
    found: list[Finding] = list(
        duplicate_editions((draft.id, draft.sources[0]) for draft in drafts)
    )
    for draft in drafts:
        found += draft.findings
        found += check_draft(draft, publication)
    return tuple(found)


def check_draft(draft: Draft, publication: Publication) -> tuple[Finding, ...]:
    """The checks on one edition; doubts above the limit are an error, under it a note each."""
    found: list[Finding] = []
    refused = any(page.refused for page in draft.pages)
    if not (draft.stories or draft.introduction or refused):
        found.append(empty_edition(draft.sources[0] if draft.sources else draft.id))
    found += _doubts(draft, publication)
    words = _placeholders(publication)
    found += _frame(draft, words)
    for story in draft.stories:
        found += _story(story, words)
    found += _duplicate_stories(draft)
    return tuple(found)


def empty_edition(source: str) -> Finding:
    """The finding for an edition, in the file `source`, of neither stories nor an introduction."""
    message = "this edition holds no story"
    hint = "write one, or move the file away"
    return Finding("error", "empty-edition", Place(source), message, hint)


def duplicate_editions(editions: Iterable[tuple[str, str]]) -> Iterator[Finding]:
    """Ids that stand twice; `editions` are pairs of an id and the file that has it."""
    seen: dict[str, str] = {}
    for edition_id, source in editions:
        if edition_id not in seen:
            seen[edition_id] = source
            continue
        yield Finding(
            "error",
            "duplicate-edition",
            Place(source),
            f"the edition {edition_id} is already in {seen[edition_id]}",
            "give one of them another date, or a name such as 2026-11-23-evening.md",
        )


def takes_markup(name: str) -> bool:
    """Whether an editor can settle a doubt in the page file itself; nobody writes into a PDF."""
    return not name.lower().endswith(".pdf")


def _doubts(draft: Draft, publication: Publication) -> Iterator[Finding]:
    limit = publication.reading.max_doubts
    for page in draft.pages:
        if page.refused:  # its reader has said so, and why
            continue
        own = takes_markup(page.name)
        for doubt in page.doubts:
            yield Finding(
                "info",
                "doubt",
                Place(page.name, doubt.line),
                f"read as {doubt.read_as}, perhaps {doubt.alternative} ({doubt.confidence:.0%} sure)",
                "settle it with light markup (docs/guide.md)" if own else TEXT_INSTEAD,
            )
        if len(page.doubts) > limit:
            yield Finding(
                "error",
                "doubts-above-limit",
                Place(page.name),
                f"{len(page.doubts)} doubtful lines, where {limit} are allowed",
                f"{'settle' if own else 'look at'} them (publisher parse {page.name}), "
                "or accept them with --accept-doubts",
            )


def _placeholders(publication: Publication) -> Sought:
    own = publication.checks.placeholders
    if not own:
        return PLACEHOLDERS
    marks, pattern = PLACEHOLDERS
    both = "|".join((pattern.pattern, *map(re.escape, own)))
    return Sought((*marks, *own), re.compile(both, re.ASCII))


def _frame(draft: Draft, words: Sought) -> Iterator[Finding]:
    place = Place(draft.sources[0] if draft.sources else draft.id)
    yield from _left_over(draft.title, place, words, _NOTE_IN_TITLE)
    yield from _html(draft.introduction, place, words)


def _story(story: Story, words: Sought) -> Iterator[Finding]:
    fields = "\n".join((story.title, story.subheadline or "", *story.kicker))
    yield from _left_over(fields, story.place, words, _NOTE_IN_TITLE)
    if story.link:
        yield from _left_over(story.link, story.place, words)
        yield from _address(story.link, story.place)
    for image in story.images:
        if not image.alt and f'src="{escape(image.src)}"' not in story.body:
            yield _no_alt(story.place, image.src)
    yield from _html(story.body, story.place, words)


def _html(html: str, place: Place, words: Sought) -> Iterator[Finding]:
    if not html:
        return
    text = _TAGS.sub("", _BLOCK_ENDS.sub("\n", _CODE.sub(" code ", html)))
    yield from _left_over(text, place, words, _NOTE_IN_TEXT)
    for reference in _REFERENCE.findall(text):
        yield Finding(
            "warning",
            "broken-reference",
            place,
            f"{reference} points at nothing",
            "define it in this file, or write the address in round brackets",
        )
    for address in map(unescape, _HREF.findall(html)):
        yield from _left_over(address, place, words)
        yield from _address(address, place)
    for tag in _IMAGE.findall(html):
        if not re.search(r'\salt="[^"]', tag):
            source = re.search(r'\ssrc="([^"]*)"', tag)
            yield _no_alt(place, unescape(source[1]) if source else "")


def _left_over(text: str, place: Place, *sought: Sought) -> Iterable[Finding]:
    for one in sought:
        for mark in one.marks:
            if mark in text:
                return _named(text, place, sought)
    return ()


def _named(text: str, place: Place, sought: Iterable[Sought]) -> Iterator[Finding]:
    found = [match[0] for one in sought for match in one.pattern.finditer(text)]
    for word in dict.fromkeys(one.strip(" ([（【:：])）】\n") for one in found):
        yield Finding(
            "warning", "placeholder", place, f"{word!r} is still there", "replace it, or delete it"
        )


def _address(address: str, place: Place) -> Iterator[Finding]:
    if _FOLLOWABLE.match(address) or address.startswith("#"):
        return
    if not address:
        message = "a link has no address"
        yield Finding("warning", "odd-link", place, message, "give it one, or take it away")
    elif not _SCHEME.match(address) and not address.startswith("//"):
        yield Finding(
            "warning",
            "relative-link",
            place,
            f"the link {address!r} names no site, so it is read against the publication's base_url",
            "write the whole address, with https://",
        )
    else:
        yield Finding(
            "warning",
            "odd-link",
            place,
            f"the link {address!r} is not one that a browser follows",
            "correct the address",
        )


def _no_alt(place: Place, source: str) -> Finding:
    words = "the new bridge at dawn"
    markdown = place.file.endswith((".md", ".markdown"))
    return Finding(
        "warning",
        "image-without-alt",
        place,
        f"the image {source} has no alternative text",
        f"say in a few words what it shows: {f'![{words}](bridge.jpg)' if markdown else words}",
    )


def _duplicate_stories(draft: Draft) -> Iterator[Finding]:
    seen: dict[Hashable, Story] = {}
    for story in draft.stories:
        key = (story.title, story.kicker, story.body, story.link, story.dated)
        first = seen.setdefault(key, story)
        if first is not story:
            yield Finding(
                "warning",
                "duplicate-story",
                story.place,
                f"{story.title!r} already stands at {first.place}",
                "delete one of them",
            )
