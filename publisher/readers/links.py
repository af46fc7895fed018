"""Links that lead nowhere or through somebody's counter (`?target=https://...`), and other losses."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from html import escape, unescape
from urllib.parse import unquote

from publisher.model import Finding, Place
from publisher.tags import ATTRIBUTE_LIMIT, uncrowded
from publisher.text import squeeze

_HREF = re.compile(r'(<a\b[^>]*?\shref=")([^"]*)')
_WEB = re.compile(r"https?://[^/\s]", re.IGNORECASE)
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_SANITISED = ("", "http", "https", "mailto", "tel")  # schemes that sanitising leaves
# Its parts are possessive: whatever follows the first `href`, no tag is looked at twice.
_RAW_LINK = re.compile(
    r"""<a\s(?:[^<>]*?\s)??href\s*+=\s*+
    (?: "([^"]*)" | '([^']*)' | ([^\s"'<>]++) )
    (?: [^<>]*+ > ([^<]*+) )?+""",
    re.IGNORECASE | re.VERBOSE,
)


def followable(link: str) -> bool:
    """Whether a reader can follow `link`: http(s) with a host, mailto, tel, or relative."""
    link = link.strip()
    if _WEB.match(link):
        return True
    return bool(link) and _scheme(link) in ("", "mailto", "tel")


def dead_link(link: str, place: Place, *, words: str = "") -> Finding:
    """The finding for a `link` that is not followable, and left out; `words` are those it stands on."""
    link = link.strip()
    return Finding(
        "warning",
        "dead-link",
        place,
        f"the address {link!r} is left out: it is neither http(s), mailto, tel nor relative"
        if link
        else f"the link {words!r} has no address",
        "write an address that begins with https://, or take the link away",
    )


def dead_links(html: str, place: Place) -> Iterator[Finding]:
    """The findings for links in `html`, not sanitised yet, that sanitising will leave out."""
    for found in _RAW_LINK.finditer(html):
        written = unescape(found[1] or found[2] or found[3] or "")
        # As browsers read it (URL standard section 4.4): "java\nscript:" is a scheme too.
        link = re.sub("[\t\n\r]", "", written).strip()
        if not written or _scheme(link) not in _SANITISED:
            yield dead_link(link, place, words=squeeze(unescape(found[4] or "")))


def losses(html: str, place: Place) -> Iterator[Finding]:
    """The findings for what sanitising will leave out of `html`, beside what nobody misses."""
    yield from dead_links(html, place)
    if uncrowded(html)[1] is not None:
        message = (
            f"of this HTML only the words are kept: a tag has over {ATTRIBUTE_LIMIT:,} attributes"
        )
        hint = "close the tag, or take its attributes away"
        yield Finding("warning", "markup-left-out", place, message, hint)


def unwrap(address: str, parameters: Sequence[str]) -> str:
    """The address that one of the query `parameters` of `address` holds, else `address`.

    A value that is not percent-encoded goes on to the end, since nothing says where it ends.
    """
    for name in parameters:
        match = _parameter(name).search(address)
        if match is None:
            continue
        value = match[1]
        inner = value if _WEB.match(value) else unquote(value.partition("&")[0].partition("#")[0])
        if _WEB.match(inner):
            return inner
    return address


def unwrap_html(html: str, parameters: Sequence[str]) -> str:
    """Sanitised `html` with all its links unwrapped."""
    return _HREF.sub(lambda link: link[1] + escape(unwrap(unescape(link[2]), parameters)), html)


def _scheme(link: str) -> str:
    scheme = _SCHEME.match(link)
    return scheme[1].lower() if scheme else ""


@lru_cache(maxsize=16)
def _parameter(name: str) -> re.Pattern[str]:
    return re.compile(rf"[?&]{re.escape(name)}=(.+)", re.DOTALL)
