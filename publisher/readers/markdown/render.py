"""Nodes become HTML (not yet sanitised) or plain text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from html import escape
from itertools import pairwise

from publisher.model import replace
from publisher.readers.markdown.parse import Node, known_tags_only
from publisher.text import is_cjk, one_line

_PLAIN_TAGS = {
    "BlockQuote": "blockquote",
    "Emphasis": "em",
    "Strong": "strong",
    "Strikethrough": "del",
    "TableRow": "tr",
}
# A line break in the source, until both of its sides are known; the text holds no controls.
_SOFT = "\x1e"
_ADDRESS = re.compile(r"[!#-;=?-\[\]_a-z~]+")  # as nearly all are
_NO_ADDRESS = re.compile(r"[\s\"<>\\^`{|}]")


def html(nodes: Iterable[Node]) -> str:
    """The nodes as HTML; raw HTML in them stands as it was written, tags that are none as text."""
    text = "".join([_html(node) for node in nodes])
    return _joined(text, "\n") if _SOFT in text else text


def text(nodes: Iterable[Node]) -> str:
    """The nodes' words on one line; pictures, raw tags and footnote marks have none."""
    found: list[str] = []
    _gather(nodes, found)
    return one_line(_joined("".join(found), " "))


def _joined(text: str, space: str) -> str:
    """`text` with `space` for line breaks, but nothing between Chinese characters.

    A half-width comma or the like may stand there.
    """
    lines = text.split(_SOFT)
    found = lines[:1]
    for before, after in pairwise(lines):
        end = before[-2:-1] if before.endswith((",", ".", ";", ":", "!", "?")) else before[-1:]
        found += ("" if is_cjk(end) and is_cjk(after[:1]) else space, after)
    return "".join(found)


def address(written: str) -> str:
    """A link's address, with what no URI may hold (RFC 3986 section 2) percent-encoded."""
    if _ADDRESS.fullmatch(written):
        return written
    return _NO_ADDRESS.sub(lambda match: f"%{ord(match[0]):02X}", written.strip())


def _html(node: Node) -> str:
    kind = node.kind
    if kind == "Text":
        return escape(node.value)
    if kind == "SoftBreak":
        return _SOFT
    if kind in _PLAIN_TAGS:
        tag = _PLAIN_TAGS[kind]
        return f"<{tag}>{_inner(node)}</{tag}>"
    return _RENDERERS.get(kind, _inner)(node)


def _inner(node: Node) -> str:
    return "".join([_html(child) for child in node.children])


def _raw(node: Node) -> str:
    return known_tags_only(node.value)


def _link(node: Node) -> str:
    """A link; its words alone where it leads nowhere."""
    href, title = address(node.value[0]), node.value[1]
    titled = f' title="{escape(title)}"' if title else ""
    return f'<a href="{escape(href)}"{titled}>{_inner(node)}</a>' if href else _inner(node)


def _heading(node: Node) -> str:
    return f"<h{node.value}>{_inner(node)}</h{node.value}>"


def _code(node: Node) -> str:
    return f"<code>{escape(node.value)}</code>"


def _code_block(node: Node) -> str:
    language = f' class="language-{escape(node.value)}"' if node.value else ""
    code = "".join(escape(child.value) for child in node.children)
    return f"<pre><code{language}>{code}</code></pre>"


def _image(node: Node) -> str:
    src, title = node.value
    caption = f' title="{escape(title)}"' if title else ""
    return f'<img src="{escape(src.strip())}" alt="{escape(text(node.children))}"{caption}>'


def _paragraph(node: Node) -> str:
    """A paragraph, or a figure where there is nothing in it but a picture with a title."""
    image = node.children[0] if len(node.children) == 1 else node
    if image.kind != "Image" or not image.value[1]:
        return f"<p>{_inner(node)}</p>"
    src, caption = image.value
    bare = _image(replace(image, value=(src, "")))
    return f"<figure>{bare}<figcaption>{escape(caption)}</figcaption></figure>"


def _list(node: Node) -> str:
    start = f' start="{node.value}"' if node.value not in (None, 1) else ""
    tag = "ul" if node.value is None else "ol"
    items = "".join(f"<li>{_inner(item)}</li>" for item in node.children)
    return f"<{tag}{start}>{items}</{tag}>"


def _table(node: Node) -> str:
    rows = []
    for row in node.children:
        cell_tag = "th" if row.kind == "TableHead" else "td"
        cells = zip(row.children, node.value, strict=False)
        rows.append("".join(_cell(cell, cell_tag, align) for cell, align in cells))
    head, *body = (f"<tr>{row}</tr>" for row in rows)
    return f"<table><thead>{head}</thead><tbody>{''.join(body)}</tbody></table>"


def _cell(cell: Node, tag: str, align: str) -> str:
    aligned = "" if align == "None" else f' align="{align.lower()}"'
    return f"<{tag}{aligned}>{_inner(cell)}</{tag}>"


def _footnote(node: Node) -> str:
    """The note as paragraphs, its mark before the first word; no ids, which items would share."""
    mark = Node("FootnoteReference", node.value, (), node.line)
    gap = Node("Text", " ", (), node.line)
    first, *rest = node.children or (Node("Paragraph", None, (), node.line),)
    return html([replace(first, children=(mark, gap, *first.children)), *rest])


def _footnote_mark(node: Node) -> str:
    return f"<sup>{escape(node.value)}</sup>"


_RENDERERS: dict[str, Callable[[Node], str]] = {
    "Paragraph": _paragraph,
    "Link": _link,
    "Heading": _heading,
    "Code": _code,
    "CodeBlock": _code_block,
    "Image": _image,
    "List": _list,
    "Table": _table,
    "FootnoteDefinition": _footnote,
    "FootnoteReference": _footnote_mark,
    "Html": _raw,
    "InlineHtml": _raw,
    "HardBreak": lambda node: "<br>",
    "Rule": lambda node: "<hr>",
}


def _gather(nodes: Iterable[Node], words: list[str]) -> None:
    for node in nodes:
        kind = node.kind
        if kind in ("Text", "Code"):
            words.append(node.value)
        elif kind in ("SoftBreak", "HardBreak"):
            words.append(_SOFT)
        elif kind != "Image":
            _gather(node.children, words)
            if kind in ("Paragraph", "Item", "Heading", "TableCell"):
                words.append(_SOFT)
