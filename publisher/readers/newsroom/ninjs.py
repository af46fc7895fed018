"""IPTC ninjs 2 and 3 (News in JSON): an item, a list of items, or a composite of items.

Keys are read in any case, since ninjs 3 writes `versionCreated` where ninjs 2 has `versioncreated`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from publisher.config import Reading
from publisher.errors import EditionError
from publisher.model import Enclosure, Finding, Image, Page, Person, Place
from publisher.readers.newsroom.moments import front_date, instant
from publisher.readers.newsroom.people import people
from publisher.readers.newsroom.telling import (
    Copy,
    best,
    clean,
    embargoed,
    enclosure,
    finding,
    held,
    page,
    paragraphs,
    picture_source,
    pixels,
    tell,
)
from publisher.sanitise import plain, sanitise

_Object = Mapping[str, Any]
_KICKER = re.compile("kick|over|fly|vignette", re.IGNORECASE)
_UNDER = re.compile("sub|deck|under", re.IGNORECASE)
_HTML_TYPES = frozenset(("text/html", "application/xhtml+xml"))
_DEPTH = 5  # associations of associations; a picture of a story of a package has two


def read(
    text: str, *, name: str, options: Reading, language: str = "", first_line: int = 1
) -> Page:
    """Read one ninjs file. Raises EditionError for JSON that is broken or no object."""
    root = _load(text, name, first_line)
    items = _objects(root if isinstance(root, list) else [root])
    if not items:
        raise EditionError(
            name, problem="this JSON holds no item", hint="ninjs is an object: {...}"
        )
    findings: list[Finding] = []
    stories = [tell(copy) for item in items for copy in _copies(item, Place(name), findings)]
    lead = items[0]
    front = {
        "title": _headlines(lead)[0] if len(items) == 1 and _is_package(lead) else "",
        "date": front_date(_text(lead, "versioncreated", "firstcreated")),
        "language": _text(lead, "language") if len(items) == 1 else "",
    }
    return page(name, stories, front=front, findings=findings)


def _load(text: str, name: str, first_line: int) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise EditionError(
            name,
            line=error.lineno + first_line - 1,
            column=error.colno,
            problem=f"this is no JSON: {error.msg}",
            hint="export it again, or mend the file there",
        ) from None
    except (RecursionError, ValueError):  # ValueError: a number of more digits than Python reads
        raise EditionError(
            name, problem="this JSON is nested too deep, or holds an endless number"
        ) from None


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
    return bool(_image(item) or any(_enclosures(item)))


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
        enclosures=tuple(one for medium in media for one in _enclosures(medium)),
        tags=tuple(_tags(item)),
        language=_text(item, "language"),
        dated=instant(_text(item, "embargoed")) or instant(_text(item, "versioncreated")),
    )


def _headlines(item: _Object) -> tuple[str, tuple[str, ...], str]:
    """Headline, kickers and subheadline: by the roles of ninjs 3, else the only one that there is."""
    lines = _objects(item.get("headlines"))
    over = [line for line in lines if _KICKER.search(_text(line, "role"))]
    under = [line for line in lines if _UNDER.search(_text(line, "role")) and line not in over]
    main = [line for line in lines if line not in over and line not in under]
    headline = _text(item, "headline") or next((_text(line, "value") for line in main), "")
    subheadline = " ".join(_text(line, "value") for line in under)
    return headline, tuple(_text(line, "value") for line in over), subheadline


def _html(item: _Object) -> str:
    """The richest form of the text: HTML before plain text, a main role before others."""
    bodies = sorted(
        _objects(item.get("bodies")),
        key=lambda body: (_type(body) not in _HTML_TYPES, _text(body, "role") != "main"),
    )
    rich = _text(item, "body_xhtml", "body_html")
    if rich:
        return rich
    for body in bodies:
        if _type(body) in _HTML_TYPES:
            return _text(body, "value")
        if _type(body) in ("text/plain", ""):
            return paragraphs(_text(body, "value"))
    return paragraphs(_text(item, "body_text"))


def _byline(item: _Object) -> Iterator[Person]:
    for line in _objects(item.get("bylines")):
        role = _text(line, "role", "title")
        named = people(clean(_text(line, "value", "name", "by")))
        yield from (replace(one, role=one.role or role) for one in named)
    yield from people(clean(_text(item, "by", "byline")))


def _tags(item: _Object) -> Iterator[str]:
    for key in ("keywords", "subjects", "subject"):
        for one in _list(item.get(key)):
            yield _text(_folded(one), "name", "value") if isinstance(one, Mapping) else _words(one)


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
        alt=clean(_text(item, "alttext") or headline or caption),
        caption=clean(caption or headline),
        credit=clean(_text(item, "creditline", "by", "byline", "copyrightholder")),
    )


def _is_picture(item: _Object) -> bool:
    return _text(item, "type") in ("picture", "graphic")


def _enclosures(item: _Object) -> Iterator[Enclosure]:
    """The item's sound or film, in the first form whose size is known."""
    for one in _objects(item.get("renditions")):
        size = one.get("sizeinbytes", "")
        found = enclosure(_text(one, "href"), size, _type(one), clean(_headlines(item)[0]))
        if found:
            yield found
            return


def _description(item: _Object) -> str:
    lines = _objects(item.get("descriptions"))
    flat = [line for line in lines if _type(line) not in _HTML_TYPES] or lines
    marked = _text(item, "description_xhtml", "description_html")
    text = _text(item, "description_text") or next((_text(line, "value") for line in flat), marked)
    return plain(sanitise(text)).replace("\n", " ") if "<" in text else text


def _unread(copy: Copy) -> Finding:
    return finding(
        copy.place,
        "warning",
        "content-left-out",
        f"the text of {clean(copy.headline)!r} is left out: it is neither HTML nor plain text",
        "export it as application/xhtml+xml, text/html or text/plain",
    )


def _left_out(item: _Object, place: Place) -> Finding:
    kind = _text(item, "type") or "item"
    what = clean(_headlines(item)[0] or _text(item, "uri", "name"))
    return finding(
        place,
        "warning",
        "media-left-out",
        f"the {kind} {what!r} is left out: the file has neither its text nor an address to show it",
        "give it a body, or a rendition with href, contenttype and (sounds, films) sizeinbytes",
    )


def _type(item: _Object) -> str:
    return _text(item, "contenttype", "mimetype").partition(";")[0].strip().lower()


def _text(item: _Object, *keys: str) -> str:
    """The first of these keys that holds text."""
    return next(filter(None, (_words(item.get(key)) for key in keys)), "")


def _words(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _list(value: object) -> list[Any]:
    return list(value) if isinstance(value, list) else []


def _objects(value: object) -> list[_Object]:
    """The objects in an array; in ninjs 1 they were the values of an object. Keys in lower case."""
    inside = list(value.values()) if isinstance(value, Mapping) else _list(value)
    return [_folded(one) for one in inside if isinstance(one, Mapping)]


def _folded(item: Mapping[str, Any]) -> _Object:
    return {key.lower(): value for key, value in item.items()}
