"""Newspaper pages as PDF with text: read in the order that the layout shows, or refused.

The road: `extract` takes words and rules out of the file, in a process of its own; `layout` finds
the columns and puts the lines in order; `marks` says of each line what its type size and place show,
in the light markup of newspaper pages. The newspaper reader, which obeys that, does the rest.
"""

from __future__ import annotations

from publisher.config import Reading
from publisher.model import Finding, Page, Place, replace
from publisher.readers import newspaper
from publisher.readers.pdf.extract import Refused, sheets_of
from publisher.readers.pdf.layout import lines_of
from publisher.readers.pdf.marks import marked_text

__all__ = ["read"]


def read(source: bytes, *, name: str, options: Reading, language: str = "") -> Page:
    """Read one PDF of one or more pages; lines in places count the lines of its text.

    `refused` of the outcome says why the order of the text cannot be sure. Raises EditionError for
    what is no PDF, or takes more time or memory than an honest page.
    """
    try:
        text = marked_text([lines_of(sheet) for sheet in sheets_of(source, name)])
    except Refused as reason:
        return _refuse(name, reason)
    page = newspaper.read(text, name=name, options=options, language=language)
    if page.refused:
        refused = _refuse(name, Refused(page.refused))
        return replace(refused, furniture=page.furniture, lines=page.lines)
    # Their hints speak of marks that an editor writes into the page.
    return replace(page, findings=tuple(replace(one, hint="") for one in page.findings))


def _refuse(name: str, reason: Refused) -> Page:
    finding = Finding("error", "unreadable-page", Place(name), str(reason), reason.hint)
    return Page(name=name, stories=(), findings=(finding,), refused=str(reason))
