"""CSS that mail clients do not support, and CSS that premailer inlines wrongly, named where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from publisher.model import Artifact, Finding, Place

CSS_CODES: dict[str, str] = {
    "email-css-unsupported": "CSS that widely used mail clients ignore",
    "email-css-misapplied": "CSS that means something else once it is inlined",
}

# What (as a pattern over `property: value` or an at-rule) -> who ignores it.
# Condensed from caniemail.com (MIT): clients named where support is missing on any platform.
UNSUPPORTED: dict[str, str] = {
    r"position:\s*(?:absolute|fixed|sticky|relative)": "Gmail, Outlook and Yahoo ignore position",
    r"display:\s*(?:inline-)?flex": "Outlook on Windows ignores display: flex",
    r"display:\s*(?:inline-)?grid": "Gmail and Outlook ignore display: grid",
    r"(?:grid|flex)-[a-z-]+:": "Gmail and Outlook ignore grid and flex properties",
    r"float:\s*(?:left|right)": "Outlook on Windows ignores float",
    r"(?:row-|column-)?gap:": "Gmail and Outlook ignore gap",
    r"(?:animation|transition|transform)(?:-[a-z-]+)?:": "Gmail and Outlook ignore movement",
    r"(?:clip-path|filter|mask|mix-blend-mode|object-fit)(?:-[a-z-]+)?:": "Gmail and Outlook ignore it",
    r"--[\w-]+:|var\(": "Gmail and Outlook ignore custom properties",
    r"calc\(|clamp\(|(?<![a-z])(?:min|max)\(": "Outlook ignores computed lengths",
    r"background(?:-image)?:[^;]*url\(": "Outlook on Windows shows no background images",
    r"@import": "mail clients do not load other stylesheets",
    r"@container|@layer": "no mail client but Apple Mail knows it",
}
GMAIL_STYLE_LIMIT = 8192  # characters of one style element; Gmail drops a longer one whole

_UNSUPPORTED = {what: re.compile(rf"(?<![\w-]){what}", re.I) for what in UNSUPPORTED}
# What premailer 3.10 gets wrong in a selector.
_MISAPPLIED = {
    ":not": re.compile(r":not\(", re.I),
    "nth-child": re.compile(r":nth-", re.I),
    'an attribute selector with "#", ":" or ","': re.compile(r"\[[^\]]*[#:,][^\]]*\]"),
}
_COMMENT = re.compile(r"/\*.*?\*/", re.S)
_AT_BLOCK = re.compile(r"@[^{};]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}")
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")


def check_css(artifact: Artifact, tree: Any) -> Iterator[Finding]:
    """Findings on the `<style>` elements of a parsed page, and on the style attributes in it."""
    place = Place(artifact.path)
    sheets = [_COMMENT.sub("", sheet) for sheet in tree.xpath("//style/text()")]
    longest = max(map(len, tree.xpath("//style/text()")), default=0)
    if longest > GMAIL_STYLE_LIMIT:
        message = f"a style element has {longest:,} characters; Gmail drops those over 8,192"
        hint = "split it, with the media queries in an element of their own"
        yield Finding("warning", "email-css-unsupported", place, message, hint)
    styles = dict.fromkeys(element.get("style") for element in tree.iterfind(".//*[@style]"))
    ignored: dict[str, str] = {}
    for css in (*sheets, *styles):
        ignored = _ignored(css) | ignored  # the first place is named
    for message in (ignored[what] for what in UNSUPPORTED if what in ignored):
        hint = "make sure that the email reads well without it"
        yield Finding("warning", "email-css-unsupported", place, message, hint)
    for message in dict.fromkeys(wrong for sheet in sheets for wrong in _misapplied(sheet)):
        hint = "use element and single-class selectors, longhands after shorthands"
        yield Finding("warning", "email-css-misapplied", place, message, hint)


def is_understood(sheets: Iterable[str], styles: Iterable[str]) -> bool:
    """Whether there is nothing to say about these `<style>` elements and style attributes."""
    return all(map(_is_plain, sheets)) and not any(map(_ignored, styles))


@lru_cache(maxsize=64)  # the editions of a publication share their styles
def _is_plain(sheet: str) -> bool:
    css = _COMMENT.sub("", sheet)
    return len(sheet) <= GMAIL_STYLE_LIMIT and not _ignored(css) and not _misapplied(css)


@lru_cache(maxsize=1024)
def _ignored(css: str) -> dict[str, str]:
    """Messages by their patterns in UNSUPPORTED."""
    found = ((what, _UNSUPPORTED[what].search(css)) for what in UNSUPPORTED)
    return {what: f"{match[0].strip()!r}: {UNSUPPORTED[what]}" for what, match in found if match}


@lru_cache(maxsize=64)
def _misapplied(sheet: str) -> tuple[str, ...]:
    return tuple(_wrong(sheet))


def _wrong(sheet: str) -> Iterator[str]:
    """What premailer makes something else of; media queries stay in the page and are not touched."""
    for selector, block in _RULE.findall(_AT_BLOCK.sub("", sheet)):
        for name, pattern in _MISAPPLIED.items():
            if pattern.search(selector):
                yield f"{' '.join(selector.split())}: {name} is inlined wrongly"
        declarations = [part for part in block.split(";") if ":" in part]
        names = [part.partition(":")[0].strip().lower() for part in declarations]
        for place, name in enumerate(names):
            if any(earlier.startswith(f"{name}-") for earlier in names[:place]):
                yield f"{' '.join(selector.split())}: {name} stands after one of its longhands"
        if any("!important" in part for part in declarations):
            yield f"{' '.join(selector.split())}: !important loses to a style attribute"
