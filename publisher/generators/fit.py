"""Sanitised HTML of a story made fit for mail clients: what they cannot show is made into what they can."""

from __future__ import annotations

import re

from publisher.model import Image, replace

CONTENT_WIDTH = 552  # CSS pixels: a sheet of 600 with an edge of 24 on both sides

# Sanitised attributes hold neither "<" nor ">", and stand in double quotes.
_TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)([^<>]*)>")
_SIZE = re.compile(r'\s(width|height)="(\d+)"')
_INDENTING = frozenset(("li", "blockquote", "dd", "td", "th", "figure", "details"))
_RENAMED = {
    **dict.fromkeys(("h1", "h2", "h3"), "h3"),
    **dict.fromkeys(("h4", "h5", "h6"), "h4"),
    **dict.fromkeys(("details", "summary"), "div"),
}
_CLASSES = {"table": "data", "td": "cell", "th": "cell"}
_DROPPED = frozenset(("wbr",))


def fit(html: str, *, indent: bool) -> str:
    """A story's body for the email template's stylesheet.

    Headings become `h3` and `h4`, tables and cells get classes, images numeric sizes within the
    column; `indent` gives running paragraphs the class `run`, whose first line is indented.
    """
    if "<" not in html:
        return html
    depth = 0

    def fitted(match: re.Match[str]) -> str:
        nonlocal depth
        closing, name, attributes = match.groups()
        if name in _INDENTING:
            depth += -1 if closing else 1
        if name in _DROPPED:
            return ""
        if name in _RENAMED:
            return f"<{closing}{_RENAMED[name]}>"
        if closing:
            return match[0]
        if name == "img":
            return f"<img{_fitted_image(attributes.rstrip('/ '))}>"
        given = _CLASSES.get(name) or ("run" if name == "p" and indent and depth == 0 else "")
        return f'<{name} class="{given}"{attributes}>' if given else match[0]

    return _TAG.sub(fitted, html)


def scaled(image: Image) -> Image:
    """`image` no wider than the column, its ratio kept; unknown sizes stay unknown."""
    if not image.width or image.width <= CONTENT_WIDTH:
        return image
    height = image.height and max(1, round(image.height * CONTENT_WIDTH / image.width))
    return replace(image, width=CONTENT_WIDTH, height=height)


def _fitted_image(attributes: str) -> str:
    sizes = {name: int(value) for name, value in _SIZE.findall(attributes)}
    image = scaled(Image("", "", sizes.get("width"), sizes.get("height")))
    rest = _SIZE.sub("", attributes)
    alt = "" if ' alt="' in rest else ' alt=""'
    numbers = (("width", image.width), ("height", image.height))
    return rest + alt + "".join(f' {name}="{value}"' for name, value in numbers if value)
