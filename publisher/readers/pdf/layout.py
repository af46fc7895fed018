"""From words with boxes to lines in reading order: a recursive cut along bands and columns.

A band is a stretch of the page that has the same gutters from top to bottom. Bands are read one below
the other, the columns of a band from left to right, and each column is cut again by the same rule.
What no gutter parts must be single lines, one below the other; else the order is not sure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from publisher.readers.pdf.extract import Refused
from publisher.readers.pdf.words import Rule, Sheet, Word
from publisher.text import is_cjk

_GUTTER = 0.8  # of the type size, where several lines have it
_LONE_GUTTER = 2.0  # where one or two do: a word space of a justified line can be wide
_TALL = 2.5  # of the type size: the height of several lines
_NARROW = 4.0  # of the type size; columns of text have eight and more
_HEADLINE = 1.3  # of the text's size, and more: type that begins a story
_DROP_CAP = 1.8
_SPANNING = 0.8  # of the width: a rule that parts what is above it from what is below
_WIDE = 3.0  # of the type size: a gap within a line that is no word space
_OVERLAP = 0.25  # of the type size; lines set solid touch, and these are none below each other
_TOO_TANGLED = 0.05
_TOO_MANY_WIDE = 0.2
_TOO_MANY_OVERLAPS = 0.02
_TOO_MANY_ALONE = 0.5
_ENOUGH_LINES = 8
_DEPTH = 50

_Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Line:
    """`left` and `right` are the edges of the column it stands in; `column` numbers those in order."""

    text: str
    x0: float
    x1: float
    top: float
    bottom: float
    size: float
    bold: bool
    left: float
    right: float
    column: int


def lines_of(sheet: Sheet) -> tuple[Line, ...]:
    """The page's lines in reading order. Raises Refused where that is not sure."""
    _refuse_overlaps(sheet.words)
    words = _without_drop_caps(sheet.words)
    usual = text_size((word.size, len(word.text)) for word in words)
    columns = list(_cut(words, sheet.rules, usual, _DEPTH))
    lines: list[Line] = []
    for number, column in enumerate(columns):
        lines += _lines(column, number)
    _refuse_unsure(lines)
    return tuple(lines)


def text_size(sizes: Iterable[tuple[float, int]]) -> float:
    """The size of most characters: (size, how many) pairs, to half a point."""
    counts: Counter[float] = Counter()
    for size, count in sizes:
        counts[round(size * 2) / 2] += count
    return max(counts.items(), key=lambda entry: (entry[1], -entry[0]))[0] if counts else 10.0


def _cut(
    words: Sequence[Word], rules: Sequence[Rule], usual: float, depth: int
) -> Iterator[list[Word]]:
    if depth == 0:
        raise Refused("its columns are nested too deep")
    bands = _bands(words, rules, usual)
    for band in bands:
        columns = _columns(band)
        if len(columns) == 1 and len(bands) == 1:
            yield list(band)
            return
        for column in columns if len(columns) > 1 else [band]:
            yield from _cut(column, rules, usual, depth - 1)


def _bands(words: Sequence[Word], rules: Sequence[Rule], usual: float) -> list[list[Word]]:
    """Rows that share a gutter, together; so are neighbours that have none."""
    left, right = _extent(words)
    bands: list[list[Word]] = []
    gaps: list[_Span] = []
    above: list[Word] = []
    for row in _rows(words):
        own = _gaps(row, left, right)
        need = _GUTTER * _size(row)
        gutters = [gap for gap in _shared(gaps, own) if gap[1] - gap[0] >= need and gap[1] < right]
        heads = _is_head(row, usual)
        parts = any(left < gap[0] and gap[1] < right for gap in own if gap[1] - gap[0] >= need)
        parts = parts or (heads and _stands_right(row, left, right))
        parted = (heads and not parts) or _parted(above, row, rules, (left, right))
        if gutters and not parted and not (heads and _all_begin(row, gutters, usual, bands[-1])):
            bands[-1] += row
            gaps = gutters
        else:
            bands.append(list(row))
            gaps = own if parts else []
        above = row
    return _merged(bands, usual)


def _merged(bands: Sequence[list[Word]], usual: float) -> list[list[Word]]:
    merged: list[list[Word]] = []
    for band in bands:
        if merged and _belong_together(merged[-1], band, usual):
            merged[-1] += band
        else:
            merged.append(band)
    return merged


def _belong_together(above: Sequence[Word], band: Sequence[Word], usual: float) -> bool:
    """Whether two bands are one: text without gutters (a wide word space looked like one), or
    columns of which some begin higher than others."""
    if _is_head(above, usual) or _is_head(band, usual) or len(_columns(above)) > 1:
        return False
    columns = _columns(band)
    if len(columns) == 1:
        return True
    lefts = [_extent(column)[0] for column in columns]
    starts = [_extent(row)[0] for row in _rows(above)]
    inset = 2 * _size(band)
    aligned = all(any(-1 <= start - left <= inset for left in lefts) for start in starts)
    return aligned and len(_columns([*above, *band])) == len(columns)


def _is_head(words: Sequence[Word], usual: float) -> bool:
    return all(word.size >= _HEADLINE * usual for word in words)


def _stands_right(row: Sequence[Word], left: float, right: float) -> bool:
    """Whether a headline belongs to columns on the right: neither at the left edge nor centred."""
    x0, x1 = _extent(row)
    size = _size(row)
    return x0 - left >= _LONE_GUTTER * size and abs((x0 - left) - (right - x1)) > 2 * size


def _columns(words: Sequence[Word]) -> list[list[Word]]:
    """`words` parted by the gutters that go through all of them, from left to right.

    What is narrower than a column of text (numbers, bullets) stays with the text beside it.
    """
    left, right = _extent(words)
    size = _size(words)
    height = max(word.bottom for word in words) - min(word.top for word in words)
    need = (_GUTTER if height >= _TALL * size else _LONE_GUTTER) * size
    edges = [left]
    for low, high in _gaps(words, left, right):
        wide = low - edges[-1] >= _NARROW * size and right - high >= _NARROW * size
        if left < low and high < right and high - low >= need and wide:
            edges.append((low + high) / 2)
    return [
        [word for word in words if low <= (word.x0 + word.x1) / 2 < high]
        for low, high in pairwise([*edges, right + 1])
    ]


def _rows(words: Sequence[Word]) -> list[list[Word]]:
    """Words whose heights overlap, directly or through others, from top to bottom."""
    rows: list[list[Word]] = []
    end = 0.0
    for word in sorted(words, key=lambda word: (word.top, word.x0)):
        inset = 0.1 * (word.bottom - word.top)  # ascenders and descenders of two lines may touch
        if not rows or word.top + inset > end:
            rows.append([])
            end = word.bottom - inset
        rows[-1].append(word)
        end = max(end, word.bottom - inset)
    return rows


def _gaps(words: Sequence[Word], left: float, right: float) -> list[_Span]:
    """The stretches between `left` and `right` over which no word stands."""
    found: list[_Span] = []
    reached = left
    for x0, x1 in sorted((word.x0, word.x1) for word in words):
        if x0 > reached:
            found.append((reached, x0))
        reached = max(reached, x1)
    if right > reached:
        found.append((reached, right))
    return found


def _shared(first: Sequence[_Span], second: Sequence[_Span]) -> list[_Span]:
    pairs = ((max(a[0], b[0]), min(a[1], b[1])) for a in first for b in second)
    return sorted(pair for pair in pairs if pair[1] > pair[0])


def _all_begin(
    row: Sequence[Word], gutters: Sequence[_Span], usual: float, above: Sequence[Word]
) -> bool:
    """Whether in every column a headline begins, below text: then these are new stories."""
    if _is_head(above, usual):
        return False
    middles = [(gap[0] + gap[1]) / 2 for gap in gutters]
    columns = {sum(word.x0 > middle for middle in middles) for word in row}
    return len(columns) == len(gutters) + 1


def _parted(
    above: Sequence[Word], row: Sequence[Word], rules: Sequence[Rule], extent: _Span
) -> bool:
    """Whether a rule over nearly all the width stands between."""
    if not above:
        return False
    top = max(word.bottom - 0.2 * word.size for word in above)
    bottom = min(word.top + 0.2 * word.size for word in row)
    left, right = extent
    return any(
        top <= rule.y <= bottom
        and min(rule.x1, right) - max(rule.x0, left) >= _SPANNING * (right - left)
        for rule in rules
    )


def _extent(words: Sequence[Word]) -> _Span:
    return min(word.x0 for word in words), max(word.x1 for word in words)


def _size(words: Sequence[Word]) -> float:
    return median(word.size for word in words)


def _without_drop_caps(words: Sequence[Word]) -> list[Word]:
    """`words` with each initial that is larger than its text put back before the first of it."""
    usual = text_size((word.size, len(word.text)) for word in words)
    kept = list(words)
    for initial in words:
        if len(initial.text) != 1 or initial.size < _DROP_CAP * usual:
            continue
        beside = [
            word
            for word in kept
            if word is not initial
            and word.size < initial.size / 1.5
            and 0 <= word.x0 - initial.x1 <= initial.size / 2
            and initial.top - usual <= word.top < initial.bottom
        ]
        if len({round(word.top) for word in beside}) >= 2:
            first = min(beside, key=lambda word: (word.top, word.x0))
            kept.remove(initial)
            kept[kept.index(first)] = replace(first, text=initial.text + first.text)
    return kept


def _lines(words: Sequence[Word], column: int) -> Iterator[Line]:
    """The lines of one column: words of one baseline, joined."""
    left, right = _extent(words)
    for row in _rows(words):
        for line in _baselines(row):
            size = text_size((word.size, len(word.text)) for word in line)
            yield Line(
                text=_joined(line),
                x0=line[0].x0,
                x1=max(word.x1 for word in line),
                top=min(word.top for word in line),
                bottom=max(word.bottom for word in line),
                size=size,
                bold=all(word.bold for word in line),
                left=left,
                right=right,
                column=column,
            )


def _baselines(row: Sequence[Word]) -> list[list[Word]]:
    lines: list[list[Word]] = []
    for word in sorted(row, key=lambda word: (word.bottom, word.x0)):
        if lines and word.bottom - lines[-1][-1].bottom <= 0.35 * max(word.size, _size(lines[-1])):
            lines[-1].append(word)
        else:
            lines.append([word])
    return [sorted(line, key=lambda word: word.x0) for line in lines]


def _joined(line: Sequence[Word]) -> str:
    text = line[0].text
    for before, word in pairwise(line):
        gap = word.x0 - before.x1
        near = gap < (0.6 if is_cjk(text[-1]) and is_cjk(word.text[0]) else 0.1) * word.size
        text += word.text if near else ("\t" if gap > _WIDE * word.size else " ") + word.text
    return text


def _refuse_overlaps(words: Sequence[Word]) -> None:
    """Text over text: which of both is meant to be seen, no one can say."""
    overlapping = 0
    ordered = sorted(words, key=lambda word: word.top)
    for place, word in enumerate(ordered):
        for other in ordered[place + 1 : place + 200]:
            if other.top >= word.bottom:
                break
            width = min(word.x1, other.x1) - max(word.x0, other.x0)
            height = min(word.bottom, other.bottom) - other.top
            small = min(word.x1 - word.x0, other.x1 - other.x0)
            if width > 0.5 * small and height > 0.6 * min(word.size, other.size):
                overlapping += 1
                break
    if overlapping > max(2, _TOO_MANY_OVERLAPS * len(words)):
        raise Refused(f"{overlapping} of {len(words)} words stand over others")


def _at_odds(above: Line, below: Line) -> bool:
    """Whether two lines of a column stand beside each other rather than one below the other."""
    size = min(above.size, below.size)
    apart = max(above.x0, below.x0) - min(above.x1, below.x1) > size
    return above.column == below.column and (apart or above.bottom - below.top > _OVERLAP * size)


def _refuse_unsure(lines: Sequence[Line]) -> None:
    letters = sum(len(line.text) for line in lines)
    tangled = sum(len(below.text) for above, below in pairwise(lines) if _at_odds(above, below))
    if tangled > _TOO_TANGLED * letters:
        raise Refused("its columns cannot be told apart: lines stand beside each other at odds")
    wide = sum("\t" in line.text for line in lines)
    if len(lines) >= _ENOUGH_LINES and wide > _TOO_MANY_WIDE * len(lines):
        raise Refused("too many lines have wide gaps, as in tables")
    alone = sum(len(line.text) == 1 for line in lines)
    if len(lines) >= _ENOUGH_LINES and alone > _TOO_MANY_ALONE * len(lines):
        raise Refused("its lines run from top to bottom, which is not read")
