"""A manuscript's parts become HTML and pictures: the only module that knows mammoth."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from xml.parsers.expat import ExpatError

from publisher.errors import EditionError
from publisher.model import Finding, Place

# Beside mammoth's own: styles by the names that Word gives them in its file, whatever it shows.
_STYLES = """
p[style-name='Title'] => p.title:fresh
p[style-name='Subtitle'] => p.subtitle:fresh
p[style-name='Kicker'] => p.kicker:fresh
p[style-name='Byline'] => p.byline:fresh
p[style-name='Author'] => p.byline:fresh
p[style-name='caption'] => p.caption:fresh
p[style-name='Quote'] => blockquote > p:fresh
p[style-name='Intense Quote'] => blockquote > p:fresh
p[style-name='HTML Preformatted'] => pre:separator('\\n')
p[style-name^='toc '] => !
p[style-name='TOC Heading'] => !
p[style-name='header'] => !
p[style-name='footer'] => !
"""
_PICTURES = (  # what browsers and mail clients show, by its first bytes
    (b"\x89PNG\r\n", "png"),
    (b"\xff\xd8\xff", "jpg"),
    (b"GIF8", "gif"),
    (b"RIFF", "webp"),
)
_MEND = "open it in Word, look whether all of it is there, and save it again"
# mammoth checks nothing: where a part or an attribute is missing, Python's own errors come out.
_DAMAGE = (LookupError, AttributeError, TypeError, ValueError, OSError, ArithmeticError, ExpatError)


@dataclass(slots=True)
class Manuscript:
    """HTML as mammoth writes it (not sanitised); `pictures` by the names that its `<img>` have."""

    html: str = ""
    pictures: dict[str, bytes] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def convert(parts: Mapping[str, bytes], name: str) -> Manuscript:
    """Nothing outside `parts` is opened. Raises EditionError for parts that do not fit together."""
    import mammoth  # type: ignore[import-untyped]

    manuscript = Manuscript()

    def picture(image: Any) -> dict[str, str]:
        return {"src": _take(image, manuscript, name)}

    try:
        result = mammoth.convert_to_html(
            _packed(parts),
            style_map=_STYLES,
            include_embedded_style_map=False,
            external_file_access=False,
            ignore_empty_paragraphs=False,
            convert_image=mammoth.images.img_element(picture),
        )
    except RecursionError:
        problem = "this manuscript nests tables or lists too deep"
        raise EditionError(name, problem=problem, hint="make them flat") from None
    except _DAMAGE as error:
        raise EditionError(name, problem=_problem(error, parts), hint=_MEND) from None
    manuscript.html = result.value
    return manuscript


def _problem(error: Exception, parts: Mapping[str, bytes]) -> str:
    """What is wrong, in an editor's words: mammoth looks pictures and links up by their ids."""
    missing = str(error.args[0])[:40] if isinstance(error, KeyError) and error.args else ""
    if missing and any(f'="{missing}"'.encode() in body for body in parts.values()):
        return f"a picture or link is missing from this manuscript: its text calls it {missing!r}"
    return "this manuscript is damaged: its parts do not fit together"


def _packed(parts: Mapping[str, bytes]) -> BytesIO:
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, body in parts.items():
            archive.writestr(name, body)
    return file


def _take(image: Any, manuscript: Manuscript, name: str) -> str:
    """The name under which the picture is kept, by its content; empty where it is left out."""
    try:
        with image.open() as file:
            body: bytes = file.read()
    except (KeyError, ValueError, OSError):  # not in the package, or outside it (reported there)
        return ""
    ending = next((end for magic, end in _PICTURES if body.startswith(magic)), "")
    if ending:
        file_name = f"{hashlib.sha256(body).hexdigest()[:16]}.{ending}"
        manuscript.pictures[file_name] = body
        return file_name
    message = f"a picture of type {image.content_type} is left out: browsers do not show it"
    hint = "in Word, paste it again as PNG or JPEG"
    manuscript.findings.append(Finding("warning", "media-left-out", Place(name), message, hint))
    return ""
