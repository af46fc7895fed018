"""The ZIP package that a .docx is (ECMA-376 part 2): opened within limits, harmless parts taken out."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from posixpath import basename

from publisher import xml
from publisher.decode import LIMIT_BYTES, decode
from publisher.errors import EditionError
from publisher.model import Finding, Place, Severity

_MAX_PARTS = 2_000
_MAX_BYTES = (
    100_000_000  # all parts unpacked; pictures hardly shrink, so real files stay near theirs
)
_MAX_XML_BYTES = 8_000_000  # some 300,000 words; as a tree it takes a hundred times as much
_MAX_RATIO = 200  # Word's own XML shrinks to a tenth or a thirtieth
_RATIO_COUNTS_FROM = 1_000_000  # bytes; below, no ratio does harm

_OLE = b"\xd0\xcf\x11\xe0"  # Compound File Binary: Word before 2007, or an encrypted package
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")  # [MS-OFFCRYPTO] section 1.3.2
_ENCRYPTED_BIT = 0x1
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # ECMA-376 part 2, annex B.4

# What the text stands in; themes, settings, properties and custom data are never looked at.
_XML = re.compile(
    r"\[Content_Types\]\.xml|(?:.*/)?_rels/[^/]*\.rels"
    r"|word/(?:document|styles|numbering|footnotes|endnotes)\d*\.xml"
)
_MEDIA = re.compile(r"word/media/[^/]+")
_ACTIVE = (
    (re.compile(r".*vba(?:Project|Data)[^/]*", re.I), "macros"),
    (re.compile(r".*/activeX/.*", re.I), "ActiveX controls"),
    (re.compile(r".*/embeddings/.*", re.I), "embedded objects"),
)
# What a manuscript may name elsewhere, by the kind of the relation: how bad, what, what to do.
_OUTSIDE: Mapping[str, tuple[Severity, str, str]] = {
    "attachedTemplate": (
        "info",
        "the template",
        "nothing need be done: the manuscript holds the styles that it uses",
    ),
    "image": (
        "warning",
        "the picture",
        "in Word, insert the picture itself instead of a link to it",
    ),
}
_ANYTHING_OUTSIDE = "copy what readers should see into the manuscript itself"
_DTD = re.compile(r"<!DOCTYPE|<!ENTITY", re.I)


@dataclass(frozen=True, slots=True)
class Package:
    """The parts that hold text and pictures, by name; `findings` name what else there was."""

    parts: Mapping[str, bytes]
    findings: tuple[Finding, ...]


def open_package(source: bytes, name: str) -> Package:
    """Take the package apart. Raises EditionError for what is none, is locked, or is a bomb."""
    _refuse_others(source, name)
    try:
        with zipfile.ZipFile(BytesIO(source)) as archive:
            infos = _checked(archive, name)
            parts = dict(_parts(archive, infos, name))
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, ValueError) as error:
        raise EditionError(
            name, problem=f"this manuscript is damaged: {error}", hint="save it again in Word"
        ) from None
    if "[Content_Types].xml" not in parts or "word/document" not in " ".join(parts):
        raise EditionError(
            name,
            problem="this is a ZIP archive, but no Word document",
            hint="save the manuscript as .docx",
        )
    findings = (*_active(infos, name), *_outside(parts, name))
    return Package(parts, findings)


def _refuse_others(source: bytes, name: str) -> None:
    problem, hint = "", "save it in Word as .docx"
    if len(source) > LIMIT_BYTES:
        problem = f"this manuscript has more than {LIMIT_BYTES:,} bytes"
        hint = "make its pictures smaller (in Word: Compress Pictures)"
    elif source.startswith(_OLE) and _ENCRYPTED in source:
        problem, hint = "this manuscript is locked with a password", "save it without one"
    elif source.startswith(_OLE):
        problem = "this is a document of Word 2003 or older (.doc), which is not read"
    elif source.startswith(b"{\\rtf"):
        problem = "this is rich text (.rtf), not a Word document"
    elif not source.startswith(b"PK"):
        problem = "this is no Word document"
    if problem:
        raise EditionError(name, problem=problem, hint=hint)


def _checked(archive: zipfile.ZipFile, name: str) -> list[zipfile.ZipInfo]:
    """The directory's entries. Raises EditionError where they cannot be an honest manuscript's."""
    infos = archive.infolist()
    unpacked = sum(info.file_size for info in infos)
    packed = sum(info.compress_size for info in infos)
    names = [info.filename for info in infos]
    problem = ""
    if len(infos) > _MAX_PARTS:
        problem = f"it has {len(infos):,} parts, and {_MAX_PARTS:,} are read at most"
    elif unpacked > _MAX_BYTES:
        problem = f"it unpacks to {unpacked:,} bytes, and {_MAX_BYTES:,} are read at most"
    elif unpacked > _RATIO_COUNTS_FROM and unpacked > _MAX_RATIO * max(packed, 1):
        problem = f"it unpacks to {unpacked // max(packed, 1):,} times its size, as a ZIP bomb does"
    elif len(set(names)) < len(names):
        problem = "it holds two parts of one name"
    elif any(info.flag_bits & _ENCRYPTED_BIT for info in infos):
        problem = "its parts are encrypted"
    elif any(info.compress_type not in _METHODS for info in infos):
        problem = "its parts are packed in a way that Word never uses"
    if problem:
        raise EditionError(
            name,
            problem=f"this manuscript is refused: {problem}",
            hint="open it in Word, and save it under a new name",
        )
    return infos


def _parts(
    archive: zipfile.ZipFile, infos: list[zipfile.ZipInfo], name: str
) -> Iterator[tuple[str, bytes]]:
    left = _MAX_BYTES
    for info in infos:
        is_xml = bool(_XML.fullmatch(info.filename))
        if not is_xml and not _MEDIA.fullmatch(info.filename):
            continue
        limit = min(left, _MAX_XML_BYTES) if is_xml else left
        with archive.open(info) as part:
            body = part.read(limit + 1)
        if len(body) > limit:
            raise EditionError(
                name,
                problem=f"its part {info.filename} unpacks to more than {limit:,} bytes",
                hint="split it into editions, one manuscript each",
            )
        left -= len(body)
        yield info.filename, _plain_xml(body, f"{name}:{info.filename}") if is_xml else body


def _plain_xml(body: bytes, name: str) -> bytes:
    """The part in UTF-8. Raises EditionError for a DTD (ECMA-376 part 2, section 6.1.4), and for
    what is not well-formed or nests too deep."""
    text = decode(body, name=name, encoding="utf-8")
    if _DTD.search(text):
        raise EditionError(
            name,
            problem="this part declares a DTD or entities, which no Word document has",
            hint="do not trust the file; ask its sender for another",
        )
    xml.parse(text, name=name)
    return re.sub(r"\A\s*<\?xml\b[^<>]*?\?>", "", text).encode("utf-8")


def _active(infos: list[zipfile.ZipInfo], name: str) -> Iterator[Finding]:
    for pattern, what in _ACTIVE:
        found = [info.filename for info in infos if pattern.fullmatch(info.filename)]
        if found:
            message = f"{what} are left out ({basename(found[0])})"
            hint = "what readers should see must stand in the text"
            yield Finding("warning", "active-content", Place(name), message, hint)


def _outside(parts: Mapping[str, bytes], name: str) -> Iterator[Finding]:
    """What the manuscript would fetch from elsewhere: nothing is fetched, links stay links."""
    for part, body in parts.items():
        if not part.endswith(".rels"):
            continue
        for relation in xml.find_all(xml.parse(body.decode(), name=name), "Relationship"):
            kind = str(relation.get("Type", "")).rpartition("/")[2]
            target = str(relation.get("Target", ""))
            outside = str(relation.get("TargetMode", "")).lower() == "external"
            severity, what, hint = _OUTSIDE.get(
                kind, ("warning", f"what it includes as {kind}", _ANYTHING_OUTSIDE)
            )
            if (outside and kind != "hyperlink") or kind == "aFChunk":
                message = f"{what} {target[:120]!r} stands outside the manuscript, and is left out"
                yield Finding(severity, "external-reference", Place(name), message, hint)
