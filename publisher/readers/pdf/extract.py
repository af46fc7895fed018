"""Words and rules of a PDF's pages, or why there are none that could be trusted."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import publisher
from publisher.decode import LIMIT_BYTES
from publisher.errors import EditionError
from publisher.readers.pdf import worker
from publisher.readers.pdf.words import Rule, Sheet, Word

_BY_HAND = "put its text into a .txt file, with '# ' before each headline"
_FEW_CHARACTERS = 20
_TOO_MANY_TURNED = 0.05
_TOO_MANY_UNKNOWN = 0.01
_TOO_MANY_STRAYS = 0.003
# A Western letter between Chinese characters: a font's own code, taken for a character.
_STRAY = re.compile("(?<=[\u3400-\u9fff])[\xa1-\xb6\xb8-\xd6\xd8-\u024f](?=[\u3400-\u9fff])")


class Refused(Exception):
    """The text's order or its characters cannot be sure; says why, and `hint` what to do."""

    def __init__(self, why: str, hint: str = _BY_HAND) -> None:
        super().__init__(why)
        self.hint = hint


def sheets_of(source: bytes, name: str) -> tuple[Sheet, ...]:
    """The pages of the PDF. Raises Refused, or EditionError for what is no honest PDF."""
    if len(source) > LIMIT_BYTES:
        raise _error(name, f"it has more than {LIMIT_BYTES:,} bytes")
    if b"%PDF-" not in source[:1024]:  # where readers look for it (ISO 32000-1, annex H.3)
        raise _error(name, "it is no PDF")
    answer = _ask(source, name)
    if "error" in answer:
        raise _error(name, answer["error"])
    if "refused" in answer:
        raise Refused(answer["refused"], answer["hint"])
    sheets = tuple(map(_sheet, answer["sheets"]))
    _refuse_unsure(sheets)
    return tuple(sheet for sheet in sheets if sheet.words)


def _ask(source: bytes, name: str) -> dict[str, Any]:
    """What the worker says of the file (see there)."""
    home = str(Path(publisher.__file__).resolve().parents[1])
    try:
        done = subprocess.run(  # noqa: S603 - our own module, and no argument comes from outside
            [sys.executable, "-m", worker.__name__],
            input=source,
            capture_output=True,
            timeout=2 * worker.MAX_SECONDS,
            check=True,
            cwd=home,  # which -m looks in first
        )
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError):
        raise _error(name, "it takes more time or memory than an honest page") from None
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def _error(name: str, problem: str) -> EditionError:
    return EditionError(
        name, problem=f"this PDF cannot be read: {problem}", hint="export it again, a file per page"
    )


def _sheet(answer: dict[str, Any]) -> Sheet:
    words = tuple(Word(**word) for word in answer.pop("words"))
    rules = tuple(Rule(**rule) for rule in answer.pop("rules"))
    return Sheet(words=words, rules=rules, **answer)


def _refuse_unsure(sheets: tuple[Sheet, ...]) -> None:
    characters = sum(sheet.characters for sheet in sheets)
    turned = sum(sheet.turned for sheet in sheets)
    unknown = sum(sheet.unknown for sheet in sheets)
    if characters < _FEW_CHARACTERS:
        raise Refused("it has no text, as a scan that no one has read")
    if turned > _TOO_MANY_TURNED * characters:
        raise Refused(f"{turned} of {characters} characters do not stand upright")
    if unknown > _TOO_MANY_UNKNOWN * characters:
        raise Refused(f"its fonts do not say what {unknown} of {characters} characters are")
    text = " ".join(word.text for sheet in sheets for word in sheet.words)
    strays = len(_STRAY.findall(text))
    if strays > max(2, _TOO_MANY_STRAYS * characters):
        raise Refused(f"its fonts name {strays} characters wrongly, as {_STRAY.findall(text)[0]!r}")
