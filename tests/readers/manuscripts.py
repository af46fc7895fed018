"""Word manuscripts for tests, put together by hand: paragraphs in, the bytes of a .docx out."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from html import escape
from io import BytesIO

from PIL import Image as Pillow

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TYPES = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Default Extension="png" ContentType="image/png"/>'
    '<Default Extension="emf" ContentType="image/x-emf"/>'
    "</Types>"
)
STYLES = (
    *("Title", "Subtitle", "Kicker", "Byline", "caption", "Quote", "toc 1"),
    *(f"heading {level}" for level in range(1, 7)),
)


def style_id(name: str) -> str:
    return name.title().replace(" ", "")


def paragraph(text: str = "", style: str = "", inner: str = "") -> str:
    """A paragraph of `text`, then raw runs; `style` is a name such as "heading 1"."""
    look = f'<w:pPr><w:pStyle w:val="{style_id(style)}"/></w:pPr>' if style else ""
    run = f'<w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r>' if text else ""
    return f"<w:p>{look}{run}{inner}</w:p>"


def heading(level: int, text: str) -> str:
    return paragraph(text, f"heading {level}")


def picture(relation: str, alt: str = "", attribute: str = "embed") -> str:
    """A run with a picture, by the id of its relation; `attribute` "link" means one outside."""
    return (
        '<w:r><w:drawing><wp:inline xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/'
        f'wordprocessingDrawing"><wp:docPr id="1" name="p" descr="{escape(alt)}"/>'
        '<a:graphic xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">'
        '<a:graphicData><pic:pic xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/'
        f'picture"><pic:blipFill><a:blip r:{attribute}="{relation}"/></pic:blipFill></pic:pic>'
        "</a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
    )


def link(relation: str, text: str) -> str:
    return f'<w:hyperlink r:id="{relation}"><w:r><w:t>{escape(text)}</w:t></w:r></w:hyperlink>'


def note(number: int) -> str:
    return f'<w:r><w:footnoteReference w:id="{number}"/></w:r>'


def table(*rows: tuple[str, ...]) -> str:
    cells = ("".join(f"<w:tc>{paragraph(text)}</w:tc>" for text in row) for row in rows)
    return "<w:tbl>" + "".join(f"<w:tr>{row}</w:tr>" for row in cells) + "</w:tbl>"


def relations(entries: Mapping[str, tuple[str, str, bool]]) -> str:
    """`.rels` of id -> (kind, target, whether it is outside)."""
    inner = "".join(
        f'<Relationship Id="{key}" Type="{R}/{kind}" Target="{escape(target)}"'
        + (' TargetMode="External"/>' if outside else "/>")
        for key, (kind, target, outside) in entries.items()
    )
    return (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f"{inner}</Relationships>"
    )


def parts(
    *body: str,
    related: Mapping[str, tuple[str, str, bool]] | None = None,
    notes: tuple[str, ...] = (),
    extra: Mapping[str, bytes] | None = None,
) -> dict[str, bytes]:
    """The parts of a manuscript of these paragraphs; `notes` are its footnotes from 1."""
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="{style_id(name)}"><w:name w:val="{name}"/></w:style>'
        for name in STYLES
    )
    found = {
        "[Content_Types].xml": TYPES,
        "_rels/.rels": relations({"r1": ("officeDocument", "word/document.xml", False)}),
        "word/document.xml": (
            f'<w:document xmlns:w="{W}" xmlns:r="{R}"><w:body>{"".join(body)}</w:body></w:document>'
        ),
        "word/styles.xml": f'<w:styles xmlns:w="{W}">{styles}</w:styles>',
        "word/_rels/document.xml.rels": relations(related or {}),
    }
    if notes:
        inner = "".join(
            f'<w:footnote w:id="{number}">{paragraph(text)}</w:footnote>'
            for number, text in enumerate(notes, 1)
        )
        found["word/footnotes.xml"] = f'<w:footnotes xmlns:w="{W}">{inner}</w:footnotes>'
    return {**{name: text.encode() for name, text in found.items()}, **(extra or {})}


def packed(entries: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, body in entries.items():
            archive.writestr(name, body)
    return file.getvalue()


def png(size: tuple[int, int] = (8, 6), colour: str = "red") -> bytes:
    file = BytesIO()
    Pillow.new("RGB", size, colour).save(file, "PNG")
    return file.getvalue()
