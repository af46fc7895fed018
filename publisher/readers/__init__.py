"""Readers turn one file's bytes into a `Page`. A new one joins with one line in `READERS`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import PurePosixPath

from publisher.config import Reading
from publisher.decode import decode, strip_controls
from publisher.errors import EditionError
from publisher.frontmatter import split
from publisher.model import Page, Struct, replace
from publisher.readers.sniff import Sniff, contains, json_keys, xml_root


class Reader(Struct, frozen=True):
    """A format: its name, the endings of its files, and the module that reads it.

    The module has `read(text, *, name, options, language, first_line) -> Page`; of a `binary`
    format it gets the bytes as they are, and front matter is its own affair. Where formats share an
    ending, `sniff` knows the format's own files by their bytes; one without it takes the rest.
    """

    name: str
    suffixes: tuple[str, ...]
    module: str
    binary: bool = False
    sniff: Sniff | None = None


# Of readers with one ending, the first that knows the file reads it: those without `sniff` come last.
READERS = (
    Reader("newspaper text", (".txt",), "publisher.readers.newspaper"),
    Reader("Markdown", (".md", ".markdown"), "publisher.readers.markdown"),
    Reader("NITF", (".xml",), "publisher.readers.newsroom.nitf", sniff=xml_root("nitf")),
    Reader(
        "NewsML-G2",
        (".xml",),
        "publisher.readers.newsroom.newsml",
        sniff=xml_root("newsItem", "packageItem", "newsMessage"),
    ),
    Reader(
        "RSS or Atom feed",
        (".xml", ".rss", ".atom", ".rdf"),
        "publisher.readers.feed",
        sniff=xml_root("rss", "feed", "RDF"),
    ),
    Reader(
        "ninjs",
        (".json",),
        "publisher.readers.newsroom.ninjs",
        sniff=json_keys(
            *("versioncreated", "versionCreated", "pubstatus", "pubStatus", "headlines", "bodies"),
            *("body_xhtml", "body_html", "body_text", "description_text", "representationtype"),
        ),
    ),
    Reader(
        "Founder e-paper page",
        (".html", ".htm"),
        "publisher.readers.newsroom.founder",
        sniff=contains("<!--enpproperty", "<!--enpcontent", "<founder-content"),
    ),
    Reader("HTML page", (".html", ".htm", ".xhtml"), "publisher.readers.html"),
    Reader("mail message", (".eml",), "publisher.readers.eml", binary=True),
    Reader("JSON edition", (".json",), "publisher.readers.json_edition"),
    Reader("PDF page", (".pdf",), "publisher.readers.pdf", binary=True),
    Reader("Word manuscript", (".docx", ".docm", ".doc"), "publisher.readers.docx", binary=True),
)


def readers_for(name: str) -> tuple[Reader, ...]:
    """The readers of files with this name's ending."""
    suffix = PurePosixPath(name).suffix.lower()
    return tuple(reader for reader in READERS if suffix in reader.suffixes)


def is_binary(name: str) -> bool:
    """Whether files with this name's ending have no lines of text to point at."""
    return all(reader.binary for reader in readers_for(name))


def read_page(source: bytes, *, name: str, options: Reading, language: str = "") -> Page:
    """Read one edition file; `name` is its path within the publication, for messages.

    `language` is what the file is expected to be in; its front matter may say better.
    `front` of the outcome holds the file's front matter, and what the reader found beside it.
    Raises EditionError for a file that no reader takes or that cannot be read as it stands.
    """
    reader = _choose(source, name, options)
    read: Callable[..., Page] = import_module(reader.module).read
    if reader.binary:
        return read(source, name=name, options=options, language=language)
    text, findings = strip_controls(decode(source, name=name, encoding=options.encoding), name)
    matter = split(text, name=name)
    if not text.strip():
        raise empty(name)
    page = read(
        matter.body,
        name=name,
        options=options,
        language=matter.values.get("language") or matter.values.get("lang") or language,
        first_line=matter.first_line,
    )
    return replace(
        page,
        front={**page.front, **matter.values},
        furniture=(*_overruled_title(page.front, matter.values), *page.furniture),
        findings=(*findings, *page.findings),
    )


def _choose(source: bytes, name: str, options: Reading) -> Reader:
    """The reader of this file, by its ending, and by its bytes where several share that.

    A publication that says how its JSON is shaped means every JSON file, whatever it looks like.
    """
    readers = readers_for(name)
    if options.json.items and name.lower().endswith(".json"):
        readers = tuple(reader for reader in readers if reader.sniff is None)
    if not readers:
        endings = ", ".join(dict.fromkeys(end for known in READERS for end in known.suffixes))
        raise EditionError(
            name, problem="no reader takes this kind of file", hint=f"these are read: {endings}"
        )
    if not source.strip() and not all(reader.binary for reader in readers):
        raise empty(name)
    bare = source.replace(b"\0", b"") if any(reader.sniff for reader in readers) else b""
    found = next((known for known in readers if known.sniff is None or known.sniff(bare)), None)
    if found is None:
        formats = ", ".join(reader.name for reader in readers)
        raise EditionError(
            name,
            problem="this file is in none of the formats that are read of its kind",
            hint=f"these are: {formats}",
        )
    return found


def empty(name: str) -> EditionError:
    """What to say of a file without content."""
    return EditionError(name, problem="this file is empty", hint="write in it, or delete it")


def _overruled_title(found: Mapping[str, str], front: Mapping[str, str]) -> tuple[str, ...]:
    """The title that the page shows, where front matter gives another: it is left out."""
    title = found.get("title", "")
    return (title,) if title and front.get("title", title) != title else ()
