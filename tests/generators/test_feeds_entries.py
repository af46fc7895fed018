"""What an entry says of an item or edition."""

from __future__ import annotations

import pytest

from publisher.checks.feed import check_feed
from publisher.checks.feed_html import problems
from publisher.config import Publication
from publisher.generators import feeds
from publisher.generators.entries import Category, Entry, from_edition, from_item, plain
from publisher.model import Edition, Image, Item, Person, replace
from tests import samples


@pytest.fixture
def summaries() -> Publication:
    return samples.config.loads(samples.TOML.replace("[feeds]", "[feeds]\nfull_text = false"))


def content(publication: Publication, **changes: object) -> str:
    return from_item(publication, samples.item("t", "A title", **changes)).content


def test_every_field(publication: Publication, edition: Edition) -> None:
    item = edition.items[0]
    assert from_item(publication, item) == Entry(
        id="tag:courier.example,2026:2026-11-23-aaaaaaaaaa",
        title="渡口新桥今晨通车",
        permalink="https://courier.example/items/2026-11-23-aaaaaaaaaa/",
        summary="昨天清晨,渡口新桥正式通车。“等了三年。”船工老许说。",
        content="<p>两岸新事 · 交通</p><p><strong>——步行过河只要六分钟</strong></p>"
        '<figure><img src="https://courier.example/assets/2026-11-23/bridge.jpg" '
        'alt="新桥上的行人" width="1200" height="800">'
        "<figcaption>通车首日的新桥 许青</figcaption></figure>"
        "<p><b>本报讯</b> 昨天清晨,渡口新桥正式通车。“等了三年。”船工老许说。</p>"
        "<h3>票价不变</h3><p>轮渡保留,票价不变。</p>",
        published=item.published,
        updated=item.updated,
        language="zh-Hans",
        authors=("林小满", "周一帆"),
        categories=(
            Category("要闻", "tag:courier.example,2026:sections", "要闻"),
            Category("交通", "tag:courier.example,2026:tags", "交通"),
            Category("桥梁", "tag:courier.example,2026:tags", "桥梁"),
        ),
        image=item.images[0],
    )


def test_a_bare_link_leads_where_it_points(publication: Publication, edition: Edition) -> None:
    entry = from_item(publication, edition.items[3])
    assert entry.link == "https://tides.example/winter"
    assert entry.related == entry.permalink
    assert entry.summary == "Tide tables for the winter"
    assert entry.content == (
        '<p><a href="https://tides.example/winter">Tide tables for the winter</a></p>'
    )


def test_a_story_with_a_link_leads_to_our_page(publication: Publication) -> None:
    item = samples.item("t", "A title", link="https://x.example/?a=1&b=2")
    entry = from_item(publication, item)
    assert entry.link == entry.permalink
    assert entry.related == "https://x.example/?a=1&b=2"
    assert entry.content.endswith(
        '<p><a href="https://x.example/?a=1&amp;b=2">https://x.example/?a=1&amp;b=2</a></p>'
    )


def test_quotes_stay_within_their_attribute(publication: Publication) -> None:
    odd = 'https://x.example/"onclick="y'
    picture = Image(odd, alt='He said "no" & left', caption='"<Cap>"')
    html = content(publication, kind="link", body="", link=odd, images=(picture,))
    assert html == (
        '<figure><img src="https://x.example/&quot;onclick=&quot;y" '
        'alt="He said &quot;no&quot; &amp; left"><figcaption>"&lt;Cap&gt;"</figcaption></figure>'
        '<p><a href="https://x.example/&quot;onclick=&quot;y">A title</a></p>'
    )


def test_a_link_that_the_body_holds_is_not_repeated(publication: Publication) -> None:
    body = "<p><a href=\"https://x.example/?a=1&amp;b='2'\">there</a></p>"
    assert content(publication, body=body, link="https://x.example/?a=1&b='2'") == body


@pytest.mark.parametrize(
    "body",
    [
        '<p>See <a href="https://boats.example/ferry/plans">the plans</a>.</p>',
        "<p>It stands at https://boats.example/ferry too.</p>",
    ],
)
def test_a_link_is_not_taken_for_one_to_a_deeper_page(publication: Publication, body: str) -> None:
    html = content(publication, body=body, link="https://boats.example/ferry")
    assert html == (
        f'{body}<p><a href="https://boats.example/ferry">https://boats.example/ferry</a></p>'
    )


def test_summaries_only(summaries: Publication) -> None:
    html = content(summaries, body="<p>Long.</p>", summary="Short, <&.")
    assert html == "<p>Short, &lt;&amp;.</p>"


@pytest.mark.parametrize(
    ("changes", "summary"),
    [
        ({"summary": "Given", "body": "<p>Other</p>"}, "Given"),
        ({"summary": "", "body": "<p>From &amp; the</p><p>body</p>"}, "From & the body"),
        ({"summary": " ", "body": ""}, "A title"),
    ],
)
def test_summary_is_never_empty(
    publication: Publication, changes: dict[str, str], summary: str
) -> None:
    entry = from_item(publication, samples.item("t", "A title", **changes))
    assert entry.summary == summary
    assert entry.content


def test_photo_is_by_its_photographer(publication: Publication, edition: Edition) -> None:
    photo = edition.items[2]
    assert from_item(publication, photo).authors == ("许青", "宋可")
    assert from_item(publication, replace(photo, kind="article")).authors == ()
    signed = replace(photo, byline=(Person("林小满"), Person("林小满", "记者")))
    assert from_item(publication, signed).authors == ("林小满",)


def test_pictures_of_the_body_are_not_repeated(publication: Publication) -> None:
    inside = Image("https://x.example/a.jpg?b&c", "A & B")
    outside = Image("https://x.example/d.jpg")
    body = '<p><img src="https://x.example/a.jpg?b&amp;c" alt="A &amp; B"></p>'
    html = content(publication, body=body, images=(inside, outside))
    assert html == f'<figure><img src="https://x.example/d.jpg" alt=""></figure>{body}'


def test_a_picture_that_the_body_only_links_to_is_shown(publication: Publication) -> None:
    body = '<p><a href="https://boats.example/tug.jpg">How she looks</a></p>'
    html = content(
        publication, body=body, images=(Image("https://boats.example/tug.jpg", "A tug"),)
    )
    assert '<figure><img src="https://boats.example/tug.jpg" alt="A tug"></figure>' in html


def test_dateline_before_what_is_no_paragraph(publication: Publication) -> None:
    html = content(publication, body="<ul><li>One</li></ul>", dateline="A & B")
    assert html == "<p><b>A &amp; B</b></p><ul><li>One</li></ul>"


def test_links_within_the_page_leave_the_feed(publication: Publication) -> None:
    body = '<p>Text<sup><a id="r1" href="#n1">1</a></sup> and <code>href="#x"</code></p>'
    html = content(publication, body=body)
    assert '<a id="r1" href="https://courier.example/items/t/#n1">' in html
    assert '<code>href="#x"</code>' in html
    assert problems(html) == ()


def test_what_xml_forbids_is_stripped(publication: Publication) -> None:
    item = samples.item(
        "t",
        "A\x02B\ud800C\ufffe",
        body="<p>D\x0bE</p>",
        tags=("F\x1f",),
        section=("G\x00H",),
        images=(Image("https://x.example/\x07.jpg", credit="I\x08"),),
        link="https://x.example/\x0c",
    )
    odd = replace(samples.edition(), items=(item,), title="J\x01", introduction="K\x03")
    assert [
        found for made in feeds.generate(publication, [odd]) for found in check_feed(made)
    ] == []
    entry = from_item(publication, replace(item, images=(), link=None))
    assert (entry.title, entry.content) == ("ABC", "<p>DE</p>")
    assert entry.categories[-1].label == "F"


def test_a_tag_that_repeats_the_section_is_left_out(publication: Publication) -> None:
    item = samples.item("t", "A title", section=("News", "Boats"), tags=("news", "X", "x"))
    labels = [category.label for category in from_item(publication, item).categories]
    assert labels == ["News", "Boats", "X"]


def test_edition_as_a_digest(publication: Publication, edition: Edition) -> None:
    entry = from_edition(publication, edition, full_text=False)
    assert entry.id == edition.tag
    assert entry.link == "https://courier.example/editions/2026-11-23/"
    assert entry.summary == "Good morning. Here is the river today."
    assert entry.content.startswith(
        "<p>Good morning. Here is the river today.</p><h2>要闻</h2><ul>"
        '<li><a href="https://courier.example/items/2026-11-23-aaaaaaaaaa/">渡口新桥今晨通车</a><br>'
    )
    assert '<li><a href="https://tides.example/winter">Tide tables' in entry.content
    assert entry.content.count("<h2>") == 4
    assert [category.label for category in entry.categories] == ["要闻", "News", "Links", "Notices"]
    assert entry.image == edition.items[0].images[0]


def test_editions_without_a_name_are_told_apart(publication: Publication, edition: Edition) -> None:
    nameless = replace(edition, title=publication.title)
    title = from_edition(publication, nameless, full_text=False).title
    assert title == "Riverbend Courier 河湾报 2026-11-23"


def test_edition_in_full(publication: Publication, edition: Edition) -> None:
    html = from_edition(publication, edition, full_text=True).content
    for item in edition.items:
        assert from_item(publication, item).content in html
    assert html.count("<h3><a ") == len(edition.items)
    assert problems(html) == ()


def test_edition_without_introduction_names_its_headlines(
    publication: Publication, edition: Edition
) -> None:
    entry = from_edition(publication, replace(edition, introduction=""), full_text=False)
    assert entry.summary.startswith("渡口新桥今晨通车; Council says")
    assert len(entry.summary) <= 300
    bare = from_edition(publication, replace(edition, introduction="", items=()), full_text=False)
    assert (bare.summary, bare.content) == ("Monday edition", "<p>Monday edition</p>")


def test_links_within_an_introduction_leave_the_feed(
    publication: Publication, edition: Edition
) -> None:
    introduction = '<p>See the <a href="#events">events</a>.</p>'
    told = replace(edition, introduction=introduction)
    for full_text in (True, False):
        entry = from_edition(publication, told, full_text=full_text)
        assert f'<a href="{entry.permalink}#events">events</a>' in entry.content


def test_plain() -> None:
    assert plain("<p>A &lt;b&gt;</p>\n<p>C&nbsp;D</p>") == "A <b> C D"
    assert (
        plain('<p>A <em>B</em>! （<a href="x">出处</a>）<br>C</p><p>D</p>') == "A B! （出处） C D"
    )


def test_language_falls_back_to_the_publication(publication: Publication, edition: Edition) -> None:
    item: Item = replace(edition.items[1], language="")
    assert from_item(publication, item).language == "en"
