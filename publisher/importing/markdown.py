"""Stories become the text of a Markdown edition, which the Markdown reader reads back as the same.

Bodies stay HTML, one block a line: what a feed printed is not squeezed through another notation.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from html import escape

from publisher.model import Image, Person, Story
from publisher.readers.markdown.leads import byline
from publisher.text import is_cjk, squeeze

_SPECIAL = re.compile(r"([\\`*_\[\]<>&#~|!])")
_NOT_IN_ADDRESS = re.compile(r"[\s<>\\]")
_PRE = re.compile(r"<pre\b.*?</pre>", re.DOTALL)
_BLANK = re.compile(r"\n\s*\n")
_BLOCK = re.compile(r"<(?:p|ul|ol|div|blockquote|table|figure|h[1-6]|dl|hr|details)\b")
_BLOCK_END = re.compile(r"(</(?:p|ul|ol|div|blockquote|table|figure|h[1-6]|dl|details)>)\s*(?=<)")
_DEEPEST = 6


def edition(front: Mapping[str, str], introduction: str, stories: Iterable[Story]) -> str:
    """The file's text: front matter, the introduction, and each story under its section's headings."""
    parts = [_front(front), _html(introduction)]
    open_sections: tuple[str, ...] = ()
    for story in stories:
        section = () if story.section == (story.headline,) else story.section
        parts += _headings(section, open_sections)
        open_sections = section
        parts.append(_told(story, min(_DEEPEST, len(section) + 2)))
    return "\n\n".join(part for part in parts if part) + "\n"


def _front(values: Mapping[str, str]) -> str:
    lines = [
        f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in values.items() if value
    ]
    return "\n".join(["---", *lines, "---"]) if lines else ""


def _headings(section: tuple[str, ...], opened: tuple[str, ...]) -> Iterator[str]:
    """The headings that lead from the section before to `section`."""
    for depth, name in enumerate(section):
        if section[: depth + 1] != opened[: depth + 1]:
            yield f"{'#' * min(_DEEPEST - 1, depth + 2)} {_escaped(name)}"


def _told(story: Story, level: int) -> str:
    title_words = story.headline or story.title
    title = _escaped(title_words)
    address = story.link and _NOT_IN_ADDRESS.sub(lambda found: f"%{ord(found[0]):02X}", story.link)
    heading = f"{'#' * level} [{title}](<{address}>)" if address else f"{'#' * level} {title}"
    above = [f"<p><strong>{escape(line, quote=False)}</strong></p>" for line in story.kicker]
    if story.subheadline:
        above.append(f"<p><em>{escape(story.subheadline, quote=False)}</em></p>")
    above += [_figure(image) for image in story.images if escape(image.src) not in story.body]
    below = [_link(one.url, one.title or one.url) for one in story.enclosures]
    body = "".join([*above, _with_dateline(story), *below])
    if not (body or address):  # a heading with nothing under it is no story
        body = f"<p>{escape(title_words, quote=False)}</p>"
    return "\n\n".join(filter(None, (heading, _signature(story.byline), _html(body))))


def _signature(people: tuple[Person, ...]) -> str:
    """The byline as the Markdown reader knows one, else as a line of the text."""
    names = [person.name for person in people]
    if not names:
        return ""
    chinese = is_cjk(names[0][0])
    line = f"文 / {'、'.join(names)}" if chinese else f"By {', '.join(names)}"
    if tuple(person.name for person in byline(line)) == tuple(names):
        return _escaped(line)
    return f"<p>{escape(line, quote=False)}</p>"


def _with_dateline(story: Story) -> str:
    lead = f"<p><b>{escape(story.dateline, quote=False)}</b></p>" if story.dateline else ""
    return lead + story.body


def _figure(image: Image) -> str:
    sizes = "".join(
        f' {side}="{size}"'
        for side, size in (("width", image.width), ("height", image.height))
        if size
    )
    caption = escape(squeeze(f"{image.caption} {image.credit}"), quote=False)
    below = f"<figcaption>{caption}</figcaption>" if caption else ""
    return (
        f'<figure><img src="{escape(image.src)}" alt="{escape(image.alt)}"{sizes}/>{below}</figure>'
    )


def _link(url: str, text: str) -> str:
    return f'<p><a href="{escape(url)}">{escape(text, quote=False)}</a></p>'


def _html(html: str) -> str:
    """`html` as one HTML block of CommonMark (section 4.6, kind 6): it ends at the first blank line."""
    if not html:
        return ""
    html = _PRE.sub(lambda found: found[0].replace("\n", "&#10;"), html)
    html = _BLOCK_END.sub(r"\1\n", _BLANK.sub("\n", html.strip()))
    whole = _BLOCK.match(html) and "<pre" not in html
    return html if whole else f"<div>{html}</div>"


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", squeeze(text)) or "…"
