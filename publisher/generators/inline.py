"""CSS moved into style attributes, as premailer does it: the only module that imports premailer.

`Inliner.inline` gives what premailer makes of a page: the same DOM, attribute for attribute. But an
element's style depends only on its path of (tag, and those of its attributes that the stylesheet
mentions), so premailer is asked once per new path, on a skeleton page that holds the new paths and
nothing else, and its answers are remembered in a trie per stylesheet. Where no selector looks at an
element's ancestors, as in ours, the end of a path decides, and premailer is asked once per new end. A
page is then one walk over its text; all that is not a start tag with styles is copied as it stands.

The walk accepts only what libxml2's parser would build as it is written. Whatever else comes
(unclosed tags, sibling selectors, scripts) takes the plain premailer path.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from xml.dom import DOMException

from publisher.errors import TemplateError
from publisher.generators import stylesheet

# The options that premailer must run with; each default does harm: the network is asked, media
# queries lose their !important, @supports vanishes, image sizes are overwritten, floats are slow.
OPTIONS: dict[str, Any] = {
    "allow_network": False,
    "strip_important": False,
    "keep_style_tags": True,
    "disable_basic_attributes": ["width", "height", "align", "valign"],
    "align_floating_images": False,
    "disable_validation": True,
    "cssutils_logging_level": 60,  # above CRITICAL: an editor cannot act on cssutils' remarks
}
_MAX_SIZE = 20_000  # start tags remembered per stylesheet; past it they are learnt afresh
_MAX_SHEETS = 8
_MAX_DEPTH = 200  # libxml2 gives up at 256

_COMMENT = re.compile(r"<!--.*?-->", re.S)
# What may stand behind "<" in a start tag; `>` in a value is fine, `'` around it is not.
_TAG = re.compile(r'(([a-z][a-z0-9]*)((?:\s+[a-z][a-z0-9:-]*(?:="[^"]*")?)*))\s*(/?)>')
_FRAME = re.compile(r"<(html|head|body)[\s>]")
_ATTRIBUTE = re.compile(r'\s+([a-z][a-z0-9:-]*)(?:="([^"]*)")?')
_ADDRESS = ' href="'
_SET = frozenset(["style", "bgcolor"])  # what premailer sets, with OPTIONS
_XML_SPACE = re.compile(r"[ \t\r\n]+")  # what parts classes in a selector (XPath normalize-space)
_RAW_TEXT = frozenset(
    ["script", "textarea", "xmp", "iframe", "noembed", "noframes", "noscript", "plaintext"]
)
_VOID = frozenset(["area", "base", "br", "col", "hr", "img", "input", "link", "meta", "param"])

_COMBINATOR = re.compile(r"[\s>]")


# What `Inliner.memory` gives: by the page's styles, the selectors, and the tree of paths, each with
# what premailer adds to it. Plain values, so that they can be written down.
Tree = dict[str, tuple[str, "Tree"]]
Memory = dict[str, tuple[list[str], Tree]]


class _Reshaped(Exception):
    """The page is not built as it is written, or its stylesheet needs more than paths."""


class _Node:
    """One path: its start tag as the stylesheet sees it, and what premailer adds to such a tag.

    `steps` are the tags that are known to follow it, as written and without brackets: where each
    leads, and what it becomes (nothing where it stays as it is). `links` are those that differ only
    in an address, by what stands around it; there the second is what is added.
    """

    __slots__ = ("added", "bare", "children", "depth", "key", "links", "name", "parent", "steps")

    def __init__(self, name: str, key: str, parent: _Node | None) -> None:
        self.name = name
        self.key = key
        self.parent = parent
        self.children: dict[str, _Node] = {}
        self.steps: dict[str, tuple[_Node, str]] = {}
        self.links: dict[tuple[str, str], tuple[_Node, str]] = {}
        self.added: str | None = None  # until premailer has been asked
        self.bare = name in {"", "html", "head"}  # may hold no text
        self.depth = 0
        if parent is not None:
            self.depth = parent.depth + 1
            parent.children[key] = self
            if not parent.bare:
                self.steps[f"/{name}"] = (parent, "")
        if self.depth > _MAX_DEPTH or name in _RAW_TEXT:
            raise _Reshaped

    def forget(self) -> None:
        """Take the path out of the trie again."""
        if self.parent is not None:
            self.parent.children.pop(self.key, None)


class _Sheet:
    """What one stylesheet makes of every path seen so far; `styles` are the page's style elements.

    `ends` is what premailer adds by the key of a path's end, where that decides.
    """

    def __init__(self, styles: str, selectors: list[str]) -> None:
        if not all(map(stylesheet.BY_PATH.fullmatch, selectors)):
            raise _Reshaped
        bare = " ".join(re.sub(r"\[[^]]*\]", "", selector) for selector in selectors)
        attributes = set(re.findall(r"\[([\w-]+)", " ".join(selectors)))
        self.styles = styles
        self.selectors = selectors
        self.learnt = False
        self.ends: dict[str, str] | None = None
        if not any(_COMBINATOR.search(selector.strip()) for selector in selectors):
            self.ends = {}
        # What the element itself must be called, where a selector says; lower-case.
        subjects = (_COMBINATOR.split(selector.strip())[-1] for selector in selectors)
        self.names = frozenset(re.split(r"[.#[]", one, maxsplit=1)[0].lower() for one in subjects)
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

    def knows(self, node: _Node) -> bool:
        """Whether it is known what premailer adds at the end of this path."""
        if node.added is None and node.key == node.name and node.name not in self.names:
            node.added = ""  # there is nothing about it that a selector asks for
        if node.added is None and self.ends is not None:
            node.added = self.ends.get(node.key)
        return node.added is not None

    def learn(self, node: _Node, added: str) -> None:
        """Note what premailer adds at the end of this path."""
        node.added = added
        if self.ends is not None:
            self.ends[node.key] = added


class Inliner:
    """Inlines pages, and remembers; one per process, owned by whoever inlines a run of pages.

    `memory` is what another has learnt before. Raises TemplateError where premailer cannot work with
    the page's stylesheet.
    """

    def __init__(self, memory: Memory | None = None) -> None:
        self._sheets: dict[str, _Sheet | None] = {}
        for styles, (selectors, paths) in (memory or {}).items():
            sheet = _Sheet(styles, selectors)
            _grow(sheet, sheet.root, paths)
            self._sheets[styles] = sheet

    @property
    def learnt(self) -> bool:
        """Whether there is more to remember than was given, or than when it was last asked for."""
        return any(sheet.learnt for sheet in self._sheets.values() if sheet)

    def memory(self) -> Memory:
        """What is known of every stylesheet, for another inliner."""
        known = {styles: sheet for styles, sheet in self._sheets.items() if sheet}
        for sheet in known.values():
            sheet.learnt = False
        return {styles: (sheet.selectors, _tree(sheet.root)) for styles, sheet in known.items()}

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
        styles = "".join(stylesheet.ELEMENT.findall(_COMMENT.sub("", html)))
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


def _grow(sheet: _Sheet, node: _Node, paths: Tree) -> None:
    for key, (added, inner) in paths.items():
        child = _Node(key.partition(" ")[0], key, node)
        sheet.learn(child, added)
        _grow(sheet, child, inner)


def _tree(node: _Node) -> Tree:
    return {key: (child.added or "", _tree(child)) for key, child in node.children.items()}


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
    sheets = stylesheet.texts(styles)
    if sheets is None:
        raise _Reshaped
    rules = stylesheet.rules(styles)
    if rules is not None:
        yield from (selector for selectors, _ in rules for selector in selectors)
        return
    from premailer import Premailer

    for css in sheets:
        applied, _ = Premailer(**OPTIONS)._parse_style_rules(css, 0)
        yield from (selector for _, selector, _ in applied)


def _inline_by_path(html: str, sheet: _Sheet) -> str:
    fresh: list[_Node] = []
    try:
        inlined = _walk(html.strip(), sheet, fresh)
        if fresh:
            _learn(sheet, fresh)
            sheet.learnt = True
            inlined = _walk(html.strip(), sheet, [])
    except (_Reshaped, TemplateError):
        for node in reversed(fresh):
            node.forget()
        raise
    return inlined


def _walk(html: str, sheet: _Sheet, fresh: list[_Node]) -> str:
    """The page with styles wherever they are known; paths where they are not go to `fresh`.

    Raises _Reshaped at anything that libxml2 might build otherwise than it is written.
    """
    pieces = html.split("<")
    if pieces[0]:
        raise _Reshaped
    node = sheet.root
    places = iter(range(1, len(pieces)))
    for place in places:
        piece = pieces[place]
        tag, bracket, text = piece.partition(">")
        step = node.steps.get(tag)
        if step is not None and bracket:
            node, styled = step
            if styled:
                pieces[place] = f"{styled}>{text}"
            continue
        before, _, rest = tag.partition(_ADDRESS)
        address, quote, after = rest.partition('"')
        step = node.links.get((before, after)) if quote and bracket else None
        if step is not None:
            node, added = step
            if added:
                pieces[place] = f'{before}{_ADDRESS}{address}"{after}{added}>{text}'
            continue
        if piece.startswith("!"):
            text = _skip_comment(pieces, place, places)
        elif tag == f"/{node.name}" and bracket and node.parent is not None:
            node = node.parent
        else:
            node, pieces[place], text = _step(node, piece, sheet, fresh)
        if node.bare and text and not text.isspace():
            raise _Reshaped
    if node is not sheet.root:
        raise _Reshaped
    return "<".join(pieces)


def _skip_comment(pieces: list[str], place: int, places: Iterator[int]) -> str:
    """The text behind the comment that begins at `place`; doctypes are like comments."""
    piece = pieces[place]
    if piece.startswith("!DOCTYPE "):
        return piece.partition(">")[2]
    if not piece.startswith("!--") or piece.startswith(("!-->", "!--->")):
        raise _Reshaped
    _, closed, text = piece[3:].partition("-->")
    while not closed:
        place = next(places, 0)
        if not place:
            raise _Reshaped
        _, closed, text = pieces[place].partition("-->")
    return text


def _step(node: _Node, piece: str, sheet: _Sheet, fresh: list[_Node]) -> tuple[_Node, str, str]:
    """Where the start tag at the beginning of `piece` leads, what the piece becomes, and its text.

    What it leads to is remembered, once its styles are known.
    """
    match = _TAG.match(piece)
    if match is None:
        raise _Reshaped
    whole, name, attributes, slash = match.groups()
    key = sheet.key(name, attributes)
    child = node.children.get(key)
    new = child is None
    if child is None:
        child = _Node(name, key, node)
    if slash and name not in _VOID:
        raise _Reshaped
    following = node if name in _VOID else child
    text = piece[match.end() :]
    if not sheet.knows(child):
        fresh += [child] if new else []
        return following, piece, text
    written, styled = match[0][:-1], ""
    if child.added:
        styled = f"{_without_set(whole)}{child.added}{written[len(whole) :]}"
    if not following.bare and ">" not in written:
        _remember(node, written, styled, following, child.added or "", sheet)
    return following, f"{styled}>{text}" if styled else piece, text


def _without_set(tag: str) -> str:
    """A start tag without the attributes that premailer sets."""
    if not any(attribute in tag for attribute in _SET):
        return tag
    return _ATTRIBUTE.sub(lambda found: "" if found[1] in _SET else found[0], tag)


def _remember(
    node: _Node, tag: str, styled: str, following: _Node, added: str, sheet: _Sheet
) -> None:
    """What follows `node` behind the start tag `tag`, which becomes `styled`."""
    before, href, rest = tag.partition(_ADDRESS)
    _, _, after = rest.partition('"')
    if href and "href" not in sheet.whole and styled in ("", f"{tag}{added}"):
        # An even number of quotes: the address stands in no other attribute's value.
        if before.count('"') % 2 == 0:
            node.links[before, after] = following, added
            sheet.size += 1
    elif "://" not in tag:  # addresses rarely come twice
        node.steps[tag] = following, styled
        sheet.size += 1


def _learn(sheet: _Sheet, fresh: list[_Node]) -> None:
    """Ask premailer about the `fresh` paths: one skeleton page holds them and their ancestors."""
    asked = fresh if sheet.ends is None else {node.key: node for node in fresh}.values()
    wanted: dict[_Node, list[_Node]] = {sheet.root: []}
    top = _path(fresh[0])[0]
    head = next(child for child in top.children.values() if child.name == "head")
    for node in (head, *asked):
        parent = sheet.root
        for step in _path(node):
            if step not in wanted:
                wanted[step] = []
                wanted[parent].append(step)
            parent = step
    skeleton = _skeleton(sheet.root, wanted)
    styled = skeleton.replace("</head>", f"{stylesheet.part_for(skeleton, sheet.styles)}</head>")
    tree = _parse(f"<!DOCTYPE html>{styled}")
    (html,) = wanted[sheet.root]
    pairs = list(_pair(tree, html, wanted))
    _premailed(tree)
    for element, node in pairs:
        added = "".join(
            f' {name}="{_escaped(element.attrib[name])}"'
            for name in ("style", "bgcolor")
            if name in element.attrib
        )
        sheet.learn(node, added)


def _path(node: _Node) -> list[_Node]:
    """`node` and its ancestors below the trie's root, outermost first."""
    steps: list[_Node] = []
    while node.parent is not None:
        steps.append(node)
        node = node.parent
    return steps[::-1]


def _skeleton(node: _Node, wanted: dict[_Node, list[_Node]]) -> str:
    inner = "".join(_skeleton(child, wanted) for child in wanted[node])
    if not node.name:
        return inner
    return f"<{node.key}>" if node.name in _VOID else f"<{node.key}>{inner}</{node.name}>"


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
