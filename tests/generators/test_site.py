from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import lxml.html
import pytest

from publisher import urls
from publisher.config import Publication
from publisher.generators.templates import Templates, load
from publisher.model import Edition, Image, Item, replace
from tests import printed, samples
from tests.goldens import assert_golden

GOLDENS = Path(__file__).parent / "goldens" / "site"
BRIDGE = "items/2026-11-23-aaaaaaaaaa/index.html"
COUNCIL = "items/2026-11-23-bbbbbbbbbb/index.html"

Pages = dict[str, bytes]


@pytest.fixture(scope="module")
def templates() -> Templates:
    return load(None)


def built(
    editions: Sequence[Edition], publication: Publication, templates: Templates | None = None
) -> Pages:
    """All of the site's artifacts, by path; `editions` come oldest first."""
    return {page.path: page.body for page in printed.pages(editions, publication, templates)}


def parsed(body: bytes) -> lxml.html.HtmlElement:
    return lxml.html.document_fromstring(body.decode("utf-8"))


def earlier(edition: Edition, days: int) -> Edition:
    gap = timedelta(days=days)
    day = edition.day - gap
    items = tuple(replace(one, tail=f"{day}-{one.tail[-10:]}") for one in edition.items)
    return replace(
        edition, id=day.isoformat(), day=day, items=items, published=edition.published - gap
    )


@pytest.fixture(scope="module")
def pages(templates: Templates) -> Pages:
    edition = samples.edition()
    return built(
        [earlier(edition, 400), earlier(edition, 1), edition], samples.publication(), templates
    )


@pytest.mark.parametrize("path", ["editions/2026-11-23/index.html", BRIDGE])
def test_goldens(path: str, edition: Edition, publication: Publication) -> None:
    assert_golden(GOLDENS / path.replace("/", "_"), built([edition], publication)[path])


def test_every_item_and_edition_has_its_page(pages: Pages, edition: Edition) -> None:
    for item in edition.items:
        assert (urls.item_page(item) in pages) == (item.kind != "link")
    fixed = (urls.INDEX, urls.ARCHIVE, urls.SUBSCRIBE, urls.NOT_FOUND, urls.STYLESHEET)
    for path in (urls.edition_page(edition), *fixed, urls.SITEMAP, urls.NEWS_SITEMAP, "robots.txt"):
        assert path in pages
    assert {"archive/2026/index.html", "archive/2025/index.html"} <= set(pages)


def test_a_bare_link_is_found_on_the_page_of_its_edition(pages: Pages) -> None:
    page = parsed(pages["editions/2026-11-23/index.html"])
    assert page.xpath("//*[@id='2026-11-23-dddddddddd']/a/@href") == [
        "https://tides.example/winter"
    ]


def test_without_pages_of_items_their_stories_stand_whole(edition: Edition) -> None:
    publication = samples.publication('[site]\nitem_pages = "none"\n')
    long = replace(edition.items[1], body="<p>" + "Every word of it. " * 100 + "The end.</p>")
    found = built([replace(edition, items=(long, *edition.items))], publication)
    assert not [path for path in found if path.startswith("items/")]
    page = parsed(found["editions/2026-11-23/index.html"])
    assert "The end." in page.text_content()
    (headline,) = page.xpath(f"//*[@id='{long.tail}']//*[@class='headline']/a/@href")[:1]
    assert headline == f"../../editions/2026-11-23/index.html#{long.tail}"


def test_every_page_names_all_feeds_and_its_own_address(pages: Pages) -> None:
    for path, body in pages.items():
        if not path.endswith(".html"):
            continue
        page = parsed(body)
        feeds = page.xpath("//link[@rel='alternate']")
        assert {feed.get("type") for feed in feeds} >= set(urls.FEED_MEDIA_TYPES.values())
        assert all(feed.get("title") for feed in feeds)
        titles = [feed.get("title") for feed in feeds]
        assert len(titles) == len(set(titles))
        (canonical,) = page.xpath("//link[@rel='canonical']/@href")
        assert canonical == urls.absolute(samples.publication(), path)


def test_a_section_story_names_its_sections_feeds_too(pages: Pages) -> None:
    feeds = parsed(pages[BRIDGE]).xpath("//link[@rel='alternate']/@href")
    assert "../../feeds/sections/%E8%A6%81%E9%97%BB/atom.xml" in feeds


def test_links_within_the_site_are_relative_and_name_a_file(pages: Pages) -> None:
    """So that the site opens from a disk as from a server."""
    for path, body in pages.items():
        if not path.endswith(".html") or path == urls.NOT_FOUND:
            continue
        page = parsed(body)
        for address in page.xpath("//a/@href | //img/@src | //link[@rel='stylesheet']/@href"):
            assert not address.startswith("https://courier.example/") or "vote.mp3" in address
            if ":" not in address and not address.startswith("#"):
                assert not address.endswith("/"), f"{path}: {address}"


def test_the_page_for_what_is_not_there_works_at_any_address(pages: Pages) -> None:
    page = parsed(pages[urls.NOT_FOUND])
    for address in page.xpath("//a/@href | //link[@rel='stylesheet']/@href"):
        assert address.startswith(("https://courier.example/", "mailto:", "#"))


def test_no_script_but_data(pages: Pages) -> None:
    for path, body in pages.items():
        if path.endswith(".html"):
            assert {one.get("type") for one in parsed(body).iter("script")} <= {
                "application/ld+json"
            }


def test_structured_data(pages: Pages) -> None:
    (text,) = parsed(pages[BRIDGE]).xpath("//script/text()")
    article = json.loads(text)
    assert article["@type"] == "NewsArticle"
    assert article["headline"] == "渡口新桥今晨通车"
    assert article["author"] == [
        {"@type": "Person", "name": "林小满"},
        {"@type": "Person", "name": "周一帆"},
    ]
    assert article["datePublished"] == "2026-11-23T06:00:00+08:00"
    assert article["dateModified"] == "2026-11-23T12:30:00+08:00"
    assert article["image"][0]["url"] == "https://courier.example/assets/2026-11-23/bridge.jpg"
    assert article["publisher"]["name"] == "Riverbend Courier 河湾报"
    assert article["inLanguage"] == "zh-Hans"
    assert article["isPartOf"]["issueNumber"] == "12"


def hostile(title: str) -> Item:
    return samples.item(
        "2026-11-23-0000000000",
        title,
        body="<p>Harmless.</p>",
        subheadline=title,
        kicker=(title,),
        dateline=title,
        summary=title,
        section=(title, title),
        tags=(title,),
        images=(Image("https://courier.example/assets/a.jpg", title, 1, 1, title, title),),
        photo_credit=(title,),
    )


@pytest.mark.parametrize(
    "text",
    ["</script><script>alert(1)</script>", '"><img src=x onerror=1>', "<!--", "]]>&amp;{{7*7}}"],
)
def test_text_never_becomes_markup(text: str, publication: Publication) -> None:
    edition = replace(samples.edition(), items=(hostile(text),), title=text, number=text)
    for path, body in built([edition], publication).items():
        if not path.endswith(".html"):
            continue
        page = parsed(body)
        assert not page.xpath(
            "//script[not(@type='application/ld+json')] | //*[@onerror] | //comment()"
        )
        for data in page.xpath("//script/text()"):
            json.loads(data)
    page = parsed(built([edition], publication)["items/2026-11-23-0000000000/index.html"])
    assert page.findtext(".//h1") == text


def test_languages_are_marked(pages: Pages) -> None:
    assert parsed(pages[BRIDGE]).get("lang") == "zh-Hans"
    front = parsed(pages[urls.INDEX])
    assert front.get("lang") == "en"
    assert front.xpath("//p[@class='name']//span[@lang='zh-Hans']/text()") == ["河湾报"]
    assert front.xpath("//article[@id='2026-11-23-aaaaaaaaaa']/@lang") == ["zh-Hans"]


def test_the_front_weighs_stories(pages: Pages) -> None:
    front = parsed(pages[urls.INDEX])
    (lead,) = front.xpath("//article[contains(@class, 'lead')]")
    assert lead.get("id") == "2026-11-23-aaaaaaaaaa"
    labels = [label.text_content() for label in front.xpath("//section/h2")]
    assert labels == ["要闻", "News", "要闻", "Links", "Notices"]
    assert front.xpath("//ul[@class='links']/li/a/@href") == ["https://tides.example/winter"]
    assert len(front.xpath("//div[contains(@class, 'notices')]/article")) == 1


def test_a_story_leads_on_where_there_is_more(publication: Publication, edition: Edition) -> None:
    long = f"<p>{'More than a line. ' * 60}</p>"
    stories = {
        "summary and more": samples.item("2026-11-23-1111111111", "A", body=long),
        "a summary alone": samples.item("2026-11-23-2222222222", "B", body=""),
        "a headline alone": samples.item("2026-11-23-3333333333", "C", body="", summary=""),
        "its section's name": samples.item(
            "2026-11-23-4444444444", "D", body="", summary="", section=("News", "D")
        ),
    }
    edition = replace(edition, items=tuple(stories.values()))
    front = parsed(built([edition], publication)["index.html"])
    links = [[one.text for one in story.iter("a")] for story in front.iter("article")]
    assert links == [["A", "Read on"], ["B"], ["C"], ["D"]]


def test_editions_and_stories_lead_to_their_neighbours(pages: Pages) -> None:
    middle = parsed(pages["editions/2026-11-22/index.html"])
    assert middle.xpath("//link[@rel='prev']/@href") == ["../../editions/2025-10-19/index.html"]
    assert middle.xpath("//p[@class='newer']/a/@href") == ["../../editions/2026-11-23/index.html"]
    story = parsed(pages[COUNCIL])
    assert story.xpath("//p[@class='older']/a/@href") == [f"../../{BRIDGE}"]


def test_a_correction_is_dated_where_there_was_one(pages: Pages) -> None:
    assert parsed(pages[BRIDGE]).xpath("//time[contains(., '更正')]/@datetime") == [
        "2026-11-23T12:30:00+08:00"
    ]
    assert b"Corrected" not in pages[COUNCIL]


def test_bylines_pictures_and_files(pages: Pages) -> None:
    bridge = parsed(pages[BRIDGE])
    assert "记者 林小满　通讯员 周一帆" in bridge.text_content()
    assert bridge.xpath("//figure/img/@src") == ["../../assets/2026-11-23/bridge.jpg"]
    assert bridge.findtext(".//figcaption/span") == "许青 摄"
    council = parsed(pages[COUNCIL])
    assert "By A. Quill and B. Vane" in council.text_content()
    assert council.xpath("//section[@class='enclosures']//a/text()") == ["vote.mp3"]


def test_our_own_files_in_a_body_become_relative(publication: Publication) -> None:
    body = (
        '<p><img src="https://courier.example/assets/d/a.jpg" alt="A"> '
        '<a href="https://courier.example/items/x/">x</a></p>'
    )
    picture = Image("https://courier.example/assets/d/a.jpg", "A", 10, 10)
    item = samples.item("2026-11-23-1111111111", "Pictured", body=body, images=(picture,))
    edition = replace(samples.edition(), items=(item,))
    page = parsed(built([edition], publication)[urls.item_page(item)])
    assert page.xpath("//main//img/@src") == ["../../assets/d/a.jpg"], "and none stands twice"


def test_a_publication_without_editions_has_a_front(publication: Publication) -> None:
    pages = built([], publication)
    assert "There is no edition yet." in pages[urls.INDEX].decode()
    assert urls.SUBSCRIBE in pages


def test_configured_sections_always_have_their_page() -> None:
    publication = samples.publication('\n[sections.sport]\ntitle = "Sport"\n')
    pages = built([samples.edition()], publication)
    assert "Nothing has appeared" in pages["sections/sport/index.html"].decode()
    assert not any(path.startswith("sections/") and "sport" not in path for path in pages)


def test_the_look_shapes_the_stylesheet(templates: Templates) -> None:
    def css(look: str) -> str:
        return built([], samples.publication(f"\n[look]\n{look}\n"), templates)[
            urls.STYLESHEET
        ].decode()

    assert "--accent: #123456" in css('accent = "#123456"')
    assert "text-indent: 2em" in css("indent = true")
    assert "text-indent" not in css("indent = false").partition("/* Running text. */")[2]
    assert "font-family: var(--sans)" in css('body_type = "sans"').partition(".summary")[2][:60]
    assert not re.search(r"url\(|@import|@font-face", css("")), "nothing is fetched from elsewhere"


def test_the_same_bytes_twice(templates: Templates) -> None:
    edition, publication = samples.edition(), samples.publication()
    assert built([edition], publication) == built([edition], publication, templates)


def test_a_section_of_one_piece_is_not_headed_twice(publication: Publication) -> None:
    prose = samples.item("2026-11-23-1111111111", "Weather", section=("Weather",))
    items = (samples.item("2026-11-23-2222222222", "Other"), prose)
    front = parsed(built([replace(samples.edition(), items=items)], publication)[urls.INDEX])
    assert [h.text_content() for h in front.xpath("//*[self::h2 or self::h3]")] == [
        "News",
        "Other",
        "Weather",
    ]
    only = parsed(built([replace(samples.edition(), items=(prose,))], publication)[urls.INDEX])
    assert [h.text_content() for h in only.xpath("//*[self::h2 or self::h3]")] == ["Weather"]
    assert only.xpath("//article[contains(@class, 'lead')]//h2")


def test_a_publication_overrides_a_template(tmp_path: Path, publication: Publication) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "footer.html").write_text("<footer>Ours, {{ words.archive }}</footer>")
    (tmp_path / "words").mkdir()
    (tmp_path / "words" / "en.toml").write_text('archive = "Back numbers"')
    pages = built([samples.edition()], publication, load(tmp_path))
    assert b"<footer>Ours, Back numbers</footer>" in pages[urls.INDEX]


def test_all_word_lists_hold_the_same_words(templates: Templates) -> None:
    import tomllib

    folder = templates.folders[-1] / "words"
    lists = {path.stem: tomllib.loads(path.read_text("utf-8")) for path in folder.glob("*.toml")}
    assert {"en", "zh-Hans", "zh-Hant"} <= set(lists)
    for language, words in lists.items():
        assert set(words) == set(lists["en"]), language
        for key, word in words.items():
            slots = re.findall(r"{\w+}", word)
            assert sorted(slots) == sorted(re.findall(r"{\w+}", lists["en"][key])), (language, key)
