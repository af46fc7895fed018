"""Plain text: widths, scripts, slugs, and what may not stand in it."""

from __future__ import annotations

import hashlib
import re
import unicodedata

# XML 1.0 section 2.2 forbids C0 controls but tab, LF and CR; U+FFFE, U+FFFF and surrogates too.
ILLEGAL_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
# Bidirectional overrides and isolates can make text read other than it is (CVE-2021-42574).
BIDI_CONTROLS = re.compile("[\u202a-\u202e\u2066-\u2069]")
# ZWJ (U+200D) and ZWNJ (U+200C) carry meaning in emoji and Indic scripts; these carry none.
INVISIBLE = re.compile("[\u200b\u2060\ufeff\u00ad]")
# What stands in a character class for Chinese and Japanese characters and full-width forms.
CJK = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff"


def is_cjk(char: str) -> bool:
    """True for a Chinese or Japanese character or full-width form: what joins without a space."""
    return (
        "\u2e80" <= char <= "\u9fff"
        or "\uff00" <= char <= "\uffef"
        or "\uf900" <= char <= "\ufaff"
        or "\U00020000" <= char <= "\U0003ffff"
    )


def cjk_share(text: str) -> float:
    """The share of CJK among the characters that are not white space, in [0, 1]."""
    seen = [char for char in text if not char.isspace()]
    return sum(map(is_cjk, seen)) / len(seen) if seen else 0.0


def squeeze(text: str) -> str:
    """Runs of white space become one space; ends are bare."""
    return " ".join(text.split())


def one_line(text: str) -> str:
    """`text` on one line, without characters that reorder it or that XML forbids.

    A character reference or an escape can bring in what was taken out when the file was decoded.
    """
    if not text.isprintable():
        text = BIDI_CONTROLS.sub("", ILLEGAL_IN_XML.sub("", text))
    return squeeze(text)


def slugify(text: str) -> str:
    """A path part that is readable and never empty: letters and digits of any script, lower-case.

    `C`, `C#` and `C++` stay three: `c`, `c-sharp`, `c-plus-plus`.
    """
    spelled = text.replace("+", " plus ").replace("#", " sharp ").replace("&", " and ")
    folded = unicodedata.normalize("NFC", spelled).casefold()
    slug = "-".join(re.findall(r"[^\W_]+", folded))[:60].strip("-")
    return slug or "s-" + hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:8]


def clip(text: str, limit: int) -> str:
    """`text` cut to `limit` characters at a word or sentence end, with an ellipsis where cut."""
    text = squeeze(text)
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    stop = max(cut.rfind(mark) for mark in "。！？；，,.!? ")
    if stop > limit // 2:
        cut = cut[:stop]
    return cut.rstrip(" ,，;；:：、") + "…"
