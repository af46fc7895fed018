"""The text part of an edition's email, written for people who read it: 72 columns by display width."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from html import escape

from publisher import slots, urls
from publisher.config import Publication
from publisher.generators.fronts import own_title
from publisher.generators.marks import is_cjk_language
from publisher.generators.prose import Links, prose, underlined
from publisher.generators.stories import byline
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
) -> str:
    """`items` of `edition` as plain text, with the slots of its links; ends in a line end.

    `words` are the interface's; `words_in` gives those of a story's own language.
    """
    blocks = [_masthead(edition, publication, words)]
    links = Links()
    introduction = prose(edition.introduction, links)
    blocks += filter(None, (introduction, links.listed(), _contents(items, publication, words)))
    text = "\n\n".join(blocks)
    before: Item | None = None
    for item in items:
        again = before is not None and before.section == item.section
        if item.section and not again:
            text += "\n\n" + _rule(" · ".join(item.section))
        listed = again and before is not None and is_bare(before) and is_bare(item)
        text += "" if listed else "\n\n"
        text += "\n\n".join(_story(item, edition, publication, words_in)) + "\n"
        before = item
    return f"{text}\n\n{_footer(edition, publication, words)}\n"


def _masthead(edition: Edition, publication: Publication, words: Mapping[str, str]) -> str:
    number = words["number"].format(number=edition.number) if edition.number else ""
    date = long_date(edition.day, edition.language)
    line = " · ".join(filter(None, (date, number, own_title(edition, publication))))
    address = urls.absolute(publication, urls.edition_page(edition))
    web = _labelled(words["email_view"], address, words)
    return f"{underlined(publication.title, '=')}\n{fill(line)}\n\n{web}"


def is_bare(item: Item) -> bool:
    """True for a link with nothing to say about it: it stands in a list, without a head of its own."""
    return bool(item.link and item.headline) and not (
        item.body or item.images or item.subheadline or item.byline or item.kicker
    )


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


def _story(
    item: Item, edition: Edition, publication: Publication, words_in: WordsIn
) -> Iterator[str]:
    """The blocks of one story: head, pictures, body, and where its links lead."""
    if is_bare(item):
        yield f"{fill(item.title, first='- ', rest='  ')}\n  {item.link}"
        return
    links = Links()
    language = item.language or edition.language
    words = words_in(language)
    whole = publication.email.text == "full" or item.kind == "link"
    yield from filter(None, [_head(item, language)])
    for image in item.images:
        if f'src="{escape(image.src)}"' not in item.body:
            yield from filter(None, [_picture(image, words)])
    body = prose(item.body, links) if whole else fill(item.summary)
    if item.photo_credit and not any(image.credit for image in item.images):
        names = words["list_separator"].join(item.photo_credit)
        body += f"\n\n{fill(words['photo_by'].format(names=names))}"
    yield from filter(None, [body.strip("\n")])
    if item.link:
        yield item.link
    elif not whole:
        yield f"{words['read_on']}{words['email_colon']}{urls.absolute(publication, urls.item_page(item))}"
    yield from filter(None, [links.listed()])


def _head(item: Item, language: str) -> str:
    space = "　" if is_cjk_language(language) else " · "
    people = space.join(filter(None, (item.dateline or "", byline(item.byline, language))))
    lines = [
        fill(space.join(item.kicker)),
        underlined(item.headline, "=") if item.headline else "",
        fill(item.subheadline or ""),
        fill(people),
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
