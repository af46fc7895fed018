"""RSS 2.0 and Atom 1.0 as they stand, read without entities and without network."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TypeAlias

from lxml import etree

from publisher.checks.feed_seen import NotAFeed, SeenEntry, SeenFeed, SeenLink

ATOM = "{http://www.w3.org/2005/Atom}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}"
DUBLIN_CORE = "{http://purl.org/dc/elements/1.1/}"
MEDIA = "{http://search.yahoo.com/mrss/}"
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"

# The children of an element by their names: looked at once, where a search would begin anew each time.
Children: TypeAlias = defaultdict[str, list[etree._Element]]


def read(body: bytes) -> SeenFeed:
    """The feed in `body`. Raises NotAFeed."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        raise NotAFeed("feed-not-well-formed", error.msg or "no XML", error.lineno) from None
    doctype = str(root.getroottree().docinfo.doctype)  # type: ignore[union-attr]
    if doctype:
        raise NotAFeed("feed-doctype", doctype, 1)
    channel = root.find("channel")
    if root.tag == "rss" and root.get("version") == "2.0" and channel is not None:
        return _read_rss(channel)
    if root.tag == f"{ATOM}feed":
        return _read_atom(root)
    raise NotAFeed("feed-unknown-format", f"the root is {root.tag}", _line(root))


def _line(element: etree._Element) -> int | None:
    line = element.sourceline
    return line if isinstance(line, int) else None


def _children(parent: etree._Element) -> Children:
    found: Children = defaultdict(list)
    for child in parent:
        found[str(child.tag)].append(child)
    return found


def _text(children: Children, name: str) -> str:
    found = children[name]
    return (found[0].text or "").strip() if found else ""


def _texts(elements: Iterable[etree._Element]) -> tuple[str, ...]:
    return tuple((element.text or "").strip() for element in elements)


def _link(element: etree._Element, address: str = "href", rel: str = "alternate") -> SeenLink:
    return SeenLink(
        _line(element),
        element.get("rel", rel),
        element.get(address, ""),
        element.get("type", ""),
        element.get("hreflang", ""),
        element.get("length", ""),
    )


def _rss_links(children: Children) -> tuple[SeenLink, ...]:
    return tuple(
        SeenLink(_line(link), "alternate", (link.text or "").strip()) for link in children["link"]
    )


def _pictures(children: Children) -> tuple[SeenLink, ...]:
    return tuple(_link(found, "url", "image") for found in children[f"{MEDIA}content"])


def _authors(children: Children) -> tuple[str, ...]:
    """Atom's, by their names."""
    authors = children[f"{ATOM}author"]
    return _texts(name for author in authors for name in author.findall(f"{ATOM}name"))


def _late(parent: etree._Element, entry: str) -> tuple[str, ...]:
    """Names of the children that stand behind an entry and are none."""
    names = [str(child.tag) for child in parent.iterchildren("*")]
    first = names.index(entry) if entry in names else len(names)
    return tuple(name for name in names[first:] if name != entry)


def _read_rss(channel: etree._Element) -> SeenFeed:
    names = ("title", "link", "description")
    children = _children(channel)
    return SeenFeed(
        format="rss",
        line=_line(channel),
        required={name: _text(children, name) for name in names},
        title=_text(children, "title"),
        description=_text(children, "description"),
        updated=_text(children, "lastBuildDate"),
        language=_text(children, "language"),
        links=(*_rss_links(children), *map(_link, children[f"{ATOM}link"])),
        authors=_texts(children[f"{DUBLIN_CORE}creator"]),
        entries=tuple(map(_rss_item, children["item"])),
        metadata_behind_entries=_late(channel, "item"),
    )


def _rss_item(item: etree._Element) -> SeenEntry:
    children = _children(item)
    return SeenEntry(
        line=_line(item),
        id=_text(children, "guid"),
        title=_text(children, "title"),
        summary=_text(children, "description"),
        content=_text(children, f"{CONTENT}encoded"),
        published=_text(children, "pubDate"),
        updated="",
        language="",
        links=(*_rss_links(children), *_pictures(children)),
        enclosures=tuple(_link(found, "url", "enclosure") for found in children["enclosure"]),
        authors=_texts(children[f"{DUBLIN_CORE}creator"] + children["author"]),
        labels=_texts(children["category"]),
        guid_is_permalink=any(
            guid.get("isPermaLink", "true") != "false" for guid in children["guid"][:1]
        ),
    )


def _read_atom(feed: etree._Element) -> SeenFeed:
    names = ("id", "title", "updated")
    children = _children(feed)
    return SeenFeed(
        format="atom",
        line=_line(feed),
        required={name: _text(children, ATOM + name) for name in names},
        title=_text(children, f"{ATOM}title"),
        description=_text(children, f"{ATOM}subtitle"),
        updated=_text(children, f"{ATOM}updated"),
        language=feed.get(LANGUAGE, ""),
        links=tuple(map(_link, children[f"{ATOM}link"])),
        authors=_authors(children),
        entries=tuple(map(_atom_entry, children[f"{ATOM}entry"])),
        metadata_behind_entries=_late(feed, f"{ATOM}entry"),
    )


def _atom_entry(entry: etree._Element) -> SeenEntry:
    children = _children(entry)
    links = tuple(map(_link, children[f"{ATOM}link"]))
    content = children[f"{ATOM}content"]
    return SeenEntry(
        line=_line(entry),
        id=_text(children, f"{ATOM}id"),
        title=_text(children, f"{ATOM}title"),
        summary=_text(children, f"{ATOM}summary"),
        content=_text(children, f"{ATOM}content"),
        published=_text(children, f"{ATOM}published"),
        updated=_text(children, f"{ATOM}updated"),
        language=entry.get(LANGUAGE, ""),
        links=(*(link for link in links if link.rel != "enclosure"), *_pictures(children)),
        enclosures=tuple(link for link in links if link.rel == "enclosure"),
        authors=_authors(children),
        labels=tuple(found.get("label", "") for found in children[f"{ATOM}category"]),
        content_type=content[0].get("type", "text") if content else "html",
    )
