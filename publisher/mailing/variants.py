"""An edition's copies: one for each set of sections, format and language that somebody has chosen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from pathlib import Path

from publisher import headers, mime, output, publish, slots, tokens, urls
from publisher.config import Publication
from publisher.generators.email import EmailBody
from publisher.mime import Prepared
from publisher.model import Artifact, Edition, Finding
from publisher.sections import sections_in
from publisher.store.mailings import Choice
from publisher.tokens import Token

TOKEN_CHARACTERS = len(tokens.sign(Token("unsubscribe", 0), b""))
# A value as long as any in its place: what the largest personalised copy is weighed with.
_WIDEST = {
    slots.TOKEN: "x" * TOKEN_CHARACTERS,
    slots.MESSAGE_ID: "x" * 64,
    slots.RECIPIENT: f"{'x' * 64}@reader.example",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """One rendered variant and who chose it.

    `sections` are the slugs that it holds. `html_bytes` is the largest personalised HTML (0 for
    text alone), `message_bytes` the whole message as it leaves, unsigned.
    """

    name: str
    subject: str
    sections: tuple[str, ...]
    prepared: Prepared = field(repr=False)
    choices: tuple[Choice, ...]
    recipients: int
    html_bytes: int
    message_bytes: int


@dataclass(frozen=True, slots=True)
class Copies:
    """All copies of an edition. `left_out` counts those for whose sections it holds nothing;
    `covered` are all choices that were looked at, theirs too."""

    copies: tuple[Copy, ...]
    findings: tuple[Finding, ...]
    left_out: int
    covered: frozenset[Choice]
    by_section: Mapping[str, int]


class Desk:
    """Renders one edition's copies, each distinct one once; `edition` is as the ledger gives it."""

    def __init__(self, edition: Edition, publication: Publication, folder: Path) -> None:
        from publisher.generators import email
        from publisher.generators.inline import Inliner
        from publisher.generators.templates import load

        self._shown = output.for_output(edition, publication)
        self._publication = publication
        templates = load(folder / publish.TEMPLATES)
        inliner = Inliner()
        self.sections = tuple(info.slug for info in sections_in(publication, [edition]))

        @cache
        def render(sections: frozenset[str] | None, language: str) -> EmailBody:
            return email.render(
                self._shown,
                publication,
                templates,
                inliner,
                sections=sections,
                language=language or None,
            )

        self._render = render

    def body(self, choice: Choice, only: frozenset[str]) -> EmailBody:
        """What somebody with `choice` reads; `only` limits the sections, unless it is empty."""
        held = self.held(choice, only)
        return self._render(None if held == self.sections else frozenset(held), choice.language)

    def held(self, choice: Choice, only: frozenset[str]) -> tuple[str, ...]:
        """The edition's sections that such a copy holds, in its order."""
        return tuple(
            slug
            for slug in self.sections
            if (not choice.sections or slug in choice.sections) and (not only or slug in only)
        )

    def prepare(self, body: EmailBody, *, html: bool, date: datetime, mark: str = "") -> Prepared:
        """The message with its slots open; `mark` stands before the subject."""
        subject = f"{mark}{body.subject}"
        fields = headers.headers_for(self._shown, self._publication, subject=subject, date=date)
        return mime.prepare(headers=fields, text=body.text, html=body.html if html else None)

    def check(self, body: EmailBody) -> tuple[Finding, ...]:
        from publisher.checks.email import check_email

        path = urls.email(self._shown, "html")
        # The largest personalised copy counts.
        html = slots.at_their_longest(body.html)
        page = Artifact(path, "text/html", html.encode("utf-8"))
        return check_email(page, self._publication)


def copies_of(
    desk: Desk, choices: Mapping[Choice, int], *, only: frozenset[str], date: datetime
) -> Copies:
    """Every copy that `choices` (with how many made each) ask for, in their order.

    Choices that come to the same text share a copy: one language of the interface falls back to
    another, and a section that the edition lacks makes no difference.
    """
    found: dict[tuple[EmailBody, bool], Copy] = {}
    findings: dict[Finding, None] = {}
    by_section = dict.fromkeys(desk.sections, 0)
    left_out = 0
    for choice, count in choices.items():
        body = desk.body(choice, only)
        if not body.stories:
            left_out += count
            continue
        by_section |= {slug: by_section[slug] + count for slug in desk.held(choice, only)}
        key = (body, choice.format == "html")
        known = found.get(key)
        if known is None:
            found[key] = _copy(desk, body, choice, count, only, date)
            findings |= dict.fromkeys(desk.check(body) if key[1] else ())
        else:
            found[key] = replace(
                known, choices=(*known.choices, choice), recipients=known.recipients + count
            )
    return Copies(tuple(found.values()), tuple(findings), left_out, frozenset(choices), by_section)


def _copy(
    desk: Desk, body: EmailBody, choice: Choice, count: int, only: frozenset[str], date: datetime
) -> Copy:
    html = choice.format == "html"
    prepared = desk.prepare(body, html=html, date=date)
    held = desk.held(choice, only)
    largest = slots.at_their_longest(body.html).replace(slots.TOKEN, _WIDEST[slots.TOKEN])
    return Copy(
        name=_name(held == desk.sections, held, choice),
        subject=body.subject,
        sections=held,
        prepared=prepared,
        choices=(choice,),
        recipients=count,
        html_bytes=len(largest.encode("utf-8")) if html else 0,
        message_bytes=len(prepared.fill(_widest(prepared))),
    )


def _widest(prepared: Prepared) -> dict[str, str]:
    fields = dict.fromkeys(filter(slots.field_in, prepared.names), "")
    return _WIDEST | {slot: mime.field_value(slots.at_their_longest(slot)) for slot in fields}


def _name(whole: bool, held: Iterable[str], choice: Choice) -> str:
    """`all, html` or `news+life, text, en`."""
    parts = ["all" if whole else "+".join(held) or "unsorted", choice.format, choice.language]
    return ", ".join(part for part in parts if part)
