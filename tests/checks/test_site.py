from __future__ import annotations

import re
import time
from collections.abc import Collection

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.checks import site
from publisher.checks.site import CODES, examine_page
from publisher.config import Publication
from publisher.model import Artifact, Edition, Finding
from tests.printed import pages

HEAD = (
    '<!doctype html><html lang="en"><head><title>T</title>'
    '<link rel="canonical" href="https://a.example/news/items/x/"></head><body>'
)
PATH = "items/x/index.html"
KNOWN = frozenset((PATH, "index.html", "assets/site.css", "sections/要闻/index.html"))


def check_page(page: Artifact, known: Collection[str]) -> list[Finding]:
    """What there is to say where `known` are all paths: no lead is followed later."""
    found, leads = examine_page(page, known)
    return [*found, *(lead.finding for lead in leads)]


def codes(body: str, *, head: str = HEAD, path: str = PATH) -> list[tuple[str, str]]:
    findings = check_page(Artifact(path, "text/html", f"{head}{body}".encode()), KNOWN)
    assert all(finding.code in CODES and finding.place.file == path for finding in findings)
    assert all(finding.hint for finding in findings)
    return [(finding.severity, finding.code) for finding in findings]


@pytest.mark.parametrize(
    "address",
    [
        "../../index.html",
        "../../",
        "../../assets/site.css?v=1#top",
        "../../sections/%E8%A6%81%E9%97%BB/index.html",
        "https://a.example/news/",
        "https://a.example/news/items/x/",
        "https://b.example/anything",
        "https://a.example/elsewhere",
        "mailto:desk@a.example",
        "data:,",
        "#",
        "",
        "http://[broken",
    ],
)
def test_links_that_lead_somewhere(address: str) -> None:
    assert codes(f'<a href="{address}">x</a>') == []


@pytest.mark.parametrize(
    ("address", "severity"),
    [
        ("../y/index.html", "error"),
        ("../../../index.html", "error"),
        ("missing.html", "error"),
        ("https://a.example/news/about/", "warning"),
        ("https://a.example/news/assets/lost.jpg?a=1&amp;b=2", "warning"),
    ],
)
def test_links_that_lead_nowhere(address: str, severity: str) -> None:
    assert codes(f'<a href="{address}">x</a>') == [(severity, "page-broken-link")]
    assert codes(f'<img src="{address}" alt="x">') == [(severity, "page-broken-link")]


def test_anchors() -> None:
    assert codes('<a href="#here">x</a><p id="here">') == []
    assert codes('<a href="#这里">x</a><p id="这里">') == []
    assert codes('<a href="#there">x</a>') == [("warning", "page-broken-anchor")]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("<script>1</script>", "page-with-script"),
        ('<script src="../../index.html"></script>', "page-with-script"),
        ('<p onclick="x()">', "page-with-script"),
        ('<p id="a"></p><p id="a"></p>', "page-duplicate-id"),
    ],
)
def test_what_must_not_stand_in_a_page(body: str, code: str) -> None:
    assert [found for _, found in codes(body)] == [code]


@pytest.mark.parametrize("picture", ['<img src="../../">', '<img src="../../" alt=" ">'])
def test_pictures_of_templates_need_words(picture: str) -> None:
    """Those of stories are checked in the edition, where a line can be named."""
    head = HEAD.replace("items/x/", "sections/要闻/")
    path = "sections/要闻/index.html"
    assert codes(picture, head=head, path=path) == [("warning", "page-image-without-alt")]
    assert codes(picture) == []


def test_structured_data_is_no_script() -> None:
    assert codes('<script type="application/ld+json">{}</script>') == []


def test_a_page_must_say_what_it_is() -> None:
    assert codes("", head="<html><title> </title>") == [
        ("error", "page-without-title"),
        ("error", "page-without-language"),
        ("error", "page-without-canonical"),
    ]


@given(st.binary(max_size=300))
def test_any_bytes_give_findings(body: bytes) -> None:
    check_page(Artifact(PATH, "text/html", body), KNOWN)


FRAGMENTS = (
    *('<p id="a">', '<p class="x" id="b">', "<p>", "</p>", 'id="c" ', "text", " on the page", ">"),
    *('<a href="#a">', '<a href="#b">', '<a href="#%61">', '<a href="../../index.html">'),
    *('<a href="../../index.html#a">', '<a href="../../lost.html#b">', '<a href="../../#c">'),
    *('<a href="../y/index.html">', '<a href="https://a.example/news/about/">', '<a href="">'),
    *('<a href="https://a.example/n&#101;ws/x/">', '<a href="https://b.example/">', "<a href=x>"),
    *(
        '<a\thref="lost.html">',
        '<img src="lost.jpg">',
        '<img alt="x" src="data:,">',
        '<a href="#">',
    ),
    *("<script>", "<SCRIPT src='x'>", '<script type="application/ld+json">{}</script>'),
    *("<p onclick>", "<p onclick hidden>", '<p\nonClick = "x">', '<p title="it goes on and on">'),
    *('<html lang="">', "<title> </title>", '<link rel="canonical" href="https://b.example/">'),
)


@settings(max_examples=300)
@given(st.lists(st.sampled_from(FRAGMENTS), max_size=5))
def test_no_page_passes_unseen(fragments: list[str]) -> None:
    html = HEAD + "".join(fragments)
    for shows_stories in (True, False):
        if site._is_sound(html, PATH, KNOWN, shows_stories=shows_stories):
            tags = list(site._tags(html))
            assert not list(site._on_head(tags, html))
            assert not list(site._on_ids(tags))
            assert not [
                one for tag in tags for one in site._on_tag(tag, shows_stories=shows_stories)
            ]
            assert not list(site._on_links(tags, PATH, KNOWN))


HANDLER = re.compile(r"\son[a-z:-]*(?:\s+[a-z:-]+)*\s*(?:=|/?>)", re.I | re.A)


@given(
    st.lists(
        st.sampled_from(
            [
                " ",
                "\n",
                "on",
                "ON",
                "oN",
                "On",
                "o",
                "click",
                "a",
                "-",
                ":",
                "=",
                ">",
                "/",
                '"',
                "7",
            ]
        )
    ).map("".join)
)
def test_handlers_are_found_as_they_are_written(html: str) -> None:
    assert site._has_handler(html) == bool(HANDLER.search(html))


@pytest.mark.parametrize(
    "again", [" on", " oN", " ON ", "on", " ", " on-", "on ", " on/", "\non a "]
)
def test_handlers_are_looked_for_once(again: str) -> None:
    """A million characters in a moment: looked at again from every `on`, they would take hours."""
    html = again * (1_000_000 // len(again))
    began = time.process_time()
    assert not site._has_handler(html)
    assert time.process_time() - began < 5


def test_generated_pages_need_no_closer_look(edition: Edition, publication: Publication) -> None:
    html = [one for one in pages([edition], publication) if one.media_type == "text/html"]
    paths = {artifact.path for artifact in html}
    known = paths | {lead.target for one in html for lead in site.examine_page(one, paths)[1]}
    for one in html:
        assert site._is_sound(one.body.decode(), one.path, known, shows_stories=True), one.path


def test_generated_pages_are_sound(edition: Edition, publication: Publication) -> None:
    """All but the files that other generators write: feeds and assets."""
    artifacts = pages([edition], publication)
    known = frozenset(artifact.path for artifact in artifacts)
    html = [artifact for artifact in artifacts if artifact.media_type == "text/html"]
    assert len(html) > len(edition.items)
    for page in html:
        for finding in check_page(page, known):
            assert finding.code == "page-broken-link"
            assert "feeds/" in finding.message or "assets/2026-11-23/" in finding.message, finding
