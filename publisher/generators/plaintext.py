"""The text part of an edition's email, written for people who read it: 72 columns by display width."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from publisher import slots, urls
from publisher.config import Publication
from publisher.generators.email_parts import (
    credits_of,
    images_of,
    is_bare,
    kicker_of,
    people_of,
    stands_whole,
)
from publisher.generators.fronts import own_title
from publisher.generators.prose import Links, prose, underlined
from publisher.generators.templates import long_date
from publisher.generators.wrap import COLUMNS, fill, width
from publisher.model import Edition, Image, Item

LONG_CONTENTS = 12  # with more stories, the contents list sections

WordsIn = Callable[[str], Mapping[str, str]]


def render_text(
    edition: Edition,
    items: tuple[Item, ...],
    publication: Publication,
    words: Mapping[str, str],
    *,
    words_in: WordsIn,
    greeting: str = "",
) -> str:
    """`items` of `edition` as plain text, with the slots of its links; ends in a line end.

    `greeting` is the first line's template, whose fields become slots too. `words` are the
    interface's; `words_in` gives those of a story's own language.
    """
    links = Links()
    introduction = prose(edition.introduction, links)
    blocks = filter(None, (introduction, links.listed(), _contents(items, publication, words)))
    text = "".join(f"\n\n{block}" for block in blocks)
    section: tuple[str, ...] = ()
    listed = False
    for item in items:
        if item.section != section:
            section, listed = item.section, False
            if section and section != (item.headline,):
                text += f"\n\n{_rule(' · '.join(section))}"
        bare = is_bare(item)
        story = _line(item) if bare else _story(item, edition, publication, words_in)
        text += f"{story}\n" if listed and bare else f"\n\n{story}\n"
        listed = bare
    # Tags that parted a slot's name in HTML are gone here.
    front = slots.harmless(_masthead(edition, publication, words))
    front += f"\n\n{slots.greeting(greeting, 'text')}" if greeting else ""
    return f"{front}{slots.harmless(text)}\n\n{_footer(edition, publication, words)}\n"


def _masthead(edition: Edition, publication: Publication, words: Mapping[str, str]) -> str:
    number = words["number"].format(number=edition.number) if edition.number else ""
    date = long_date(edition.day, edition.language)
    line = " · ".join(filter(None, (date, number, own_title(edition, publication))))
    address = urls.absolute(publication, urls.edition_page(edition))
    web = _labelled(words["email_view"], address, words)
    return f"{underlined(publication.title, '=')}\n{fill(line)}\n\n{web}"


def _contents(items: tuple[Item, ...], publication: Publication, words: Mapping[str, str]) -> str:
    if len(items) < publication.email.contents_from:
        return ""
    if len(items) > LONG_CONTENTS:
        names = list(dict.fromkeys(item.section[0] for item in items if item.section))
    else:
        names = [item.headline for item in items if item.headline]
    return "\n".join(
        [words["in_this_edition"], *(fill(name, first="  - ", rest="    ") for name in names)]
    )


def _rule(label: str) -> str:
    start = f"--- {label} "
    return start + "-" * max(3, COLUMNS - width(start))


def _line(item: Item) -> str:
    """A bare link, as it stands in a list of them."""
    return f"{fill(item.title, first='- ', rest='  ')}\n  {item.link}"


def _story(item: Item, edition: Edition, publication: Publication, words_in: WordsIn) -> str:
    return "\n\n".join(filter(None, _blocks(item, edition, publication, words_in)))


def _blocks(
    item: Item, edition: Edition, publication: Publication, words_in: WordsIn
) -> Iterator[str]:
    """The blocks of one story, some empty: head, pictures, body, and where its links lead."""
    links = Links()
    language = item.language or edition.language
    words = words_in(language)
    whole = stands_whole(item, publication)
    yield _head(item, language)
    yield from (_picture(image, words) for image in images_of(item))
    yield prose(item.body, links) if whole and item.body else fill(item.summary)
    names = words["list_separator"].join(credits_of(item))
    yield names and fill(words["photo_by"].format(names=names))
    if item.link:
        yield item.link
    elif not whole:
        page = urls.absolute(publication, urls.item(publication, item))
        yield f"{words['read_on']}{words['email_colon']}{page}"
    yield from (_labelled(one.title or words["listen"], one.url, words) for one in item.enclosures)
    yield links.listed()


def _head(item: Item, language: str) -> str:
    lines = [
        fill(kicker_of(item, language)),
        underlined(item.headline, "=") if item.headline else "",
        fill(item.subheadline or ""),
        fill(people_of(item, language)),
    ]
    return "\n".join(filter(None, lines))


def _picture(image: Image, words: Mapping[str, str]) -> str:
    credit = words["photo_by"].format(names=image.credit) if image.credit else ""
    said = " ".join(filter(None, (image.caption or image.alt, credit)))
    return fill(f"[{words['photo']}] {said}") if said else ""


def _footer(edition: Edition, publication: Publication, words: Mapping[str, str]) -> str:
    sender = publication.sender
    why = sender.why or words["email_why"].format(title=publication.title)
    return "\n".join(
        (
            "-" * COLUMNS,
            fill(why),
            "",
            _labelled(
                words["email_preferences"], urls.preferences(publication, slots.TOKEN), words
            ),
            _labelled(
                words["email_unsubscribe"], urls.unsubscribe(publication, slots.TOKEN), words
            ),
            "",
            sender.name,
            sender.postal_address,
        )
    )


def _labelled(label: str, address: str, words: Mapping[str, str]) -> str:
    return f"{label}{words['email_colon'].rstrip()}\n{address}"
