"""What a story's source leaves unsaid and its parts tell: its kind, a title where it has none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from publisher.model import Image, Kind
from publisher.text import cjk_share, clip, one_line

_TITLE_LIMIT = 80  # columns; a Chinese character takes two


def kind(text: str, pictures: Sequence[Image], *, link: bool = False) -> Kind:
    """Of a story with this much text: a picture without any is a photo; a `link` without body, a link."""
    if link:
        return "link"
    return "photo" if pictures and not text else "article"


def title(text: str, pictures: Sequence[Image], link: str | None = None) -> str:
    """For a story without a headline: its text's first line, else a caption, else the address."""
    captions = (image.caption or image.alt for image in pictures)
    first = one_line(text.partition("\n")[0])
    line = first or next(filter(None, captions), "") or link or ""
    return clip(line, round(_TITLE_LIMIT / (1 + cjk_share(line)))) or "…"


def distinct(texts: Iterable[str]) -> tuple[str, ...]:
    """Each of `texts` on one line and once, without the empty ones."""
    return tuple(dict.fromkeys(filter(None, map(one_line, texts))))
