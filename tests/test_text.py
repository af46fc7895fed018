"""Plain text helpers, and the last step before the generators."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from publisher import output, text
from publisher.model import Edition, Image, replace
from tests import samples


def test_slugs_of_near_names_differ() -> None:
    assert [text.slugify(name) for name in ("C", "C#", "C++")] == ["c", "c-sharp", "c-plus-plus"]
    assert text.slugify("要闻 · 一版") == "要闻-一版"


@given(st.text())
def test_a_slug_is_never_empty_and_is_one_path_part(name: str) -> None:
    slug = text.slugify(name)
    assert slug
    assert not set(slug) & set("/\\. \n?#")


@given(st.text(), st.integers(8, 200))
def test_clip_keeps_within_the_limit(long: str, limit: int) -> None:
    assert len(text.clip(long, limit)) <= limit


def test_cjk_share() -> None:
    assert text.cjk_share("河湾报") == 1
    assert text.cjk_share("Courier") == 0
    assert text.cjk_share("  ") == 0


def test_widen_touches_only_punctuation_beside_chinese() -> None:
    assert (
        output.widen("深耕,奋力(记者)。1,200人;OK, yes") == "深耕，奋力（记者）。1,200人；OK, yes"
    )


def test_output_makes_every_address_absolute_and_leaves_text_as_written() -> None:
    item = samples.item(
        "2026-11-23-a",
        "河湾,报",
        body='<p><a href="about/">x</a> <a href="#n">n</a> <img src="assets/e/a.jpg" alt="" /> 深,耕 &amp; a=b,c</p>',
        images=(Image("assets/e/a.jpg"),),
        link="//other.example/x",
    )
    edition = replace(samples.edition(), items=(item,), introduction="")
    shown = output.for_output(edition, samples.publication()).items[0]
    assert 'href="https://courier.example/about/"' in shown.body
    assert 'href="#n"' in shown.body
    assert 'src="https://courier.example/assets/e/a.jpg"' in shown.body
    assert "深,耕 &amp; a=b,c" in shown.body
    assert shown.images[0].src == "https://courier.example/assets/e/a.jpg"
    assert shown.link == "https://other.example/x"


def test_output_widens_where_the_look_asks_for_it() -> None:
    publication = samples.publication('\n[look]\npunctuation = "full-width"\n')
    item = samples.item("2026-11-23-a", "河湾,报", body='<p>深,耕<a href="/a,b">河,湾</a></p>')
    shown = output.for_output(replace(samples.edition(), items=(item,)), publication).items[0]
    assert shown.title == "河湾，报"
    assert shown.body == '<p>深，耕<a href="https://courier.example/a,b">河，湾</a></p>'


def test_an_address_that_no_parser_accepts_stays_for_the_checks(edition: Edition) -> None:
    item = samples.item("2026-11-23-a", "x", body='<p><a href="http://[bad">x</a></p>')
    shown = output.for_output(replace(edition, items=(item,)), samples.publication())
    assert 'href="http://[bad"' in shown.items[0].body


@given(st.text())
def test_one_line_holds_nothing_that_breaks_a_line_or_a_document(words: str) -> None:
    line = text.one_line(words)
    assert line == line.strip()
    assert "\n" not in line
    assert not text.ILLEGAL_IN_XML.search(line)
    assert not text.BIDI_CONTROLS.search(line)
