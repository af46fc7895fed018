"""IPTC NewsML-G2: a news item, or a message with a package that puts its items in order.

Nothing is fetched: what an item or package only refers to is named in a finding.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from publisher import xml
from publisher.config import Reading
from publisher.model import Enclosure, Finding, Image, Page, Person, Place, replace
from publisher.readers.language import language_tag
from publisher.readers.newsroom import nitf
from publisher.readers.newsroom.moments import front_date, instant
from publisher.readers.newsroom.telling import (
    Copy,
    best,
    by_role,
    embargoed,
    enclosure,
    held,
    page,
    paragraphs,
    picture_source,
    pixels,
)
from publisher.readers.people import people

if TYPE_CHECKING:
    from publisher.xml import Element

_DEPTH = 20  # groups within groups; a section's path has two or three
_HTML_ROOTS = frozenset(("html", "body", "div", "article", "section", "p"))


@dataclass(frozen=True, slots=True)
class _Group:
    """Items that a package puts together, under the titles of the groups around them."""

    section: tuple[str, ...]
    items: tuple[Element, ...]


@dataclass(slots=True)
class _Message:
    """One file: all ids in it, the items by them that are not told yet, and what was found."""

    name: str
    known: frozenset[str]
    items: dict[str, Element]
    findings: list[Finding] = field(default_factory=list)

    def warn(self, element: Element, code: str, message: str, hint: str) -> None:
        place = Place(self.name, xml.line(element))
        self.findings.append(Finding("warning", code, place, message, hint))


def read(
    text: str, *, name: str, options: Reading, language: str = "", first_line: int = 1
) -> Page:
    """Read a newsItem, a packageItem or a newsMessage. Raises EditionError for XML that is broken
    or unsafe."""
    root = xml.parse(text, name=name, first_line=first_line)
    alone = xml.local(root) in ("newsItem", "packageItem")
    elements = [root] if alone else [*xml.find_all(root, "itemSet", "*")]
    items = {one.get("guid") or f"#{at}": one for at, one in enumerate(elements)}
    message = _Message(name, frozenset(items), items)
    groups = [*_groups(message)]
    copies = [copy for group in groups for copy in _copies(group, message)]
    first = next((one for one in elements if xml.local(one) == "packageItem"), None)
    lead = elements[0] if first is None and elements else first
    return page(
        name,
        copies,
        front=_front(lead, root) if lead is not None else {},
        findings=message.findings,
    )


def _front(lead: Element, root: Element) -> dict[str, str]:
    """What the package says of the whole; of a single item its date and language."""
    written = xml.words(xml.find(lead, "itemMeta", "versionCreated"))
    is_package = xml.local(lead) == "packageItem"
    return {
        "title": xml.words(xml.find(lead, "contentMeta", "headline")) if is_package else "",
        "date": front_date(written or xml.words(xml.find(root, "header", "sent"))),
        "language": _language(lead),
    }


def _groups(message: _Message) -> Iterator[_Group]:
    """Packages in the order of the file; then the items that none of them mentions."""
    packages = [
        guid for guid, element in message.items.items() if xml.local(element) == "packageItem"
    ]
    for guid in packages:
        if guid in message.items:
            yield from _package(message.items.pop(guid), (), message)
    for element in message.items.values():
        if xml.local(element) == "newsItem":
            yield _Group((), (element,))


def _package(package: Element, section: tuple[str, ...], message: _Message) -> Iterator[_Group]:
    groups = {group.get("id", ""): group for group in xml.find_all(package, "groupSet", "group")}
    whole = xml.find(package, "groupSet")
    root = groups.pop(whole.get("root", ""), None) if whole is not None else package
    if root is not None:
        yield from _group(root, section, groups, message)


def _group(
    group: Element, section: tuple[str, ...], groups: dict[str, Element], message: _Message
) -> Iterator[_Group]:
    """The group's items, inner groups and inner packages in its order; of alternatives the first.

    A group is taken out of `groups` when it is told, so that no circle of them can be followed.
    """
    if len(section) > _DEPTH:
        message.warn(group, "unresolved-reference", "groups are nested too deep", "unfold them")
        return
    items: list[Element] = []
    one_of_all = group.get("mode", "").endswith("alt")
    for child in group:
        item = _referenced(child, message) if xml.local(child) == "itemRef" else None
        if item is not None and xml.local(item) == "newsItem":
            items += [] if one_of_all and items else [item]
            continue
        inner = groups.pop(child.get("idref", ""), None) if xml.local(child) == "groupRef" else None
        if item is None and inner is None:
            continue
        yield _Group(section, tuple(items))
        items = []
        if item is not None:
            title = xml.words(xml.find(item, "contentMeta", "headline"))
            yield from _package(item, (*section, title), message)
        elif inner is not None:
            title = xml.words(xml.find(inner, "title"))
            yield from _group(inner, (*section, title), groups, message)
    yield _Group(section, tuple(items))


def _referenced(reference: Element, message: _Message) -> Element | None:
    """The item that is meant, unless it is told already; where the file has none, a finding."""
    guid = reference.get("residref") or reference.get("href") or ""
    if guid not in message.known:
        title = xml.words(xml.find(reference, "title"))
        message.warn(
            reference,
            "unresolved-reference",
            f"the package refers to {title or 'an item'} ({guid}), which is not in this file",
            "export the message with its items; nothing is fetched",
        )
    return message.items.pop(guid, None)


def _copies(group: _Group, message: _Message) -> Iterator[Copy]:
    """Each item in parts; pictures that stand in a group with one text only belong to it."""
    parts = [
        replace(copy, section=(*group.section, *copy.section))
        for item in group.items
        for copy in _copy(item, message)
    ]
    texts = [copy for copy in parts if copy.html or not (copy.images or copy.enclosures)]
    if len(texts) != 1:
        yield from parts
        return
    beside = [copy for copy in parts if copy is not texts[0]]
    yield replace(
        texts[0],
        images=(*texts[0].images, *(image for copy in beside for image in copy.images)),
        enclosures=(*texts[0].enclosures, *(one for copy in beside for one in copy.enclosures)),
    )


def _copy(item: Element, message: _Message) -> Iterator[Copy]:
    status = re.split("[:/]", _code(xml.find(item, "itemMeta", "pubStatus")))[-1].casefold()
    if status not in ("", "usable"):
        message.findings.append(held(Place(message.name, xml.line(item)), status))
        return
    copy = _content(item, message)
    headline, kicker, subheadline = by_role(
        [
            (line.get("role", ""), xml.words(line))
            for line in xml.find_all(item, "contentMeta", "headline")
        ]
    )
    released = xml.words(xml.find(item, "itemMeta", "embargoed"))
    created = xml.words(xml.find(item, "itemMeta", "versionCreated"))
    if released:
        message.findings.append(embargoed(copy.place, released))
    is_picture = bool(copy.images) and not copy.html
    yield replace(
        copy,
        headline=headline or copy.headline,
        kicker=kicker or copy.kicker,
        subheadline=subheadline or copy.subheadline,
        byline=() if is_picture else copy.byline or tuple(_byline(item)),
        dateline=copy.dateline
        or xml.words(xml.find(item, "contentMeta", "dateline"))
        or xml.words(xml.find(item, "contentMeta", "located", "name")),
        abstract=copy.abstract or _description(item, "summary"),
        tags=(*_tags(item), *copy.tags),
        language=_language(item) or copy.language,
        dated=instant(released) or instant(created) or copy.dated,
    )


def _content(item: Element, message: _Message) -> Copy:
    """The item's content: of the text's forms the first that can be read, and pictures and sounds."""
    text = next(_texts(item, message), None)
    contents = [*xml.find_all(item, "contentSet", "*")]
    remote = [element for element in contents if xml.local(element) == "remoteContent"]
    image = _image(item, [one for one in remote if _type(one).startswith("image/")])
    sounds = tuple(filter(None, map(_enclosure, remote)))
    if not (text or image or sounds):
        for element in contents:
            what = element.get("href") or _type(element) or xml.local(element)
            message.warn(
                element,
                "content-left-out",
                f"{what} is left out: it stands elsewhere, or in a form that is not read",
                "export the item with its text as NITF, XHTML or plain text; nothing is fetched",
            )
    copy = text or Copy(place=Place(message.name, xml.line(item)))
    return replace(copy, images=(*copy.images, *([image] if image else ())), enclosures=sounds)


def _texts(item: Element, message: _Message) -> Iterator[Copy]:
    place = Place(message.name, xml.line(item))
    for inline in xml.find_all(item, "contentSet", "inlineXML"):
        for content in inline:
            kind = xml.local(content)
            if kind == "nitf":
                copy, findings = nitf.story(content, message.name)
                message.findings += findings
                yield copy
            elif kind in _HTML_ROOTS:
                yield Copy(place=place, html=_xhtml(inline))
                break
    for data in xml.find_all(item, "contentSet", "inlineData"):
        text = "".join(map(str, data.itertext()))
        if _type(data) in ("", "text/plain") and not data.get("encoding"):
            yield Copy(place=place, html=paragraphs(text))
        elif _type(data) in ("text/html", "application/xhtml+xml"):
            yield Copy(place=place, html=text)


def _xhtml(inline: Element) -> str:
    body = xml.find(inline, "html", "body")
    return xml.inner_html(inline if body is None else body)


def _image(item: Element, renditions: list[Element]) -> Image | None:
    found = best(
        [
            Image(
                picture_source(one.get("href", "")),
                width=pixels(one.get("width")),
                height=pixels(one.get("height")),
            )
            for one in renditions
        ]
    )
    if found is None:
        return None
    headline = xml.words(xml.find(item, "contentMeta", "headline"))
    caption = _description(item, "caption") or _description(item, "") or headline
    credit = xml.words(xml.find(item, "contentMeta", "creditline"))
    creator = xml.words(xml.find(item, "contentMeta", "creator", "name"))
    return replace(found, alt=headline or caption, caption=caption, credit=credit or creator)


def _enclosure(remote: Element) -> Enclosure | None:
    return enclosure(remote.get("href", ""), remote.get("size", ""), _type(remote))


def _byline(item: Element) -> Iterator[Person]:
    for line in xml.find_all(item, "contentMeta", "by"):
        yield from people(xml.words(line))
        return
    for creator in xml.find_all(item, "contentMeta", "creator"):
        yield from people(xml.words(xml.find(creator, "name")))


def _description(item: Element, role: str) -> str:
    """The first description whose role names `role`; with "" the first of all."""
    found = xml.find_all(item, "contentMeta", "description")
    return next((xml.words(one) for one in found if role in one.get("role", "")), "")


def _tags(item: Element) -> Iterator[str]:
    for keyword in xml.find_all(item, "contentMeta", "keyword"):
        yield xml.words(keyword)
    wanted = _language(item).partition("-")[0]
    for subject in xml.find_all(item, "contentMeta", "subject"):
        names = [*xml.find_all(subject, "name")]
        own = (one for one in names if xml.language(one).partition("-")[0] in ("", wanted))
        yield xml.words(next(iter((*own, *names)), None))


def _language(item: Element) -> str:
    found = xml.find(item, "contentMeta", "language")
    tag = found.get("tag", "") if found is not None else ""
    return language_tag(tag) or language_tag(xml.language(item))


def _type(content: Element) -> str:
    return content.get("contenttype", "").partition(";")[0].strip().lower()


def _code(element: Element | None) -> str:
    return "" if element is None else element.get("qcode") or element.get("uri") or ""
