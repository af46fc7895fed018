"""An item as a page shows it.

Names that end in `_html` are ready to stand in a page; the rest is plain text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from urllib.parse import urlsplit

from publisher import urls
from publisher.config import Publication
from publisher.generators.marks import is_cjk_language, mark_html, mark_text
from publisher.generators.press import Press, link
from publisher.model import Edition, Item, Kind, Person, Struct, replace

BRIEF_LIMIT = 600  # a body of at most so many characters of HTML stands whole on its edition's page
BRIEF_LIMIT_CJK = 300  # the same, where a character says more
_PLAIN_HOST = re.compile(r"https?://([a-z0-9.-]+)[/?#]")


class Figure(Struct, frozen=True):
    """A picture for one page; `credit` is written out ("Photo: A. Quill"), or empty."""

    src: str
    alt: str
    width: int | None
    height: int | None
    caption: str
    credit: str


class StoryView(Struct, frozen=True, kw_only=True):
    """One item for one page, in its own language, and the interface's words in that language.

    `href` leads to the item's page. `body_html` is empty where there is more than `summary_html` says.
    `site` is the host that the item's link points to. `credit` is written out, and empty where a
    figure has one. Addresses of our own pages and files are relative to the page.
    """

    anchor: str
    kind: Kind
    language: str
    words: Mapping[str, str]
    href: str
    link: str
    site: str
    title_html: str
    kicker_html: str
    subheadline_html: str
    summary_html: str
    body_html: str
    dateline: str
    byline: str
    credit: str
    figures: tuple[Figure, ...]


def view(item: Item, edition: Edition, press: Press, *, root: str, whole: bool) -> StoryView:
    """`item` for a page from which `root` leads to `public/`; `whole` asks for all of its body."""
    publication = press.publication
    language = item.language or edition.language
    words = press.words(language)
    figures = _figures(item, publication, words, root) if item.images else ()
    summary = mark_text(item.summary, language, publication)
    if not item.body:
        shown = f"<p>{summary}</p>" if summary else ""
    elif whole or is_brief(item, language):
        shown = body(item.body, language, publication, root)
    else:
        shown = ""

    return StoryView(
        anchor=item.tail,
        kind=item.kind,
        language=language,
        words=words,
        href=link(root, urls.item(publication, item)),
        link=item.link or "",
        site=_host(item.link) if item.link else "",
        title_html=_headline(item.title, language, publication),
        kicker_html=mark_text(_between(language).join(item.kicker), language, publication),
        subheadline_html=_headline(item.subheadline or "", language, publication),
        summary_html=summary,
        body_html=shown,
        dateline=item.dateline or "",
        byline=byline(item.byline, language) if item.byline else "",
        credit=_credit(item, words) if not any(figure.credit for figure in figures) else "",
        figures=figures,
    )


def in_full(shown: StoryView, item: Item, publication: Publication, root: str) -> StoryView:
    """What `view` has `shown` of `item` for pages as deep as this one, now with all of its body."""
    if shown.body_html or not item.body:
        return shown
    return replace(shown, body_html=body(item.body, shown.language, publication, root))


def is_brief(item: Item, language: str) -> bool:
    """True where the whole body is no longer than a summary; two bodies with ids could clash."""
    limit = BRIEF_LIMIT_CJK if is_cjk_language(language) else BRIEF_LIMIT
    return len(item.body) <= limit and ' id="' not in item.body


def body(html: str, language: str, publication: Publication, root: str) -> str:
    """Sanitised HTML for a page: our own files relative to it, runs of another script marked."""
    local = html.replace(f'"{publication.home}assets/', f'"{root}assets/')
    return mark_html(local, language, publication)


def byline(people: tuple[Person, ...], language: str) -> str:
    """Names with their roles as printed: "记者 林小满　通讯员 周一帆", "By A. Quill and B. Vane"; behind
    a name what is a title: "By A. Quill; C. Moss, Harbour Correspondent"."""
    cjk = is_cjk_language(language)
    near, far = (" ", "　") if cjk else (", ", " ")
    text = role = ""
    entitled = False
    for person in people:
        before, entitled = entitled, not cjk and _is_title(person.role)
        same = not entitled and person.role in ("", role)
        if entitled:
            named = f"{person.name}, {person.role}"
        else:
            named = person.name if same else f"{person.role} {person.name}"
        gap = "; " if before or entitled else near if same else far
        text += f"{gap}{named}" if text else named
        role = person.role or role
    return text


def _is_title(role: str) -> bool:
    """Whether `role` is what somebody is (`Harbour Correspondent`), and no word before a name (`By`)."""
    return role[:1].isupper() and role[-1].isalpha() and not role.lower().endswith("by")


def _figures(
    item: Item, publication: Publication, words: Mapping[str, str], root: str
) -> tuple[Figure, ...]:
    """The item's images that its body does not show already."""
    own = f"{publication.home}assets/"
    return tuple(
        Figure(
            src=f"{root}assets/{image.src.removeprefix(own)}"
            if image.src.startswith(own)
            else image.src,
            alt=image.alt,
            width=image.width,
            height=image.height,
            caption=image.caption,
            credit=words["photo_by"].format(names=image.credit) if image.credit else "",
        )
        for image in item.images
        if f'src="{escape(image.src)}"' not in item.body
    )


def _credit(item: Item, words: Mapping[str, str]) -> str:
    names = words["list_separator"].join(item.photo_credit)
    return words["photo_by"].format(names=names) if names else ""


def _headline(text: str, language: str, publication: Publication) -> str:
    """A Chinese headline's space parts two clauses: a line should break there before anywhere else."""
    if not is_cjk_language(language) or len(clauses := text.split()) < 2:
        return mark_text(text, language, publication)
    return " ".join(f'<span class="clause">{escape(clause)}</span>' for clause in clauses)


def _between(language: str) -> str:
    return "　" if is_cjk_language(language) else " · "


def _host(link: str) -> str:
    plain = _PLAIN_HOST.match(link)
    if plain:
        return plain[1].removeprefix("www.")
    try:
        return (urlsplit(link).hostname or "").removeprefix("www.")
    except ValueError:
        return ""
