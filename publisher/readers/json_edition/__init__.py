"""Editions written in JSON: our own schema, JSON Feed 1.1, and other shapes by `[reading.json]`.

Whatever the shape, it first becomes a `schema.Edition`; `telling` makes the page of that.
"""

from __future__ import annotations

from publisher.config import Reading
from publisher.errors import EditionError
from publisher.model import Page
from publisher.readers.json_edition import feed, mapping, schema
from publisher.readers.json_edition.source import JsonFile
from publisher.readers.json_edition.telling import Shape, tell

__all__ = ["read"]

_OWN = Shape(sections="sections", items="items")
_FEED = Shape(sections="", items="items")


def read(
    text: str, *, name: str, options: Reading, language: str = "", first_line: int = 1
) -> Page:
    """Read one edition in JSON; `front` has its title, date, number and language.

    With `options.json.items` every file is read by that mapping, else a file that says it is a JSON
    Feed is read as one, and any other by our schema. Raises EditionError naming the path in the
    file, as `sections[0].items[3].title`, and its line.
    """
    file = JsonFile(name, text, first_line)
    value = file.value()
    file.refuse_twins()
    keys = options.json
    if not isinstance(value, dict):
        raise EditionError(
            name,
            line=first_line,
            problem="this JSON is no object, so it is no edition",
            hint='an edition is an object: {"title": ..., "items": [...]}',
        )
    if keys.items:
        shape = Shape(sections=keys.sections, items=keys.items, exact=False)
        return tell(mapping.edition(value, keys, file), file, shape, options.authors)
    if feed.is_feed(value):
        return tell(feed.edition(value, file), file, _FEED, options.authors)
    return tell(file.convert(value, schema.Edition), file, _OWN, options.authors)
