"""Text to HTML with every run of Chinese or Japanese marked where the page is in another language.

Without the mark a browser may take the glyphs of another country (W3C, "Styling using language
attributes"; the code points of the three scripts are the same).
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape

from publisher.config import Publication
from publisher.text import CJK

_CJK_LANGUAGES = ("zh", "ja", "ko")
_ANY_CJK = re.compile(f"[{CJK}]")
_TAG_OR_CJK = re.compile(f"<[^>]*>|[{CJK}\u2018-\u201d]+")  # a run takes its quotation marks along
_KANA = re.compile("[\u3041-\u30ff]")


@lru_cache(maxsize=256)
def is_cjk_language(language: str) -> bool:
    return language.partition("-")[0].lower() in _CJK_LANGUAGES


def mark_text(text: str, language: str, publication: Publication) -> str:
    """Plain `text` in `language` as HTML."""
    if not text:
        return ""
    return mark_html(escape(text), language, publication)


def mark_html(html: str, language: str, publication: Publication) -> str:
    """Sanitised HTML (no `<` or `>` but around tags) in `language`, its tags left as they are."""
    if html.isascii() or is_cjk_language(language) or not _ANY_CJK.search(html):
        return html
    return _TAG_OR_CJK.sub(lambda match: _mark(match[0], publication), html)


def _mark(run: str, publication: Publication) -> str:
    if run.startswith("<") or not _ANY_CJK.search(run):
        return run
    language = "ja" if _KANA.search(run) else _chinese_of(publication)
    return f'<span lang="{language}">{run}</span>'


def _chinese_of(publication: Publication) -> str:
    """The Chinese that the publication writes, by its languages; simplified where it says none."""
    sections = publication.sections.values()
    spoken = [publication.language, *(section.language or "" for section in sections)]
    return next((tag for tag in spoken if tag.lower().startswith("zh")), "zh-Hans")
