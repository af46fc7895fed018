"""IPTC NITF 3 (News Industry Text Format): one file, one story."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from publisher import xml
from publisher.config import Reading
from publisher.model import Finding, Image, Page, Person, Place, replace
from publisher.readers.language import language_tag
from publisher.readers.newsroom.moments import front_date, instant
from publisher.readers.newsroom.telling import (
    KICKER,
    Copy,
    best,
    held,
    page,
    picture_source,
    pixels,
)
from publisher.readers.people import people
from publisher.text import one_line

if TYPE_CHECKING:
    from publisher.xml import Element

# NITF's names for what HTML calls otherwise; names that HTML lacks fall away when it is sanitised.
_HTML = {"hl2": "h3", "bq": "blockquote", "credit": "p", "note": "blockquote", "block": ""}
_HELD = frozenset(("withheld", "killed", "canceled", "cancelled", "embargoed"))


def read(
    text: str, *, name: str, options: Reading, language: str = "", first_line: int = 1
) -> Page:
    """Read one NITF document. Raises EditionError for XML that is broken or unsafe."""
    root = xml.parse(text, name=name, first_line=first_line)
    copy, findings = story(root, name)
    copies = []
    status = _attribute(root, "management-status", "head", "docdata").casefold()
    if status in _HELD:
        findings = (*findings, held(copy.place, status))
    else:
        copies.append(replace(copy, section=()))
    front = {
        "date": front_date(_date(root)),
        "language": copy.language,
        "section": copy.section[0],
    }
    return page(name, copies, front=front, findings=findings)


def story(root: Element, name: str) -> tuple[Copy, tuple[Finding, ...]]:
    """The `<nitf>` element's story in parts, and what of it could not be taken along."""
    place = Place(name, xml.line(root))
    head = xml.find(root, "body", "body.head")
    content = xml.find(root, "body", "body.content")
    inside = () if content is None else content.iter()
    media = [element for element in inside if xml.local(element) == "media"]
    pictures, findings = _pictures(media, name)
    copy = Copy(
        place=place,
        html=_html(content) + _tagline(root),
        images=pictures,
        section=(_attribute(root, "position.section", "head", "pubdata"),),
        tags=tuple(_tags(root)),
        language=_language(root),
        dated=instant(_date(root)),
    )
    return (_with_head(copy, head, root) if head is not None else copy), findings


def _with_head(copy: Copy, head: Element, root: Element) -> Copy:
    hedline = xml.find(head, "hedline")
    lines = [] if hedline is None else [(xml.local(line), line) for line in hedline]
    main = next((at for at, (kind, _) in enumerate(lines) if kind == "hl1"), 0)
    over: list[str] = []
    under: list[str] = []
    for at, (kind, line) in enumerate(lines):
        if kind == "hl2":
            is_over = at < main or KICKER.search(line.get("class", ""))
            (over if is_over else under).append(xml.words(line))
    headline = " ".join(xml.words(line) for kind, line in lines if kind == "hl1")
    return replace(
        copy,
        headline=headline or xml.words(xml.find(root, "head", "title")),
        kicker=tuple(over),
        subheadline=" ".join(under),
        byline=tuple(_byline(head)),
        dateline=xml.words(xml.find(head, "dateline")),
        abstract=xml.words(xml.find(head, "abstract")),
    )


def _byline(head: Element) -> Iterator[Person]:
    """The persons marked up as such; without them, those that the line's text names.

    A `<byttl>` is the role of a line's only person; else the words before the first person are.
    """
    for line in xml.find_all(head, "byline"):
        title = xml.words(xml.find(line, "byttl"))
        lead = (line.text or "").strip(" \n\t:")
        found = tuple(Person(xml.words(one), lead) for one in xml.find_all(line, "person"))
        found = found or people(xml.words(line).removesuffix(title).rstrip(" ,;") or title)
        if len(found) == 1 and title not in ("", found[0].name):
            found = (replace(found[0], role=title),)
        yield from found


def _html(content: Element | None) -> str:
    return (
        "" if content is None else xml.inner_html(content, rename=_HTML, skip=frozenset(("media",)))
    )


def _tagline(root: Element) -> str:
    found = xml.find(root, "body", "body.end", "tagline")
    return "" if found is None else f"<p>{xml.inner_html(found, rename=_HTML)}</p>"


def _pictures(media: list[Element], name: str) -> tuple[tuple[Image, ...], tuple[Finding, ...]]:
    images: list[Image] = []
    findings: list[Finding] = []
    for element in media:
        image = _image(element)
        if image is not None:
            images.append(image)
        else:
            kind = element.get("media-type", "other")
            findings.append(
                Finding(
                    "warning",
                    "media-left-out",
                    Place(name, xml.line(element)),
                    f"this {kind} is left out: only pictures with an address are taken along",
                    "link to it in the text",
                )
            )
    return tuple(images), tuple(findings)


def _image(media: Element) -> Image | None:
    """The best of the medium's renditions that are pictures."""
    found = best(
        [
            Image(
                picture_source(one.get("source") or one.get("data-location") or ""),
                alt=one_line(one.get("alternate-text", "")),
                width=pixels(one.get("width")),
                height=pixels(one.get("height")),
            )
            for one in xml.find_all(media, "media-reference")
            if (one.get("mime-type") or media.get("media-type") or "image").startswith("image")
        ]
    )
    if found is None:
        return None
    caption = " ".join(map(xml.words, xml.find_all(media, "media-caption")))
    credit = " ".join(map(xml.words, xml.find_all(media, "media-producer")))
    return replace(found, alt=found.alt or caption, caption=caption, credit=credit)


def _tags(root: Element) -> Iterator[str]:
    for keyword in xml.find_all(root, "head", "docdata", "key-list", "keyword"):
        yield keyword.get("key", "")
    for subject in xml.find_all(root, "head", "tobject", "tobject.subject"):
        for level in ("detail", "matter", "type"):  # the finest that is given
            if subject.get(f"tobject.subject.{level}"):
                yield subject.get(f"tobject.subject.{level}", "")
                break


def _date(root: Element) -> str:
    """When it is to appear: the publication's date, else the issue's, else the release."""
    return (
        _attribute(root, "date.publication", "head", "pubdata")
        or _attribute(root, "norm", "head", "docdata", "date.issue")
        or _attribute(root, "norm", "head", "docdata", "date.release")
    )


def _language(root: Element) -> str:
    body = xml.find(root, "body")
    elements = (root, body, *([] if body is None else body))
    tags = (xml.language(element) for element in elements if element is not None)
    return next(filter(None, map(language_tag, tags)), "")


def _attribute(root: Element, key: str, *path: str) -> str:
    return next(
        (element.get(key, "") for element in xml.find_all(root, *path) if element.get(key)), ""
    )
