"""A first look at an email as text, which tells a sound one from one that deserves a closer look.

Nearly every page is sound but for its images, and to parse it and ask its tree takes several times as
long. This look may doubt a sound page, but passes none on which `publisher.checks.email` has something
to say of other elements, of addresses, of styles, or of what is missing: every tag must be written as
our templates, nh3 and the inliner write them, in small letters and with attributes in double quotes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

from publisher import slots
from publisher.checks.email_css import is_understood
from publisher.model import Struct
from publisher.text import squeeze

# Each piece of a page has one reading only, and what is read is never given back (`*+`): the time for a
# page grows with its length, also where it does not fit.
_VALUE = r'[^"<>]*+"'
_PLAIN = rf'[ ](?!href=|src=|alt=)[a-z-]++="{_VALUE}'  # an attribute that is no address
_MARK = r"[{*\[%]"
_ADDRESS = (
    rf'[^"<>{{*\[%]*+(?:{_MARK}(?!{_MARK}|\|)[^"<>{{*\[%]*+)*+"'  # two may begin a placeholder
)
_SOURCE = rf'(?=[^"&]*+(?:&amp;[^"&]*+)*+"){_ADDRESS}'  # shown in findings as the parser gives it
_ATTRIBUTE = rf"""(?:
    {_PLAIN}
    | [ ]href="(?:https?://(?!{_MARK})[^\s/&"<>] | mailto:(?!{_MARK})[^\s&"<>] | tel: | \# | data:){_ADDRESS}
    | [ ]src="https?://(?!{_MARK})[^\s/&"<>]{_SOURCE}
    | [ ]alt="{_ADDRESS}
)"""
_ASKED_FOR = ("href", "src", "alt", "content", "charset", "aria-label")  # none stands in a comment
_COMMENT = rf"""<!--(?!-?>)[^-=]*+
    (?:(?: -(?!-) | {"".join(f"(?<!{name})" for name in _ASKED_FOR)}= )[^-=]*+)*+
-->"""
_SHEET = rf"<style(?:{_PLAIN})*+>[^<]*+</style>"
_ELSEWHERE = (  # what stands in one place only, deserves a closer look, or hides tags within
    "html|title|body|style|area|link|script|form|input|button|select|textarea|iframe|frame|object|embed"
    "|applet|video|audio|base|xmp|noembed|noframes|noscript|plaintext|svg|math"
)
_TAG = rf"</?+(?!(?:{_ELSEWHERE})\b)[a-z][a-z0-9]*+{_ATTRIBUTE}*+[ ]?+/?+>"
_IN_HEAD = (
    rf"[^<]*+(?:(?:</?+(?:head|meta)\b(?:{_PLAIN})*+[ ]?+/?+> | {_SHEET} | {_COMMENT})[^<]*+)*+"
)
_PAGE = re.compile(
    rf"""<!(?i:doctype\ html)>\s*+<html\ lang="{_VALUE}(?:{_PLAIN})*+>
    {_IN_HEAD} <title>\s*+[^<\s][^<]*+</title> {_IN_HEAD}
    <body(?:{_PLAIN})*+>[^<]*+(?:(?:{_TAG} | {_SHEET} | {_COMMENT})[^<]*+)*+</body>\s*+</html>\s*+""",
    re.X,
)


def _with(name: str, value: str = "") -> str:
    """A pattern for a tag's attributes as far as the first `name`, which counts, and its `value`."""
    return f'(?: (?!{name}=)[a-z-]+="{_VALUE})*+ {name}="{value}'


_CHARSET = _with("content", '[^"<>]*?charset=')
_NEEDED = (
    re.compile(f"<meta(?:{_with('charset')}|{_CHARSET})"),
    re.compile(f'<meta{_with("name", "viewport")}" content='),
    re.compile(f'<[a-z]+(?={_with("role", "article")}"){_with("aria-label")}'),
)
_LINK = re.compile("<a" + _with("href", '[^"<>]*'))
_HIDDEN = re.compile(r"<!--.*?-->|<[^>]*>", re.S)
_STYLED = re.compile(r"<style[^>]*>([^<]*)")
_STYLE = re.compile(r' style="(?=([^"]*))')
_IMAGE = re.compile(r"<!--.*?-->|<img\b([^>]*)>", re.S)
_NAMED = re.compile(r' ([a-z-]+)="([^"]*)"')


class Image(Struct, frozen=True):
    """An image of a page: the line it stands on, and its attributes."""

    line: int
    attributes: dict[str, str]


def images_if_sound(html: str, postal_address: str) -> tuple[Image, ...] | None:
    """The images, where there is nothing to say about the rest; None where it takes a closer look."""
    # The parser makes line ends of one, and an end or a sign of the other.
    if "\r" in html or "\0" in html or not _PAGE.fullmatch(html):
        return None
    needed = all(what.search(html) for what in _NEEDED) and _ends_well(html, postal_address)
    styles = map(unescape, set(_STYLE.findall(html)))
    if not needed or not is_understood(_STYLED.findall(html), styles):
        return None
    return tuple(_images(html)) if "<img" in html else ()


def _ends_well(html: str, lines: str) -> bool:
    """Whether the last token stands in a link, and each of `lines` is shown behind it, where it belongs."""
    place = html.rfind(slots.TOKEN)
    if place < 0 or not _LINK.fullmatch(html, html.rfind("<", 0, place), place):
        return False
    text = squeeze(unescape(_HIDDEN.sub("", html[html.find(">", place) + 1 :])))
    return all(squeeze(line) in text for line in lines.splitlines())


def _images(html: str) -> Iterator[Image]:
    line, start = 1, 0
    for found in _IMAGE.finditer(html):
        if found[1] is not None:
            line, start = line + html.count("\n", start, found.end()), found.end()
            # Where an attribute comes twice, the first counts.
            named = {name: unescape(value) for name, value in reversed(_NAMED.findall(found[1]))}
            yield Image(line, named)
