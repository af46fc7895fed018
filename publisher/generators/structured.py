"""Structured data for search engines: schema.org as JSON-LD (https://schema.org/NewsArticle)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from publisher import urls
from publisher.config import Publication
from publisher.model import Edition, Image, Item

# The text stands in a <script> element, where HTML knows no escapes: none of its characters may end
# the element or begin a comment (HTML, "restrictions for contents of script elements").
_UNSAFE = tuple((char, f"\\u{ord(char):04x}") for char in "<>&\u2028\u2029")


def article(item: Item, edition: Edition, publication: Publication) -> str:
    """One item as a NewsArticle, part of its edition; JSON that is safe inside `<script>`."""
    address = urls.absolute(publication, urls.item(publication, item))
    return _dump(
        {
            "@type": "NewsArticle",
            "@id": item.id,
            "url": address,
            "mainEntityOfPage": address,
            "headline": item.title,
            "alternativeHeadline": item.subheadline,
            "description": item.summary,
            "image": [_image(image) for image in item.images],
            "datePublished": _time(item.published, publication),
            "dateModified": _time(item.updated, publication),
            "author": [_said({"@type": "Person", "name": one.name}) for one in item.byline]
            or [_publisher(publication)],
            "publisher": _publisher(publication),
            "inLanguage": item.language or edition.language,
            "dateline": item.dateline,
            "articleSection": list(item.section),
            "keywords": list(item.tags),
            "isPartOf": _issue(edition, publication),
        }
    )


def issue(edition: Edition, publication: Publication) -> str:
    """One edition as a PublicationIssue; JSON that is safe inside `<script>`."""
    return _dump(_issue(edition, publication))


def _issue(edition: Edition, publication: Publication) -> dict[str, Any]:
    periodical = {"@type": "Periodical", "name": publication.title, "url": publication.home}
    return _said(
        {
            "@type": "PublicationIssue",
            "@id": edition.tag,
            "url": urls.absolute(publication, urls.edition_page(edition)),
            "name": edition.title,
            "issueNumber": edition.number,
            "datePublished": edition.day.isoformat(),
            "inLanguage": edition.language,
            "isPartOf": _said(periodical),
        }
    )


def _publisher(publication: Publication) -> dict[str, Any]:
    name, address = publication.title, publication.home
    return _said({"@type": "NewsMediaOrganization", "name": name, "url": address})


def _image(image: Image) -> dict[str, Any]:
    return _said(
        {
            "@type": "ImageObject",
            "url": image.src,
            "width": image.width,
            "height": image.height,
            "caption": image.caption or image.alt,
            "creditText": image.credit,
        }
    )


def _time(instant: datetime, publication: Publication) -> str:
    return instant.astimezone(publication.zone).isoformat()


def _dump(thing: dict[str, Any]) -> str:
    whole = _said({"@context": "https://schema.org", **thing})
    text = msgspec.json.encode(whole).decode()
    for char, escaped in _UNSAFE:
        text = text.replace(char, escaped)
    return text


def _said(fields: dict[str, Any]) -> dict[str, Any]:
    """`fields` without those that say nothing."""
    return {key: value for key, value in fields.items() if value not in (None, "", [])}
