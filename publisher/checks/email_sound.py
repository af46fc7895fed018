"""A first look at an email as text, which tells a sound one from one that deserves a closer look.

Nearly every page is sound, and to parse it and ask its tree takes several times as long. This look may
doubt a sound page, but passes none on which `publisher.checks.email` has something to say of elements,
of styles, or of what is missing: every tag must be written as our templates, nh3 and the inliner write
them, in small letters and with attributes in double quotes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

from publisher import slots
from publisher.checks.email_css import is_understood
from publisher.text import squeeze

_TAG = re.compile(r'</?[a-z][a-z0-9]*(?:\s[a-z-]+="[^"<>]*")*\s?/?>')
_HIDDEN = re.compile(r"<!--.*?-->|<style.*?</style>", re.S)
_SHEET = re.compile(r"<style[^>]*>(.*?)</style>", re.S)
_STYLE = re.compile(r'style="([^"]*)"')
_ANY_TAG = re.compile(r"<[^>]*>")

_NEEDED = (
    re.compile(r"<title>\s*[^<\s][^<]*</title>"),
    re.compile(r'<meta [^>]*charset="?[^>]'),
    re.compile(r'<meta name="viewport"'),
    re.compile(r'<[a-z]+ role="article" [^>]*aria-label="'),
    re.compile(rf'<a [^>]*href="[^"]*{slots.TOKEN}'),
)
_HTML = re.compile(r'\s*<!doctype html>\s*<html lang="', re.I)
_DOUBTFUL = re.compile(
    r"<(?:area|link|script|form|input|button|select|textarea|iframe|frame|object|embed|applet|video"
    r"|audio|base)\b"
)
_RELATIVE = (
    re.compile(r'href="(?!https?://[^\s/&"]|mailto:[^\s&"]|tel:|#|data:)'),
    re.compile(r'src="(?!https?://[^\s/&"])'),
)
_PICTURE = re.compile(r"<img[^>]*>")
_WANTED = (re.compile(r' alt="'), re.compile(r' width="\d+"'), re.compile(r' height="\d+"'))


def is_sound(html: str, postal_address: str) -> bool:
    """Whether there is nothing to say about the page; False where it takes a closer look."""
    marked = html.count("<!")
    if len(_TAG.findall(html)) + marked != html.count("<") or not _HTML.match(html):
        return False
    shown = _HIDDEN.sub("", html)
    # More than the doctype, and one title: whatever else begins here hides what follows.
    if shown.count("<!") > 1 or shown.count("<title") > 1 or "<style" in shown:
        return False
    if _DOUBTFUL.search(html) or any(what.search(html) for what in _RELATIVE):
        return False
    if not all(what.search(picture) for picture in _PICTURE.findall(html) for what in _WANTED):
        return False
    if not all(what.search(shown) for what in _NEEDED):
        return False
    return _ends_with(shown, postal_address) and is_understood(_SHEET.findall(html), _styles(html))


def _ends_with(html: str, lines: str) -> bool:
    """Whether each of `lines` is shown behind the last link that carries a token: where it belongs."""
    _, _, end = html.rpartition(slots.TOKEN)
    text = squeeze(unescape(_ANY_TAG.sub("", end.partition(">")[2])))
    return all(squeeze(line) in text for line in lines.splitlines())


def _styles(html: str) -> Iterator[str]:
    for style in set(_STYLE.findall(html)):
        yield unescape(style)
