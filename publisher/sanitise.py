"""Untrusted HTML on its way into the model: the only module that knows nh3.

What comes out is well-formed XML as well as HTML: void elements closed, no named entities but the
five of XML, attributes in double quotes and free of `<` and `>`.
"""

from __future__ import annotations

import re
from html import escape, unescape

import nh3

from publisher.model import Image
from publisher.tags import uncrowded
from publisher.text import BIDI_CONTROLS, ILLEGAL_IN_XML, clip, squeeze

_EVERYWHERE = {"lang", "dir", "title"}
_ATTRIBUTES = {
    "*": _EVERYWHERE,
    "a": {"href", "hreflang"},
    "img": {"src", "alt", "width", "height"},
    "ol": {"start"},
    "li": {"value"},
    "code": {"class"},
    "col": {"span"},
    "td": {"colspan", "rowspan", "align"},
    "th": {"colspan", "rowspan", "align", "scope"},
    "time": {"datetime"},
    "del": {"datetime"},
    "ins": {"datetime"},
    "details": {"open"},
}
_TAGS = {
    *("p", "br", "hr", "div", "span", "blockquote", "pre", "h1", "h2", "h3", "h4", "h5", "h6"),
    *("ul", "ol", "li", "dl", "dt", "dd", "figure", "figcaption", "img", "details", "summary"),
    *("table", "caption", "colgroup", "col", "thead", "tbody", "tfoot", "tr", "th", "td"),
    *("a", "b", "strong", "i", "em", "u", "s", "del", "ins", "mark", "small", "sub", "sup"),
    *("abbr", "cite", "q", "dfn", "code", "kbd", "samp", "var", "time", "wbr", "bdi"),
    *("ruby", "rb", "rt", "rtc", "rp"),
}
_WITH_CONTENT = {"script", "style", "template", "noscript", "noframes", "title", "textarea"}
_SCHEMES = {"http", "https", "mailto", "tel"}

_CLEANER = nh3.Cleaner(
    tags=_TAGS,
    clean_content_tags=_WITH_CONTENT,
    attributes=_ATTRIBUTES,
    url_schemes=_SCHEMES,
    link_rel=None,
)
_ILLEGAL = re.compile(f"{ILLEGAL_IN_XML.pattern}|{BIDI_CONTROLS.pattern}")
_NEEDS_WORK = re.compile("[<>&\xa0]")
# Attributes of these tags are looked at one by one: a value may look like another attribute, and a
# pattern that took it for one would let what follows out of its quotes.
_VOID = re.compile(r"<(br|hr|img|col|wbr)\b([^<>]*)>")
_CODE_TAG = re.compile(r"<code\b([^<>]+)>")
_SIZE = re.compile(r"\d{1,5}")
_CODE_CLASS = re.compile(r"language-[\w+#.-]+")
# Embeds become links to what they show (feeds.md: readers strip them, mail clients too).
_EMBED = re.compile(
    r"<(iframe|embed|object|video|audio)\b([^<>]*)>(?:((?:(?!<\1\b).)*?)</\1\s*>)?", re.I | re.S
)
_FOLLOWABLE = re.compile(r"(?:https?:)?//|[^:]*\Z", re.I)
_SOURCE = re.compile(r"""\s(?:src|data)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.I)

_A_TAG = re.compile(r"<(/?)a\b([^<>]*)>")

_DEPTH_LIMIT = 100  # libxml2 refuses documents deeper than 256, and no story needs 100
_RAW_DEPTH_LIMIT = (
    1000  # unclosed tags behind each other; an HTML parser takes their square in time
)
_TAG = re.compile(r"<(/?)(?!br|hr|img|col|wbr|/|input|source|meta|link)[a-z][^<>]*?(/?)>", re.I)
_UNREAD = re.compile(r"<(pre|table|figcaption|rt|rp)\b.*?(?:</\1>|\Z)", re.S)
_HEAD = 8000  # characters that hold the beginning of any text, whatever markup there is in it
_VISIBLE = re.compile(r"(?:\A|>)[^<>]*[^\s<>]|<img\b")
_BREAK = re.compile(
    r"<(?:/?(?:p|div|li|ul|ol|dl|dt|dd|h[1-6]|blockquote|pre|figure|figcaption|table|caption|tr"
    r"|details|summary)\b[^<>]*|(?:br|hr)[^<>]*)>"
)
_CELL = re.compile(r"</t[dh]>")
IMG_TAG = re.compile(r"<img\b([^<>]*)/>")
_CAPTIONED_IMG = re.compile(
    IMG_TAG.pattern + r"(?:\s*(?:</a>|</p>)?\s*<figcaption[^<>]*>(.*?)</figcaption>)?", re.S
)
_ATTRIBUTE = re.compile(r'([a-z]+)="([^"]*)"')
_ANY_TAG = re.compile(r"<[^<>]*>")


def sanitise(html: str) -> str:
    """`html` without anything that runs, styles, frames or hides; well-formed, and idempotent."""
    html = _without_illegal(html)
    if not _NEEDS_WORK.search(html):
        return html
    html, crowd = uncrowded(html)
    if crowd is not None or _deeper(html, _RAW_DEPTH_LIMIT):
        return _flat(html)
    clean = _CLEANER.clean(_EMBED.sub(_link, html))
    clean = _CODE_TAG.sub(_code, clean) if " class=" in clean else clean
    clean = clean if _all_lead_on(clean) else _without_dead_links(clean)
    clean = _VOID.sub(_close, clean).replace("&nbsp;", "\xa0")
    bare = _without_illegal(clean)
    if bare != clean:
        # A numeric reference brought back what was taken out above, and may have parted a scheme:
        # "java&#x202e;script:" was none when it was looked at.
        return sanitise(bare)
    return _flat(clean) if _deeper(clean, _DEPTH_LIMIT) else clean


def plain(html: str) -> str:
    """The text of sanitised `html`: one line per paragraph, list item, row or line break."""
    line = html.replace("\n", " ")
    marked = _BREAK.sub("\n", _CELL.sub(" ", line) if "</t" in line else line)
    text = unescape(_ANY_TAG.sub("", marked))
    return "\n".join(filter(None, map(squeeze, text.split("\n"))))


def summary(html: str, limit: int = 200) -> str:
    """The beginning of sanitised `html` as plain text of at most `limit` characters, on one line.

    Code, tables, captions and ruby are passed over where there is other text.
    """
    if not html:
        return ""
    head = html if len(html) <= _HEAD else html[: html.rfind("<", 0, _HEAD)]
    return clip(plain(_UNREAD.sub(" ", head)) or plain(html), limit)


def shows(html: str) -> bool:
    """Whether there is anything to see in sanitised `html`: a word or a picture."""
    return bool(_VISIBLE.search(html))


def images(html: str) -> tuple[Image, ...]:
    """The pictures in sanitised `html`, in order, with the caption below it or its title."""
    found = []
    for tag in _CAPTIONED_IMG.finditer(html):
        values = {match[1]: unescape(match[2]) for match in _ATTRIBUTE.finditer(tag[1])}
        if values.get("src"):
            found.append(
                Image(
                    values["src"],
                    alt=squeeze(values.get("alt", "")),
                    width=int(values["width"]) if "width" in values else None,
                    height=int(values["height"]) if "height" in values else None,
                    caption=plain(tag[2]) if tag[2] else squeeze(values.get("title", "")),
                )
            )
    return tuple(found)


def _without_illegal(html: str) -> str:
    return html if html.isprintable() else _ILLEGAL.sub("", html)


def _without_dead_links(html: str) -> str:
    """Links that lead nowhere become their text; so do links inside links, which tables can bring in
    and no parser reads twice alike."""
    kept: list[bool] = []

    def tag(match: re.Match[str]) -> str:
        if not match[1]:
            kept.append(bool(dict(_ATTRIBUTE.findall(match[2])).get("href")) and True not in kept)
            return match[0] if kept[-1] else ""
        return match[0] if kept.pop() else ""

    return _A_TAG.sub(tag, html)


def _all_lead_on(html: str) -> bool:
    """Whether every link begins with an address, and ends before the next one."""
    if "<a>" in html:
        return False
    for link in html.split("<a ")[1:]:
        if not link.startswith('href="') or link[6] == '"' or "</a>" not in link:
            return False
    return True


def _link(match: re.Match[str]) -> str:
    found = _SOURCE.search(" " + match[2]) or _SOURCE.search(match[3] or "")
    address = unescape(next((part for part in found.groups() if part), "") if found else "").strip()
    if not address or not _FOLLOWABLE.match(address):
        return match[3] or ""
    return f'<a href="{escape(address)}">{escape(address)}</a>'


def _close(match: re.Match[str]) -> str:
    """A void element closed, without odd sizes; a picture of nothing falls away."""
    if match[2] in ("", "/"):
        return "" if match[1] == "img" else f"<{match[1]}/>"
    found = _ATTRIBUTE.findall(match[2])
    kept = [
        (key, value)
        for key, value in found
        if key not in ("width", "height") or _SIZE.fullmatch(value)
    ]
    if match[1] == "img" and not dict(kept).get("src"):
        return ""
    return f"<{match[1]}{_written(kept)}/>"


def _code(match: re.Match[str]) -> str:
    found = _ATTRIBUTE.findall(match[1])
    kept = [(key, value) for key, value in found if key != "class" or _CODE_CLASS.fullmatch(value)]
    return f"<code{_written(kept)}>"


def _written(attributes: list[tuple[str, str]]) -> str:
    return "".join(f' {key}="{value}"' for key, value in attributes)


def _deeper(html: str, limit: int) -> bool:
    """Whether elements nest deeper than `limit`; a text of fewer tags cannot, and is not measured."""
    if html.count("<") <= limit:
        return False
    depth = deepest = 0
    for tag in _TAG.finditer(html):
        depth += -1 if tag[1] else 0 if tag[2] else 1
        deepest = max(deepest, depth)
    return deepest > limit


def _flat(html: str) -> str:
    return "".join(f"<p>{escape(line, quote=False)}</p>" for line in plain(html).split("\n"))
