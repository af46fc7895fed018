"""The email of an edition: goldens, variants, and what a mail client needs to find in it."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from email import message_from_bytes
from email.policy import SMTP
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from publisher import slots
from publisher.checks.email import check_email
from publisher.config import Publication
from publisher.generators import email
from publisher.generators.fit import fit
from publisher.generators.inline import Inliner
from publisher.generators.templates import Templates, load
from publisher.model import Artifact, Edition, Image, replace
from publisher.sanitise import sanitise
from tests import samples
from tests.goldens import assert_golden

KINDS = ("article", "photo", "notice", "link")
GOLDENS = Path(__file__).parent / "goldens"
PHRASES = (
    '[sections.news]\ntitle = "News"\n[sections.front]\ntitle = "要闻"\nlanguage = "zh-Hans"\n'
)


@pytest.fixture(scope="module")
def templates() -> Templates:
    return load(None)


def artifacts(publication: Publication, edition: Edition) -> dict[str, Artifact]:
    templates = load(None)
    made = email.generate(edition, publication, templates, Inliner())
    return {artifact.path.rpartition(".")[2]: artifact for artifact in made}


def render(publication: Publication, edition: Edition, **variant: object) -> email.EmailBody:
    templates = load(None)
    inliner = Inliner()
    return email.render(edition, publication, templates, inliner, **variant)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ["html", "txt", "eml"])
def test_golden(publication: Publication, edition: Edition, kind: str) -> None:
    artifact = artifacts(publication, edition)[kind]
    assert artifact.path == f"email/2026-11-23.{kind}"
    assert_golden(GOLDENS / artifact.path, artifact.body)


def test_the_sample_message_holds_the_same_html_and_text(
    publication: Publication, edition: Edition
) -> None:
    made = artifacts(publication, edition)
    message = message_from_bytes(made["eml"].body, policy=SMTP)
    text, html = (part.get_content().replace("\r\n", "\n") for part in message.iter_parts())
    assert message.get_content_type() == "multipart/alternative"
    assert text.rstrip() == made["txt"].body.decode().rstrip()
    assert html.rstrip() == made["html"].body.decode().rstrip()
    assert str(message["Subject"]) == "Monday edition: 渡口新桥今晨通车"
    assert str(message["Date"]) == "Sun, 22 Nov 2026 22:00:00 +0000"
    assert str(message["To"]) == email.SAMPLE_RECIPIENT


def test_the_same_bytes_in_any_zone_locale_and_hash_seed(
    publication: Publication, edition: Edition
) -> None:
    code = (
        "import hashlib; from tests import samples; from tests.generators.test_email import artifacts;"
        "made = artifacts(samples.publication(), samples.edition());"
        "print(hashlib.sha256(b''.join(made[k].body for k in sorted(made))).hexdigest())"
    )
    made = artifacts(publication, edition)
    here = hashlib.sha256(b"".join(made[kind].body for kind in sorted(made))).hexdigest()
    settings = {"PYTHONHASHSEED": "77", "TZ": "Pacific/Apia", "LC_ALL": "C"}
    run = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.strip() == here


def test_what_a_mail_client_needs(publication: Publication, edition: Edition) -> None:
    html = render(publication, edition).html
    tree = etree.fromstring(html, etree.HTMLParser())
    assert html.startswith("<!DOCTYPE html>")
    assert tree.xpath("string(//div[@role='article']/@aria-label)").startswith("Monday edition")
    assert all(
        table.get("role") == "presentation" for table in tree.xpath("//table[not(@class='data')]")
    )
    assert "!important" in html
    anchors = [link[1:] for link in tree.xpath("//a/@href") if link.startswith("#")]
    assert len(anchors) == 5
    assert set(anchors) <= set(tree.xpath("//@id"))
    assert len(tree.xpath("//@id")) == len(set(tree.xpath("//@id")))
    assert tree.xpath("string(//img/@width)") == "552"
    assert tree.xpath("string(//img/@height)") == "368"
    assert f"https://courier.example/unsubscribe/{slots.TOKEN}" in tree.xpath("//a/@href")
    assert {"zh-Hans"} == set(tree.xpath("//td/@lang"))


def test_the_preview_line_is_padded(publication: Publication, edition: Edition) -> None:
    body = render(publication, edition)
    assert body.preheader.startswith("Council says “yes”")
    assert body.preheader + email.PADDING in body.html.replace("&amp;", "&").replace(
        "&lt;", "<"
    ).replace("&gt;", ">")


def test_a_short_edition_has_no_contents(publication: Publication, edition: Edition) -> None:
    short = replace(edition, items=edition.items[:4])
    assert 'href="#' not in render(publication, short).html
    assert "In this edition" not in render(publication, short).text


def test_a_long_edition_lists_its_sections(publication: Publication, edition: Edition) -> None:
    items = tuple(
        samples.item(f"x{number}", f"Story {number}", section=(f"Part {number // 10}",))
        for number in range(30)
    )
    html = render(publication, replace(edition, items=items)).html
    assert re.findall(r'href="#([^"]*)"', html) == ["gs1", "gs11", "gs21"]


def test_a_section_that_its_first_story_names_has_no_label(
    publication: Publication, edition: Edition
) -> None:
    item = samples.item("x", "Notices", section=("Notices",))
    body = render(publication, replace(edition, items=(item,)))
    assert 'class="section' not in body.html
    assert "--- Notices" not in body.text


def test_a_variant_holds_its_sections_and_what_stands_in_none(edition: Edition) -> None:
    publication = samples.publication(PHRASES)
    body = render(publication, edition, sections=frozenset({"news"}))
    assert body.stories == 4  # one of the section, three that no configured section claims
    assert "渡口新桥" not in body.html + body.text + body.subject
    assert body.subject.startswith("Monday edition: Council says")
    assert render(publication, edition).stories == len(edition.items)


def test_a_variant_speaks_the_readers_language(publication: Publication, edition: Edition) -> None:
    body = render(publication, edition, language="zh-Hant")
    assert "退訂" in body.html
    assert "退訂" in body.text
    assert "Unsubscribe" not in body.html


def test_no_items_at_all(publication: Publication, edition: Edition) -> None:
    body = render(publication, replace(edition, items=()))
    assert (body.stories, body.subject) == (0, "Monday edition")


def test_summaries(edition: Edition) -> None:
    publication = samples.publication('[email]\ntext = "summary"\n')
    html = render(publication, edition).html
    assert "票价不变</h3>" not in html
    assert re.search(r'items/2026-11-23-bbbbbbbbbb/"[^>]*>Read on', html)
    assert re.search(r'items/2026-11-23-aaaaaaaaaa/"[^>]*>阅读全文', html)


@pytest.mark.parametrize(("lengths", "large"), [((9, 900, 9), 0), ((900, 9, 900), 3)])
def test_stories_about_links_have_headlines_of_one_size(
    publication: Publication, edition: Edition, lengths: tuple[int, ...], large: int
) -> None:
    items = tuple(
        samples.item(f"x{n}", f"T{n}", body=f"<p>{'a ' * length}</p>", link="https://a.example/")
        for n, length in enumerate(lengths)
    )
    html = render(publication, replace(edition, items=items)).html
    assert (html.count("<h2"), html.count('<h2 class="')) == (3, large)


def test_a_headline_alone_leads_on_by_itself(edition: Edition) -> None:
    publication = samples.publication('[email]\ntext = "summary"\n')
    alone = samples.item("2026-11-23-0000000000", "Headline alone", body="", summary="")
    html = render(publication, replace(edition, items=(alone,))).html
    assert re.search(r'items/2026-11-23-0000000000/"[^>]*>Headline alone', html)
    assert "Read on" not in html.replace("Read this", "")


def test_a_summary_stands_for_a_body_that_is_not_there(
    publication: Publication, edition: Edition
) -> None:
    link = {"kind": "link", "link": "https://a.example/"}
    for changes in ({}, link):
        item = samples.item("x", "Told in brief", body="", summary="In a word.", **changes)
        body = render(publication, replace(edition, items=(item,)))
        assert "<p>In a word.</p>" in re.sub(' style="[^"]*"', "", body.html)
        assert "\n\nIn a word.\n" in body.text


def test_hostile_text_stays_text(publication: Publication, edition: Edition) -> None:
    hostile = '"><script>alert(1)</script>{{ 7 * 7 }}<style>'
    texts = {"subheadline": hostile, "dateline": hostile, "summary": hostile}
    item = samples.item("x", hostile, kicker=(hostile,), body="<p>x</p>", **texts)
    image = Image('https://x.example/?a=1&b="2', hostile, 10, 10, hostile, hostile)
    changed = replace(edition, title=hostile, items=(replace(item, images=(image,)),))
    body = render(msgspec.structs.replace(publication, title=hostile), changed)
    assert "<script" not in body.html
    artifact = Artifact("email/x.html", "text/html", body.html.encode())
    assert {one.code for one in check_email(artifact, publication)} <= {"email-placeholder"}


@pytest.mark.parametrize("name", slots.ALL)
def test_a_story_cannot_have_a_slot_filled(
    publication: Publication, edition: Edition, name: str
) -> None:
    link = f"https://collector.example/?t={name}"
    parted = name.replace("SLOT", "S<b>LOT</b>")
    body = f'<p>{name} <a href="{link}">{parted}</a></p>'
    item = samples.item("x", f"News {name}", body=body, link=link, kicker=(name,))
    clean, changed = (replace(edition, title=one, items=(item,)) for one in ("", name))
    plain = replace(clean, items=(samples.item("x", "News"),))
    letter, usual = render(publication, changed), render(publication, plain)
    for part in ("subject", "preheader", "html", "text"):
        assert getattr(letter, part).count(name) == getattr(usual, part).count(name), part
    assert "collector.example/?t=SLOT\u2011" in letter.html


TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=30)


@given(st.lists(st.tuples(TEXT, TEXT, TEXT, st.booleans()), max_size=4), st.sampled_from(KINDS))
@settings(max_examples=40)
def test_any_text_makes_a_letter(
    templates: Templates, stories: list[tuple[str, str, str, bool]], kind: str
) -> None:
    publication, edition = samples.publication(), samples.edition()
    items = tuple(
        samples.item(f"x{n}", title or "-", kind=kind, kicker=(kicker,), section=(section,),
                     link="https://x.example/" if away else None)
        for n, (title, kicker, section, away) in enumerate(stories)
    )  # fmt: skip
    items = tuple(replace(item, body=sanitise(f"<p>{item.title}</p>")) for item in items)
    body = email.compose(replace(edition, items=items), publication, templates)
    artifact = Artifact("email/x.html", "text/html", body.html.encode())
    assert not [one for one in check_email(artifact, publication) if one.severity == "error"]
    assert all(item.title.split()[0] in body.text for item in items if item.title.split())


@pytest.mark.parametrize(
    ("html", "fitted"),
    [
        ("<h1>a</h1><h5>b</h5>", "<h3>a</h3><h4>b</h4>"),
        ("<p>a</p><ul><li><p>b</p></li></ul>", '<p class="run">a</p><ul><li><p>b</p></li></ul>'),
        ('<td align="left">x</td>', '<td class="cell" align="left">x</td>'),
        ("a<wbr/>b", "ab"),
        ("<details open><summary>a</summary>b</details>", "<div><div>a</div>b</div>"),
        (
            '<img src="x" width="1104" height="300"/>',
            '<img src="x" alt="" width="552" height="150">',
        ),
        ('<img src="x" alt="y"/>', '<img src="x" alt="y">'),
    ],
)
def test_bodies_are_fitted(html: str, fitted: str) -> None:
    assert fit(html, indent=True) == fitted
