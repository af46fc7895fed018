"""The process that opens a PDF: the only module that knows pdfplumber.

A PDF can hold streams that unpack to any size and drawings that take for ever, and its parser has no
limits. So it is read in a process that the system stops (`extract` starts it): standard input is the
file, standard output JSON.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import unicodedata
from collections.abc import Iterator
from io import BytesIO
from typing import Any

MAX_PAGES = 40
MAX_CHARACTERS = 100_000  # of a page; the densest broadsheets have 40,000
MAX_SECONDS = 120
MAX_MEMORY_BYTES = 1_000_000_000

_BOLD = re.compile("bold|black|heavy|semibold|hei|黑", re.IGNORECASE)
_UNKNOWN = re.compile("\\(cid:\\d+\\)|[\ue000-\uf8ff\ufffd\x00-\x08\x0e-\x1f]")
# Some PDFs name characters by the radical that looks the same (Unicode 2F00-2FDF, 2E80-2EFF).
_RADICALS = {
    **{code: unicodedata.normalize("NFKC", chr(code)) for code in range(0x2F00, 0x2FD6)},
    **{
        ord(radical): character
        for radical, character in zip(
            "⺁⺎⺒⺓⺟⺠⺧⺫⺬⺮⺶⺻⺽⻁⻄⻅⻆⻉⻋⻑⻓⻔⻗⻘⻙⻚⻛⻜⻝⻡⻢⻣⻤⻥⻦⻧⻨⻩⻪⻫⻬⻭⻮⻯⻰⻱⻲⻳",
            "厂兀巳幺母民牛目示竹羊聿臼虎西见角贝车長长门雨青韦页风飞食首马骨鬼鱼鸟卤麦黄黾斉齐歯齿竜龙龜亀龟",
            strict=True,
        )
    },
}
_HAIRLINE = 2.5  # points; what is higher is a box


def main() -> None:
    _limit()
    logging.disable(logging.CRITICAL)
    print(json.dumps(_answer(sys.stdin.buffer.read())))


class _Limit(Exception):
    """More than is read of one file; says of what."""


def _answer(source: bytes) -> dict[str, Any]:
    """`sheets`, or why there are none: `refused` for what cannot be sure, `error` for all else."""
    from pdfplumber.utils.exceptions import PdfminerException

    try:
        return {"sheets": list(_sheets(source))}
    except PdfminerException as error:
        return _failure(error.args[0] if error.args else error)
    except Exception as error:  # noqa: BLE001 - the parser raises whatever Python does on odd input
        return _failure(error)


def _failure(error: Any) -> dict[str, Any]:
    from pdfminer.pdfdocument import PDFEncryptionError

    if isinstance(error, PDFEncryptionError):
        return {"refused": "it is locked with a password", "hint": "save it without one"}
    if isinstance(error, _Limit):
        return {"error": str(error)}
    if isinstance(error, MemoryError):
        return {"error": "it takes more memory than an honest page"}
    return {"error": f"it is damaged ({str(error) or type(error).__name__})"[:200]}


def _sheets(source: bytes) -> Iterator[dict[str, Any]]:
    import pdfplumber

    with pdfplumber.open(BytesIO(source)) as pdf:
        if len(pdf.pages) > MAX_PAGES:
            raise _Limit(f"it has {len(pdf.pages)} pages, and {MAX_PAGES} are read at most")
        for page in pdf.pages:
            if len(page.chars) > MAX_CHARACTERS:
                raise _Limit(f"a page of it has more than {MAX_CHARACTERS:,} characters")
            yield _sheet(page)
            page.close()


def _sheet(page: Any) -> dict[str, Any]:
    upright = page.filter(lambda thing: thing.get("upright", True)).dedupe_chars(tolerance=1)
    words = upright.extract_words(
        x_tolerance_ratio=0.15, y_tolerance=1, extra_attrs=["size", "fontname"]
    )
    return {
        "width": float(page.width),
        "height": float(page.height),
        "words": list(filter(None, map(_word, words))),
        "rules": list(_rules(page)),
        "characters": len(page.chars),
        "turned": sum(not char["upright"] for char in page.chars),
        "unknown": sum(bool(_UNKNOWN.search(char["text"])) for char in page.chars),
    }


def _word(word: dict[str, Any]) -> dict[str, Any] | None:
    text = word["text"].translate(_RADICALS)
    size = abs(float(word["size"]))
    if not text.strip() or not size:
        return None
    box = {key: float(word[key]) for key in ("x0", "x1", "top", "bottom")}
    return {"text": text, **box, "size": size, "bold": bool(_BOLD.search(str(word["fontname"])))}


def _rules(page: Any) -> Iterator[dict[str, float]]:
    for thing in [*page.lines, *page.rects]:
        if float(thing["bottom"]) - float(thing["top"]) <= _HAIRLINE:
            yield {"x0": float(thing["x0"]), "x1": float(thing["x1"]), "y": float(thing["top"])}


def _limit() -> None:
    try:
        import resource
    except ImportError:  # not on Windows; `extract` still limits the time
        return
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_SECONDS, MAX_SECONDS))


if __name__ == "__main__":
    main()
