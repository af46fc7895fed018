"""Word manuscripts (.docx): headings say what is a section and what a headline.

The road: `package` opens the file and leaves out what could do harm; `convert` makes HTML of it and
takes the pictures out; `blocks` cuts that into paragraphs, headings, lists and tables; `stories`
sorts them by their headings. A manuscript without headings is a newspaper page, and read as one.
"""

from __future__ import annotations

from publisher.config import Reading
from publisher.errors import EditionError
from publisher.model import Page
from publisher.readers.docx.blocks import blocks_of
from publisher.readers.docx.convert import convert
from publisher.readers.docx.package import open_package
from publisher.readers.docx.stories import flat_page, front_matter, headed_page

__all__ = ["read"]


def read(source: bytes, *, name: str, options: Reading, language: str = "") -> Page:
    """Read one manuscript; lines in places count its paragraphs.

    `files` of the outcome holds its pictures. What is left out (macros, embedded and outside things)
    is named in findings. Raises EditionError for what is no manuscript, or could do harm.
    """
    package = open_package(source, name)
    manuscript = convert(package.parts, name)
    found = blocks_of(manuscript.html, name)
    front, blocks = front_matter(found.blocks, name)
    findings = (*package.findings, *manuscript.findings, *found.findings)
    if not any(block.shows for block in blocks):
        raise EditionError(
            name, problem="this manuscript is empty", hint="write in it, or delete it"
        )
    if any(block.level is not None for block in blocks):
        return headed_page(
            blocks, found.notes, name, front=front, findings=findings, files=manuscript.pictures
        )
    return flat_page(
        blocks, name, front=front, findings=findings, options=options, language=language
    )
