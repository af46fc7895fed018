"""Word manuscripts: headings sort stories, pictures come out, and nothing dangerous comes along."""

from __future__ import annotations

import random
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.config import Reading
from publisher.errors import EditionError
from publisher.model import Page, Person
from publisher.readers import read_page
from publisher.readers.codes import CODES
from publisher.readers.editions import find, read_edition
from publisher.sanitise import sanitise
from tests import samples
from tests.readers.manuscripts import (
    W,
    heading,
    link,
    note,
    packed,
    paragraph,
    parts,
    picture,
    png,
    table,
)

OPTIONS = Reading()
LONG = "The council sat for six hours and heard nineteen speakers. " * 5
STORY = (heading(1, "Ferry fares stay"), paragraph("The council voted."))


def read(source: bytes, name: str = "x.docx") -> Page:
    return read_page(source, name=name, options=OPTIONS, language="en")


def page(*body: str, **more: object) -> Page:
    return read(packed(parts(*body, **more)))  # type: ignore[arg-type]


def failure(source: bytes, name: str = "x.docx") -> EditionError:
    with pytest.raises(EditionError) as caught:
        read(source, name)
    assert caught.value.hint
    return caught.value


def outline(found: Page) -> list[tuple[str, tuple[str, ...], str]]:
    return [(story.title, story.section, story.body) for story in found.stories]


def test_one_heading_heads_a_story() -> None:
    found = page(*STORY)
    assert found.front == {}
    assert outline(found) == [("Ferry fares stay", (), "<p>The council voted.</p>")]
    assert found.stories[0].place.line == 1


def test_several_headings_of_one_level_head_a_story_each() -> None:
    found = page(*STORY, heading(1, "Market day moves"), paragraph("To Thursday."))
    assert [(story.title, story.section) for story in found.stories] == [
        ("Ferry fares stay", ()),
        ("Market day moves", ()),
    ]


def test_the_only_first_heading_is_the_editions_title() -> None:
    found = page(heading(1, "Monday"), paragraph("Hello."), heading(2, "A"), paragraph("a"))
    assert found.front == {"title": "Monday"}
    assert found.introduction == "<p>Hello.</p>"
    assert outline(found) == [("A", (), "<p>a</p>")]


@pytest.mark.parametrize("under", [paragraph(LONG), paragraph("By A. Quill")])
def test_a_first_heading_over_an_article_is_its_headline(under: str) -> None:
    found = page(
        heading(1, "Long night"), under, heading(2, "The vote"), paragraph("Seven to two.")
    )
    (story,) = found.stories
    assert (found.front, story.title) == ({}, "Long night")
    assert story.body.endswith("<h3>The vote</h3><p>Seven to two.</p>")


def test_a_title_style_above_headings_is_the_editions_title() -> None:
    found = page(paragraph("Monday", "Title"), paragraph(LONG), *STORY)
    assert (found.front["title"], len(found.stories)) == ("Monday", 1)
    alone = page(paragraph("Monday", "Title"), paragraph("Only prose."))
    assert (alone.front, outline(alone)) == ({}, [("Monday", (), "<p>Only prose.</p>")])


def test_headings_right_above_headings_are_sections() -> None:
    found = page(
        heading(1, "News"),
        heading(2, "Ferry fares stay"),
        paragraph("The council voted."),
        heading(3, "Background"),
        paragraph("Fares rose before."),
        heading(2, "Market day moves"),
        paragraph("To Thursday."),
        heading(1, "Weather"),
        paragraph("Rain."),
    )
    assert outline(found) == [
        (
            "Ferry fares stay",
            ("News",),
            "<p>The council voted.</p><h3>Background</h3><p>Fares rose before.</p>",
        ),
        ("Market day moves", ("News",), "<p>To Thursday.</p>"),
        ("Weather", ("Weather",), "<p>Rain.</p>"),
    ]


def test_sections_inside_sections_and_their_own_prose() -> None:
    found = page(
        paragraph("Monday", "Title"),
        heading(1, "News"),
        heading(2, "City"),
        heading(3, "Ferry"),
        paragraph("f"),
        heading(2, "County"),
        paragraph("What the county did."),
        heading(3, "Roads"),
        paragraph("r"),
        heading(1, "Sport"),
        heading(2, "Rowing"),
        heading(3, "Regatta"),
        paragraph("o"),
    )
    assert [(story.title, story.section) for story in found.stories] == [
        ("Ferry", ("News", "City")),
        ("County", ("News", "County")),
        ("Roads", ("News", "County")),
        ("Regatta", ("Sport", "Rowing")),
    ]


def test_what_stands_above_a_text() -> None:
    found = page(
        heading(1, "Ferry fares stay"),
        paragraph("Transport", "Kicker"),
        paragraph("Seven votes to two", "Subtitle"),
        paragraph("By A. Quill and B. Vane"),
        paragraph("The council voted by a show of hands."),
        heading(1, "渡口新桥通车"),
        paragraph("本报记者 林小满 通讯员 周一帆"),
        paragraph("昨天清晨,新桥通车。"),
        heading(1, "Signed"),
        paragraph("Anna Reed", "Byline"),
        paragraph("Text."),
    )
    first, second, third = found.stories
    assert (first.kicker, first.subheadline) == (("Transport",), "Seven votes to two")
    assert [person.name for person in first.byline] == ["A. Quill", "B. Vane"]
    assert first.body == "<p>The council voted by a show of hands.</p>"
    assert second.byline == (Person("林小满", "本报记者"), Person("周一帆", "通讯员"))
    assert [person.name for person in third.byline] == ["Anna Reed"]


def test_lists_tables_links_and_line_breaks() -> None:
    found = page(
        heading(1, "Tides"),
        table(("Day", "High"), ("Monday", "9:10")),
        paragraph("", inner=link("r1", "All tides") + "<w:r><w:br/><w:t>daily</w:t></w:r>"),
        paragraph("Rivers rise.", "Quote"),
        heading(1, "Regatta"),
        paragraph("", inner="<w:r><w:t>x</w:t></w:r>"),
        related={"r1": ("hyperlink", "https://tides.example/", True)},
    )
    body = found.stories[0].body
    assert "<tr><td><p>Monday</p></td><td><p>9:10</p></td></tr>" in body
    assert '<p><a href="https://tides.example/">All tides</a><br/>daily</p>' in body
    assert "<blockquote><p>Rivers rise.</p></blockquote>" in body
    assert not found.findings


def test_a_heading_that_is_a_link_is_a_link() -> None:
    linked = paragraph("", "heading 1", link("r1", "All tides"))
    found = page(linked, related={"r1": ("hyperlink", "https://tides.example/?a=1&b=2", True)})
    (story,) = found.stories
    assert (story.kind, story.link) == ("link", "https://tides.example/?a=1&b=2")


def test_footnotes_stand_below_the_story_that_mentions_them() -> None:
    found = page(
        heading(1, "A"),
        paragraph("One", inner=note(1)),
        heading(1, "B"),
        paragraph("Two", inner=note(2)),
        notes=("The first.", "The second."),
    )
    assert [story.body for story in found.stories] == [
        f'<p>{word}<sup>[{n}]</sup></p><hr/><ol><li value="{n}"><p>The {nth}.</p></li></ol>'
        for word, n, nth in (("One", 1, "first"), ("Two", 2, "second"))
    ]


def test_links_inside_the_manuscript_and_its_table_of_contents_fall_away() -> None:
    anchor = '<w:hyperlink w:anchor="_Toc1"><w:r><w:t>above</w:t></w:r></w:hyperlink>'
    found = page(paragraph("A ... 1", "toc 1"), heading(1, "A"), paragraph("See ", inner=anchor))
    assert outline(found) == [("A", (), "<p>See above</p>")]


def test_an_empty_heading_is_told_and_left_out() -> None:
    found = page(heading(1, "A"), paragraph("a"), heading(1, "B"), paragraph(), heading(1, ""))
    assert [story.title for story in found.stories] == ["A"]
    assert [(one.code, one.place.line) for one in found.findings] == [("empty-section", 3)]


def test_key_and_value_paragraphs_at_the_top_are_front_matter() -> None:
    found = page(paragraph("Date: 2026-11-23"), paragraph("Number: 41"), paragraph(), *STORY)
    assert found.front == {"date": "2026-11-23", "number": "41"}
    assert (found.introduction, found.stories[0].place.line) == ("", 4)


def test_without_headings_it_is_a_newspaper_page() -> None:
    found = page(
        paragraph("Date: 2026-11-23"),
        paragraph(),
        paragraph("# Ferry fares stay"),
        paragraph(LONG),
        paragraph("# Market day moves"),
        paragraph("The market moves to Thursday, the mayor said on Sunday.", inner=picture("r1")),
        related={"r1": ("image", "media/a.png", False)},
        extra={"word/media/a.png": png()},
    )
    assert found.front["date"] == "2026-11-23"
    assert [story.headline for story in found.stories] == ["Ferry fares stay", "Market day moves"]
    assert found.stories[0].place.line == 3
    assert [one.code for one in found.findings] == ["media-left-out"]


def test_pictures_become_assets_with_their_captions(tmp_path: Path) -> None:
    (tmp_path / "editions").mkdir()
    pixels = png((40, 30))
    source = packed(
        parts(
            heading(1, "Boats"),
            paragraph("", inner=picture("r1", "A boat & its crew")),
            paragraph("At dawn", "caption"),
            paragraph("They left.", inner=picture("r2", "Again")),
            related={
                "r1": ("image", "media/a.png", False),
                "r2": ("image", "media/b.png", False),
            },
            extra={"word/media/a.png": pixels, "word/media/b.png": pixels},
        )
    )
    (tmp_path / "editions" / "2026-11-23.docx").write_bytes(source)
    (edition,) = find(tmp_path / "editions")
    draft = read_edition(edition, samples.publication())
    (asset,) = draft.assets
    assert asset.body == pixels
    assert asset.path.startswith("assets/2026-11-23/")
    first, second = draft.stories[0].images
    assert (first.alt, first.caption) == ("A boat & its crew", "At dawn")
    assert (first.width, first.height, second.alt) == (40, 30, "Again")
    assert draft.stories[0].body.count(f'src="{asset.path}"') == 2
    assert not draft.findings


def test_a_damaged_picture_is_an_error(tmp_path: Path) -> None:
    source = packed(
        parts(
            *STORY,
            paragraph("x", inner=picture("r1", "A boat")),
            related={"r1": ("image", "media/a.png", False)},
            extra={"word/media/a.png": png()[:20]},
        )
    )
    (tmp_path / "editions").mkdir()
    (tmp_path / "editions" / "2026-11-23.docx").write_bytes(source)
    (edition,) = find(tmp_path / "editions")
    draft = read_edition(edition, samples.publication())
    assert [(one.severity, one.code) for one in draft.findings] == [("error", "broken-image")]
    assert not draft.assets


def test_a_picture_that_browsers_do_not_show_is_left_out_and_told() -> None:
    found = page(
        heading(1, "A"),
        paragraph("a", inner=picture("r1")),
        related={"r1": ("image", "media/a.emf", False)},
        extra={"word/media/a.emf": b"\x01\x00\x00\x00 EMF"},
    )
    assert found.stories[0].body == "<p>a</p>"
    assert [one.code for one in found.findings] == ["media-left-out"]


def test_nothing_outside_is_fetched_and_all_of_it_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("socket.socket.connect", lambda *_: pytest.fail("the network was asked"))
    secret = tmp_path / "secret.png"
    secret.write_bytes(png())
    found = page(
        heading(1, "A"),
        paragraph("a", inner=picture("r1", attribute="link") + picture("r2", attribute="link")),
        related={
            "r1": ("image", "http://track.example/x.png", True),
            "r2": ("image", secret.as_uri(), True),
            "r3": ("attachedTemplate", "http://evil.example/t.dotm", True),
            "r4": ("subDocument", "other.docx", True),
            "r5": ("aFChunk", "chunk.html", False),
            "r6": ("hyperlink", "https://fine.example/", True),
        },
        extra={
            "word/vbaProject.bin": b"x",
            "word/embeddings/o.bin": b"x",
            "word/activeX/a.xml": b"",
        },
    )
    assert (found.files, found.stories[0].body) == ({}, "<p>a</p>")
    told = [(one.code, one.severity) for one in found.findings]
    assert told.count(("active-content", "warning")) == 3
    assert told.count(("external-reference", "warning")) == 4
    assert told.count(("external-reference", "info")) == 1
    messages = " ".join(one.message for one in found.findings)
    for name in ("track.example", "secret.png", "evil.example", "other.docx", "chunk.html"):
        assert name in messages
    assert {one.code for one in found.findings} <= set(CODES)
    hints = {one.severity: one.hint for one in found.findings if "template" in one.message}
    assert hints == {"info": "nothing need be done: the manuscript holds the styles that it uses"}
    pictures = [one.hint for one in found.findings if "the picture" in one.message]
    assert len(pictures) == 2 and all("insert the picture itself" in hint for hint in pictures)


def test_script_addresses_do_not_come_through() -> None:
    found = page(
        heading(1, "A"),
        paragraph("a ", inner=link("r1", "x")),
        related={"r1": ("hyperlink", "javascript:alert(1)", True)},
    )
    assert found.stories[0].body == "<p>a x</p>"
    assert [(one.code, one.place.line) for one in found.findings] == [("dead-link", 2)]
    assert "javascript:alert(1)" in found.findings[0].message


DTD = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
XXE = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("part", ["word/document.xml", "word/styles.xml", "word/_rels/document.xml.rels"])  # fmt: skip
@pytest.mark.parametrize("dtd", [DTD, XXE, b"<!DOCTYPE x SYSTEM 'http://evil.example/x.dtd'>"])
@pytest.mark.parametrize("codec", ["utf-8", "utf-16"])
def test_document_types_and_entities_are_refused(part: str, dtd: bytes, codec: str) -> None:
    entries = parts(*STORY)
    text = (dtd + entries[part]).decode()
    entries[part] = text.encode(codec)
    error = failure(packed(entries))
    assert "DTD" in error.problem
    assert error.where == f"x.docx:{part}"


def test_a_bomb_is_refused_before_it_unpacks() -> None:
    ratio = packed({**parts(*STORY), "word/media/a.png": b"\0" * 50_000_000})
    assert "bomb" in failure(ratio).problem
    many = packed({**parts(*STORY), **{f"x/{n}": b"" for n in range(2_001)}})
    assert "2,006 parts" in failure(many).problem
    noise = random.Random(1).randbytes(2_000_000)
    whole = parts(*STORY) | {f"word/media/{n}.png": noise for n in range(9)}
    assert "more than" in failure(packed(whole) + b"\0" * 3_000_000).problem


def test_a_part_that_unpacks_to_more_than_it_declares_is_refused() -> None:
    text = parts(*[paragraph(f"Line {n} of very many that fill this part.") for n in range(99_999)])
    honest = packed(text, zipfile.ZIP_DEFLATED)
    assert "more than 8,000,000" in failure(honest).problem
    size = len(text["word/document.xml"])
    lying = honest.replace(size.to_bytes(4, "little"), (9_000).to_bytes(4, "little"))
    assert lying != honest
    assert "damaged" in failure(lying).problem


def test_what_no_word_document_has_is_refused() -> None:
    entries = parts(*STORY)
    with pytest.warns(UserWarning, match="Duplicate name"):
        file = BytesIO(packed(entries))
        with zipfile.ZipFile(file, "a") as archive:
            archive.writestr("word/document.xml", b"<x/>")
    assert "two parts of one name" in failure(file.getvalue()).problem
    assert "never uses" in failure(packed(entries, zipfile.ZIP_LZMA)).problem
    locked = bytearray(packed(entries))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = locked.find(mark)
        locked[at + offset] |= 1
    assert "encrypted" in failure(bytes(locked)).problem


@pytest.mark.parametrize(
    ("source", "name", "problem"),
    [
        (b"", "x.docx", "no Word document"),
        (b"PK\x03\x04 rest", "x.docx", "damaged"),
        (packed({"a.txt": b"a"}), "x.docx", "no Word document"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1" + b"\0" * 99, "x.doc", "Word 2003 or older"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1" + "EncryptedPackage".encode("utf-16-le"),
            "x.docx",
            "password",
        ),
        (b"{\\rtf1 x}", "x.doc", "rich text"),
        (b"\0" * 20_000_001, "x.docx", "more than"),
        (packed(parts()), "x.docx", "empty"),
        (packed(parts(paragraph(), paragraph(" "))), "x.docx", "empty"),
    ],
)
def test_what_is_no_manuscript_is_refused_with_words(
    source: bytes, name: str, problem: str
) -> None:
    assert problem in failure(source, name).problem


@pytest.mark.parametrize("inner", [link("r9", "x"), picture("r9")])
def test_a_missing_picture_or_link_is_told_in_words(inner: str) -> None:
    error = failure(packed(parts(*STORY, paragraph("a", inner=inner))))
    assert error.problem.endswith("missing from this manuscript: its text calls it 'r9'")
    assert error.hint


def test_a_manuscript_whose_parts_do_not_fit_is_damaged() -> None:
    entries = parts(*STORY, paragraph("a", inner="<w:footnoteReference/>"))
    assert failure(packed(entries)).problem.endswith("damaged: its parts do not fit together")
    entries = parts(*STORY) | {"word/document.xml": b"<w:document"}
    assert "well-formed" in failure(packed(entries)).problem
    deep = "<w:p>" * 500 + "</w:p>" * 500
    entries["word/document.xml"] = f'<w:document xmlns:w="{W}"><w:body>{deep}</w:body></w:document>'.encode()  # fmt: skip
    assert "deep" in failure(packed(entries)).problem


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=12)
PARAGRAPHS = st.one_of(
    st.builds(paragraph, WORDS, st.sampled_from(["", "Title", "Byline", "caption", "Quote"])),
    st.builds(heading, st.integers(1, 6), WORDS),
    st.builds(lambda a, b: table((a, b)), WORDS, WORDS),
    st.builds(lambda text, n: paragraph(text, inner=note(n)), WORDS, st.integers(1, 3)),
)


def sound(found: Page) -> bool:
    bodies = [found.introduction, *(story.body for story in found.stories)]
    return all(sanitise(body) == body for body in bodies) and all(s.title for s in found.stories)


@settings(max_examples=60)
@given(st.lists(PARAGRAPHS, max_size=8))
def test_any_manuscript_gives_a_page_or_an_error(body: list[str]) -> None:
    try:
        found = page(*body, notes=("One.", "Two.", "Three."))
    except EditionError as error:
        assert error.hint
    else:
        assert sound(found)


@settings(max_examples=200)
@given(st.binary(), st.integers(0, 10_000), st.integers(0, 200))
def test_any_bytes_give_a_page_or_an_error(noise: bytes, at: int, length: int) -> None:
    source = packed(parts(*STORY, paragraph("x", inner=note(1)), notes=("n",)), zipfile.ZIP_STORED)
    at %= len(source)
    for broken in (noise, b"PK\x03\x04" + noise, source[:at] + noise + source[at + length :]):
        try:
            found = read(broken)
        except EditionError as error:
            assert error.problem
        else:
            assert sound(found)
