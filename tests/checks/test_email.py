"""Every finding on email is raised by a page that deserves it, and by no page of ours."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher import slots
from publisher.checks import email as checks
from publisher.checks.email import CODES, check_email
from publisher.checks.email_sound import images_if_sound
from publisher.config import Publication
from publisher.generators import email
from publisher.generators.inline import Inliner
from publisher.generators.templates import load
from publisher.model import Artifact, Edition, Finding, replace
from tests import samples


def html_of(publication: Publication, edition: Edition) -> str:
    templates = load(None)
    inliner = Inliner()
    return email.render(edition, publication, templates, inliner).html


def found(html: str, publication: Publication) -> tuple[Finding, ...]:
    return check_email(Artifact("email/x.html", "text/html", html.encode()), publication)


@pytest.fixture(scope="module")
def sample() -> str:
    return html_of(samples.publication(), samples.edition())


def test_an_email_past_all_limits_is_only_too_large(publication: Publication, sample: str) -> None:
    html = sample.replace("<h2", f"<p>{'word ' * 2_500_000}</p><h2", 1)
    assert {one.code for one in found(html, publication)} == {"email-too-large"}


def test_our_own_page_is_clean(sample: str, publication: Publication) -> None:
    assert found(sample, publication) == ()


SPOILT = [
    (
        "email-stylesheet-link",
        "<style type",
        '<link rel="stylesheet" href="https://x.example/a.css"><style type',
    ),
    ("email-forbidden-element", "<h1", "<script>1</script><h1"),
    ("email-forbidden-element", "<h1", '<form action="https://x.example/"></form><h1'),
    (
        "email-data-image",
        "<h1",
        '<img src="data:image/gif;base64,R0" alt="" width="1" height="1"><h1',
    ),
    ("email-image-without-alt", 'alt="新桥上的行人"', ""),
    ("email-image-without-size", 'height="368"', 'height="auto"'),
    ("email-relative-link", 'href="https://tides.example/winter"', 'href="/winter"'),
    ("email-relative-link", 'href="https://tides.example/winter"', 'href=""'),
    ("email-mso-comment", "</table><![endif]-->", "</table>-->"),
    ("email-mso-comment", "<h1", "<!--[if mso]>x<![endif]--><![endif]--><h1"),
    (
        "email-placeholder",
        'href="https://tides.example/winter"',
        'href="https://x.example/{{ id }}"',
    ),
    ("email-placeholder", "<h1", "SLOT-nobody<h1"),
    ("email-head-missing", ' lang="en"', ""),
    ("email-head-missing", 'name="viewport"', 'name="view"'),
    ("email-head-missing", 'role="article"', ""),
    ("email-no-unsubscribe", slots.TOKEN, "nobody"),
    ("email-no-postal-address", "1 Quay Street", ""),
    ("email-css-unsupported", "<style type", "<style>.x { display: flex }</style><style type"),
    ("email-css-unsupported", "<h1", '<p style="position: absolute">x</p><h1'),
    ("email-css-unsupported", "<style type", f"<style>{'p { top: 0 }' * 700}</style><style type"),
    ("email-css-misapplied", "<style type", "<style>p:not(.x) { top: 0 }</style><style type"),
    (
        "email-css-misapplied",
        "<style type",
        "<style>p { padding-left: 1px; padding: 0 }</style><style type",
    ),
    (
        "email-css-misapplied",
        "<style type",
        "<style>p { color: red !important }</style><style type",
    ),
    (
        "email-css-misapplied",
        "<style type",
        '<style>a[href^="https://"] { top: 0 }</style><style type',
    ),
]


@pytest.mark.parametrize(("code", "before", "after"), SPOILT, ids=lambda text: text[:40])
def test_a_spoilt_page_is_named(
    sample: str, publication: Publication, code: str, before: str, after: str
) -> None:
    assert before in sample
    count = -1 if before in (slots.TOKEN, ' lang="en"') else 1
    findings = found(sample.replace(before, after, count), publication)
    assert {one.code for one in findings} == {code}
    assert all(one.message and one.place.file == "email/x.html" for one in findings)


def test_every_code_is_tested() -> None:
    assert set(CODES) == {code for code, _, _ in SPOILT} | {"email-too-large"}


def test_a_long_edition_names_what_to_cut(publication: Publication, edition: Edition) -> None:
    long, *others = edition.items
    body = "<p>" + "渡口新桥正式通车。" * 4000 + "</p>"
    page = html_of(publication, replace(edition, items=(replace(long, body=body), *others)))
    (finding,) = found(page, publication)
    assert (finding.severity, finding.code) == ("error", "email-too-large")
    assert "渡口新桥今晨通车 (" in finding.hint
    assert "Library opens late" not in finding.hint


def test_the_footer_is_no_part_of_the_last_story(
    publication: Publication, edition: Edition
) -> None:
    body = f"<p>{'Long. ' * 30_000}</p>"
    twins = tuple(replace(edition.items[0], tail=tail, body=body) for tail in ("a", "b"))
    page = html_of(publication, replace(edition, items=twins))
    (finding,) = found(page, publication)
    first, last = (int(size.replace(",", "")) for size in re.findall(r"\(([\d,]+) ", finding.hint))
    assert abs(first - last) < 600


def test_a_heavy_edition_is_a_warning_and_the_largest_copy_counts(
    sample: str, publication: Publication
) -> None:
    room = 90_000 - len(sample.encode()) - sample.count(slots.TOKEN) * (70 - len(slots.TOKEN))
    fits, heavy = (sample.replace("<h1", f"{'x' * size}<h1", 1) for size in (room, room + 1))
    assert found(fits, publication) == ()
    (finding,) = found(heavy, publication)
    assert (finding.severity, finding.code) == ("warning", "email-too-large")


FRAGMENTS = (
    *('<p class="a">', "</p>", "<p>", "<br>", "<br/>", "text", "&amp;", "<", ">", '"', "<!-- x -->", "<!--", "-->"),
    *('<a href="https://x.example/?a=1&amp;b">', '<a href="x.html">', "<a href='x.html'>", "<a>", "</a>"),
    *('<A HREF="x.html">', '<a title="x" href="#a">', '<a href="">', '<a href="https:///x">', '<a\nhref="x">'),
    *('<img src="https://x.example/a" alt="" width="1" height="2">', '<img alt="" width="1" height="2">'),
    *('<img src="a" alt="" width="1" height="2">', '<img src="https://x.example/" width="1" height="2">'),
    *('<img src="https://x.example/" alt="" width="1%" height="2">', '<img src="data:," alt="">'),
    *('<p style="position: absolute">', "<p style='float:left'>", '<p style="color: red">', "<script>", "</script>"),
    *('<p style="background:#fff">', '<p style="list-style: url(x)">', '<p style="back&#103;round: url(x)">'),
    *("<style>p { gap: 1px }</style>", "<style>p:not(.a) { top: 0 }</style>", "<style>p { top: 0 }</style>"),
    *("<form>", "<video src='https://x.example/'>", '<source src="x">', '<base href="https://x.example/">'),
    *('<link rel="stylesheet" href="https://x.example/a.css">', "<title>", "</title>", "<html>", "<title></title>"),
)  # fmt: skip
REPLACED = (
    ("", ""),
    ("</h1>", "</h1>"),
    (' lang="en"', ""),
    ("1 Quay Street", "1 <b>Quay</b> Street"),
    ("1 Quay Street", "<!--1 Quay Street-->"),
    ('name="viewport"', 'name="view"'),
    (slots.TOKEN, "nobody"),
)


SPOTS = (
    "<h1",
    "</p>",
    "<td",
    " style=",
    " href=",
    ' alt="',
    "<!--[if",
    "</table>",
    "<title>",
    "</body>",
)


def closely(html: str, publication: Publication) -> tuple[Finding, ...]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(checks, "images_if_sound", lambda *_: None)
        return found(html, publication)


@settings(max_examples=300)
@given(
    st.lists(st.tuples(st.sampled_from(FRAGMENTS), st.sampled_from(SPOTS)), max_size=3),
    st.sampled_from(REPLACED),
)
def test_a_first_look_finds_what_a_closer_one_does(
    sample: str, inserted: list[tuple[str, str]], replaced: tuple[str, str]
) -> None:
    html = sample.replace(*replaced)
    for fragment, spot in inserted:
        html = html.replace(spot, fragment + spot, 1)
    publication = samples.publication()
    assert found(html, publication) == closely(html, publication)


@settings(max_examples=300)
@given(st.data())
def test_nor_does_it_miss_what_is_torn_apart(sample: str, data: st.DataObject) -> None:
    start, other = (data.draw(st.integers(0, len(sample))) for _ in range(2))
    torn = sample[start : start + data.draw(st.integers(0, 200))]
    html = sample[:start] + sample[start + len(torn) :]
    html = html[:other] + data.draw(st.sampled_from(["", torn])) + html[other:]
    publication = samples.publication()
    assert found(html, publication) == closely(html, publication)


def test_our_own_page_needs_no_closer_look(sample: str, publication: Publication) -> None:
    assert images_if_sound(sample, publication.sender.postal_address) is not None


def test_a_story_may_write_about_placeholders(sample: str, publication: Publication) -> None:
    code = """<pre>&lt;a href="{{ url }}"&gt; &lt;img src="{% static %}" alt="[[name]]"&gt;</pre>"""
    assert found(sample.replace("<h1", f"{code}<h1", 1), publication) == ()
    comment = '<!--[if mso]><v:rect href="{{ url }}"></v:rect><![endif]-->'
    (finding,) = found(sample.replace("<h1", f"{comment}<h1", 1), publication)
    assert finding.message == "nobody fills {{ url }}"


@pytest.mark.parametrize(
    "nasty",
    (
        *(
            '<p class="a"',
            ' class="a"',
            ' href="https://x.example/&amp;',
            " style=",
            ' title=" style="',
        ),
        *(
            "<!--",
            "-->",
            "- ",
            "=",
            "<",
            ">",
            '"',
            "{",
            "%2",
            "[",
            "<title>",
            "<style>",
            "<p>",
            "<img ",
            "&",
            " ",
        ),
    ),
)
def test_a_page_that_does_not_fit_is_known_at_once(sample: str, nasty: str) -> None:
    before = time.process_time()
    for opened in (
        "",
        "<!-- ",
        "<p",
        '<a href="https://x.example/',
        '<img src="https://x.example/',
    ):
        for closed in ("", ">", '">', " -->"):
            html = sample.replace("<h1", f"{opened}{nasty * (100_000 // len(nasty))}{closed}<h1", 1)
            images_if_sound(html, "1 Quay Street")
    assert (
        time.process_time() - before < 2
    )  # twenty pages; a hundred times that if time grew faster


@given(st.binary(max_size=200))
def test_any_bytes_are_checked(body: bytes) -> None:
    check_email(Artifact("email/x.html", "text/html", body), samples.publication())
