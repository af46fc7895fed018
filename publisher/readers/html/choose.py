"""Which part of a page is its content, and which is furniture around and in it.

The first that a page has is its content: `<main>`, its `<article>`s, what `role` or `itemprop` says
to be one, else the densest block: from `<body>` inwards, the block that holds nearly all words, as
long as what stands beside it is mostly links.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from publisher import xml
from publisher.readers.html.tree import drop, is_hidden
from publisher.sanitise import plain
from publisher.text import squeeze

if TYPE_CHECKING:
    from publisher.xml import Element

_FURNITURE = frozenset(("nav", "aside", "footer", "form", "dialog", "menu"))
_ROLES = frozenset(
    ("navigation", "complementary", "contentinfo", "search", "banner", "dialog", "menu", "alert")
)
_NAMES = re.compile(
    r"(?:^|[\s_-])(?:nav|navbar|navigation|menu|sidebar|breadcrumbs?|footer|comments?|related|share"
    r"|sharing|social|cookies?|pagination|pager|advert|advertisement|ads|promo|skip-link|preheader)"
    r"(?:$|[\s_-])",
    re.IGNORECASE,
)
_NEARLY_ALL = 0.8  # of the words
_MOSTLY = 0.5


def content_of(body: Element) -> tuple[Element, tuple[str, ...]]:
    """The element that holds the page's content, and the words of all that stood beside and in it."""
    start = _marked(body)
    inside = tuple(_take_furniture(start))
    chosen = start if start is not body else _densest(body)
    return chosen, (*_beside(chosen, body), *inside)


def articles_in(content: Element) -> list[Element]:
    """The outermost `<article>`s in `content`; itself, if it is one."""
    if xml.local(content) == "article":
        return [content]
    return [one for one in content.iter("article") if not _within(one, "article", content)]


def _marked(body: Element) -> Element:
    """`<main>`, the place of all `<article>`s, or what says to be one of these; else the body."""
    for wanted in (_is_main, _is_article, _is_text):
        found = {one: None for one in body.iter() if wanted(one) and not is_hidden(one)}
        outermost = [one for one in found if not any(map(found.__contains__, one.iterancestors()))]
        if outermost:
            return _around(outermost)
    return body


def _is_main(element: Element) -> bool:
    return xml.local(element) == "main" or element.get("role") == "main"


def _is_article(element: Element) -> bool:
    return xml.local(element) == "article" or element.get("role") == "article"


def _is_text(element: Element) -> bool:
    return element.get("itemprop") == "articleBody"


def _around(elements: list[Element]) -> Element:
    """The innermost element that holds all of `elements`."""
    if len(elements) == 1:
        return elements[0]
    others = [set(one.iterancestors()) for one in elements[1:]]
    return next(one for one in elements[0].iterancestors() if all(one in above for above in others))


def _within(element: Element, name: str, root: Element) -> bool:
    for ancestor in element.iterancestors():
        if ancestor is root:
            return False
        if xml.local(ancestor) == name:
            return True
    return False


def _beside(chosen: Element, body: Element) -> Iterator[str]:
    """The words of all elements around `chosen` that do not hold it, inner ones first."""
    path = [chosen, *chosen.iterancestors()]
    for element in path[: path.index(body)]:
        parent = element.getparent()
        others = () if parent is None else (one for one in parent if one is not element)
        yield from filter(None, map(_words, others))


def _take_furniture(content: Element) -> Iterator[str]:
    """Take furniture out of `content`; its words."""
    return _taken(content, len(xml.words(content)))


def _words(element: Element) -> str:
    return squeeze(plain(xml.inner_html(element)))


def _taken(element: Element, total: int) -> Iterator[str]:
    for inner in [*element]:
        if not _is_furniture(inner):
            yield from _taken(inner, total)
            continue
        words = _words(inner)
        if len(words) > _MOSTLY * total and not is_hidden(inner):
            yield from _taken(inner, total)  # a name that says less than the words do
            continue
        drop(inner)
        if words:
            yield words


def _is_furniture(element: Element) -> bool:
    name = xml.local(element)
    if name == "footer" and any(xml.local(one) == "blockquote" for one in element.iterancestors()):
        return False  # a quotation's source
    names = f"{element.get('class', '')} {element.get('id', '')}"
    return (
        name in _FURNITURE
        or element.get("role") in _ROLES
        or is_hidden(element)
        or (name not in ("a", "span", "article", "main", "img") and bool(_NAMES.search(names)))
    )


def _densest(body: Element) -> Element:
    current = body
    while True:
        total = _running(current)
        inner = next((one for one in current if _running(one) >= _NEARLY_ALL * total > 0), None)
        if inner is None or any(not _is_link_list(one) for one in current if one is not inner):
            return current
        if (current.text or "").strip() or any((one.tail or "").strip() for one in current):
            return current
        if xml.local(inner) not in ("div", "section", "table", "tbody", "tr", "td", "center"):
            return current
        current = inner


def _is_link_list(element: Element) -> bool:
    """Whether most of its words are links, and none a heading: menus, lists of other pages."""
    words = len(xml.words(element))
    return not words or (
        _running(element) <= _MOSTLY * words
        and next(element.iter("h1", "h2", "h3", "h4", "h5", "h6"), None) is None
    )


def _running(element: Element) -> int:
    """Characters outside links."""
    linked = sum(len(xml.words(link)) for link in element.iter("a"))
    return max(0, len(xml.words(element)) - linked)
