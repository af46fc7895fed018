"""CSS moved into style attributes, as premailer does it: the only module that imports premailer.

`Inliner.inline` gives what premailer makes of a page: the same DOM, attribute for attribute. But an
element's style depends only on its path of (tag, and those of its attributes that the stylesheet
mentions), so premailer is asked once per new path, on a skeleton page that holds the new paths and
nothing else, and its answers are remembered in a trie per stylesheet. A page is then one walk over
its text; all that is not a start tag with styles is copied as it stands.

The walk accepts only what libxml2's parser would build as it is written. Whatever else comes
(unclosed tags, sibling selectors, scripts) takes the plain premailer path.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from xml.dom import DOMException

from publisher.errors import TemplateError

# The options that premailer must run with; each default does harm: the network is asked, media
# queries lose their !important, @supports vanishes, image sizes are overwritten, floats are slow.
OPTIONS: dict[str, Any] = {
    "allow_network": False,
    "strip_important": False,
    "keep_style_tags": True,
    "disable_basic_attributes": ["width", "height", "align", "valign"],
    "align_floating_images": False,
    "cssutils_logging_level": 60,  # above CRITICAL: an editor cannot act on cssutils' remarks
}
_MAX_SIZE = 20_000  # start tags remembered per stylesheet; past it they are learnt afresh
_MAX_SHEETS = 8
_MAX_DEPTH = 200  # libxml2 gives up at 256

_STYLE = re.compile(r"<style[^>]*>.*?</style\s*>", re.S)
_STYLE_TAG = re.compile(r'<style(?: type="text/css")?>(.*)</style>', re.S)
_COMMENT = re.compile(r"<!--.*?-->", re.S)
# What may stand behind "<" in a start tag; `>` in a value is fine, `'` around it is not.
_TAG = re.compile(r'(([a-z][a-z0-9]*)((?:\s+[a-z][a-z0-9:-]*(?:="[^"]*")?)*))\s*(/?)>')
_FRAME = re.compile(r"<(html|head|body)[\s>]")
_ATTRIBUTE = re.compile(r'\s+([a-z][a-z0-9:-]*)(?:="([^"]*)")?')
_SET = frozenset(["style", "bgcolor"])  # what premailer sets, with OPTIONS
_XML_SPACE = re.compile(r"[ \t\r\n]+")  # what parts classes in a selector (XPath normalize-space)
_RAW_TEXT = frozenset(
    ["script", "textarea", "xmp", "iframe", "noembed", "noframes", "noscript", "plaintext"]
)
_VOID = frozenset(["area", "base", "br", "col", "hr", "img", "input", "link", "meta", "param"])

_COMPOUND = r'(?:[A-Za-z][\w-]*)?(?:[.#][\w-]+|\[[\w-]+(?:[~|^$]?="?[\w-]*"?)?\])*'
_BY_PATH = re.compile(rf"(?!\s*$){_COMPOUND}(?:(?:\s*>\s*|\s+){_COMPOUND})*")


# What `Inliner.memory` gives: by the page's styles, the selectors, and the tree of paths, each with
# what premailer adds to it. Plain values, so that they can be written down.
Tree = dict[str, tuple[str, "Tree"]]
Memory = dict[str, tuple[list[str], Tree]]


class _Reshaped(Exception):
    """The page is not built as it is written, or its stylesheet needs more than paths."""


class _Node:
    """One path: its start tag as the stylesheet sees it, and what premailer adds to such a tag."""

    __slots__ = (
        "added", "bare", "children", "depth", "end", "key", "name", "own", "parent", "tags", "void"
    )  # fmt: skip

    def __init__(self, name: str, key: str, parent: _Node | None) -> None:
        self.name = name
        self.key = key
        self.parent = parent
        self.children: dict[str, _Node] = {}
        self.tags: dict[str, tuple[_Node, int]] = {}  # start tags as written, and where they end
        self.end = f"/{name}"
        self.void = name in _VOID
        self.added = ""
        self.own = any(attribute in _SET for attribute, _ in _ATTRIBUTE.findall(key))
        self.bare = name in {"", "html", "head"}  # may hold no text
        self.depth = 0
        if parent is not None:
            self.depth = parent.depth + 1
            parent.children[key] = self
        if self.depth > _MAX_DEPTH or name in _RAW_TEXT:
            raise _Reshaped

    def forget(self) -> None:
        """Take the path out of the trie again."""
        if self.parent is not None:
            self.parent.children.pop(self.key, None)
            self.parent.tags.clear()


class _Sheet:
    """What one stylesheet makes of every path seen so far; `styles` are the page's style elements."""

    def __init__(self, styles: str, selectors: list[str]) -> None:
        if not all(map(_BY_PATH.fullmatch, selectors)):
            raise _Reshaped
        bare = " ".join(re.sub(r"\[[^]]*\]", "", selector) for selector in selectors)
        attributes = set(re.findall(r"\[([\w-]+)", " ".join(selectors)))
        self.styles = styles
        self.selectors = selectors
        self.learnt = False
        self.classes = frozenset(re.findall(r"\.([\w-]+)", bare))
        self.ids = frozenset(re.findall(r"#([\w-]+)", bare))
        self.whole = attributes | _SET
        self.relevant = re.compile(
            r"\s(?:" + "|".join(sorted({"class", "id"} | self.whole)) + r")[\s=]"
        )
        self.root = _Node("", "", None)
        self.size = 0

    def key(self, name: str, attributes: str) -> str:
        """The start tag without its brackets and without what the stylesheet never looks at."""
        if not self.relevant.search(attributes + " "):
            return name
        found = _ATTRIBUTE.findall(attributes)
        if len(dict(found)) != len(found):
            raise _Reshaped
        kept = [name]
        for attribute, value in sorted(found):
            if attribute in self.whole or (attribute in ("class", "id") and "&" in value):
                kept.append(f'{attribute}="{value}"')
            elif attribute == "class":
                classes = [word for word in _XML_SPACE.split(value) if word in self.classes]
                kept += [f'class="{" ".join(classes)}"'] if classes else []
            elif attribute == "id" and value in self.ids:
                kept.append(f'id="{value}"')
        return " ".join(kept)


class Inliner:
    """Inlines pages, and remembers; one per process, owned by whoever inlines a run of pages.

    `memory` is what another has learnt before. Raises TemplateError where premailer cannot work with
    the page's stylesheet.
    """

    def __init__(self, memory: Memory | None = None) -> None:
        self._sheets: dict[str, _Sheet | None] = {}
        for styles, (selectors, paths) in (memory or {}).items():
            sheet = _Sheet(styles, selectors)
            _grow(sheet.root, paths)
            self._sheets[styles] = sheet

    @property
    def learnt(self) -> bool:
        """Whether there is more to remember than was given."""
        return any(sheet.learnt for sheet in self._sheets.values() if sheet)

    def memory(self) -> Memory:
        """What is known of every stylesheet, for another inliner."""
        known = ((styles, sheet) for styles, sheet in self._sheets.items() if sheet)
        return {styles: (sheet.selectors, _tree(sheet.root)) for styles, sheet in known}

    def inline(self, html: str) -> str:
        """`html` with its `<style>` elements kept, and their rules in style and bgcolor attributes."""
        try:
            return _inline_by_path(html, self._sheet_for(html))
        except _Reshaped:
            return plain(html)

    def _sheet_for(self, html: str) -> _Sheet:
        # premailer's serialiser adds this element where it is missing; the walk adds nothing.
        if 'http-equiv="Content-Type"' not in html or "\0" in html or "--!>" in html:
            raise _Reshaped
        if _FRAME.findall(html) != ["html", "head", "body"]:
            raise _Reshaped
        styles = "".join(_STYLE.findall(_COMMENT.sub("", html)))
        if styles not in self._sheets or self._outgrown(styles):
            if len(self._sheets) >= _MAX_SHEETS:
                self._sheets.clear()
            try:
                self._sheets[styles] = _Sheet(styles, list(_selectors(styles)))
            except _Reshaped:
                self._sheets[styles] = None
        sheet = self._sheets[styles]
        if sheet is None:
            raise _Reshaped
        return sheet

    def _outgrown(self, styles: str) -> bool:
        sheet = self._sheets[styles]
        return sheet is not None and sheet.size > _MAX_SIZE


def _grow(node: _Node, paths: Tree) -> None:
    for key, (added, inner) in paths.items():
        child = _Node(key.partition(" ")[0], key, node)
        child.added = added
        _grow(child, inner)


def _tree(node: _Node) -> Tree:
    return {key: (child.added, _tree(child)) for key, child in node.children.items()}


def plain(html: str) -> str:
    """What premailer makes of the whole page: the slow way, and the measure of the fast one."""
    page: str = _premailed(html)
    return page


def _parse(html: str) -> Any:
    from lxml import etree

    try:
        return etree.fromstring(html, etree.HTMLParser())
    except etree.XMLSyntaxError as error:
        raise TemplateError("email page", problem=f"is not HTML: {error}") from None


def _premailed(page: Any) -> Any:
    """A page's text, or its tree in place, after premailer; its faults become a TemplateError."""
    from cssselect import SelectorError
    from premailer import Premailer

    # A style attribute that reads like a selector raises TypeError: premailer's cache mixes the two.
    known = (SelectorError, DOMException, ValueError, TypeError, AssertionError, LookupError)
    try:
        return Premailer(**OPTIONS).transform(page, pretty_print=False)
    except known as error:
        raise TemplateError(
            "email stylesheet",
            problem=f"premailer cannot apply it: {error or type(error).__name__}",
            hint="use element and single-class selectors, and no style attributes in the stories",
        ) from None


def _selectors(styles: str) -> Iterator[str]:
    """The selectors that premailer will apply; those it leaves to the style element are no concern."""
    from premailer import Premailer

    for style in _STYLE.findall(styles):
        sheet = _STYLE_TAG.fullmatch(style)
        if sheet is None:
            raise _Reshaped
        rules, _ = Premailer(**OPTIONS)._parse_style_rules(sheet[1], 0)
        yield from (selector for _, selector, _ in rules)


def _inline_by_path(html: str, sheet: _Sheet) -> str:
    pieces = html.strip().split("<")
    fresh: list[_Node] = []
    try:
        marks = _walk(pieces, sheet, fresh)
        if fresh:
            _learn(sheet, next(node for _, _, node in marks if node.name == "head"), fresh)
            sheet.learnt = True
    except (_Reshaped, TemplateError):
        for node in reversed(fresh):
            node.forget()
        raise
    for index, end, node in marks:
        if node.added:
            piece = pieces[index]
            tag = _ATTRIBUTE.sub(_unless_set, piece[:end]) if node.own else piece[:end]
            pieces[index] = f"{tag}{node.added}{piece[end:]}"
    return "<".join(pieces)


def _unless_set(attribute: re.Match[str]) -> str:
    return "" if attribute[1] in _SET else attribute[0]


def _walk(pieces: list[str], sheet: _Sheet, fresh: list[_Node]) -> list[tuple[int, int, _Node]]:
    """Each start tag's piece, its end there, and its path; `pieces` are what stands between "<".

    New paths go to `fresh`. Raises _Reshaped at anything that libxml2 might build otherwise than
    it is written.
    """
    if pieces[0]:
        raise _Reshaped
    marks: list[tuple[int, int, _Node]] = []
    node, commented = sheet.root, False
    for index, piece in enumerate(pieces[1:], start=1):
        tag, bracket, text = piece.partition(">")
        known = node.tags.get(tag)
        if commented or piece.startswith("!"):
            commented, text = _after_comment(piece, commented)
        elif tag == node.end and bracket and node.parent is not None:
            node = node.parent
        else:
            if known is None:
                known = _step(node, piece, sheet, fresh)
                text = piece[known[1] :].partition(">")[2]
            child, end = known
            marks.append((index, end, child))
            if not child.void:
                node = child
        if text and node.bare and not text.isspace():
            raise _Reshaped
    if node is not sheet.root or commented:
        raise _Reshaped
    return marks


def _after_comment(piece: str, commented: bool) -> tuple[bool, str]:
    """Whether a comment goes on behind `piece`, and the text after it; doctypes are like comments."""
    if not commented and piece.startswith("!DOCTYPE "):
        return False, piece.partition(">")[2]
    if not commented and (not piece.startswith("!--") or piece.startswith(("!-->", "!--->"))):
        raise _Reshaped
    _, closed, text = piece[0 if commented else 3 :].partition("-->")
    return not closed, text


def _step(node: _Node, piece: str, sheet: _Sheet, fresh: list[_Node]) -> tuple[_Node, int]:
    """The path that the start tag at the beginning of `piece` leads to, and where the tag ends."""
    match = _TAG.match(piece)
    if match is None:
        raise _Reshaped
    whole, name, attributes, slash = match.groups()
    key = sheet.key(name, attributes)
    child = node.children.get(key)
    if child is None:
        child = _Node(name, key, node)
        fresh.append(child)
    if slash and not child.void:
        raise _Reshaped
    step = (child, len(whole))
    if "://" not in attributes:  # addresses rarely come twice
        node.tags[match[0][:-1]] = step
        sheet.size += 1
    return step


def _learn(sheet: _Sheet, head: _Node, fresh: list[_Node]) -> None:
    """Ask premailer about the `fresh` paths: one skeleton page holds them and their ancestors."""
    wanted: dict[_Node, list[_Node]] = {sheet.root: []}
    for node in (head, *fresh):
        parent = sheet.root
        for step in _path(node):
            if step not in wanted:
                wanted[step] = []
                wanted[parent].append(step)
            parent = step
    tree = _parse("<!DOCTYPE html>" + _skeleton(sheet.root, wanted, sheet.styles))
    (html,) = wanted[sheet.root]
    pairs = list(_pair(tree, html, wanted))
    _premailed(tree)
    for element, node in pairs:
        node.added = "".join(
            f' {name}="{_escaped(element.attrib[name])}"'
            for name in ("style", "bgcolor")
            if name in element.attrib
        )


def _path(node: _Node) -> list[_Node]:
    """`node` and its ancestors below the trie's root, outermost first."""
    steps: list[_Node] = []
    while node.parent is not None:
        steps.append(node)
        node = node.parent
    return steps[::-1]


def _skeleton(node: _Node, wanted: dict[_Node, list[_Node]], styles: str) -> str:
    inner = "".join(_skeleton(child, wanted, styles) for child in wanted[node])
    if not node.name:
        return inner
    if node.name in _VOID:
        return f"<{node.key}>"
    return f"<{node.key}>{inner}{styles if node.name == 'head' else ''}</{node.name}>"


def _pair(
    element: Any, node: _Node, wanted: dict[_Node, list[_Node]]
) -> Iterator[tuple[Any, _Node]]:
    """Each element of the parsed skeleton beside its path. Raises _Reshaped where the two differ."""
    yield element, node
    children = list(element)
    if node.name == "head":  # its style elements follow the paths
        children = children[: len(wanted[node])]
    if element.tag != node.name or len(children) != len(wanted[node]):
        raise _Reshaped
    for child, step in zip(children, wanted[node], strict=True):
        yield from _pair(child, step, wanted)


def _escaped(value: str) -> str:
    return value.replace("&", "&amp;").replace('"', "&quot;")
