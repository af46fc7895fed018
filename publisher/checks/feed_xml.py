"""RSS 2.0 and Atom 1.0 as they stand, read without entities and without network."""

from __future__ import annotations

from lxml import etree

from publisher.checks.feed_seen import NotAFeed, SeenEntry, SeenFeed, SeenLink

ATOM = "{http://www.w3.org/2005/Atom}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}"
DUBLIN_CORE = "{http://purl.org/dc/elements/1.1/}"
MEDIA = "{http://search.yahoo.com/mrss/}"
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


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


def _text(parent: etree._Element, name: str) -> str:
    return (parent.findtext(name) or "").strip()


def _texts(parent: etree._Element, *names: str) -> tuple[str, ...]:
    return tuple((child.text or "").strip() for name in names for child in parent.findall(name))


def _link(element: etree._Element, address: str = "href", rel: str = "alternate") -> SeenLink:
    return SeenLink(
        _line(element),
        element.get("rel", rel),
        element.get(address, ""),
        element.get("type", ""),
        element.get("hreflang", ""),
        element.get("length", ""),
    )


def _rss_links(parent: etree._Element) -> tuple[SeenLink, ...]:
    return tuple(
        SeenLink(_line(link), "alternate", (link.text or "").strip())
        for link in parent.findall("link")
    )


def _pictures(parent: etree._Element) -> tuple[SeenLink, ...]:
    return tuple(_link(found, "url", "image") for found in parent.findall(f"{MEDIA}content"))


def _late(parent: etree._Element, entry: str) -> tuple[str, ...]:
    """Names of the children that stand behind an entry and are none."""
    names = [str(child.tag) for child in parent.iterchildren("*")]
    first = names.index(entry) if entry in names else len(names)
    return tuple(name for name in names[first:] if name != entry)


def _read_rss(channel: etree._Element) -> SeenFeed:
    names = ("title", "link", "description")
    return SeenFeed(
        format="rss",
        line=_line(channel),
        required={name: _text(channel, name) for name in names},
        title=_text(channel, "title"),
        description=_text(channel, "description"),
        updated=_text(channel, "lastBuildDate"),
        language=_text(channel, "language"),
        links=(*_rss_links(channel), *map(_link, channel.findall(f"{ATOM}link"))),
        authors=_texts(channel, f"{DUBLIN_CORE}creator"),
        entries=tuple(map(_rss_item, channel.findall("item"))),
        metadata_behind_entries=_late(channel, "item"),
    )


def _rss_item(item: etree._Element) -> SeenEntry:
    guid = item.find("guid")
    return SeenEntry(
        line=_line(item),
        id=_text(item, "guid"),
        title=_text(item, "title"),
        summary=_text(item, "description"),
        content=_text(item, f"{CONTENT}encoded"),
        published=_text(item, "pubDate"),
        updated="",
        language="",
        links=(*_rss_links(item), *_pictures(item)),
        enclosures=tuple(_link(found, "url", "enclosure") for found in item.findall("enclosure")),
        authors=_texts(item, f"{DUBLIN_CORE}creator", "author"),
        labels=_texts(item, "category"),
        guid_is_permalink=guid is not None and guid.get("isPermaLink", "true") != "false",
    )


def _read_atom(feed: etree._Element) -> SeenFeed:
    names = ("id", "title", "updated")
    return SeenFeed(
        format="atom",
        line=_line(feed),
        required={name: _text(feed, ATOM + name) for name in names},
        title=_text(feed, f"{ATOM}title"),
        description=_text(feed, f"{ATOM}subtitle"),
        updated=_text(feed, f"{ATOM}updated"),
        language=feed.get(LANGUAGE, ""),
        links=tuple(map(_link, feed.findall(f"{ATOM}link"))),
        authors=_texts(feed, f"{ATOM}author/{ATOM}name"),
        entries=tuple(map(_atom_entry, feed.findall(f"{ATOM}entry"))),
        metadata_behind_entries=_late(feed, f"{ATOM}entry"),
    )


def _atom_entry(entry: etree._Element) -> SeenEntry:
    links = tuple(map(_link, entry.findall(f"{ATOM}link")))
    content = entry.find(f"{ATOM}content")
    return SeenEntry(
        line=_line(entry),
        id=_text(entry, f"{ATOM}id"),
        title=_text(entry, f"{ATOM}title"),
        summary=_text(entry, f"{ATOM}summary"),
        content=_text(entry, f"{ATOM}content"),
        published=_text(entry, f"{ATOM}published"),
        updated=_text(entry, f"{ATOM}updated"),
        language=entry.get(LANGUAGE, ""),
        links=(*(link for link in links if link.rel != "enclosure"), *_pictures(entry)),
        enclosures=tuple(link for link in links if link.rel == "enclosure"),
        authors=_texts(entry, f"{ATOM}author/{ATOM}name"),
        labels=tuple(found.get("label", "") for found in entry.findall(f"{ATOM}category")),
        content_type="html" if content is None else content.get("type", "text"),
    )
