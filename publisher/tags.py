"""Tags of more attributes than anybody writes: parsers compare each with all others, for minutes."""

from __future__ import annotations

import re

ATTRIBUTE_LIMIT = 1000  # of one tag; pages from the web have 30 at most
_SHORTEST = 2 * ATTRIBUTE_LIMIT  # characters in which as many attributes find room
_WORK = 10  # how often a text may be looked through, as tags that begin within tags make one do

_START = re.compile(r"</?(?:[^\W\d]|:)")
# HTML section 13.2.5 (before attribute name to after attribute value), and all that XML has of it.
# Possessive repeats (`*+`) keep it linear.
_TAG = re.compile(
    r"""<[^\s/>]*+
    (?:
        [\s/]*+ [^\s/>] [^\s/>=]*+
        (?: \s*+ = \s*+ (?: "[^"]*+"? | '[^']*+'? | [^\s>"'] [^\s>]*+ )?+ )?+
    ){0,LIMIT}+
    (?P<more> [\s/]*+ [^\s/>] )?+""".replace("LIMIT", str(ATTRIBUTE_LIMIT)),
    re.VERBOSE | re.ASCII,
)
_ASIDE = re.compile(  # but not what pages say of themselves in JSON-LD
    r"<!--.*?(?:-->|\Z)|<(script|style)\b(?![^<>]*\bld\+json).*?(?:</\1\s*>|\Z)",
    re.DOTALL | re.IGNORECASE,
)


def crowded(text: str) -> int | None:
    """Where in `text` a tag of more than `ATTRIBUTE_LIMIT` attributes begins; None for nowhere.

    Whatever looks like a tag counts as one, in scripts, comments and other tags as well: parsers do
    not agree where those end. So do tags within tags without end, which nobody could tell apart.
    """
    if len(text) < _SHORTEST:
        return None
    work = _WORK * len(text)
    for start in _START.finditer(text):
        tag = _TAG.match(text, start.start())
        if tag is None:
            continue
        work -= tag.end() - tag.start()
        if tag["more"] or work < 0:
            return tag.start()
    return None


def uncrowded(html: str) -> tuple[str, int | None]:
    """`html` as it may be parsed, and where in it a crowded tag begins, so that it may not.

    Scripts (`i<n` looks like a tag), styles and comments are gone where they look crowded; lines stay.
    """
    if crowded(html) is None:
        return html, None
    html = _ASIDE.sub(lines_only, html)
    return html, crowded(html)


def lines_only(found: re.Match[str]) -> str:
    """What stands for a part that is taken out, so that lines keep their numbers."""
    return "\n" * found[0].count("\n")
