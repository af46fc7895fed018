"""What type size and place show of each line, said in the light markup of newspaper pages.

A headline is marked `# `, what stands above or below it in smaller type `@kicker: ` or `@sub: `, a
subhead `## `; the first line of a paragraph `= `, its others `+ `. What type cannot tell (bylines, captions, page furniture) stays
without a mark, and the newspaper reader decides.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from publisher.readers.pdf.layout import Line, text_size
from publisher.text import cjk_share, is_cjk

_LARGE = 1.2  # of the text's size: a headline, or what stands around one
_SMALL = 0.93  # captions, credits, tables
_SAME = 0.08  # lines whose sizes differ by less are one headline
_LONGEST_HEADLINE = 200  # characters; larger type in longer pieces is an opening or a quotation
_LONGEST_SUBHEAD = 60
_STOP = re.compile(r"[。！？.!?…][”’」』\"')）]*$")
_QUOTED = re.compile(r"[“‘「『\"].*[”’」』\"]", re.DOTALL)
_RUNNING_PAGES = 3
_FOLIO_LINES = 4
_FOLIO = re.compile(r".{1,80}(?<![。！？!?])")
_DIGIT = re.compile(r"\d")
_MARKUP = re.compile(r"##? |\+ |= |%% |@[A-Za-z-]+[:：]|-{3,}$|\\")


@dataclass(slots=True)
class _Group:
    """Lines of one headline or label, or a run of the text."""

    lines: list[Line]
    large: bool

    @property
    def size(self) -> float:
        return self.lines[0].size

    @property
    def text(self) -> str:
        """On one line, with a space where the script has one."""
        text = self.lines[0].text
        for line in self.lines[1:]:
            text += line.text if is_cjk(text[-1]) and is_cjk(line.text[0]) else f" {line.text}"
        return text


def marked_text(sheets: Sequence[Sequence[Line]]) -> str:
    """The lines of all pages, each with its mark."""
    lines = [line for sheet in sheets for line in sheet]
    usual = text_size((line.size, len(line.text)) for line in lines)
    all_bold = sum(line.bold for line in lines) > len(lines) / 2
    written: list[str] = []
    running = _running(sheets)
    for sheet in sheets:
        written += [f"%% {line.text}" for line in sheet if _numberless(line) in running]
        kept = [line for line in sheet if _numberless(line) not in running]
        folio = _folio(kept, usual)
        written += [f"%% {line.text}" for line in kept[:folio]]
        for run in _runs(list(_groups(kept[folio:], usual))):
            if run[0].large:
                written += _heads(run)
            else:
                for group in run:
                    written += _text(group.lines, usual, all_bold)
    return "\n".join(written) + "\n"


def _running(sheets: Sequence[Sequence[Line]]) -> frozenset[str]:
    """What stands at the top or bottom of three pages or more, whatever the number in it."""
    seen = Counter[str]()
    for sheet in sheets:
        ends = (min(sheet, key=lambda line: line.top), max(sheet, key=lambda line: line.bottom))
        seen.update({_numberless(line) for line in ends})
    return frozenset(text for text, count in seen.items() if count >= _RUNNING_PAGES)


def _numberless(line: Line) -> str:
    return _DIGIT.sub("", line.text).strip()


def _folio(lines: Sequence[Line], usual: float) -> int:
    """How many lines at a page's top are its folio: small ones with a date or number, above a
    headline; and a masthead above those."""
    count = 0
    while count < len(lines) and lines[count].size >= _LARGE * usual:
        count += 1
    masthead = count
    while count < len(lines) and lines[count].size < _LARGE * usual:
        count += 1
    between = lines[masthead:count]
    small = len(between) <= _FOLIO_LINES and all(_FOLIO.fullmatch(line.text) for line in between)
    dated = any(_DIGIT.search(line.text) for line in between)
    return count if small and dated and masthead <= 1 and count < len(lines) else 0


def _groups(lines: Sequence[Line], usual: float) -> Iterator[_Group]:
    group: _Group | None = None
    for line in lines:
        large = line.size >= _LARGE * usual
        if group and large == group.large and (not large or _continues(group.lines[-1], line)):
            group.lines.append(line)
            continue
        if group:
            yield group
        group = _Group([line], large)
    if group:
        yield group


def _continues(above: Line, line: Line) -> bool:
    """Whether two large lines are one headline: alike in size, and close below each other."""
    alike = abs(line.size - above.size) <= _SAME * above.size
    return alike and -above.size < line.top - above.bottom < above.size


def _runs(groups: Sequence[_Group]) -> Iterator[list[_Group]]:
    """Headline, labels and subheadline that stand together; text alone."""
    run: list[_Group] = []
    for group in groups:
        heads = group.large and _is_head(group)
        if run and not (heads and run[-1].large):
            yield run
            run = []
        run.append(group if heads else _Group(group.lines, large=False))
    if run:
        yield run


def _is_head(group: _Group) -> bool:
    text = group.text
    sentence = len(text) > _LONGEST_SUBHEAD and bool(_STOP.search(text))
    return len(text) <= _LONGEST_HEADLINE and not sentence and not _QUOTED.fullmatch(text)


def _heads(run: Sequence[_Group]) -> Iterator[str]:
    """The largest is the headline; smaller type above it is a label, below it a subheadline."""
    place = max(range(len(run)), key=lambda number: (run[number].size, -number))
    for number, group in enumerate(run):
        if number == place:
            yield f"# {group.lines[0].text}"
            yield from (f"+ {line.text}" for line in group.lines[1:])
        elif number < place:
            yield f"@kicker: {group.text}"
        else:
            yield f"@sub: {group.text}"


def _text(lines: Sequence[Line], usual: float, all_bold: bool) -> Iterator[str]:
    leading = _leading(lines)
    before: Line | None = None
    for line in lines:
        small = line.size < _SMALL * usual
        if line.bold and not all_bold and not small and _is_subhead(line, before):
            yield f"## {line.text}"
            before = None
            continue
        if before is None or before.bold != line.bold or (before.size < _SMALL * usual) != small:
            yield _bare(line.text)
        elif _opens(line, before, leading):
            yield f"= {line.text}"
        else:
            yield f"+ {line.text}"
        before = line


def _is_subhead(line: Line, before: Line | None) -> bool:
    """A short bold line inside a text whose lines are not bold."""
    inside = before is not None and not before.bold and bool(_STOP.search(before.text))
    return inside and len(line.text) <= _LONGEST_SUBHEAD and not _STOP.search(line.text)


def _leading(lines: Sequence[Line]) -> float:
    """The usual distance from line to line."""
    pairs = pairwise(lines)
    steps = [
        (round(below.top - above.top), 1)
        for above, below in pairs
        if above.column == below.column and below.top > above.top
    ]
    return text_size(steps) if steps else 0.0


def _opens(line: Line, before: Line, leading: float) -> bool:
    """Whether a paragraph begins: it is indented, further below, or the one before ended early."""
    if line.x0 - line.left >= 0.8 * line.size:
        return not _hanging(line, before)
    if line.column == before.column and line.top - before.top > 1.4 * leading:
        return True
    width = before.right - before.left
    short = before.right - before.x1 > max(0.12 * width, 1.5 * before.size)
    return short and bool(_STOP.search(before.text))


def _hanging(line: Line, before: Line) -> bool:
    """Whether the line before was indented as much: then the indent is the column's own."""
    same = line.column == before.column and abs(line.x0 - before.x0) < 0.5
    return same and not _STOP.search(before.text) and cjk_share(before.text) < 0.5


def _bare(text: str) -> str:
    """A line without a mark of ours; what would be read as one is escaped."""
    return f"\\{text}" if _MARKUP.match(text) else text
