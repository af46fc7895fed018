"""An edition's email, checked as mail clients will see it: size, images, links, styles, what is missing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache, partial
from html import unescape
from typing import Any

from publisher import slots
from publisher.checks.email_css import CSS_CODES, check_css
from publisher.checks.email_sound import Image, images_if_sound
from publisher.config import Publication
from publisher.model import Artifact, Finding, Place, Severity
from publisher.text import clip, squeeze

CODES: dict[str, str] = {
    "email-too-large": "the email passes the limit at which Gmail clips it, or comes near to it",
    "email-stylesheet-link": "a linked stylesheet is left in; mail clients do not load it",
    "email-forbidden-element": "an element that mail clients remove or refuse: scripts, forms, frames",
    "email-data-image": "an image stands in the page as data:, which most clients do not show",
    "email-image-without-alt": "an image has no alt attribute",
    "email-image-without-size": "an image has no numeric width and height",
    "email-relative-link": "a link or image has no absolute address",
    "email-mso-comment": "a conditional comment for Outlook is not closed, or closed twice",
    "email-placeholder": "a placeholder that nobody fills is left in",
    "email-head-missing": "language, charset, viewport, title or the article's label is missing",
    "email-no-unsubscribe": "there is no visible unsubscribe link",
    "email-no-postal-address": "the sender's postal address is not in the page",
    **CSS_CODES,
}
LONGEST_TOKEN = 70  # octets; the largest personalised copy counts (publisher.slots)

_STORY = re.compile(r'<[a-z]+[^<>]* id="s\d+"')
_HEADLINE = re.compile(r"<h[12][^>]*>(.*?)</h[12]>", re.S)
_ANY_TAG = re.compile(r"<[^>]*>")
_CONDITION = re.compile(r"<!--\[if [^\]]*\]>|<!\[endif\]-->")
_ABSOLUTE = re.compile(r"(?:https?://[^\s/]|mailto:[^\s]|tel:)", re.I)
_UNFILLED = re.compile(r"\{\{|\{%|%%[a-z_]+%%|\*\|[A-Z_]+\|\*|\[\[[a-z_]+\]\]", re.I)
_ADDRESSES = re.compile(r'\s(?:href|src|alt)="([^"]*)"')
_SLOT = re.compile(r"SLOT-(?<!\wSLOT-)[a-z-]+")
_FORBIDDEN = frozenset(
    (
        *("script", "form", "input", "button", "select", "textarea", "iframe", "frame", "object"),
        *("embed", "applet", "video", "audio", "base"),
    )
)
_NEEDED = {
    "a language": "/html[@lang]",
    "a charset": "//meta[@charset or contains(@content, 'charset=')]",
    "a viewport": "//meta[@name='viewport']",
    "a title": "//title[normalize-space()]",
    "an article with a label": "//*[@role='article' and @aria-label]",
}

# The elements of which there may be something to say, beside those with a source.
_TOLD = frozenset(("a", "area", "img", "link")) | _FORBIDDEN

Report = Callable[..., Finding]


def check_email(artifact: Artifact, publication: Publication) -> tuple[Finding, ...]:
    """Findings on one HTML email, slots unfilled; in the order of the page within each kind."""
    html = artifact.body.decode("utf-8", "replace")
    images = images_if_sound(html, publication.sender.postal_address)
    tree = _parsed(html) if images is None else None
    return (
        *_size(artifact, html, publication),
        *(() if tree is None else _missing(artifact, tree, publication)),
        *(_on_images(artifact, images or ()) if tree is None else _on_elements(artifact, tree)),
        *_conditions(artifact, html),
        *_placeholders(artifact, html, tree),
        *(() if tree is None else check_css(artifact, tree)),
    )


def _parsed(html: str) -> Any:
    from lxml import etree

    tree = etree.fromstring(f"{html}<html>", etree.HTMLParser(huge_tree=True))
    if tree is None:  # nothing but an unclosed comment
        return etree.Element("html")
    return tree


def _finding(
    artifact: Artifact,
    severity: Severity,
    code: str,
    message: str,
    hint: str = "",
    *,
    line: int | None = None,
) -> Finding:
    return Finding(severity, code, Place(artifact.path, line), message, hint)


def _size(artifact: Artifact, html: str, publication: Publication) -> Iterator[Finding]:
    """Over `limit_bytes` is an error, over `warn_bytes` a warning; both name what to cut."""
    spare = LONGEST_TOKEN - len(slots.TOKEN)
    size = len(artifact.body) + html.count(slots.TOKEN) * spare
    limits = publication.email
    if size <= limits.warn_bytes:
        return
    over = size > limits.limit_bytes
    goal = limits.limit_bytes if over else limits.warn_bytes
    clipped = ", where Gmail clips it" if over else ""
    shorter = '; or set text = "summary" under [email]' if limits.text == "full" else ""
    yield _finding(
        artifact,
        "error" if over else "warning",
        "email-too-large",
        f"the email has {size:,} bytes, the limit is {goal:,}{clipped}",
        f"cut or shorten: {_largest(html, size - goal)}{shorter}",
    )


def _largest(html: str, excess: int) -> str:
    """The largest stories that together make up `excess` bytes, at most eight of them."""
    starts = [match.start() for match in _STORY.finditer(html)]
    stories = []
    # The last story ends where the footer's links begin: no story holds a slot.
    ends = [*starts[1:], html.find(slots.TOKEN, starts[-1])] if starts else []
    for start, end in zip(starts, ends, strict=True):
        story = html[start:end]
        stories.append((len(story.encode("utf-8")), story))
    named = []
    for size, story in sorted(stories, key=lambda pair: -pair[0])[:8]:
        headline = _HEADLINE.search(story)
        shown = headline[1] if headline else story.partition(">")[2]
        name = clip(unescape(squeeze(_ANY_TAG.sub("", shown))), 50)
        named.append(f"{name} ({size:,} bytes)")
        excess -= size
        if excess <= 0:
            break
    return ", ".join(named) or "stories"


def _missing(artifact: Artifact, tree: Any, publication: Publication) -> Iterator[Finding]:
    for name, path in _NEEDED.items():
        if not _xpath(path)(tree.getroottree()):
            yield _finding(artifact, "warning", "email-head-missing", f"the email has not {name}")
    if not any(slots.TOKEN in (link.get("href") or "") for link in tree.iter("a")):
        yield _finding(
            artifact,
            "error",
            "email-no-unsubscribe",
            "no link carries the subscriber's token",
            "let templates/email/edition.html link to unsubscribe_url",
        )
    if not _shows(tree, publication.sender.postal_address):
        yield _finding(
            artifact,
            "error",
            "email-no-postal-address",
            "the sender's postal address is not shown",
            "let templates/email/edition.html show publication.sender.postal_address",
        )


def _shows(tree: Any, lines: str) -> bool:
    """Whether each of `lines` stands in the page's text; one that crosses elements is looked for last."""
    from lxml import etree

    wanted = [squeeze(line) for line in lines.splitlines()]
    body = tree.find(".//body")
    text = "" if body is None else squeeze(etree.tostring(body, method="text", encoding="unicode"))
    if all(line in text for line in wanted):
        return True
    text = squeeze(" ".join(tree.xpath("//body//text()")))
    return all(line in text for line in wanted)


@cache
def _xpath(path: str) -> Any:
    from lxml import etree

    return etree.XPath(path)


def _on_images(artifact: Artifact, images: Iterable[Image]) -> Iterator[Finding]:
    for image in images:
        yield from _image(image.attributes.get, partial(_finding, artifact, line=image.line))


def _on_elements(artifact: Artifact, tree: Any) -> Iterator[Finding]:
    for element in tree.iter():
        tag = element.tag
        if tag == "a" and _ABSOLUTE.match(element.get("href", "")):
            continue
        if tag in _TOLD or (isinstance(tag, str) and element.get("src") is not None):
            yield from _element(artifact, element)


def _element(artifact: Artifact, element: Any) -> Iterator[Finding]:
    def found(severity: Severity, code: str, message: str, hint: str = "") -> Finding:
        return _finding(artifact, severity, code, message, hint, line=element.sourceline)

    tag = element.tag
    if tag in _FORBIDDEN:
        yield found("error", "email-forbidden-element", f"<{tag}> does not work in email")
    if tag == "link" and "stylesheet" in (element.get("rel") or "").lower().split():
        href = element.get("href") or ""
        hint = "put its rules into a <style> element"
        yield found(
            "error", "email-stylesheet-link", f"a linked stylesheet is left in: {href}", hint
        )
    if tag == "img":
        yield from _image(element.get, found)
    address = element.get("href" if tag in ("a", "area") else "src")
    if (
        address is not None
        and not _ABSOLUTE.match(address)
        and not address.startswith(("#", "data:"))
    ):
        hint = "give the whole address, with https://"
        yield found(
            "warning", "email-relative-link", f"{address!r} leads nowhere from a mailbox", hint
        )


def _image(attribute: Callable[[str], str | None], found: Report) -> Iterator[Finding]:
    source = clip(attribute("src") or "", 60)
    if (attribute("src") or "").startswith("data:"):
        yield found("error", "email-data-image", f"an image stands in the page: {source}")
    if attribute("alt") is None:
        hint = 'say what it shows, or write alt="" for an ornament'
        yield found("warning", "email-image-without-alt", f"{source} has no alt text", hint)
    if not all((attribute(name) or "").isdecimal() for name in ("width", "height")):
        hint = (
            "give its width and height, so that the page does not jump and Outlook does not stretch it;"
            ' in Markdown write <img src="..." alt="..." width="600" height="400">'
        )
        yield found("warning", "email-image-without-size", f"{source} has no size", hint)


def _conditions(artifact: Artifact, html: str) -> Iterator[Finding]:
    """Conditional comments that do not pair up."""
    depth = 0
    for match in _CONDITION.finditer(html):
        depth += 1 if match[0].startswith("<!--[") else -1
        if depth not in (0, 1):
            break
    if depth:
        message = "a conditional comment for Outlook is not balanced"
        hint = "each <!--[if mso]> needs one <![endif]-->"
        yield _finding(artifact, "error", "email-mso-comment", message, hint)


def _placeholders(artifact: Artifact, html: str, tree: Any) -> Iterator[Finding]:
    """What is left in addresses, where the page is not sound, and in the place of slots."""
    addresses = () if tree is None else _addresses(tree)
    unfilled = [clip(one, 60) for one in addresses if _UNFILLED.search(one)]
    unfilled += [name for name in _SLOT.findall(html) if name not in slots.ALL]
    for name in dict.fromkeys(unfilled):
        yield _finding(artifact, "error", "email-placeholder", f"nobody fills {name}")


def _addresses(tree: Any) -> Iterator[str]:
    """Those of elements, and those in comments, which Outlook reads; a story may write about others."""
    for element in tree.iter():
        if isinstance(element.tag, str):
            yield from (value for name, value in element.items() if name in ("href", "src", "alt"))
        else:
            yield from _ADDRESSES.findall(element.text or "")
