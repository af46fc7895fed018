"""IPTC ninjs 2 and 3 (News in JSON): an item, a list of items, or a composite of items.

Keys are read in any case, since ninjs 3 writes `versionCreated` where ninjs 2 has `versioncreated`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from publisher.config import Reading
from publisher.errors import EditionError
from publisher.model import Enclosure, Finding, Image, Page, Person, Place, replace
from publisher.readers.json_edition.source import JsonFile
from publisher.readers.language import language_tag
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
from publisher.sanitise import plain, sanitise
from publisher.text import one_line

_Object = Mapping[str, Any]
_HTML_TYPES = frozenset(("text/html", "application/xhtml+xml"))
_DEPTH = 5  # associations of associations; a picture of a story of a package has two


def read(
    text: str, *, name: str, options: Reading, language: str = "", first_line: int = 1
) -> Page:
    """Read one ninjs file. Raises EditionError for JSON that is broken, no object, or says a
    thing twice."""
    file = JsonFile(name, text, first_line)
    root = file.value()
    file.refuse_twins()
    items = _objects(root if isinstance(root, list) else [root])
    if not items:
        raise EditionError(
            name, problem="this JSON holds no item", hint="ninjs is an object: {...}"
        )
    findings: list[Finding] = []
    copies = [copy for item in items for copy in _copies(item, Place(name), findings)]
    lead = items[0]
    front = {
        "title": _headlines(lead)[0] if len(items) == 1 and _is_package(lead) else "",
        "date": front_date(_text(lead, "versioncreated", "firstcreated")),
        "language": language_tag(_text(lead, "language")) if len(items) == 1 else "",
    }
    return page(name, copies, front=front, findings=findings)


def _copies(item: _Object, place: Place, findings: list[Finding], depth: int = 0) -> Iterator[Copy]:
    """The stories of an item: of a package those associated with it, in order; else itself, with its
    pictures and sounds, and then the texts associated with it."""
    status = _text(item, "pubstatus").casefold()
    if status not in ("", "usable"):
        findings.append(held(place, status))
        return
    inner = _objects(item.get("associations")) if depth < _DEPTH else []
    section = _headlines(item)[0] if depth else ""
    if not _is_package(item):
        yield from _own(item, [one for one in inner if not _is_text(one)], place, findings)
        inner, section = [one for one in inner if _is_text(one)], ""
    for one in inner:
        for copy in _copies(one, place, findings, depth + 1):
            yield replace(copy, section=(section, *copy.section))


def _is_text(item: _Object) -> bool:
    return _text(item, "type") in ("text", "composite") or bool(_html(item))


def _is_package(item: _Object) -> bool:
    return _text(item, "type") == "composite" and not _html(item)


def _own(
    item: _Object, beside: Sequence[_Object], place: Place, findings: list[Finding]
) -> Iterator[Copy]:
    """The item itself with what stands beside it; findings for what there is nothing to show of."""
    copy = _copy(item, [item, *beside], place)
    findings += [_left_out(one, place) for one in beside if not _is_shown(one)]
    if item.get("bodies") and not copy.html:
        findings.append(_unread(copy))
    if embargo := _text(item, "embargoed"):
        findings.append(embargoed(place, embargo))
    if _is_shown(item) or (_is_text(item) and (copy.headline or copy.html)):
        yield copy
    else:
        findings.append(_left_out(item, place))


def _is_shown(item: _Object) -> bool:
    return bool(_image(item) or _enclosure(item))


def _copy(item: _Object, media: Sequence[_Object], place: Place) -> Copy:
    headline, kicker, subheadline = _headlines(item)
    is_picture = _is_picture(item)
    return Copy(
        place=place,
        headline=headline,
        kicker=kicker,
        subheadline=subheadline,
        byline=() if is_picture else tuple(_byline(item)),
        dateline=_text(item, "dateline", "located"),
        html=_html(item),
        abstract="" if is_picture else _description(item),
        images=tuple(filter(None, map(_image, media))),
        enclosures=tuple(filter(None, map(_enclosure, media))),
        tags=tuple(_tags(item)),
        language=_text(item, "language"),
        dated=instant(_text(item, "embargoed")) or instant(_text(item, "versioncreated")),
    )


def _headlines(item: _Object) -> tuple[str, tuple[str, ...], str]:
    """Headline, kickers and subheadline: `headlines` by their roles, or the one `headline`."""
    lines = [
        (_text(line, "role"), _text(line, "value")) for line in _objects(item.get("headlines"))
    ]
    headline, kicker, subheadline = by_role(lines)
    return _text(item, "headline") or headline, kicker, subheadline


def _html(item: _Object) -> str:
    """The richest form of the text: HTML before plain text, a main role before others."""
    rich = _raw(item, "body_xhtml", "body_html")
    bodies = sorted(
        _objects(item.get("bodies")),
        key=lambda body: (_type(body) not in _HTML_TYPES, _text(body, "role") != "main"),
    )
    for body in bodies if not rich else ():
        if _type(body) in _HTML_TYPES:
            return _raw(body, "value")
        if _type(body) in ("text/plain", ""):
            return paragraphs(_raw(body, "value"))
    return rich or paragraphs(_raw(item, "body_text"))


def _byline(item: _Object) -> Iterator[Person]:
    for line in _objects(item.get("bylines")):
        role = _text(line, "role", "title")
        named = people(_text(line, "value", "name", "by"))
        yield from (replace(one, role=one.role or role) for one in named)
    yield from people(_text(item, "by", "byline"))


def _tags(item: _Object) -> Iterator[str]:
    for key in ("keywords", "subjects", "subject"):
        for one in _list(item.get(key)):
            subject = _folded(one) if isinstance(one, Mapping) else {"name": one}
            yield _text(subject, "name", "value")


def _image(item: _Object) -> Image | None:
    renditions = [
        Image(
            picture_source(_text(one, "href")),
            width=pixels(one.get("width")),
            height=pixels(one.get("height")),
        )
        for one in _objects(item.get("renditions"))
        if _type(one).startswith("image/") or (not _type(one) and _is_picture(item))
    ]
    found = best(renditions)
    if found is None:
        return None
    headline, caption = _headlines(item)[0], _description(item)
    return replace(
        found,
        alt=_text(item, "alttext") or headline or caption,
        caption=caption or headline,
        credit=_text(item, "creditline", "by", "byline", "copyrightholder"),
    )


def _is_picture(item: _Object) -> bool:
    return _text(item, "type") in ("picture", "graphic")


def _enclosure(item: _Object) -> Enclosure | None:
    """The item's sound or film, in the first form whose size is known."""
    title = _headlines(item)[0]
    found = (
        enclosure(_text(one, "href"), one.get("sizeinbytes", ""), _type(one), title)
        for one in _objects(item.get("renditions"))
    )
    return next(filter(None, found), None)


def _description(item: _Object) -> str:
    """The description as plain text, which most items have beside HTML."""
    lines = sorted(_objects(item.get("descriptions")), key=lambda one: _type(one) in _HTML_TYPES)
    text = _text(item, "description_text", "description_xhtml", "description_html")
    text = text or next((_text(line, "value") for line in lines), "")
    return one_line(plain(sanitise(text))) if "<" in text else text


def _unread(copy: Copy) -> Finding:
    return Finding(
        "warning",
        "content-left-out",
        copy.place,
        f"the text of {copy.headline!r} is left out: it is neither HTML nor plain text",
        "export it as application/xhtml+xml, text/html or text/plain",
    )


def _left_out(item: _Object, place: Place) -> Finding:
    kind = _text(item, "type") or "item"
    what = _headlines(item)[0] or _text(item, "uri", "name")
    return Finding(
        "warning",
        "media-left-out",
        place,
        f"the {kind} {what!r} is left out: the file has neither its text nor an address to show it",
        "give it a body, or a rendition with href, contenttype and (sounds, films) sizeinbytes",
    )


def _type(item: _Object) -> str:
    return _text(item, "contenttype", "mimetype").partition(";")[0].strip().lower()


def _text(item: _Object, *keys: str) -> str:
    """The first of these keys that holds text, on one line."""
    return one_line(_raw(item, *keys))


def _raw(item: _Object, *keys: str) -> str:
    """The same as it is written."""
    values = (item.get(key) for key in keys)
    return next((value for value in values if isinstance(value, str) and value.strip()), "")


def _list(value: object) -> list[Any]:
    return list(value) if isinstance(value, list) else []


def _objects(value: object) -> list[_Object]:
    """The objects in an array; in ninjs 1 they were the values of an object. Keys in lower case."""
    inside = list(value.values()) if isinstance(value, Mapping) else _list(value)
    return [_folded(one) for one in inside if isinstance(one, Mapping)]


def _folded(item: Mapping[str, Any]) -> _Object:
    return {key.lower(): value for key, value in item.items()}
