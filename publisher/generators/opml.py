"""OPML 2.0 (http://opml.org/spec2.opml): the list of all feeds, to subscribe to at one go."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from publisher import urls
from publisher.config import Publication
from publisher.generators.channels import Channel
from publisher.model import Artifact
from publisher.urls import FeedFormat

MEDIA_TYPE = "text/x-opml"
_GROUPS: tuple[tuple[str, FeedFormat], ...] = (("RSS", "rss"), ("Atom", "atom"))


def generate(publication: Publication, listed: Sequence[Channel]) -> Artifact:
    """All RSS feeds, then all Atom feeds; without dates, so that it changes only when they do."""
    groups = "".join(_group(publication, listed, name, format) for name, format in _GROUPS)
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<opml version="2.0">\n  <head>\n'
        f"    <title>{escape(publication.title, quote=False)}</title>\n"
        f"    <ownerName>{escape(publication.title, quote=False)}</ownerName>\n"
        f"    <ownerId>{escape(publication.home, quote=False)}</ownerId>\n"
        f"  </head>\n  <body>\n{groups}  </body>\n</opml>\n"
    )
    return Artifact(urls.OPML, MEDIA_TYPE, body.encode())


def _group(
    publication: Publication, listed: Sequence[Channel], name: str, format: FeedFormat
) -> str:
    outlines = "".join(_outline(publication, channel, format) for channel in listed)
    return f'    <outline text="{escape(name)}">\n{outlines}    </outline>\n'


def _outline(publication: Publication, channel: Channel, format: FeedFormat) -> str:
    # "rss" is the type of every outline that is a feed, Atom or not (OPML 2.0, "Subscription lists").
    attributes = {
        "type": "rss",
        "text": channel.title,
        "title": channel.title,
        "description": channel.description,
        "language": channel.language,
        "htmlUrl": urls.absolute(publication, channel.page),
        "xmlUrl": urls.absolute(publication, urls.feed(channel.scope, format)),
        "version": "RSS2" if format == "rss" else "ATOM1",
    }
    written = " ".join(f'{name}="{escape(value)}"' for name, value in attributes.items())
    return f"      <outline {written}/>\n"
