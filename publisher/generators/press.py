"""What every page of the site shares: its head, its words, its way to the root of `public/`.

Links between pages are relative and name `index.html`, so that the site opens from a disk as well
as from a server; canonical addresses, feeds and sitemaps end in a slash.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from publisher import urls
from publisher.config import Publication
from publisher.generators.channels import Channel, of_section, whole_channels
from publisher.generators.marks import mark_text
from publisher.generators.templates import Templates
from publisher.model import Artifact, Image, Struct, field
from publisher.sections import SectionInfo
from publisher.urls import FeedFormat

MEDIA_TYPE = "text/html"
FORMAT_NAMES: dict[FeedFormat, str] = {"atom": "Atom", "rss": "RSS", "json": "JSON Feed"}


class FeedLink(Struct, frozen=True):
    """One feed in one format; `path` is from the root of `public/`, percent-encoded."""

    title: str
    format: str
    media_type: str
    path: str
    url: str


class Head(Struct, frozen=True, kw_only=True):
    """What a page says of itself.

    `path` is its place under `public/`; `name` is what it shows, empty for the front page;
    `feeds` are those of its section; `older` and `newer` are its neighbours' paths; `structured` is
    JSON-LD; `front` asks for the large masthead.
    """

    path: str
    language: str
    name: str = ""
    description: str = ""
    article: bool = False
    image: Image | None = None
    structured: str = ""
    feeds: tuple[FeedLink, ...] = ()
    older: str = ""
    newer: str = ""
    front: bool = False

    @property
    def root(self) -> str:
        """From the page to the root of `public/`: "", "../", ..."""
        return "../" * self.path.count("/")


class Press(Struct, frozen=True):
    """Renders the pages of one publication; what many of them share is rendered once.

    `discovered` are the feeds that every page names.
    """

    publication: Publication
    templates: Templates
    discovered: tuple[FeedLink, ...]
    _words: dict[str, Mapping[str, str]] = field(default_factory=dict)
    _section_feeds: dict[SectionInfo, tuple[FeedLink, ...]] = field(default_factory=dict)
    _shared: dict[tuple[str, str], Mapping[str, str]] = field(default_factory=dict)

    def page(
        self, template: str, head: Head, *, root: str | None = None, **context: Any
    ) -> Artifact:
        """The page at `head.path`. `root` is the way to `public/` where it is not `head.root`."""
        root = head.root if root is None else root
        text = self.templates.render(
            f"site/{template}.html",
            head=head,
            root=root,
            canonical=urls.absolute(self.publication, head.path),
            words=self.words(head.language),
            shared=self.shared(root, head.language),
            publication=self.publication,
            **context,
        )
        return Artifact(head.path, MEDIA_TYPE, text.encode("utf-8"))

    def words(self, language: str) -> Mapping[str, str]:
        """The interface's words, looked up once per language."""
        if language not in self._words:
            self._words[language] = self.templates.words(language)
        return self._words[language]

    def shared(self, root: str, language: str) -> Mapping[str, str]:
        """HTML that is the same on every page in `language` from which `root` leads to `public/`."""
        if (root, language) not in self._shared:
            self._shared[root, language] = self._render_shared(root, language)
        return self._shared[root, language]

    def section_feeds(self, section: SectionInfo) -> tuple[FeedLink, ...]:
        """The feeds of one section in every format; none where it has none."""
        if section not in self._section_feeds:
            found = (
                [of_section(self.publication, section)] if self.publication.feeds.sections else []
            )
            self._section_feeds[section] = feed_links(found, self.publication)
        return self._section_feeds[section]

    def _render_shared(self, root: str, language: str) -> Mapping[str, str]:
        publication = self.publication
        own = publication.language
        context = {
            "root": root,
            "publication": publication,
            "words": self.words(language),
            "title_html": mark_text(publication.title, own, publication),
            "description_html": mark_text(publication.description, own, publication),
            "contact": _contact(publication.contact),
            "feeds": self.discovered,
            "sections": [
                (link(root, urls.section_page(slug)), section)
                for slug, section in publication.sections.items()
            ],
        }
        names = ("discovery", "masthead", "footer")
        return {name: self.templates.render(f"site/{name}.html", **context) for name in names}


def open_press(publication: Publication, templates: Templates) -> Press:
    """The press for all pages of a publication that has editions."""
    return Press(publication, templates, feed_links(whole_channels(publication), publication))


def link(root: str, path: str) -> str:
    """The way to `path` under `public/` from a page that `root` leads out of, percent-encoded."""
    return root + urls.relative("", path)


def feed_links(found: Sequence[Channel], publication: Publication) -> tuple[FeedLink, ...]:
    """Each channel in every format."""
    return tuple(
        FeedLink(
            title=f"{channel.title} ({name})",
            format=name,
            media_type=urls.FEED_MEDIA_TYPES[format],
            path=link("", urls.feed(channel.scope, format)),
            url=urls.absolute(publication, urls.feed(channel.scope, format)),
        )
        for channel in found
        for format, name in FORMAT_NAMES.items()
    )


def _contact(contact: str) -> str:
    """Where the publication's contact leads to: its own address, or mail to it; or nowhere."""
    if contact.startswith(("https://", "http://", "mailto:")):
        return contact
    return f"mailto:{contact}" if "@" in contact and " " not in contact else ""
