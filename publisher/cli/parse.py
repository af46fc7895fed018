"""`publisher parse`: a file's reading, line by line, with every doubt and its reasons."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import click

from publisher import config
from publisher.checks.edition import TEXT_INSTEAD, empty_edition, takes_markup
from publisher.cli import options
from publisher.cli.console import finding_json, plural, print_json, say, show_findings
from publisher.config import Reading
from publisher.model import Page, Story, asdict, replace
from publisher.sanitise import plain, shows

HEAD_COLUMNS = 29  # what stands before a line's text
WIDEST = 56
NARROWEST = 20
_PARAGRAPH = re.compile(r"<p[ >]")


@click.command("parse", short_help="Show how an edition file is read, and how surely.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@options.folder
@options.as_json
def command(file: Path, folder: Path, as_json: bool) -> None:
    """Show how FILE is read: each line's role, the stories, and every doubt with its reasons; exit 1
    where there is an error.

    \b
    Example:
      publisher parse editions/2026-11-23.txt
      publisher parse editions/2026-11-23.txt --json
    """
    from publisher.readers import read_page
    from publisher.readers.sources import read_bytes

    reading, language = _settings(folder)
    page = read_page(
        read_bytes(file, str(file)), name=str(file), options=reading, language=language
    )
    if not (page.stories or page.introduction or page.refused):
        page = replace(page, findings=(*page.findings, empty_edition(page.name)))
    if as_json:
        _show_json(page)
    else:
        _show(page, reading)
    raise SystemExit(int(not _builds(page)))


def _builds(page: Page) -> bool:
    return not page.refused and all(one.severity != "error" for one in page.findings)


def _settings(folder: Path) -> tuple[Reading, str]:
    """A publication's `[reading]` and language; outside of one, the defaults."""
    path = folder / config.FILE_NAME
    if not path.exists():
        where = "this folder" if folder == Path() else folder
        say(f"there is no {config.FILE_NAME} in {where}, so no [reading] counts")
        return Reading(), ""
    publication = config.load(path)
    return publication.reading, publication.language


def _show_json(page: Page) -> None:
    """What a text page's lines became, its findings on stderr; of other formats all that was read."""
    from publisher.readers.newspaper.report import to_json

    shape = to_json(page)
    if page.name.lower().endswith(".txt"):
        print_json(shape)
        show_findings(page.findings)
        return
    items = zip(shape["items"], page.stories, strict=True)
    print_json(
        {
            **shape,
            "items": [{**item, **_read_as(story)} for item, story in items],
            "front": dict(page.front),
            "introduction": page.introduction,
            "findings": [*map(finding_json, page.findings)],
        }
    )


def _read_as(story: Story) -> dict[str, Any]:
    """What a story of any format has beside what a text page tells of it."""
    return {
        "title": story.title,
        "line": story.place.line,
        "section": list(story.section),
        "link": story.link,
        "tags": list(story.tags),
        "body": story.body,
        "images": [asdict(image) for image in story.images],
    }


def _show(page: Page, reading: Reading) -> None:
    for line in page.lines:
        story = "" if line.story is None else str(line.story + 1)
        sure = f"{line.confidence:4.0%}"
        doubtful = line.confidence < reading.doubt_threshold
        text = f"{line.line:5} {story:>3} {line.role:<12} {sure:>4}  {_fit(line.text)}"
        click.echo(click.style(text, fg="yellow") if doubtful else text)
    click.echo()
    _outline(page)
    for text in page.furniture:
        click.echo(f"  left out: {_fit(text)}")
    for doubt in page.doubts:
        click.echo(
            f"line {doubt.line}: read as {doubt.read_as} ({doubt.confidence:.0%}), perhaps {doubt.alternative}"
        )
        for reason in doubt.because:
            click.echo(f"    {reason}")
    show_findings(page.findings)
    if page.refused:
        say("refused: no story of this file is published", colour="red")
    elif page.doubts:
        settle = f"settle them with light markup in {page.name}"
        hint = settle if takes_markup(page.name) else TEXT_INSTEAD
        say(f"{plural(len(page.doubts), 'doubt')}: {hint}")
    elif _builds(page):
        count = len(page.stories)
        say(
            f"{count:,} {'story' if count == 1 else 'stories'}, no doubts: ready for publisher build"
        )


def _outline(page: Page) -> None:
    """The stories in order, each under its section; before them what the whole edition says."""
    for key in ("title", "number", "date", "language"):
        if page.front.get(key):
            click.echo(f"  {key}: {_fit(page.front[key])}")
    if page.introduction:
        click.echo(f"  introduction: {_fit(plain(page.introduction))}")
    section: tuple[str, ...] = ()
    for number, story in enumerate(page.stories, start=1):
        if story.section != section:
            section = story.section
            click.echo(f"  section: {' / '.join(section) or '(none)'}")
        click.echo(f"{number:3}. {_headline(story)}")


def _headline(story: Story) -> str:
    kicker = f"[{' / '.join(story.kicker)}] " if story.kicker else ""
    derived = " (title derived)" if story.headline_derived else ""
    names = ", ".join(person.name for person in story.byline)
    return f"{kicker}{story.title}{derived} - {f'{names}, ' if names else ''}{_size(story)}"


def _size(story: Story) -> str:
    """How much there is of `story` beside its headline."""
    # Only newspaper pages keep their paragraphs; the other formats' are in the body.
    paragraphs = len(story.paragraphs) or len(_PARAGRAPH.findall(story.body))
    if paragraphs:
        return plural(paragraphs, "paragraph")
    if shows(story.body):
        return "text"
    if story.images:
        return plural(len(story.images), "picture")
    if story.enclosures:
        return plural(len(story.enclosures), "recording")
    return "a link" if story.link else "no text"


def _fit(text: str) -> str:
    """`text` cut to what the terminal leaves it, by display width (a CJK character counts two)."""
    from wcwidth import wcwidth

    columns = shutil.get_terminal_size((HEAD_COLUMNS + WIDEST, 0)).columns - HEAD_COLUMNS
    room = min(max(columns, NARROWEST), WIDEST)
    used = 0
    for place, char in enumerate(text):
        used += max(wcwidth(char), 0)
        if used > room or (used == room and place + 1 < len(text)):
            return text[:place] + "…"
    return text
