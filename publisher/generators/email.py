"""An edition as email: HTML with its styles inlined, text written for people, and the whole message.

`render` makes one variant (some sections, one language of the interface) for a mailing; `generate`
makes the artifacts that a build writes.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache, partial
from typing import TypeVar, cast

from publisher import mime, slots, urls
from publisher.cards import holds
from publisher.config import Look, Publication
from publisher.generators import palette
from publisher.generators.email_parts import Group, groups_of, script_of
from publisher.generators.fit import fit
from publisher.generators.fronts import own_title
from publisher.generators.inline import Inliner
from publisher.generators.marks import is_cjk_language, mark_html, mark_text
from publisher.generators.plaintext import LONG_CONTENTS, render_text
from publisher.generators.templates import Templates, long_date
from publisher.headers import headers_for
from publisher.model import Artifact, Edition, Item, Struct, replace
from publisher.sections import section_of
from publisher.text import clip

SUBJECT_LIMIT = 100  # characters; most lists of messages show 40 to 70
PREHEADER_LIMIT = 140
# Keeps what follows out of the preview line: grapheme joiner, non-joiner, no-break space.
PADDING = "\u034f\u200c\u00a0" * 60
SAMPLE_RECIPIENT = "reader@example.com"  # RFC 2606 section 3

RIGHT_TO_LEFT = frozenset(("ar", "fa", "he", "ur", "ug", "ps"))


class EmailBody(Struct, frozen=True):
    """One variant of an edition; `html` and `text` hold the slots of its greeting and links, `stories`
    counts its items."""

    subject: str
    preheader: str
    html: str
    text: str
    stories: int


def generate(
    edition: Edition, publication: Publication, templates: Templates, inliner: Inliner
) -> tuple[Artifact, ...]:
    """The HTML, the text and a sample of the whole message; `edition` is in output form. All may be
    shown to anybody, so they greet nobody by name.

    Raises TemplateError where a template or its stylesheet is broken.
    """
    body = _for_anybody(render(edition, publication, templates, inliner))
    fields = headers_for(edition, publication, subject=body.subject, date=edition.published)
    sample = mime.prepare(headers=fields, text=body.text, html=body.html).fill(
        {**{name: name for name in slots.ALL}, slots.RECIPIENT: SAMPLE_RECIPIENT}
    )
    return (
        Artifact(urls.email(edition, "html"), "text/html", body.html.encode("utf-8")),
        Artifact(urls.email(edition, "txt"), "text/plain", body.text.encode("utf-8")),
        Artifact(urls.email(edition, "eml"), "message/rfc822", sample),
    )


def _for_anybody(body: EmailBody) -> EmailBody:
    return replace(body, html=slots.with_fallbacks(body.html), text=slots.with_fallbacks(body.text))


def render(
    edition: Edition,
    publication: Publication,
    templates: Templates,
    inliner: Inliner,
    *,
    sections: frozenset[str] | None = None,
    language: str | None = None,
) -> EmailBody:
    """One variant: the items of `sections` (slugs; None is all), the interface in `language`.

    Items that stand in no section are for every reader.
    """
    body = compose(edition, publication, templates, sections=sections, language=language)
    return replace(body, html=inliner.inline(body.html))


def compose(
    edition: Edition,
    publication: Publication,
    templates: Templates,
    *,
    sections: frozenset[str] | None = None,
    language: str | None = None,
) -> EmailBody:
    """What `render` gives, before the styles are inlined."""
    if holds(edition, "SLOT-"):
        edition = _harmless(edition)
    items = tuple(item for item in edition.items if _wanted(item, publication, sections))
    subject, preheader = subject_of(edition, publication, items), preheader_of(items)
    words_in = partial(_words, templates)
    words = words_in(language or edition.language)
    greeting = publication.email.greeting_in(language or edition.language)
    groups = groups_of(items, edition, publication)
    html = templates.render(
        "email/edition.html",
        edition=edition,
        publication=publication,
        words=words,
        words_in=words_in,
        subject=subject,
        preheader=preheader + PADDING,
        groups=groups,
        contents=contents(groups, len(items), publication),
        stylesheet=_stylesheet(templates, publication.look, _scripts(edition, publication, groups)),
        script_of=script_of,
        greeting_html=slots.greeting(greeting, "html"),
        **_frame(edition, publication, words),
    )
    text = render_text(edition, items, publication, words, words_in=words_in, greeting=greeting)
    return EmailBody(subject, preheader, html, text, len(items))


def _frame(
    edition: Edition, publication: Publication, words: Mapping[str, str]
) -> dict[str, object]:
    """What stands around the stories."""
    introduction = mark_html(edition.introduction, edition.language, publication)
    return {
        "script": script_of(edition.language),
        "direction": "rtl" if edition.language.partition("-")[0] in RIGHT_TO_LEFT else "ltr",
        "date": long_date(edition.day, edition.language),
        "edition_title": own_title(edition, publication),
        "title_html": mark_text(publication.title, publication.language, publication),
        "introduction_html": fit(introduction, indent=False),
        "why": publication.sender.why or words["email_why"].format(title=publication.title),
        "edition_url": urls.absolute(publication, urls.edition_page(edition)),
        "unsubscribe_url": urls.unsubscribe(publication, slots.TOKEN),
        "preferences_url": urls.preferences(publication, slots.TOKEN),
    }


@lru_cache(maxsize=64)
def _words(templates: Templates, language: str) -> Mapping[str, str]:
    return templates.words(language)


def _scripts(
    edition: Edition, publication: Publication, groups: tuple[Group, ...]
) -> tuple[str, ...]:
    """What an edition is written in, and every section: one stylesheet for all is learnt once."""
    spoken = {edition.language, publication.language, *(group.language for group in groups)}
    spoken |= {one.language for one in publication.sections.values() if one.language}
    spoken |= {part.language for group in groups for run in group.runs for part in run}
    return tuple(sorted(set(map(script_of, spoken))))


@lru_cache(maxsize=16)
def _stylesheet(templates: Templates, look: Look, scripts: tuple[str, ...]) -> str:
    """The template's CSS in the publication's look, with the fonts that these scripts need."""
    return templates.render(
        "email/email.css",
        look=look,
        day=palette.light(look.accent),
        night=palette.dark(look.accent),
        scripts=list(scripts),
    )


def subject_of(edition: Edition, publication: Publication, items: tuple[Item, ...]) -> str:
    """The edition's own title and its first headline, as far as they say different things."""
    title = own_title(edition, publication)
    lead = items[0].title if items else ""
    parts = [title, lead if lead and lead not in title else ""]
    colon = "：" if is_cjk_language(edition.language) else ": "
    return clip(colon.join(filter(None, parts)) or publication.title, SUBJECT_LIMIT)


def preheader_of(items: tuple[Item, ...]) -> str:
    """What the list of messages shows behind the subject: the next headlines, else a summary."""
    others = [item.title for item in items[1:4]]
    return clip(" · ".join(others) or "".join(item.summary for item in items[:1]), PREHEADER_LIMIT)


def contents(
    groups: tuple[Group, ...], stories: int, publication: Publication
) -> tuple[tuple[str, str, str], ...]:
    """Anchor, label (HTML) and language of each line; empty where the edition is short."""
    if stories < publication.email.contents_from:
        return ()
    if stories <= LONG_CONTENTS:
        parts = (part for group in groups for part in group.parts)
        return tuple((one.anchor, one.title_html, one.language) for one in parts if one.title_html)
    return tuple((one.anchor, one.name_html, one.language) for one in groups if one.name_html)


_Value = TypeVar("_Value")


def _harmless(value: _Value) -> _Value:
    """`value` without the names of slots in any text that it holds (see `slots.harmless`)."""
    if isinstance(value, str):
        return cast("_Value", slots.harmless(value) if "SLOT-" in value else value)
    if isinstance(value, tuple):
        return cast("_Value", tuple(map(_harmless, value)))
    if isinstance(value, Struct):
        held = {name: getattr(value, name) for name in value.__struct_fields__}
        found = {name: _harmless(inner) for name, inner in held.items()}
        changed = {name: inner for name, inner in found.items() if inner != held[name]}
        return replace(value, **changed) if changed else value
    return value


def _wanted(item: Item, publication: Publication, sections: frozenset[str] | None) -> bool:
    if sections is None:
        return True
    section = section_of(publication, item)
    return section is None or section.slug in sections
