"""Which language a text is in, as far as its characters can tell."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
_KANA = re.compile("[\u3041-\u30ff]")
_HANGUL = re.compile("[\uac00-\ud7af]")
_CJK = re.compile("[\u3041-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]+")
_LETTER = re.compile(r"[^\W\d_]")
_CJK_LANGUAGES = frozenset(("zh", "ja", "ko", "yue"))
# Characters that only one of the two scripts has, and that hardly a paragraph does without.
_SIMPLIFIED = re.compile("[这个们为来时说国对会发过经学后见门问间开关车长东乐书买卖华万与专业]")
_TRADITIONAL = re.compile("[這個們為來時說國對會發過經學後見門問間開關車長東樂書買賣華萬與專業]")
_MIN_LETTERS = 40
_NATIVE = 0.02  # the share of CJK under which a text is in another script


def language_tag(written: str) -> str:
    """`written` where it has the form of a BCP 47 tag, else nothing."""
    tag = written.strip()
    return tag if _TAG.fullmatch(tag) else ""


def language_of(text: str, *, expected: str, known: Sequence[str] = ()) -> str:
    """The language of `text`: `expected` unless its script says otherwise.

    Another answer is the first of `known` (BCP 47 tags) in the right script, else zh-Hans, zh-Hant,
    ja, ko, or en for Latin text; short texts and mixed ones stay as expected.
    """
    if not is_cjk_language(expected) and (text.isascii() or not _CJK.search(text)):
        return expected
    if is_cjk_language(expected) and _cjk(text[: len(text) // 10]) >= _NATIVE * len(text):
        return expected
    cjk = _cjk(text)
    letters = len(_LETTER.findall(text))
    share = cjk / letters if letters else 0.0
    if is_cjk_language(expected):
        foreign = share < _NATIVE and letters >= _MIN_LETTERS and text.isprintable()
        return _first(known, cjk=False) or "en" if foreign else expected
    if share < 0.3 or letters < 4:
        return expected
    return _first(known, cjk=True) or _cjk_tag(text, letters)


@lru_cache(maxsize=64)
def is_cjk_language(tag: str) -> bool:
    return tag.split("-", maxsplit=1)[0].lower() in _CJK_LANGUAGES


def _cjk(text: str) -> int:
    return sum(map(len, _CJK.findall(text)))


def _first(known: Sequence[str], *, cjk: bool) -> str:
    return next((tag for tag in known if is_cjk_language(tag) is cjk), "")


def _cjk_tag(text: str, letters: int) -> str:
    if len(_KANA.findall(text)) / letters > 0.1:
        return "ja"
    if len(_HANGUL.findall(text)) / letters > 0.3:
        return "ko"
    traditional = len(_TRADITIONAL.findall(text)) > len(_SIMPLIFIED.findall(text))
    return "zh-Hant" if traditional else "zh-Hans"
