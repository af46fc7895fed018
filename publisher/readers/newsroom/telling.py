"""The parts of a story, whatever its format, become a `Story`; stories make a `Page`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from html import escape

from publisher.model import Enclosure, Finding, Image, Page, Person, Place, Story, Struct
from publisher.readers import derived
from publisher.readers.language import language_tag
from publisher.readers.links import losses
from publisher.sanitise import images as images_in
from publisher.sanitise import plain, sanitise, summary
from publisher.text import clip, one_line

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_WEB = re.compile(r"https?://[^\s/]", re.IGNORECASE)
_HEADING = re.compile(r"<(h[12])\b[^<>]*>.*?</\1>", re.DOTALL)
# From a dateline's place to its dash: more places, a day, an agency in brackets.
_TO_DASH = re.compile(r"(?:,? [A-Z][\w.]*| \d{1,2}\b| ?\([^()]{1,30}\))*\s*(?:--|[—–]|-\s)")
# Roles and classes that mark a line over or under the headline.
KICKER = re.compile("kick|over|fly|vignette|eyebrow", re.IGNORECASE)
_UNDER = re.compile("sub|deck|under", re.IGNORECASE)
_FITTING_WIDTH = 2000  # no page or email shows more pixels


class Copy(Struct, frozen=True, kw_only=True):
    """A story in parts, as a format gives them: plain text, and `html` that is not sanitised yet."""

    place: Place
    headline: str = ""
    kicker: tuple[str, ...] = ()
    subheadline: str = ""
    byline: tuple[Person, ...] = ()
    dateline: str = ""
    html: str = ""
    abstract: str = ""
    images: tuple[Image, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()
    section: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    language: str = ""
    dated: datetime | None = None


def _tell(copy: Copy) -> Story | None:
    """The story; None where there is neither headline, text nor picture."""
    headline = one_line(copy.headline) or None
    body = _without_title(sanitise(copy.html), headline)
    body = body if images_in(body) or plain(body) else ""
    pictures = (*(image for image in copy.images if image.src), *images_in(body))
    dateline = one_line(copy.dateline)
    text = plain(body)
    if not (headline or text or pictures):
        return None
    return Story(
        title=headline or derived.title(text, pictures),
        place=copy.place,
        kind=derived.kind(text, pictures),
        section=derived.distinct(copy.section),
        kicker=derived.distinct(copy.kicker),
        headline=headline,
        subheadline=one_line(copy.subheadline) or None,
        byline=tuple(copy.byline),
        dateline=None if _opens(text, dateline) else dateline or None,
        body=body,
        summary=clip(one_line(copy.abstract), 200) or summary(body),
        images=tuple(dict.fromkeys(pictures)),
        enclosures=copy.enclosures,
        photo_credit=derived.distinct(image.credit for image in pictures),
        tags=derived.distinct(copy.tags),
        language=language_tag(copy.language),
        dated=copy.dated,
    )


def page(
    name: str,
    copies: Iterable[Copy],
    *,
    front: Mapping[str, str],
    findings: Sequence[Finding] = (),
) -> Page:
    """The stories of `copies`; front matter without its empty values; notes on derived titles.

    `section` stays even if it is empty: these files are called by numbers, not by page names.
    """
    copies = tuple(copies)
    told = tuple(filter(None, map(_tell, copies)))
    lost = (finding for copy in copies for finding in losses(copy.html, copy.place))
    titled = tuple(
        Finding(
            "info",
            "derived-title",
            story.place,
            f"this {story.kind} has no headline; feeds will call it “{story.title}”",
            "write a headline for it",
        )
        for story in told
        if story.headline is None
    )
    return Page(
        name=name,
        stories=told,
        front={"section": ""} | {key: one_line(value) for key, value in front.items() if value},
        findings=(*findings, *lost, *titled),
    )


def held(place: Place, status: str) -> Finding:
    """The finding for a story that its sender forbids to publish."""
    return Finding(
        "warning",
        "held-story",
        place,
        f"this story is left out: its status is {status!r}",
        "publish it when its sender releases it, or take the file away",
    )


def embargoed(place: Place, until: str) -> Finding:
    """The finding for a story that must not appear before a certain time, which it is dated by."""
    return Finding(
        "warning",
        "embargoed-story",
        place,
        f"this story is embargoed until {one_line(until)}",
        "send and upload this edition after that",
    )


def by_role(lines: Sequence[tuple[str, str]]) -> tuple[str, tuple[str, ...], str]:
    """Headline, kickers and subheadline of headlines that are given with their roles."""
    over = tuple(text for role, text in lines if KICKER.search(role))
    rest = [(role, text) for role, text in lines if not KICKER.search(role)]
    under = " ".join(text for role, text in rest if _UNDER.search(role))
    return next((text for role, text in rest if not _UNDER.search(role)), ""), over, under


def picture_source(address: str) -> str:
    """`address` where a picture can be had from: http(s), or a file beside the edition; else nothing."""
    address = one_line(address)
    return address if _WEB.match(address) or not _SCHEME.match(address) else ""


def pixels(value: object) -> int | None:
    """A size in pixels, where `value` is one."""
    size = re.fullmatch(r"\s*([1-9][0-9]{0,4})(?:px)?\s*", str(value))
    return int(size[1]) if size else None


def best(renditions: Sequence[Image]) -> Image | None:
    """Of one picture's renditions the largest that a page can show, else the smallest."""
    usable = [image for image in renditions if image.src]
    fitting = [image for image in usable if (image.width or 0) <= _FITTING_WIDTH]
    if fitting:
        return max(fitting, key=lambda image: image.width or 0)
    return min(usable, key=lambda image: image.width or 0, default=None)


def enclosure(address: str, length: object, media_type: str, title: str = "") -> Enclosure | None:
    """A sound or film that can be had over the web, where its length in bytes is known."""
    size = re.fullmatch(r"\s*([1-9][0-9]{0,14})\s*", str(length))
    playable = media_type.startswith(("audio/", "video/")) and _WEB.match(one_line(address))
    if not size or not playable:
        return None
    return Enclosure(one_line(address), int(size[1]), media_type, title)


def paragraphs(text: str) -> str:
    """Plain text as HTML: a paragraph for each line."""
    lines = (line.strip() for line in text.splitlines())
    return "".join(f"<p>{escape(line, quote=False)}</p>" for line in lines if line)


def _without_title(body: str, headline: str | None) -> str:
    """`body` without a heading at its front that says the headline again."""
    found = _HEADING.search(body)
    if found is None or plain(body[: found.start()]) or one_line(plain(found[0])) != headline:
        return body.strip()
    return (body[: found.start()] + body[found.end() :]).strip()


def _opens(text: str, dateline: str) -> bool:
    """Whether the text begins with its place already: `PORT ESTERLY, Wash. (AP) - ...`."""
    place = dateline.partition(",")[0].casefold()
    rest = text[len(place) : len(place) + 60]
    return bool(place) and text[: len(place)].casefold() == place and bool(_TO_DASH.match(rest))
