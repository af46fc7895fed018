"""A piece of work becomes its artifacts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from publisher import files
from publisher.cards import Card
from publisher.config import Publication
from publisher.generators import email, opml, site, sitemap, works
from publisher.generators.inline import Inliner
from publisher.generators.press import Press, open_press
from publisher.generators.templates import Templates, load
from publisher.model import Artifact, Edition, Item, Struct

Fetch = Callable[[Card], Edition]
Keep = Callable[[Card, Edition], None]
Memory = Mapping[str, Any]  # plain values, so that they can be written down


class Shop(Struct, frozen=True):
    """What every piece of work is made with: opened once in each process.

    `folder` is the publication's; `fetch` gives an edition in output form by its card, `keep` keeps
    what feeds are to say of it.
    """

    folder: Path
    publication: Publication
    templates: Templates
    press: Press
    inliner: Inliner
    fetch: Fetch
    keep: Keep

    @property
    def learnt(self) -> bool:
        """Whether there is more to remember than before."""
        return self.inliner.learnt or self.templates.compiled.learnt

    def memory(self) -> Memory:
        """What has been learnt of the email's stylesheets, and the compiled templates."""
        return {"styles": self.inliner.memory(), "compiled": self.templates.compiled.memory()}


def open_shop(
    folder: Path,
    templates: Path,
    publication: Publication,
    fetch: Fetch,
    keep: Keep,
    *,
    known: Memory,
    empty: bool,
) -> Shop:
    """A shop for the publication in `folder`, whose own `templates` may be absent.

    `known` is another shop's memory. `empty` says that there are no editions, and so no feeds that a
    page could name.
    """
    loaded = load(templates, known.get("compiled"))
    press = Press(publication, loaded, ()) if empty else open_press(publication, loaded)
    return Shop(folder, publication, loaded, press, Inliner(known.get("styles")), fetch, keep)


def make(work: works.Work, shop: Shop) -> Iterator[Artifact]:
    """The artifacts of one piece of work that is not a feed's. Raises TemplateError."""
    publication, press = shop.publication, shop.press
    match work:
        case works.EditionWork(card, older, newer):
            edition = shop.fetch(card)
            yield from email.generate(edition, publication, shop.templates, shop.inliner)
            yield from site.edition_pages(edition, press, older=older, newer=newer)
            yield from _assets(edition, shop.folder)
            shop.keep(card, edition)
        case works.FrontWork(newest, recent):
            if newest:
                yield site.front_page(press, shop.fetch(newest), recent)
            else:
                yield site.empty_page(press)
        case works.ArchiveWork(path, cards, years):
            yield site.archive_page(press, path, cards, years)
        case works.SectionWork(section, cards):
            yield site.section_page(press, section, map(shop.fetch, cards))
        case works.YearMapWork(year, cards):
            yield from sitemap.of_year(publication, year, _with_pages(cards, shop))
        case works.NewsMapWork(cards):
            yield sitemap.news(publication, [shop.fetch(card) for card in cards])
        case works.FrameWork():
            yield from _frame(work, shop)


def _with_pages(cards: Sequence[Card], shop: Shop) -> Iterator[tuple[Card, Sequence[Item]]]:
    """Each edition with its items, unless none of them has a page: then it need not be fetched."""
    for card in cards:
        yield card, shop.fetch(card).items if card.pages else ()


def _frame(work: works.FrameWork, shop: Shop) -> Iterator[Artifact]:
    publication, press = shop.publication, shop.press
    yield opml.generate(publication, work.channels)
    yield site.feeds_page(press, work.channels, work.sections)
    yield site.not_found_page(press)
    yield site.stylesheet(publication, shop.templates)
    yield sitemap.robots(publication)
    yield sitemap.index(publication, work.years)
    yield sitemap.over_editions(publication, work.years, (*work.sections, *work.silent))


def _assets(edition: Edition, folder: Path) -> Iterator[Artifact]:
    for asset in edition.assets:
        body = (folder / asset.source).read_bytes() if asset.body is None else asset.body
        yield Artifact(asset.path, files.media_type(asset.path), body)
