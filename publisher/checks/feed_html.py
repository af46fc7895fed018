"""What is wrong in the HTML of an entry's content."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from lxml import etree

from publisher.text import BIDI_CONTROLS, ILLEGAL_IN_XML, INVISIBLE

# What sanitising readers drop, silently or with a warning (feedvalidator, SecurityRisk).
_UNSAFE_TAG = re.compile(
    "applet|base|button|embed|form|frame|frameset|iframe|input|link|meta|object|script|select|style"
    "|textarea"
)
_ADDRESSES = ("href", "src", "poster", "cite", "longdesc")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_UNSAFE_SCHEME = re.compile(r"(?:javascript|vbscript|data):", re.IGNORECASE)
_SITELESS = re.compile(r"https?:(?!//[^/])", re.IGNORECASE)
# Browsers drop these anywhere in a scheme (WHATWG URL, "basic URL parser").
_DROPPED = re.compile(r"[\x00-\x20]")


# HTML that nobody can read in two ways, and in which nothing is wrong: an address names its site, and
# no attribute runs, styles or loads anything. No repeat gives back what it took, so that a look takes
# time in proportion to the text, whatever stands in it.
_SITE = r"(?:https?://\w[^\"<>]*+|mailto:[^\"<>]*+)"
_HARMLESS = (
    r'(?: (?:align|alt|class|colspan|dir|height|id|lang|rel|rowspan|start|title|width)="[^"<>]*+")'
)
_SOUND_TAG = (
    r"</[a-z][a-z0-9]*+>"
    rf"|<(?!(?:{_UNSAFE_TAG.pattern}|img|html|head|body)\b)[a-z][a-z0-9]*+"
    rf'(?:{_HARMLESS}| (?:href|src|cite)="{_SITE}")*+/?>'
    rf'|<img{_HARMLESS}*+ src="{_SITE}"{_HARMLESS}*+/?>'
)
_SOUND = re.compile(rf"[^<]*+(?:(?:{_SOUND_TAG})[^<]*+)*+")


def problems(html: str) -> tuple[tuple[str, str], ...]:
    """Pairs of finding code and what was seen, in the order of the document."""
    if _SOUND.fullmatch(html):  # as the sanitiser writes it: most is
        return tuple(odd_characters(html))
    return _tag_by_tag(html)


def _tag_by_tag(html: str) -> tuple[tuple[str, str], ...]:
    legal = ILLEGAL_IN_XML.sub("", html)
    root = etree.HTML(f"<div>{legal}</div>", etree.HTMLParser(no_network=True))
    found = [pair for element in root.iter(etree.Element) for pair in _element(element)]
    found += odd_characters(html)
    return tuple(dict.fromkeys(found))


def odd_characters(text: str) -> list[tuple[str, str]]:
    """What cannot be seen in `text`, or may not stand in it, by code point."""
    if text.replace("\n", "").isprintable():
        return []
    unseen = dict.fromkeys([*INVISIBLE.findall(text), *BIDI_CONTROLS.findall(text)])
    illegal = dict.fromkeys(ILLEGAL_IN_XML.findall(text))
    return [
        *(("feed-invisible-characters", f"U+{ord(mark):04X}") for mark in unseen),
        *(("feed-illegal-characters", f"U+{ord(mark):04X}") for mark in illegal),
    ]


def relative(address: str) -> bool:
    """True for an address that only means something beside a base; `#note` is one too."""
    address = address.strip()
    return not _SCHEME.match(address) or bool(_SITELESS.match(address))


def unsafe(address: str) -> bool:
    """True for an address that runs or embeds code."""
    return bool(_UNSAFE_SCHEME.match(_DROPPED.sub("", address)))


def _element(element: etree._Element) -> Iterator[tuple[str, str]]:
    tag = str(element.tag)
    if not element.keys() and tag != "img" and not _UNSAFE_TAG.fullmatch(tag):
        return
    attributes = {str(name): str(value) for name, value in element.items()}
    if _UNSAFE_TAG.fullmatch(tag):
        yield "feed-unsafe-html", f"<{tag}>"
    if tag == "img" and _is_lazy(attributes):
        yield "feed-lazy-image", attributes.get("data-src") or attributes.get("src") or "no src"
        attributes.pop("src", None)
    for name, value in attributes.items():
        if name.startswith("on") or name in ("style", "srcdoc"):
            yield "feed-unsafe-html", f"{name} of <{tag}>"
        for address in _addresses(name, value):
            if unsafe(address):
                yield "feed-unsafe-html", f"{name}={address!r}"
            elif relative(address):
                yield "feed-relative-address", f"{name}={address!r}"


def _addresses(name: str, value: str) -> tuple[str, ...]:
    if name == "srcset":
        return tuple(part.split()[0] for part in value.split(",") if part.split())
    return (value,) if name in _ADDRESSES else ()


def _is_lazy(attributes: Mapping[str, str]) -> bool:
    """Without a real src, or with another address waiting for a script."""
    waiting = any(name in attributes for name in ("data-src", "data-original", "data-lazy-src"))
    src = attributes.get("src", "").strip()
    return waiting or not src or src.startswith("data:")
