"""PDF pages for tests, written by hand: text at places in, the bytes of a PDF out.

Only the standard fonts (ISO 32000-1, section 9.6.2.2), so Latin text; widths are Courier's or
Helvetica's average, as far as wrapping needs them.
"""

from __future__ import annotations

import textwrap
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field

A4 = (595, 842)
FONTS = {"F1": "Times-Roman", "F2": "Times-Bold", "F3": "Courier"}


@dataclass
class Paper:
    """One page; coordinates in points from the top left corner."""

    size: tuple[int, int] = A4
    marks: list[str] = field(default_factory=list)

    def text(
        self, x: float, y: float, line: str, size: float = 10, font: str = "F1", turn: bool = False
    ) -> None:
        shown = line.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
        matrix = "0 1 -1 0" if turn else "1 0 0 1"
        self.marks.append(
            f"BT /{font} {size} Tf {matrix} {x} {self.size[1] - y - size} Tm ({shown}) Tj ET"
        )

    def rule(self, x0: float, x1: float, y: float) -> None:
        height = self.size[1] - y
        self.marks.append(f"{x0} {height} m {x1} {height} l S")

    def column(
        self,
        x: float,
        y: float,
        paragraphs: Sequence[str],
        *,
        letters: int = 34,
        size: float = 10,
        indent: float = 10,
        font: str = "F3",
        lead: float = 12,
    ) -> float:
        """Paragraphs wrapped at so many letters; the `y` below them."""
        for paragraph in paragraphs:
            for number, line in enumerate(textwrap.wrap(paragraph, letters)):
                self.text(x + (indent if number == 0 else 0), y, line, size, font)
                y += lead
        return y


def pdf(*papers: Paper, packed: bool = False, trailer: str = "") -> bytes:
    """The file; `packed` deflates the pages, `trailer` is added to the trailer dictionary."""
    objects: list[bytes] = [b"<< /Type /Catalog /Pages 2 0 R >>", b""]
    fonts = " ".join(
        f"/{key} << /Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding /WinAnsiEncoding >>"
        for key, name in FONTS.items()
    )
    kids = []
    for paper in papers:
        body = "\n".join(paper.marks).encode("cp1252")
        filtered = " /Filter /FlateDecode" if packed else ""
        body = zlib.compress(body) if packed else body
        kids.append(f"{len(objects) + 1} 0 R")
        width, height = paper.size
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width} {height}] "
            f"/Resources << /Font << {fonts} >> >> /Contents {len(objects) + 2} 0 R >>".encode()
        )
        head = f"<< /Length {len(body)}{filtered} >>\nstream\n".encode()
        objects.append(head + body + b"\nendstream")
    objects[1] = f"<< /Type /Pages /Count {len(papers)} /Kids [{' '.join(kids)}] >>".encode()
    return _file(objects, trailer)


def _file(objects: Sequence[bytes], trailer: str) -> bytes:
    out = bytearray(b"%PDF-1.4\n")
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    head = f"<< /Size {len(objects) + 1} /Root 1 0 R {trailer} >>"
    out += f"trailer\n{head}\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(out)
