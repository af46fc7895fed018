"""JSON Feed 1.1 as it stands, once its fields have the types that the format gives them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from publisher.checks.feed_seen import NotAFeed, SeenEntry, SeenFeed, SeenLink

VERSION = "https://jsonfeed.org/version/1.1"


class _Fields(NamedTuple):
    """Shapes by name. A shape is a type, a list of one shape, or fields."""

    shapes: Mapping[str, Any]
    required: tuple[str, ...] = ()


_AUTHOR = _Fields({"name": str, "url": str, "avatar": str})
_HUB = _Fields({"type": str, "url": str}, required=("type", "url"))
_ATTACHMENT = {
    "url": str,
    "mime_type": str,
    "title": str,
    "size_in_bytes": int,
    "duration_in_seconds": int,
}
_ITEM = {
    "id": str,
    "url": str,
    "external_url": str,
    "title": str,
    "content_html": str,
    "content_text": str,
    "summary": str,
    "image": str,
    "banner_image": str,
    "date_published": str,
    "date_modified": str,
    "authors": [_AUTHOR],
    "tags": [str],
    "language": str,
    "attachments": [_Fields(_ATTACHMENT, required=("url", "mime_type"))],
}
_FEED = {
    "version": str,
    "title": str,
    "home_page_url": str,
    "feed_url": str,
    "description": str,
    "user_comment": str,
    "next_url": str,
    "icon": str,
    "favicon": str,
    "authors": [_AUTHOR],
    "language": str,
    "expired": bool,
    "hubs": [_HUB],
    "items": [_Fields(_ITEM, required=("id",))],
}
_WHOLE = _Fields(_FEED, required=("version", "title", "items"))


def read(text: str) -> SeenFeed:
    """The feed in `text`. Raises NotAFeed."""
    try:
        feed = json.loads(text)
    except json.JSONDecodeError as error:
        raise NotAFeed("feed-not-well-formed", error.msg, error.lineno) from None
    except RecursionError:
        raise NotAFeed("feed-not-well-formed", "nested too deep") from None
    if not isinstance(feed, dict) or feed.get("version") != VERSION:
        seen = feed.get("version") if isinstance(feed, dict) else type(feed).__name__
        raise NotAFeed("feed-unknown-format", f"version is {seen!r}", 1)
    for problem in _problems(feed, _WHOLE, "feed"):
        raise NotAFeed("feed-bad-value", problem)
    return SeenFeed(
        format="json",
        line=None,
        required={"title": feed["title"]},
        title=feed["title"],
        description=feed.get("description", ""),
        updated="",
        language=feed.get("language", ""),
        links=_links(feed, {"feed_url": "self", "home_page_url": "alternate"}),
        authors=_names(feed),
        entries=tuple(map(_entry, feed["items"])),
    )


def _problems(value: object, shape: Any, path: str) -> Iterator[str]:
    """What in `value` is not as `shape` says; a name that begins with "_" is an extension's."""
    if isinstance(shape, type):
        # bool is an int to Python, but not to JSON.
        if not isinstance(value, shape) or (shape is int and isinstance(value, bool)):
            yield f"{path} is {type(value).__name__}, not {shape.__name__}"
    elif isinstance(shape, list):
        if not isinstance(value, list):
            yield f"{path} is {type(value).__name__}, not list"
            return
        for place, member in enumerate(value):
            yield from _problems(member, shape[0], f"{path}[{place}]")
    elif not isinstance(value, dict):
        yield f"{path} is {type(value).__name__}, not an object"
    else:
        yield from _field_problems(value, shape, path)


def _field_problems(fields: Mapping[str, object], shape: _Fields, path: str) -> Iterator[str]:
    for name in shape.required:
        if name not in fields:
            yield f"{path}.{name} is missing"
    for name, value in fields.items():
        inner = shape.shapes.get(name)
        if inner is None:
            if not name.startswith("_"):
                yield f"{path}.{name} is no field of JSON Feed"
        elif type(value) is not inner:
            yield from _problems(value, inner, f"{path}.{name}")


def _links(fields: Mapping[str, Any], rels: Mapping[str, str]) -> tuple[SeenLink, ...]:
    return tuple(SeenLink(None, rels[name], fields[name]) for name in rels if name in fields)


def _names(fields: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(author.get("name", "") for author in fields.get("authors", ()))


def _entry(item: Mapping[str, Any]) -> SeenEntry:
    return SeenEntry(
        line=None,
        id=item["id"],
        title=item.get("title", ""),
        summary=item.get("summary", ""),
        content=item.get("content_html", "") or item.get("content_text", ""),
        published=item.get("date_published", ""),
        updated=item.get("date_modified", ""),
        language=item.get("language", ""),
        links=_links(item, {"url": "alternate", "external_url": "related", "image": "image"}),
        enclosures=tuple(map(_attachment, item.get("attachments", ()))),
        authors=_names(item),
        labels=tuple(item.get("tags", ())),
        content_type="html" if item.get("content_html") else "text",
    )


def _attachment(attachment: Mapping[str, Any]) -> SeenLink:
    length = attachment.get("size_in_bytes")
    return SeenLink(
        None,
        "enclosure",
        attachment["url"],
        attachment["mime_type"],
        length="" if length is None else str(length),
    )
