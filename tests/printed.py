"""What a build makes of editions that are at hand, as artifacts in memory."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from publisher.cards import Card, pack
from publisher.config import Publication
from publisher.generators import make, site
from publisher.generators.inline import Inliner
from publisher.generators.press import open_press
from publisher.generators.templates import Templates, load
from publisher.generators.works import EditionWork, FeedWork, plan
from publisher.model import Artifact, Edition, Item


def cards_of(publication: Publication, *editions: Edition) -> list[Card]:
    return [pack(edition, publication)[0] for edition in editions]


def pages(
    editions: Sequence[Edition], publication: Publication, templates: Templates | None = None
) -> list[Artifact]:
    """The site without feeds and email: editions (oldest first), their items, what is over them."""
    templates = templates or load(None)
    cards = cards_of(publication, *editions)
    by_id = {card.id: edition for card, edition in zip(cards, editions, strict=True)}
    shop = make.Shop(
        Path(),
        publication,
        templates,
        open_press(publication, templates),
        Inliner(),
        lambda card: by_id[card.id],
        lambda card, edition: None,
    )
    found: list[Artifact] = []
    for work in plan(publication, cards):
        if isinstance(work, EditionWork):
            edition = by_id[work.card.id]
            found += site.edition_pages(edition, shop.press, older=work.older, newer=work.newer)
        elif not isinstance(work, FeedWork):
            found += make.make(work, shop)
    return found


def newest_items(editions: Sequence[Edition]) -> list[Item]:
    """All items in the order of feeds: newest first, then by position in the edition, then by id."""
    placed = [pair for edition in editions for pair in enumerate(edition.items)]
    placed.sort(key=lambda pair: (-pair[1].published.timestamp(), pair[0], pair[1].id))
    return [item for _, item in placed]
