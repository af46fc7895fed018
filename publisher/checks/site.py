"""Checks on finished pages: what would be broken, unreadable or forbidden once they are published.

Our templates and nh3 write attributes in double quotes, so regular expressions do, and no parser is
needed. Nearly all pages are sound, which a look at the whole text can tell (`_is_sound`): it may doubt
a sound page, for what stands in its text, but never passes an unsound one. What it doubts is looked at
tag by tag.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator
from html import unescape
from urllib.parse import unquote, urlsplit

from publisher import urls
from publisher.model import Artifact, Finding, Place, Severity, Struct

CODES = {
    "page-broken-link": "a page links to an address of this site where nothing stands",
    "page-broken-anchor": "a page links to a place on itself that is not there",
    "page-duplicate-id": "two elements of a page have the same id",
    "page-image-without-alt": "a template shows a picture without words for those who cannot see it",
    "page-without-title": "a page has no title",
    "page-without-language": "a page does not say its language",
    "page-without-canonical": "a page does not name its canonical address",
    "page-with-script": "a page holds a script, which its readers do not need",
}

_TAG = re.compile(r"<([a-zA-Z][a-zA-Z0-9]*)((?:\s[^<>]*)?)>")
_ATTRIBUTE = re.compile(r'\s([a-zA-Z:-]+)(?:="([^"]*)")?')
_TITLE = re.compile(r"<title>\s*[^<\s]")
# JSON-LD is data that no browser runs (HTML, "the script element", data blocks).
_DATA_BLOCK = "application/ld+json"
_STORY_PAGES = ("items/", "editions/")


# For the look at the whole text. These find all that stands in a tag, and may find what stands in text.
_LANGUAGE = re.compile(r'<html[^<>]*\slang="[^"]')
_CANONICAL = re.compile(r'<link rel="canonical" href="([^"]*)">')
_SCRIPT = re.compile(rf'<script(?! type="{re.escape(_DATA_BLOCK)}">)', re.I)
# Each match takes all that could belong to the tag along, so that none of it is looked at twice. A
# letter to begin with is found five times as fast as white space, or a letter of either case.
_HANDLERS = tuple(
    re.compile(rf"{name}[a-zA-Z:\s-]*+(?:=|/?>)?")
    for name in (r"on(?<=\son)", r"oN(?<=\soN)", r"O[nN](?<=\sO.)")
)
_PICTURE = re.compile(r"<img\b", re.I)
_ID = re.compile(r'id="([^"]*)"')
_ADDRESSES = (re.compile(r'href="([^"]+)"'), re.compile(r'src="([^"]+)"'))
# This one finds nothing in text, and not all that stands in tags.
_FIRST_ID = re.compile(r'<[a-z0-9]+ id="([^"]*)"')

_Problem = tuple[Severity, str, str, str]


class Lead(Struct, frozen=True):
    """A link to a path of ours, and what is wrong if nothing stands there."""

    target: str
    finding: Finding


class _Tag(Struct, frozen=True):
    name: str
    attributes: dict[str, str]


def examine_page(
    artifact: Artifact, known_paths: Collection[str]
) -> tuple[tuple[Finding, ...], tuple[Lead, ...]]:
    """Findings on one HTML page, and its links to files of ours that are not known yet, as leads.

    `known_paths` are paths relative to `public/`. A broken relative link is our own mistake and an
    error. A broken absolute one may lead to a page of the same site that something else publishes,
    so it is a warning.
    """
    html = artifact.body.decode("utf-8", "replace")
    # The pictures of stories have been seen at their source, where a line can be named.
    shows_stories = artifact.path.startswith(_STORY_PAGES) or artifact.path == urls.INDEX
    if _is_sound(html, artifact.path, known_paths, shows_stories=shows_stories):
        return (), ()
    tags = list(_tags(html))
    place = Place(artifact.path)

    def finding(problem: _Problem) -> Finding:
        severity, code, text, hint = problem
        return Finding(severity, code, place, text, hint)

    found = [
        *_on_head(tags, html),
        *_on_ids(tags),
        *(problem for tag in tags for problem in _on_tag(tag, shows_stories=shows_stories)),
    ]
    links = list(_on_links(tags, artifact.path, known_paths))
    found += [problem for target, problem in links if not target]
    leads = [Lead(target, finding(problem)) for target, problem in links if target]
    return tuple(map(finding, found)), tuple(leads)


def _is_sound(html: str, path: str, known: Collection[str], *, shows_stories: bool) -> bool:
    """Whether there is nothing to say about a page; False where it takes a closer look."""
    canonical = _CANONICAL.search(html)
    ids = _ID.findall(html)
    if (
        canonical is None
        or html.count('rel="canonical"') > 1
        or not _LANGUAGE.search(html)
        or not _TITLE.search(html)
        or len(set(ids)) < len(ids)
        or _SCRIPT.search(html)
        or _has_handler(html)
        or (not shows_stories and _PICTURE.search(html))
    ):
        return False
    home = _home(unescape(canonical[1]), path)
    return _leads_somewhere(html, path, home, known)


def _has_handler(html: str) -> bool:
    return any(name.endswith(("=", ">")) for one in _HANDLERS for name in one.findall(html))


def _leads_somewhere(html: str, path: str, home: str, known: Collection[str]) -> bool:
    root = "../" * path.count("/")
    places = set(_FIRST_ID.findall(html))
    for address in {address for pattern in _ADDRESSES for address in pattern.findall(html)}:
        # Nearly all are our own pages or other sites: spare them the parsing.
        own = address.startswith(root) and address[len(root) :].partition("#")[0] in known
        if own or _is_foreign(address, home):
            continue
        if any(_on_link(unescape(address), path, home, known, places)):
            return False
    return True


def _is_foreign(address: str, home: str) -> bool:
    if not address.startswith(("https://", "http://")) or not address.isprintable():
        return False
    if "&" in address:
        address = unescape(address)
    return not (unquote(address) if "%" in address else address).startswith(home)


def _tags(html: str) -> Iterator[_Tag]:
    """Every start tag that can matter: those with attributes, and scripts."""
    for name, attributes in _TAG.findall(html):
        if attributes or name.lower() == "script":
            yield _Tag(name.lower(), _attributes(attributes))


def _attributes(text: str) -> dict[str, str]:
    found = _ATTRIBUTE.findall(text)
    return {name: unescape(value) if "&" in value else value for name, value in found}


def _on_head(tags: list[_Tag], html: str) -> Iterator[_Problem]:
    hint = "see templates/site/base.html"
    if not _TITLE.search(html):
        yield "error", "page-without-title", "this page has no title", hint
    if not any(tag.name == "html" and tag.attributes.get("lang") for tag in tags):
        yield "error", "page-without-language", "<html> has no lang", hint
    if not _canonical(tags):
        yield "error", "page-without-canonical", "there is no <link rel=canonical>", hint


def _canonical(tags: list[_Tag]) -> str:
    links = (tag.attributes for tag in tags if tag.name == "link")
    return next((one.get("href", "") for one in links if one.get("rel") == "canonical"), "")


def _on_ids(tags: list[_Tag]) -> Iterator[_Problem]:
    seen: set[str] = set()
    for tag in tags:
        name = tag.attributes.get("id")
        if name is not None and name in seen:
            yield (
                "warning",
                "page-duplicate-id",
                f"the id {name!r} stands twice",
                "rename one of them",
            )
        if name is not None:
            seen.add(name)


def _on_tag(tag: _Tag, *, shows_stories: bool) -> Iterator[_Problem]:
    if tag.name == "script" and tag.attributes.get("type") != _DATA_BLOCK:
        yield "error", "page-with-script", "a <script> was left in", "take it out of the template"
    handlers = [name for name in tag.attributes if name[:2].lower() == "on"]
    if handlers:
        text = f"<{tag.name}> has {handlers[0]}, which is a script"
        yield "error", "page-with-script", text, "take it out of the template"
    if tag.name == "img" and not shows_stories and not tag.attributes.get("alt", "").strip():
        text = f"the picture {tag.attributes.get('src', '')} has no alt"
        yield "warning", "page-image-without-alt", text, "say in the template what it shows"


def _on_links(
    tags: list[_Tag], path: str, known: Collection[str]
) -> Iterator[tuple[str, _Problem]]:
    """What is wrong with links: for those to other pages of ours with the path they mean, else ""."""
    home = _home(_canonical(tags), path)
    ids = {tag.attributes["id"] for tag in tags if "id" in tag.attributes}
    addresses = dict.fromkeys(
        tag.attributes[name] for tag in tags for name in ("href", "src") if tag.attributes.get(name)
    )
    for address in addresses:
        yield from _on_link(address, path, home, known, ids)


def _home(canonical: str, path: str) -> str:
    """The site's root, told by a page's canonical address and its place under it."""
    short = path.removesuffix("index.html")
    address = unquote(canonical)
    return address.removesuffix(short) if address.endswith(short) else ""


def _on_link(
    address: str, path: str, home: str, known: Collection[str], ids: Collection[str]
) -> Iterator[tuple[str, _Problem]]:
    if address.startswith("#"):
        if len(address) > 1 and unquote(address[1:]) not in ids:
            text = f"the link {address} leads nowhere on this page"
            yield "", ("warning", "page-broken-anchor", text, "mend the link, or name the place")
        return
    target = _target(address, path, home)
    if target is not None and target not in known:
        severity: Severity = "warning" if ":" in address else "error"
        text = f"the link {address} leads to {target or 'index.html'}, which is not there"
        hint = "mend the address in the edition or the template"
        yield target, (severity, "page-broken-link", text, hint)


def _target(address: str, path: str, home: str) -> str | None:
    """The path under `public/` that `address` on the page at `path` means; None for other sites."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    plain = unquote(parts.path)
    if parts.scheme or parts.netloc:
        whole = unquote(f"{parts.scheme}://{parts.netloc}{parts.path}")
        if not home or not whole.startswith(home):
            return None
        target = whole.removeprefix(home)
    elif plain.startswith("/"):
        target = plain[1:]
    else:
        target = posixpath.normpath(posixpath.join(posixpath.dirname(path), plain))
        target += "/" if plain.endswith("/") and target != "." else ""
        target = "" if target == "." else target
    return f"{target}index.html" if target == "" or target.endswith("/") else target
