"""What a page says of itself: in `<meta>`, in JSON-LD, in `<time>`, in `lang`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import time
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from publisher import xml
from publisher.model import Person
from publisher.readers import dates
from publisher.readers.language import language_of, language_tag
from publisher.text import squeeze

if TYPE_CHECKING:
    from publisher.xml import Element

_DATES = (
    *("article:published_time", "datepublished", "date", "dc.date.issued", "dcterms.issued"),
    *("dc.date", "dcterms.date", "dcterms.created", "pubdate", "publishdate", "publish_date"),
    *("publication_date", "sailthru.date", "parsely-pub-date", "og:published_time"),
)
_TITLES = ("og:title", "twitter:title", "dc.title", "dcterms.title", "headline")
_AUTHORS = ("author", "dc.creator", "dcterms.creator", "parsely-author", "article:author")
_LD_LIMIT = 200_000  # characters; a page's description of itself has some thousand
_ARTICLE = re.compile(r"(?:Article|BlogPosting|Report|Review)$")
_SAMPLE = 4000  # characters that settle a language


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """`date` as front matter has it; `is_article`: the page says that it is one story."""

    title: str = ""
    date: str = ""
    language: str = ""
    authors: tuple[Person, ...] = ()
    is_article: bool = False


def said(root: Element) -> Said:
    """Read before the page is tidied, since scripts and `<head>` go then."""
    metas = dict(reversed([*_metas(root)]))  # the first of a name counts
    article = next(_linked_data(root), {})
    found_dates = [
        article.get("datePublished"),
        *map(metas.get, _DATES),
        *(one.get("datetime") for one in root.iter("time")),
    ]
    return Said(
        title=_title(root, metas, article),
        date=next(filter(None, map(_date, found_dates)), ""),
        language=_language(root, metas),
        authors=tuple(_authors(metas, article)),
        is_article=bool(article) or metas.get("og:type", "") == "article",
    )


def _metas(root: Element) -> Iterator[tuple[str, str]]:
    for meta in root.iter("meta"):
        key = meta.get("property") or meta.get("name") or meta.get("itemprop") or ""
        key = key or meta.get("http-equiv") or ""
        if key and meta.get("content"):
            yield key.strip().lower(), squeeze(meta.get("content", ""))


def _linked_data(root: Element) -> Iterator[Mapping[str, Any]]:
    """Every article that the page's JSON-LD describes (schema.org/Article and its kinds)."""
    for script in root.iter("script"):
        text = script.text or ""
        if script.get("type", "").lower() != "application/ld+json" or len(text) > _LD_LIMIT:
            continue
        with suppress(ValueError, RecursionError):
            yield from _articles(json.loads(text))


def _articles(value: object) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, list):
        for inner in value:
            yield from _articles(inner)
    elif isinstance(value, dict):
        kinds = value.get("@type")
        if any(
            _ARTICLE.search(str(kind)) for kind in (kinds if isinstance(kinds, list) else [kinds])
        ):
            yield value
        yield from _articles(value.get("@graph"))


def _title(root: Element, metas: Mapping[str, str], article: Mapping[str, Any]) -> str:
    """The article's headline, else the page's title without the site's name behind it."""
    headline = article.get("headline")
    if isinstance(headline, str) and headline.strip():
        return squeeze(headline)
    shown = next(filter(None, map(metas.get, _TITLES)), "") or xml.words(
        next(root.iter("title"), None)
    )
    site = re.escape(metas.get("og:site_name", "\0"))
    return re.sub(rf"\s*[|–—·:»-]\s*{site}$", "", shown)


def _date(value: object) -> str:
    """`value` where front matter may hold it; a date that cannot be read is passed over."""
    text = squeeze(value) if isinstance(value, str) else ""
    with suppress(ValueError):
        day, clock = dates.written(text)
        with suppress(ValueError):
            dates.instant(day, clock, default=time(), zone=ZoneInfo("UTC"))
            return text
        return str(day)
    return ""


def _language(root: Element, metas: Mapping[str, str]) -> str:
    """What `lang` says, unless the words are in another script: templates keep their own `lang`."""
    tag = language_tag(xml.language(root) or metas.get("content-language", ""))
    if not tag:
        return ""
    body = next(root.iter("body"), root)
    words = " ".join(xml.words(one) for one in [*body.iter("p", "li", "h1", "h2", "td")][:200])
    return tag if language_of(words[:_SAMPLE], expected=tag) == tag else ""


def _authors(metas: Mapping[str, str], article: Mapping[str, Any]) -> Iterator[Person]:
    found = article.get("author")
    for author in found if isinstance(found, list) else [found]:
        name = author.get("name") if isinstance(author, dict) else author
        if isinstance(name, str) and 0 < len(squeeze(name)) <= 60:
            yield Person(squeeze(name))
    written = "" if found else next(filter(None, map(metas.get, _AUTHORS)), "")
    if written and "://" not in written and len(written) <= 60:
        yield Person(written)
