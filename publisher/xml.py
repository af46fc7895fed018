"""XML and HTML from outside, read without entities, DTD or network, and shown as text or HTML.

lxml is imported when the first file is parsed, for a quick start.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import escape
from typing import TYPE_CHECKING, TypeAlias, cast

from publisher.errors import EditionError
from publisher.tags import ATTRIBUTE_LIMIT, crowded, lines_only, uncrowded
from publisher.text import BIDI_CONTROLS, squeeze

if TYPE_CHECKING:
    from lxml import etree

    Element: TypeAlias = etree._Element

# The text is decoded already, so what the declaration says of its encoding no longer holds.
_DECLARATION = re.compile(r"\s*<\?xml\b[^<>]*?\?>")
_WHERE = re.compile(r",? line \d+(?:, column \d+)?.*", re.DOTALL)
# Where `<` begins no tag of the document (XML 1.0 sections 2.5 to 2.7).
_QUOTED = re.compile(r"<(?:!--.*?(?:-->|\Z)|!\[CDATA\[.*?(?:\]\]>|\Z)|\?.*?(?:\?>|\Z))", re.DOTALL)
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_VOID = frozenset(("br", "hr", "img", "col", "wbr"))
_ENTITIES = "this XML declares entities of its own, which are not read"
_HINT = "export it again, or mend the file there"
_UNKNOWN_ENTITY = "write the character itself: XML knows only &amp; &lt; &gt; &quot; and &apos;"


def parse(text: str, *, name: str, first_line: int = 1) -> Element:
    """The root of the XML `text`, which begins at line `first_line` of file `name`.

    Comments and processing instructions are gone. Raises EditionError, with the line, for what is
    not well-formed, nests deeper than 256, has a crowded tag, or declares entities (a few lines can
    name gigabytes, or files of this machine); a DTD that is only named is never looked at.
    """
    from lxml import etree

    refuse_crowds(text, name=name, first_line=first_line)
    declaration = _DECLARATION.match(text)
    if declaration:
        text = "\n" * declaration[0].count("\n") + text[declaration.end() :]
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(("\n" * (first_line - 1) + text).encode(), parser)
    except etree.XMLSyntaxError as error:
        at, column = error.position
        unknown = (error.msg or "").startswith("Entity ")
        raise EditionError(
            name,
            line=at or None,
            column=column or None,
            problem=_problem(error.msg),
            hint=_UNKNOWN_ENTITY if unknown else _HINT,
        ) from None
    _refuse_entities(root, name)
    return root


def refuse_crowds(text: str, *, name: str, first_line: int = 1) -> None:
    """Raises EditionError for a tag of the XML `text` with more attributes than parsers bear."""
    if crowded(text) is not None:  # perhaps in a comment or in HTML that is quoted
        bare = text if "<!ENTITY" in text else _QUOTED.sub(lines_only, text)
        _refuse_crowd(bare, crowded(bare), name, first_line)


def parse_html(text: str, *, name: str, first_line: int | None = 1) -> Element:
    """The `<html>` element of `text`, mended as browsers do. Comments are gone.

    Raises EditionError for a tag with more attributes than parsers bear; without its line where
    `first_line` is None, since `text` was cut out of the file.
    """
    from lxml import etree

    text, crowd = uncrowded(text)
    _refuse_crowd(text, crowd, name, first_line)
    parser = etree.HTMLParser(
        encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(text.encode(), parser)
    except etree.XMLSyntaxError:  # nothing in it
        return etree.Element("html")
    return root if root is not None else etree.Element("html")


def local(element: Element) -> str:
    """The element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def line(element: Element) -> int | None:
    """The line of the file on which the element begins."""
    return cast("int | None", element.sourceline)


def find_all(element: Element, *path: str) -> Iterator[Element]:
    """Elements down `path` by local names (`"*"` any), in document order, whatever their namespace."""
    if not path:
        yield element
        return
    for child in element:
        if path[0] in ("*", local(child)):
            yield from find_all(child, *path[1:])


def find(element: Element, *path: str) -> Element | None:
    """The first element down `path`."""
    return next(find_all(element, *path), None)


def words(element: Element | None) -> str:
    """All text inside, on one line, without characters that reorder it."""
    if element is None:
        return ""
    return squeeze(BIDI_CONTROLS.sub("", "".join(map(str, element.itertext()))))


def language(element: Element) -> str:
    """The language that the element declares, by `xml:lang` or `lang`; or nothing."""
    return element.get(_LANGUAGE) or element.get("lang") or ""


def inner_html(
    element: Element, *, rename: Mapping[str, str] | None = None, skip: frozenset[str] = frozenset()
) -> str:
    """What is inside as HTML that is not sanitised yet.

    Namespaces fall away; `rename` maps local names to HTML's, or to nothing where only what is inside
    counts; elements named in `skip` are left out.
    """
    return "".join(_inner(element, rename or {}, skip))


def outer_html(element: Element, *, rename: Mapping[str, str] | None = None) -> str:
    """The same with the element itself around it."""
    return "".join(_outer(element, rename or {}, frozenset()))


def _inner(element: Element, rename: Mapping[str, str], skip: frozenset[str]) -> Iterator[str]:
    yield escape(element.text or "", quote=False)
    for child in element:
        if local(child) not in skip:
            yield from _outer(child, rename, skip)
        yield escape(child.tail or "", quote=False)


def _outer(element: Element, rename: Mapping[str, str], skip: frozenset[str]) -> Iterator[str]:
    name = local(element)
    tag = rename.get(name, name)
    yield f"<{tag}{_attributes(element)}>" if tag else ""
    yield from _inner(element, rename, skip)
    yield f"</{tag}>" if tag and tag not in _VOID else ""


def _attributes(element: Element) -> str:
    pairs = {str(key): str(value) for key, value in element.attrib.items()}
    if _LANGUAGE in pairs:
        pairs.setdefault("lang", pairs[_LANGUAGE])
    return "".join(f' {key}="{escape(value)}"' for key, value in pairs.items() if key[0] != "{")


def _refuse_crowd(text: str, crowd: int | None, name: str, first_line: int | None) -> None:
    if crowd is not None:
        raise EditionError(
            name,
            line=first_line and first_line + text.count("\n", 0, crowd),
            problem=f"this tag has more than {ATTRIBUTE_LIMIT:,} attributes, or others within it",
            hint="close the tag, or take its attributes away",
        )


def _problem(message: str | None) -> str:
    message = _WHERE.sub("", message or "").rstrip(".") or "it ends early"
    if "amplification" in message:
        return _ENTITIES
    if "Excessive depth" in message:
        return "this XML is nested deeper than 256 elements, which no story needs"
    return f"this is no well-formed XML: {message}"


def _refuse_entities(root: Element, name: str) -> None:
    from lxml import etree

    declared = root.getroottree().docinfo.internalDTD
    if declared is not None and list(declared.iterentities()):  # type: ignore[attr-defined]
        raise EditionError(name, line=1, problem=_ENTITIES, hint="export it without them")
    for unknown in root.iter(etree.Entity):
        problem = f"the entity {unknown.text} is not known"
        raise EditionError(
            name, line=line(unknown), problem=problem, hint="write the character itself"
        )
