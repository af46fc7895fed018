"""The stylesheet of an email page, as far as it can be read without cssutils, which takes its time."""

from __future__ import annotations

import re

ELEMENT = re.compile(r"<style[^>]*>.*?</style\s*>", re.S)
_TEXT = re.compile(r'<style(?: type="text/css")?>(.*)</style>', re.S)

_COMPOUND = r'(?:[A-Za-z][\w-]*)?(?:[.#][\w-]+|\[[\w-]+(?:[~|^$]?="?[\w-]*"?)?\])*'
# A selector that looks at nothing but the path that leads to an element.
BY_PATH = re.compile(rf"(?!\s*$){_COMPOUND}(?:(?:\s*>\s*|\s+){_COMPOUND})*")

# No quotation mark, escape, comment or bracket stands in a plain one, and nothing is nested.
_PLAIN = re.compile(r"""(?!.*/\*)(?:[^][{}@<"'\\]+\{[^][{}@<"'\\]*\})*\s*""", re.S)
_AT_RULE = re.compile(r"@[^{};]*(?:;|\{(?:[^{}]*\{[^{}]*\})*[^{}]*\})")
_RULE = re.compile(r"([^{}]+)(\{[^{}]*\})")
_WORD = re.compile(r"[\w-]+")

Rule = tuple[list[str], str]
"""Its selectors, and all of its text."""


def texts(styles: str) -> list[str] | None:
    """What stands in the style elements; None where one has attributes that may matter."""
    found = [_TEXT.fullmatch(element) for element in ELEMENT.findall(styles)]
    return [one[1] for one in found if one] if all(found) else None


def rules(styles: str) -> list[Rule] | None:
    """The rules of plain style elements; None where it takes cssutils to read them.

    Those that begin with "@" are left out, as premailer leaves them to the style element.
    """
    found: list[Rule] = []
    sheets = texts(styles)
    if sheets is None:
        return None
    for text in sheets:
        css = _AT_RULE.sub("", text)
        if not _PLAIN.fullmatch(css):
            return None
        for head, block in _RULE.findall(css):
            found.append(([selector.strip() for selector in head.split(",")], head + block))
    plain = all(BY_PATH.fullmatch(selector) for selectors, _ in found for selector in selectors)
    return found if plain else None


def part_for(page: str, styles: str) -> str:
    """The part of the style elements that can apply to `page`: every rule takes cssutils its time.

    A selector can apply where each of its names, classes and ids stands somewhere in the page.
    """
    found = rules(styles)
    if found is None:
        return styles
    words = set(_WORD.findall(page))
    kept = [
        text
        for selectors, text in found
        if any(words.issuperset(_WORD.findall(selector)) for selector in selectors)
    ]
    return f"<style>{''.join(kept)}</style>"
