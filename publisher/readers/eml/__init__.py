"""A newsletter as it arrived by mail: one message (RFC 5322, MIME), one edition.

`parts` takes the message apart; its HTML is read as any page is, its plain text by `plain`, or as a
newspaper page where it has a page's look.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from email.message import Message
from html import escape

from publisher.config import Reading
from publisher.decode import LIMIT_BYTES, strip_controls
from publisher.errors import EditionError
from publisher.model import Finding, Page, Place, replace
from publisher.readers import newspaper
from publisher.readers.eml import parts, plain
from publisher.readers.html import read_html
from publisher.readers.html.closing import without_closing
from publisher.readers.markdown import read_blocks
from publisher.readers.markdown.parse import Node

__all__ = ["read"]

_PAGE_LINES = 8  # without a blank line between: no one writes mail so, and newspapers print so


def read(source: bytes, *, name: str, options: Reading, language: str = "") -> Page:
    """Read one message; `front` has its subject as title, its date, and who sent it.

    Pictures that come along are in `files`; tracking pixels, previews and the lines on unsubscribing
    are left out. Raises EditionError for what is no message, or one without text.
    """
    if len(source) > LIMIT_BYTES:
        raise EditionError(
            name,
            problem=f"this message has more than {LIMIT_BYTES:,} bytes",
            hint="save it without its attachments",
        )
    message = parts.parse(source, name)
    front = parts.front(message)
    html, written = _text(message, name)
    text, stripped = strip_controls(written, name)
    files = parts.pictures(message) if html else {}
    title = front.get("title", "")
    if html:
        names = {address: file for address, (file, _) in files.items()}
        page = read_html(text, name=name, options=options, title=title, pictures=names)
    else:
        page = _plain_page(text, name, options, language, title)
    bodies = page.introduction + "".join(story.body for story in page.stories)
    # A message's text is encoded: its lines are none of the file's.
    place = Place(name)
    kept = parts.used(files, bodies)
    findings = (*stripped, *page.findings, *_findings(message, kept, place))
    return replace(
        page,
        stories=tuple(replace(story, place=place) for story in page.stories),
        front={**page.front, **front},
        files=kept,
        findings=tuple(replace(finding, place=place) for finding in findings),
    )


def _text(message: Message, name: str) -> tuple[bool, str]:
    """Whether the message's text is HTML, and the text; raises EditionError where there is none."""
    leaves = parts.shown(message)
    texts = [(parts.is_html(leaf), parts.text_of(leaf, name)) for leaf in leaves]
    if not any(text.strip() for _, text in texts):
        raise EditionError(
            name,
            problem="this message has no text",
            hint="if it is encrypted or a picture, write its text into a Markdown file",
        )
    html = any(is_html for is_html, _ in texts)
    return html, "\n".join(_as_html(text, is_html) if html else text for is_html, text in texts)


def _as_html(text: str, is_html: bool) -> str:
    if is_html:
        return text
    return "".join(f"<p>{escape(line)}</p>" for line in text.split("\n\n") if line.strip())


def _plain_page(text: str, name: str, options: Reading, language: str, title: str) -> Page:
    lines = text.strip().split("\n")
    if len(lines) >= _PAGE_LINES and all(line.strip() for line in lines):
        return newspaper.read(text, name=name, options=options, language=language)
    blocks, signature = plain.blocks(text)
    blocks, closing = without_closing(blocks)
    heading = [Node("Heading", 1, (Node("Text", title, (), 1),), 1)] if title else []
    page = read_blocks([*heading, *blocks], name=name, options=options, has_front_matter=False)
    furniture = (*page.furniture, *closing, *filter(None, (signature,)))
    return replace(page, furniture=furniture)


def _findings(message: Message, kept: Mapping[str, bytes], place: Place) -> Iterator[Finding]:
    for file in parts.attachments(message, kept):
        yield Finding(
            "info",
            "attachment-left-out",
            place,
            f"the attachment {file!r} is left out: only pictures that the text shows come along",
            "put the file on the web and link to it",
        )
    defects = ", ".join(parts.defects(message))
    if defects:
        yield Finding(
            "info",
            "malformed-message",
            place,
            f"this message breaks the rules of mail ({defects}); what could be was read",
            "compare it with the original",
        )
