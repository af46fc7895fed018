"""A parsed page made ready to be read: what nobody sees taken out, addresses made whole."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from publisher import xml
from publisher.errors import EditionError

if TYPE_CHECKING:
    from publisher.xml import Element

DEPTH_LIMIT = 120  # of elements; layout tables in email nest to some 60
_UNSEEN = frozenset(
    ("script", "style", "template", "noscript", "svg", "math", "canvas", "head", "title", "meta")
) | {"link", "input", "select", "button", "textarea", "noframes"}
# Pages that load pictures late keep the true address here.
_LAZY = ("data-src", "data-original", "data-lazy-src", "data-actualsrc", "data-original-src")
_INSIDE = re.compile("data:|cid:", re.IGNORECASE)
_TINY = re.compile(r"\s*[0-2](?:\.\d+)?(?:px)?\s*")
_TINY_STYLE = re.compile(
    r"(?:^|[;\s])(?:width|height)\s*:\s*[0-2](?:px)?\s*(?:;|$|!)", re.IGNORECASE
)
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


def tidy(root: Element, *, name: str, pictures: Mapping[str, str]) -> None:
    """Take scripts, tracking pixels and the like out of `root`; make links and lazy pictures whole.

    Links are relative to `<base>`, else to the page's own address; so are pictures, but those without
    a slash in front, which stand beside the file where there is no `<base>`. `pictures` maps addresses such as `cid:...` to the names under which the page holds those
    pictures. Raises EditionError for nesting deeper than `DEPTH_LIMIT`.
    """
    _refuse_depth(root, name)
    page, base = _address(root), _base_tag(root)
    for link in [*root.iter("a")]:
        if link.get("href") is not None:
            link.set("href", _joined(base or page, link.get("href", "")))
    for image in [*root.iter("img")]:
        src = _source(image)
        if not src or _is_pixel(image) or (src not in pictures and _INSIDE.match(src)):
            drop(image)
        else:
            from_root = page if src.startswith("/") else ""
            image.set("src", pictures.get(src) or _joined(base or from_root, src))
    for element in [*root.iter()]:
        if xml.local(element) in _UNSEEN:
            drop(element)


def drop(element: Element) -> None:
    """Take `element` out of its tree; the text behind it stays."""
    parent = element.getparent()
    if parent is None:
        return
    before = element.getprevious()
    if element.tail:
        if before is not None:
            before.tail = (before.tail or "") + element.tail
        else:
            parent.text = (parent.text or "") + element.tail
        element.tail = None
    parent.remove(element)


def is_hidden(element: Element) -> bool:
    """Whether a browser shows nothing of it: previews of newsletters, dialogs not yet open."""
    return (
        element.get("hidden") is not None
        or element.get("aria-hidden") == "true"
        or bool(_HIDDEN_STYLE.search(element.get("style", "")))
    )


def _refuse_depth(root: Element, name: str) -> None:
    depth = 0
    levels: list[Element] = [root]
    while levels:
        depth += 1
        if depth > DEPTH_LIMIT:
            raise EditionError(
                name,
                line=xml.line(levels[0]),
                problem=f"this HTML nests more than {DEPTH_LIMIT} elements in each other",
                hint="save the page again, or paste its text into a Markdown file",
            )
        levels = [child for element in levels for child in element]


def _base_tag(root: Element) -> str:
    found = next(root.iter("base"), None)
    return "" if found is None else found.get("href", "")


def _address(root: Element) -> str:
    """The address that the page says is its own."""
    for link in root.iter("link"):
        if "canonical" in link.get("rel", "").lower().split():
            return link.get("href", "")
    metas = (meta for meta in root.iter("meta") if meta.get("property") == "og:url")
    return next((meta.get("content", "") for meta in metas), "")


def _joined(base: str, address: str) -> str:
    """`address` made absolute; one within the page, or that no parser accepts, stays as written."""
    address = address.strip()
    if not base.startswith(("http://", "https://")) or address.startswith("#") or not address:
        return address
    try:
        return urljoin(base, address)
    except ValueError:
        return address


def _source(image: Element) -> str:
    lazy = (image.get(key, "").strip() for key in _LAZY)
    first = image.get("srcset", "").split(",")[0].split()
    return next(filter(None, lazy), "") or image.get("src", "").strip() or "".join(first[:1])


def _is_pixel(image: Element) -> bool:
    """A picture of a pixel or two only counts who reads."""
    sizes = [image.get(side) for side in ("width", "height")]
    tiny = any(size is not None and _TINY.fullmatch(size) for size in sizes)
    return tiny or bool(_TINY_STYLE.search(image.get("style", ""))) or is_hidden(image)
