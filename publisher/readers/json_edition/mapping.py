"""JSON of any other shape read as an edition, by the keys that `[reading.json]` gives."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from publisher.config import JsonKeys
from publisher.readers.json_edition.schema import Edition, Item, Section
from publisher.readers.json_edition.source import JsonFile
from publisher.sanitise import plain, sanitise

_HINT = "look at [reading.json] in publisher.toml"
_BETWEEN_TAGS = re.compile(r"\s*[,;，；]\s*")
# What shows that a title was written as HTML. `<` and `&` alone do not: `print <0>`, `C & C++`.
_HTML = re.compile(
    r"</(?:a|abbr|b|cite|code|em|i|mark|q|s|small|span|strong|sub|sup|u)\s*>|<br\s*/?>"
    r"|&(?:amp|lt|gt|quot|apos|nbsp|#\d+|#x[0-9a-f]+);",
    re.IGNORECASE,
)


def edition(value: Mapping[str, Any], keys: JsonKeys, file: JsonFile) -> Edition:
    """`value` by `keys`. Raises EditionError where it has another shape than they say."""
    reader = _Reader(keys, file)
    root = reader.texts(value, "")
    return Edition(
        title=_words(root(keys.title)),
        date=root(keys.date),
        number=root(keys.number),
        language=root(keys.language),
        introduction="\n\n".join(reader.strings(value, keys.header, "")),
        closing="\n\n".join(reader.strings(value, keys.footer, "")),
        sections=tuple(reader.sections(value)),
        items=() if keys.sections else tuple(reader.items(value, "", required=True)),
    )


class _Reader:
    """Looks keys up in the objects of one file; `path` is where an object stands, for errors."""

    def __init__(self, keys: JsonKeys, file: JsonFile) -> None:
        self.keys = keys
        self.file = file

    def sections(self, value: Mapping[str, Any]) -> Iterator[Section]:
        if not self.keys.sections:
            return
        for path, section in self.objects(value, self.keys.sections, "", required=True):
            text = self.texts(section, path)
            yield Section(
                title=_words(text(self.keys.section_title)),
                introduction="\n\n".join(self.strings(section, self.keys.section_header, path)),
                closing="\n\n".join(self.strings(section, self.keys.section_footer, path)),
                items=tuple(self.items(section, path)),
            )

    def items(self, value: Mapping[str, Any], at: str, *, required: bool = False) -> Iterator[Item]:
        for path, item in self.objects(value, self.keys.items, at, required=required):
            text = self.texts(item, path)
            tags = self.strings(item, self.keys.item_tags, path)
            yield Item(
                title=_words(text(self.keys.item_title)),
                kicker=tuple(self.strings(item, self.keys.item_kicker, path)),
                link=text(self.keys.item_link),
                html="\n\n".join(self.strings(item, self.keys.item_body, path)),
                text="\n\n".join(self.strings(item, self.keys.item_text, path)),
                summary=text(self.keys.item_summary),
                authors=tuple(self.strings(item, self.keys.item_author, path)),
                date=text(self.keys.item_date),
                tags=tuple(tag for words in tags for tag in _BETWEEN_TAGS.split(words)),
            )

    def objects(
        self, value: Mapping[str, Any], key: str, at: str, *, required: bool = False
    ) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """The objects in the array under `key`, each with its path."""
        path = f"{at}.{key}".strip(".")
        found = _look_up(value, key)
        if found is None and not required:
            return
        if not isinstance(found, list):
            raise self.file.error(path, f"expected an array, got {_kind(found)}", hint=_HINT)
        for index, one in enumerate(found):
            if not isinstance(one, dict):
                inner = f"{path}[{index}]"
                raise self.file.error(inner, f"expected an object, got {_kind(one)}", hint=_HINT)
            yield f"{path}[{index}]", one

    def texts(self, value: Mapping[str, Any], at: str) -> Any:
        """A function from a key to the text under it."""
        return lambda key: " ".join(self.strings(value, key, at))

    def strings(self, value: Mapping[str, Any], key: str, at: str) -> Iterator[str]:
        """The texts under `key`: one, or all of an array."""
        found = _look_up(value, key) if key else None
        for one in found if isinstance(found, list) else [found]:
            if isinstance(one, dict | list):
                path = f"{at}.{key}".strip(".")
                raise self.file.error(path, f"expected text, got {_kind(one)}", hint=_HINT)
            if one is not None and not isinstance(one, bool) and str(one).strip():
                yield str(one).strip()


def _words(title: str) -> str:
    """`title` as plain text; where it is HTML, its words."""
    return plain(sanitise(title)) if _HTML.search(title) else title


def _look_up(value: Any, key: str) -> Any:
    """What stands under the dotted `key`; inside an array, what stands there in each member."""
    for part in key.split("."):
        if isinstance(value, list):
            value = [one.get(part) for one in value if isinstance(one, dict)]
        else:
            value = value.get(part) if isinstance(value, dict) else None
    return value


def _kind(value: object) -> str:
    if isinstance(value, dict):
        return "an object"
    return {type(None): "nothing", list: "an array", str: "text"}.get(type(value), "a number")
