"""`[reading]` of `publisher.toml`: how edition files are read."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

NonEmpty = Annotated[str, Meta(min_length=1)]
LanguageTag = Annotated[str, Meta(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$")]
Share = Annotated[float, Meta(ge=0, le=1)]
DateSource = Literal["header", "dates", "name", "folder"]


class Table(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A TOML table: immutable, keyword-only, and an unknown key is an error."""


class JsonKeys(Table, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[reading.json]`: under which keys JSON editions of another shape keep what.

    A dot leads inside (`author.name`); an empty key means that the shape has no such thing. Nothing
    here counts until `items` is given: then every JSON edition is read so. Keys of items and of
    sections are looked up in each of them. `item_body`, `header` and `footer` hold HTML, `item_text`
    plain text.
    """

    title: str = "title"
    date: str = "date"
    number: str = "number"
    language: str = "language"
    header: str = ""
    footer: str = ""
    sections: str = ""
    section_title: str = "title"
    section_header: str = ""
    section_footer: str = ""
    items: str = ""
    item_title: str = "title"
    item_kicker: str = ""
    item_link: str = "url"
    item_body: str = ""
    item_text: str = ""
    item_summary: str = ""
    item_author: str = ""
    item_date: str = ""
    item_tags: str = ""


class Reading(Table, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[reading]`: how edition files are read.

    `doubt_threshold`: decisions of the newspaper reader with less confidence are doubts.
    `max_doubts`: a page with more is refused by `build` until they are settled or accepted.
    `label_side`: where a page's column labels stand relative to their story.
    `authors` gives the names of people whom an archive only knows by an id; `authors_file` is a
    JSON file of the same (`{"id": "Name"}`), beside `publisher.toml` or in a folder there.

    `date_from`: where an edition's date is looked for, best first: front matter (`"header"`),
    `dates`, the file's `"name"`, or name and `"folder"` together (`2026/11/23.md`). `dates` gives it
    by file (relative to `editions/`, with or without the ending); `dates_file` is a TOML file of
    such lines. `title_pattern`: a regular expression whose groups `number` and `title` are found in
    the edition's title. `languages`: the language of editions by the folder that they are in.

    Markdown: `root_section` is a heading whose sections count as outermost, `skip_sections` are
    headings to leave out with all under them. `children`: whether a list inside a list item holds
    the real items (`"auto"`: where they are links under a line that is none). `numbered`: whether
    numbered paragraphs are items. In every format, `unwrap` names query parameters that hold a
    link's real address (`?target=`).
    """

    encoding: Literal["auto", "utf-8", "gb18030", "big5", "shift_jis"] = "auto"
    label_side: Literal["auto", "before", "after"] = "auto"
    doubt_threshold: Share = 0.6
    max_doubts: Annotated[int, Meta(ge=0)] = 5
    date_from: Annotated[tuple[DateSource, ...], Meta(min_length=1)] = ("header", "dates", "name")
    dates: dict[NonEmpty, str] = {}
    dates_file: str = ""
    title_pattern: str = ""
    languages: dict[NonEmpty, LanguageTag] = {}
    root_section: str = ""
    skip_sections: tuple[str, ...] = ()
    children: Literal["auto"] | bool = "auto"
    numbered: bool = True
    unwrap: tuple[NonEmpty, ...] = ()
    json: JsonKeys = JsonKeys()
    authors: dict[NonEmpty, str] = {}
    authors_file: str = ""
