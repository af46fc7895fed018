"""PDF pages: columns in reading order, type sizes as roles; what is not sure is refused."""

from __future__ import annotations

import random
import re
import zlib
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.config import Reading
from publisher.errors import EditionError
from publisher.model import Page
from publisher.readers import read_page
from publisher.readers.pdf import extract, worker
from publisher.readers.pdf.layout import Line, lines_of
from publisher.readers.pdf.marks import marked_text
from publisher.readers.pdf.words import Rule, Sheet, Word
from tests.readers.papers import Paper, pdf

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures" / "pdf"
VOTE = (
    "The council voted on Monday to keep the fares of the ferry as they are.",
    "Nobody in the hall had thought that it would take six hours to get there.",
    "The mayor said that the river belongs to all who live beside it.",
)
MARKET = (
    "The market moves to Thursday, since Monday is wash day in every street now.",
    "Traders have until noon to set up, and until dusk to leave the square.",
)
BOOKS = (
    "The library opens at ten and closes at nine, says the notice on its door.",
    "Readers who come by boat may leave their oars at the desk until then.",
)


def read(source: bytes) -> Page:
    return read_page(source, name="x.pdf", options=Reading(), language="en")


def told(page: Page) -> list[tuple[str | None, list[str]]]:
    return [(one.headline, [p.text for p in one.paragraphs]) for one in page.stories]


def words(x: float, y: float, text: str, size: float = 10, *, bold: bool = False) -> list[Word]:
    """A line of words, each letter half as wide as high, with spaces of a third."""
    found = []
    for part in text.split():
        width = len(part) * size / 2
        found.append(Word(part, x, x + width, y, y + size, size, bold))
        x += width + size / 3
    return found


def block(x: float, y: float, *texts: str, size: float = 10, lead: float = 12) -> list[Word]:
    return [one for n, text in enumerate(texts) for one in words(x, y + n * lead, text, size)]


def lines(*parts: list[Word], rules: Sequence[Rule] = ()) -> tuple[Line, ...]:
    everything = [word for part in parts for word in part]
    random.Random(7).shuffle(everything)
    return lines_of(Sheet(600, 800, tuple(everything), tuple(rules)))


def order(*parts: list[Word], rules: Sequence[Rule] = ()) -> str:
    return " | ".join(line.text for line in lines(*parts, rules=rules))


def column(x: float, y: float, *texts: str) -> list[Word]:
    """Lines that fill a column of 90 points."""
    return [
        Word(text, x, x + 90, y + 12 * n, y + 12 * n + 10, 10, False)
        for n, text in enumerate(texts)
    ]


def test_columns_are_read_from_left_to_right_each_from_top_to_bottom() -> None:
    left = column(40, 100, "a one", "a two", "a three", "a four")
    middle = column(140, 103, "b one", "b two", "b three")
    right = column(240, 100, "c one", "c two", "c three", "c four")
    assert order(right, left, middle) == (
        "a one | a two | a three | a four | b one | b two | b three | c one | c two | c three | c four"
    )


def test_what_spans_columns_is_read_before_what_is_below_it() -> None:
    above = words(40, 60, "a headline over both columns", 18)
    left, right = (
        column(40, 100, "a one", "a two", "a x"),
        column(200, 100, "b one", "b two", "b x"),
    )
    below = words(40, 150, "another one that spans them", 18)
    low_left, low_right = column(40, 180, "c1", "c2", "c3"), column(200, 180, "d1", "d2", "d3")
    assert order(low_right, left, below, above, right, low_left) == (
        "a headline over both columns | a one | a two | a x | b one | b two | b x | "
        "another one that spans them | c1 | c2 | c3 | d1 | d2 | d3"
    )


def test_a_centred_headline_that_fits_a_column_still_spans_all() -> None:
    head = words(237, 60, "Short", 18)
    columns = [column(x, 100, f"{x} a", f"{x} b", f"{x} c") for x in (40, 215, 390)]
    assert order(head, *columns).startswith("Short | 40 a | 40 b | 40 c | 215 a")


def test_a_headline_on_the_right_belongs_to_the_columns_there() -> None:
    picture_and_text = column(40, 160, "40 a", "40 b", "40 c")
    head = words(215, 60, "A headline over two", 18)
    columns = [column(x, 100, *(f"{x} {n}" for n in range(9))) for x in (215, 390)]
    assert order(head, *columns, picture_and_text).startswith(
        "40 a | 40 b | 40 c | A headline over two | 215 0 | 215 1"
    )


def test_headlines_side_by_side_begin_new_stories() -> None:
    upper = [column(x, 60, f"{x} a", f"{x} b", f"{x} c") for x in (40, 200)]
    heads = [words(40, 110, "Left", 16), words(200, 110, "Right", 16)]
    lower = [column(x, 140, f"{x} d", f"{x} e", f"{x} f") for x in (40, 200)]
    assert order(*upper, *heads, *lower) == (
        "40 a | 40 b | 40 c | 200 a | 200 b | 200 c | "
        "Left | 40 d | 40 e | 40 f | Right | 200 d | 200 e | 200 f"
    )


def test_a_rule_over_the_whole_width_parts_what_is_above_from_what_is_below() -> None:
    upper = [column(x, 60, f"{x} a", f"{x} b", f"{x} c") for x in (40, 200)]
    lower = [column(x, 110, f"{x} d", f"{x} e", f"{x} f") for x in (40, 200)]
    together = "40 a | 40 b | 40 c | 40 d | 40 e | 40 f | 200 a"
    assert order(*upper, *lower).startswith(together)
    parted = order(*upper, *lower, rules=[Rule(40, 280, 102)])
    assert parted.startswith("40 a | 40 b | 40 c | 200 a | 200 b | 200 c | 40 d")
    assert order(*upper, *lower, rules=[Rule(40, 130, 102)]).startswith(together)


def test_bullets_and_numbers_stay_with_their_text() -> None:
    marks = [word for n in range(5) for word in words(40, 100 + 12 * n, f"{n}.")]
    assert order(marks, column(70, 100, "a", "b", "c", "d", "e")).startswith("0. a | 1. b | 2. c")


BANDS = st.lists(
    st.lists(st.tuples(st.integers(3, 9), st.integers(0, 11)), min_size=1, max_size=4),
    min_size=1,
    max_size=5,
)


@settings(max_examples=150)
@given(BANDS, st.randoms(use_true_random=False))
def test_any_grid_is_read_band_by_band(
    bands: list[list[tuple[int, int]]], chance: random.Random
) -> None:
    """Headlines over one to four columns of ragged lines, none at the height of its neighbour's."""
    placed: list[Word] = []
    wanted: list[str] = []
    top = 40.0
    for number, columns in enumerate(bands):
        placed += words(40, top, f"headline {number} over all of them", 24)
        wanted.append(f"headline {number} over all of them")
        width = (520 - 12 * (len(columns) - 1)) / len(columns)
        for place, (count, shift) in enumerate(columns):
            x = 40 + place * (width + 12)
            for n in range(count):
                end = x + width * chance.uniform(0.3, 1) if n == count - 1 else x + width
                text = f"{number}.{place}.{n}"
                placed.append(
                    Word(
                        text,
                        x,
                        end,
                        top + 40 + shift + 12 * n,
                        top + 50 + shift + 12 * n,
                        10,
                        False,
                    )
                )
                wanted.append(text)
        top += 70 + 12 * max(count for count, _ in columns)
    assert [line.text for line in lines(placed)] == wanted


def test_wide_word_spaces_make_no_columns() -> None:
    text = "one two three four five six"
    justified = block(40, 100, *[text] * 6)
    stretched = [*words(40, 180, "one two"), *words(90, 180, "six")]
    assert order(justified, stretched).count(text) == 6
    assert len(lines(justified, stretched)) == 7


def test_a_drop_cap_goes_to_its_first_line() -> None:
    initial = [Word("T", 40, 58, 100, 124, 26, False)]
    beside = block(60, 101, "he council sat", "for six hours")
    below = block(40, 125, "until the last", "ferry had left")
    assert order(initial, beside, below).startswith("The council sat | for six hours | until")


@pytest.mark.parametrize(
    ("parts", "why"),
    [
        ([block(40, 100, *["one two three"] * 9)] * 2, "stand over others"),
        (
            [block(40, 100, *["one two three four"] * 9), block(118, 106, *["five six"] * 9)],
            "beside each other",
        ),
        ([block(40, 100, *"abcdefghijk")], "top to bottom"),
    ],
)
def test_an_order_that_is_not_sure_is_refused(parts: list[list[Word]], why: str) -> None:
    with pytest.raises(extract.Refused, match=why):
        lines(*parts)


def test_tables_are_refused() -> None:
    rows = [
        [*words(40, y, f"row {n}"), *words(100 + 9 * (n % 5), y, "x y"), *words(220, y, "z")]
        for n, y in enumerate(range(100, 340, 12))
    ]
    loose = block(40, 400, "a line of text that runs below the table and is as wide as all of it")
    try:
        text = order(*rows, loose)
    except extract.Refused:
        return
    assert text.count("row 0 | row 1") == 1  # read as columns, then: nothing is interleaved


def sheet_text(*parts: list[Word]) -> list[str]:
    return marked_text([lines(*parts)]).splitlines()


def test_type_sizes_become_marks() -> None:
    text = sheet_text(
        words(40, 30, "The Courier", 40),
        words(40, 75, "Monday 23 November 2026", 9),
        words(40, 100, "Transport", 13),
        words(40, 118, "Ferry fares stay as", 24),
        words(40, 146, "they are for now", 24),
        words(40, 174, "Seven to two", 14),
        block(50, 200, "The council voted on Monday to"),
        block(40, 212, "keep the fares as they are."),
        block(50, 224, "It took the members six hours to"),
        block(40, 236, "get there."),
        words(40, 250, "What comes next", 10, bold=True),
        block(50, 264, "The ferry sails on as before and"),
        block(40, 276, "# 3 does, too."),
    )
    assert text == [
        "%% The Courier",
        "%% Monday 23 November 2026",
        "@kicker: Transport",
        "# Ferry fares stay as",
        "+ they are for now",
        "@sub: Seven to two",
        "The council voted on Monday to",
        "+ keep the fares as they are.",
        "= It took the members six hours to",
        "+ get there.",
        "## What comes next",
        "The ferry sails on as before and",
        "+ # 3 does, too.",
    ]


def test_a_line_that_looks_like_markup_is_escaped() -> None:
    assert sheet_text(block(40, 100, "# 3 was late"))[0] == "\\# 3 was late"
    assert sheet_text(block(40, 100, "----"))[0] == "\\----"


def two_stories() -> bytes:
    paper = Paper()
    paper.text(40, 30, "Ferry fares stay as they are after a long night", 24, "F2")
    paper.text(40, 58, "Seven votes to two, and not one word of thanks", 14)
    paper.text(40, 78, "By A. Quill")
    paper.column(40, 100, VOTE)
    paper.column(300, 100, MARKET)
    paper.text(40, 400, "Library late", 20, "F2")
    paper.column(40, 430, BOOKS)
    paper.text(300, 400, "Market (again)", 20, "F2")
    paper.column(300, 430, MARKET)
    return pdf(paper)


def test_a_page_becomes_stories() -> None:
    page = read(two_stories())
    assert told(page) == [
        ("Ferry fares stay as they are after a long night", [*VOTE, *MARKET]),
        ("Library late", [*BOOKS]),
        ("Market (again)", [*MARKET]),
    ]
    first = page.stories[0]
    assert first.subheadline == "Seven votes to two, and not one word of thanks"
    assert [person.name for person in first.byline] == ["A. Quill"]
    assert not page.refused


def test_pages_follow_each_other() -> None:
    papers = []
    for head, text in (("First of all", VOTE), ("Then the second", BOOKS)):
        paper = Paper()
        paper.text(40, 40, head, 24, "F2")
        paper.column(40, 80, text)
        papers.append(paper)
    page = read(pdf(*papers, packed=True))
    assert told(page) == [("First of all", [*VOTE]), ("Then the second", [*BOOKS])]


def test_a_chinese_page_that_a_browser_printed() -> None:
    source = (FIXTURES / "riverbend.pdf").read_bytes()
    page = read_page(source, name="x.pdf", options=Reading(), language="zh-Hans")
    first, second, third = page.stories
    assert first.kicker == ("两岸通行再提速",)
    assert (first.headline, first.subheadline) == ("渡口新桥今晨通车", "步行过河只要六分钟")
    assert [(one.name, one.role) for one in first.byline] == [("林小满", "记者")]
    assert len(first.paragraphs) == 4
    assert "建设方介绍,桥墩避开了鱼群洄游的主槽" in first.paragraphs[1].text
    assert (second.headline, third.headline) == ("乡村夜校点亮冬夜", "图书馆延长开放")
    assert [len(second.paragraphs), len(third.paragraphs)] == [2, 2]
    assert page.furniture == ("河湾报 2026年11月23日星期一", "第2版要闻")


def test_an_english_page_with_a_masthead_four_columns_a_picture_and_a_grid() -> None:
    page = read((FIXTURES / "courier.pdf").read_bytes())
    first, photo, second, third = page.stories
    assert page.furniture[:2] == ("The Riverbend Courier", "Monday, November 23, 2026")
    assert first.headline == "Ferry fares stay as they are after a long night in the council hall"
    assert first.subheadline and first.subheadline.startswith("Seven votes to two, six hours")
    assert [person.name for person in first.byline] == ["Anna Quill", "Ben Vane"]
    assert [head.text for head in first.subheads] == ["What the boatmen want"]
    assert first.paragraphs[-1].text.startswith("The fares will be looked at again in the autumn")
    assert first.paragraphs[-1].text.endswith("has said for longer than anyone remembers.")
    assert (photo.kind, photo.paragraphs[0].text[:12]) == ("photo", "The old land")
    assert (second.headline, len(second.paragraphs)) == ("Library opens late", 2)
    assert third.headline == "Market day moves to Thursday as wash day wins"
    assert [text.text[:12] for text in third.paragraphs] == [
        "The market m",
        "Traders have",
        "The guild of",
    ]


def refusal(source: bytes) -> str:
    page = read(source)
    assert page.refused and not page.stories
    assert [(one.severity, one.code) for one in page.findings] == [("error", "unreadable-page")]
    assert page.findings[0].hint
    return page.refused


def test_a_page_without_text_is_refused() -> None:
    paper = Paper()
    paper.rule(40, 200, 100)
    assert "no text" in refusal(pdf(paper))


def test_a_page_with_turned_text_is_refused() -> None:
    paper = Paper()
    paper.column(40, 100, VOTE)
    for x in range(300, 420, 12):
        paper.text(x, 300, "turned by a quarter", turn=True)
    assert "upright" in refusal(pdf(paper))


def test_text_over_text_is_refused() -> None:
    paper = Paper()
    paper.column(40, 100, VOTE)
    paper.column(43, 102, MARKET)
    assert "stand over others" in refusal(pdf(paper))


def test_a_locked_page_is_refused() -> None:
    lock = "/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O ({0}) /U ({0}) >> /ID [(ab) (ab)]"
    paper = Paper()
    paper.column(40, 100, VOTE)
    locked = pdf(paper, trailer=lock.format("x" * 32))
    assert "password" in refusal(locked)
    assert [one.hint for one in read(locked).findings] == ["save it without one"]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"unknown": 30}, "do not say what"),
        ({"turned": 60}, "upright"),
        ({"words": tuple(words(40, 100, "等了Î年 今Ï天 车ÿ头 等了"))}, "wrongly"),
    ],
)
def test_characters_that_are_not_sure_are_refused(change: dict[str, object], why: str) -> None:
    values: dict[str, object] = {
        "width": 600, "height": 800, "words": tuple(words(40, 100, "a b")), "characters": 500, **change
    }  # fmt: skip
    with pytest.raises(extract.Refused, match=why):
        extract._refuse_unsure((Sheet(**values),))  # type: ignore[arg-type]


def failure(source: bytes) -> str:
    with pytest.raises(EditionError) as caught:
        read(source)
    assert caught.value.hint
    return caught.value.problem


def test_what_is_no_pdf_is_named() -> None:
    assert "no PDF" in failure(b"")
    assert "no PDF" in failure(b"x" * 2000 + b"%PDF-1.4")
    assert "more than" in failure(b"%PDF-1.4" + b"\0" * 20_000_000)
    assert "damaged" in (problem := failure(b"%PDF-1.4\n%%EOF"))
    assert "PDFSyntaxError" not in problem


def test_too_many_pages_and_characters_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "41 pages" in failure(pdf(*[Paper()] * (worker.MAX_PAGES + 1)))
    monkeypatch.setattr(worker, "MAX_CHARACTERS", 100)
    assert "more than 100 characters" in worker._answer(two_stories())["error"]


def test_a_bomb_ends_the_worker_and_not_us() -> None:
    """A page whose drawing unpacks from five megabytes to more memory than a worker may have."""
    paper = Paper()
    paper.column(40, 100, VOTE)
    packer = zlib.compressobj(1)
    blank = b" " * 10_000_000
    body = b"".join(packer.compress(blank) for _ in range(worker.MAX_MEMORY_BYTES // len(blank)))
    body += packer.flush()
    stream = b"<< /Length %d /Filter /FlateDecode >>\nstream\n%b\nendstream" % (len(body), body)
    plain = re.compile(rb"<< /Length \d+ >>\nstream\n.*?endstream", re.DOTALL)
    assert "memory" in failure(plain.sub(lambda _: stream, pdf(paper)))


LETTERS = st.text(st.characters(categories=["L", "P"]), min_size=1, max_size=6)
PLACE = st.integers(0, 600)
WORDS = st.builds(
    lambda text, x, width, y, size: Word(text, x, x + width, y, y + size, size, False),
    *(LETTERS, PLACE, st.integers(1, 200), PLACE, st.integers(4, 40)),
)


@settings(max_examples=150)
@given(st.lists(WORDS, min_size=1, max_size=30))
def test_any_words_give_every_line_once_or_are_refused(tidy: list[Word]) -> None:
    try:
        ordered = lines_of(Sheet(600, 600, tuple(tidy)))
    except extract.Refused:
        return
    assert sorted(
        "".join(line.text for line in ordered).replace(" ", "").replace("\t", "")
    ) == sorted("".join(word.text for word in tidy))
    assert marked_text([ordered])


@settings(max_examples=60)
@given(st.binary(max_size=60), st.integers(0, 10_000), st.integers(0, 200))
def test_any_bytes_give_an_answer(noise: bytes, at: int, length: int) -> None:
    """In this process, since starting one for each example takes too long."""
    paper = Paper()
    paper.column(40, 100, VOTE[:1])
    source = pdf(paper)
    at %= len(source)
    answer = worker._answer(source[:at] + noise + source[at + length :])
    assert answer.keys() <= {"sheets", "error", "refused"} and len(answer) == 1
