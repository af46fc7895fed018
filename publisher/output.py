"""The last step before the generators: addresses become absolute, punctuation as the publication
wishes. The stored text and the ledger's fingerprints never see it."""

from __future__ import annotations

import re
from urllib.parse import urljoin

from publisher.config import Publication
from publisher.model import Edition, Image, Item, replace
from publisher.text import is_cjk

# nh3 writes attributes in double quotes, so regular expressions see every one of them. They are only
# looked for in tags: an article about HTML holds `href="x"` as text.
_START_TAG = re.compile(r'<[a-z][a-z0-9]*(?:\s+[\w:-]+(?:="[^"]*")?)+\s*/?>')
_ADDRESS = re.compile(r'(\s(?:href|src|poster)=")([^"]*)(")')
_RELATIVE = re.compile(r'\s(?:href|src|poster)="(?!https?://|#)')  # in a tag, or in such a text
_WIDTHS = str.maketrans(",;:?!()", "，；：？！（）")
_TAG = re.compile(r"(<[^>]*>)")


def for_output(edition: Edition, publication: Publication) -> Edition:
    """`edition` with every href and src absolute, and its punctuation as `[look]` wishes.

    Every item says its language, also where it is the edition's.
    """
    return replace(
        edition,
        introduction=_html(edition.introduction, publication),
        items=tuple(_item(item, edition, publication) for item in edition.items),
    )


def _item(item: Item, edition: Edition, publication: Publication) -> Item:
    shown = _widened(item) if publication.look.punctuation == "full-width" else item
    return replace(
        shown,
        language=item.language or edition.language,
        body=_html(item.body, publication),
        link=item.link and _join(publication.home, item.link),
        images=tuple([_image(image, publication) for image in item.images]),
        enclosures=tuple(
            [replace(one, url=_join(publication.home, one.url)) for one in item.enclosures]
        ),
    )


def _widened(item: Item) -> Item:
    return replace(
        item,
        title=widen(item.title),
        headline=item.headline and widen(item.headline),
        subheadline=item.subheadline and widen(item.subheadline),
        kicker=tuple(map(widen, item.kicker)),
        summary=widen(item.summary),
    )


def _image(image: Image, publication: Publication) -> Image:
    return replace(image, src=_join(publication.home, image.src))


def _html(html: str, publication: Publication) -> str:
    def rooted(tag: re.Match[str]) -> str:
        return _ADDRESS.sub(
            lambda match: match[1] + _join(publication.home, match[2]) + match[3], tag[0]
        )

    absolute = _START_TAG.sub(rooted, html) if _RELATIVE.search(html) else html
    if publication.look.punctuation != "full-width":
        return absolute
    return "".join(part if part.startswith("<") else widen(part) for part in _TAG.split(absolute))


def _join(base: str, address: str) -> str:
    """`address` made absolute; one that no parser accepts stays as written, for the checks to name."""
    if address.startswith(("https://", "http://", "#")):
        return address
    try:
        return urljoin(base, address)
    except ValueError:
        return address


def widen(text: str) -> str:
    """Half-width punctuation beside a Chinese character becomes full-width: `深耕,奋力` -> `深耕，奋力`."""
    chars = list(text)
    for place, char in enumerate(chars):
        before = text[place - 1] if place else ""
        after = text[place + 1] if place + 1 < len(text) else ""
        neighbour = after if char == "(" else before
        if char in ",;:?!()" and neighbour and is_cjk(neighbour):
            chars[place] = char.translate(_WIDTHS)
    return "".join(chars)
