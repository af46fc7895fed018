"""Bytes of an edition file become text, or an error that says which byte is in the way."""

from __future__ import annotations

import codecs
import re
from collections import Counter
from contextlib import suppress

from publisher.errors import EditionError
from publisher.model import Finding, Place, Severity
from publisher.text import BIDI_CONTROLS, INVISIBLE

LIMIT_BYTES = 20_000_000  # a year's worth of pages; more is a mistake, and slow to find out

_BOMS = (  # UTF-32 first: its little-endian mark begins like UTF-16's
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_FORMATS = (
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"RIFF", "a picture or a sound"),
    (b"%PDF-", "a PDF"),
    (b"PK\x03\x04", "a ZIP archive, or a Word or OpenDocument file"),
    (b"\xd0\xcf\x11\xe0", "an old Word or Office file"),
    (b"{\\rtf", "a rich text file"),
    (b"\x1f\x8b", "a gzip archive"),
)
# Controls that are not white space. Form feeds stay: newspaper exports part their pages with them.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]")
# What XML and HTML say of their encoding (XML 1.0 section 4.3.3, HTML section 4.2.5.4).
_DECLARED = re.compile(
    rb"""<\?xml\s[^<>]{0,99}?encoding\s*=\s*["']?([\w.:-]+)|<meta\s[^<>]{0,99}?charset\s*=\s*["']?([\w.:-]+)""",
    re.IGNORECASE,
)
_DECLARED_WITHIN = 4096  # bytes; HTML requires 1024, and many pages put scripts first
# The widest codec behind each label, as browsers read them (Encoding Standard section 4.2).
_LABELS = {
    **dict.fromkeys(("gb2312", "gbk", "gb_2312-80", "x-gbk", "gb18030"), "gb18030"),
    **dict.fromkeys(("big5", "big5-hkscs", "x-x-big5"), "big5hkscs"),
    **dict.fromkeys(("iso-8859-1", "latin1", "windows-1252", "us-ascii", "ascii"), "cp1252"),
    **dict.fromkeys(("shift_jis", "shift-jis", "x-sjis", "windows-31j"), "cp932"),
    **{f"iso-8859-{part}": f"iso8859_{part}" for part in (2, 3, 4, 5, 7, 10, 13, 14, 15, 16)},
    **{f"windows-{page}": f"cp{page}" for page in (1250, 1251, 1253, 1254, 1257)},
    **{"euc-jp": "euc_jp", "euc-kr": "cp949", "ks_c_5601-1987": "cp949", "koi8-r": "koi8_r"},
}
# Python also knows codecs that are none of text, and some whose time is the square of their input.
_CHARSET = re.compile(
    "utf-?(?:8|16|32)|iso|windows|cp|gb|big5|koi8|shift|euc|mac|hz|tis|ks_c|latin"
)
_NEWLINES = re.compile("\r\n?|\x85")
# Simplified Chinese has 0.98 and more, traditional some 0.6; Big5 read as GB18030 0.17, Western and
# Cyrillic code pages 0.06.
_COMMON_SHARE = 0.5


def decode(source: bytes, *, name: str, encoding: str = "auto") -> str:
    """The text of `source`, its newlines all `\\n`, without a byte order mark.

    `encoding` is a codec's name, or "auto": UTF-8, else what markup declares, else GB18030 where the
    outcome reads like Chinese. A byte order mark decides before all. Raises EditionError, naming the
    byte offset.
    """
    if len(source) > LIMIT_BYTES:
        raise EditionError(
            name,
            problem=f"this file has more than {LIMIT_BYTES:,} bytes, which no edition needs",
            hint="split it into editions, one file each",
        )
    mark = next((codec for bom, codec in _BOMS if source.startswith(bom)), "")
    if not mark:
        _refuse_binary(source, name)
    text = _auto(source, name) if not mark and encoding == "auto" else None
    if text is None:
        text = _strict(source, mark or encoding, name)
    text = text.removeprefix("\ufeff")
    return _NEWLINES.sub("\n", text) if "\r" in text or "\x85" in text else text


def codec(label: str) -> str:
    """The codec that a charset label of mail or markup means, as widely as browsers take it.

    "auto" (see `decode`) for a label that is missing, unknown, or that names no charset.
    """
    label = label.strip().lower()
    try:
        return _LABELS.get(label) or (
            codecs.lookup(label).name if _CHARSET.match(label) else "auto"
        )
    except (LookupError, ValueError):
        return "auto"


def strip_controls(text: str, name: str) -> tuple[str, tuple[Finding, ...]]:
    """`text` without characters that must not be published, and what was taken out, once per kind.

    Control characters and bidirectional overrides are warned of; zero-width characters without a
    meaning (not ZWJ and ZWNJ) are worth a note. Tabs, line feeds and form feeds stay.
    """
    if not _ANY_KIND.search(text):
        return text, ()
    findings = []
    for pattern, severity, code, what in _KINDS:
        first = pattern.search(text)
        if first is None:
            continue
        place = Place(name, text.count("\n", 0, first.start()) + 1)
        text, count = pattern.subn("", text)
        message = f"{what} left out ({count}, the first is U+{ord(first[0]):04X})"
        findings.append(Finding(severity, code, place, message, "delete it in the file"))
    return text, tuple(findings)


_KINDS: tuple[tuple[re.Pattern[str], Severity, str, str], ...] = (
    (_CONTROLS, "warning", "control-character", "control characters"),
    (BIDI_CONTROLS, "warning", "bidi-control", "characters that reorder text"),
    (INVISIBLE, "info", "invisible-character", "invisible characters"),
)
_ANY_KIND = re.compile("|".join(pattern.pattern for pattern, *_ in _KINDS))


def _refuse_binary(source: bytes, name: str) -> None:
    kind = next((what for magic, what in _FORMATS if source.startswith(magic)), "")
    if kind:
        raise EditionError(
            name, problem=f"this is {kind}, not text", hint="export the page as plain text"
        )
    offset = source.find(b"\0")
    if offset >= 0:
        raise EditionError(
            name,
            line=source.count(b"\n", 0, offset) + 1,
            problem=f"there is a NUL at byte {offset}, so this is no text",
            hint="save it as UTF-8 text",
        )


def _auto(source: bytes, name: str) -> str | None:
    """UTF-8, else as declared, else plausible GB18030, else None (and the strict attempt says where
    UTF-8 fails)."""
    for codec in ("utf-8", _declared(source)):
        with suppress(UnicodeDecodeError):
            return source.decode(codec)
    try:
        text = source.decode("gb18030")
    except UnicodeDecodeError:
        return None
    return text if _reads_like_chinese(text) else None


def _declared(source: bytes) -> str:
    """The codec that the top of XML or HTML names; UTF-8 where it names none that is known."""
    top = source[:_DECLARED_WITHIN].lstrip()
    found = _DECLARED.search(top) if top.startswith(b"<") else None
    label = (found[1] or found[2]).decode("ascii", "replace").lower() if found else ""
    return _LABELS.get(label, "utf-8")


def _reads_like_chinese(text: str) -> bool:
    """Whether what GB18030 gave is Chinese: mostly punctuation and the 3,755 commonest characters.

    Those fill rows 1-3 and 16-55 of GB 2312; other encodings and random bytes scatter over all.
    """
    common = total = 0
    for char, count in Counter(text).items():
        if char < "\x80":
            continue
        code = char.encode("gb2312", "ignore")
        total += count
        if code and (code[0] <= 0xA3 or 0xB0 <= code[0] <= 0xD7):
            common += count
    return common >= _COMMON_SHARE * total and not _CONTROLS.search(text)


def _strict(source: bytes, encoding: str, name: str) -> str:
    codec = "utf-8" if encoding == "auto" else encoding
    try:
        return source.decode(codec)
    except UnicodeDecodeError as error:
        raise EditionError(
            name,
            line=source.count(b"\n", 0, error.start) + 1,
            problem=f"byte {error.start} (0x{source[error.start]:02X}) is not {_SHOWN[encoding]}",
            hint="save the file as UTF-8, or name its encoding under [reading] in publisher.toml",
        ) from None


_SHOWN = {
    "auto": "UTF-8, and the file does not read as GB18030 either",
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "utf-32": "UTF-32",
    "gb18030": "GB18030",
    "big5": "Big5",
    "shift_jis": "Shift-JIS",
}
