"""Bylines in one line of text, as newsrooms and manuscripts write them, become persons."""

from __future__ import annotations

import re
from collections.abc import Iterator

from publisher.model import Person
from publisher.text import cjk_share, squeeze

_LEAD = re.compile(r"(by|von|par|por|di|af|av|door)\s+(?=\S)", re.IGNORECASE)
_BETWEEN = re.compile(r"\s*(?:,\s*)?(?:\band\b|&|\bund\b|\bet\b|\boch\b|\bog\b)\s*")
_HAN = "\u3400-\u9fff"
_ROLE = re.compile(
    f"[{_HAN}]{{0,8}}?(?:记者|記者|通讯员|通訊員|实习生|實習生|评论员|評論員|撰稿人|特派员|特派員)"
    "|作者|摄影|攝影|撰文|编译|編譯|文|图"
)
_GAP = re.compile(r"[\s,，、;；:：/／|｜()（）□■◆●]+")


def people(text: str) -> tuple[Person, ...]:
    """The persons in a byline such as `By A. Quill and B. Vane` or `本报记者 许青 通讯员 宋可`.

    What is no list of names stays as it is printed, as one person.
    """
    text = squeeze(text)
    if cjk_share(text) > 0.5:
        return tuple(_chinese(text))
    lead = _LEAD.match(text)
    role, names = (lead[1], text[lead.end() :]) if lead else ("", text)
    return tuple(Person(name, role) for name in _names(names))


def _names(text: str) -> Iterator[str]:
    """Names between commas only where an "and" says that it is a list: a comma may precede a title."""
    parts = _BETWEEN.split(text)
    for part in parts:
        yield from filter(None, map(str.strip, part.split(",") if len(parts) > 1 else [part]))


def _chinese(text: str) -> Iterator[Person]:
    """Each name with the role that stands before it; two lone characters are one name, spaced."""
    role = first = ""
    for word in filter(None, _GAP.split(text)):
        found = _ROLE.match(word)
        is_role = found and (found.end() == len(word) or len(found[0]) > 1)
        role, name = (found[0], word[found.end() :]) if found and is_role else (role, word)
        if len(name) == 1 and not first:
            first = name
        elif name:
            yield Person(f"{first} {name}" if first else name, role)
            first = ""
    if first:
        yield Person(first, role)
