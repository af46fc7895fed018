"""The pages in a real browser, opened from the disk: widths, colours, and nothing that runs."""

from __future__ import annotations

import base64
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from publisher.generators.email import render
from publisher.generators.inline import Inliner
from publisher.generators.palette import BODY_CONTRAST, TEXT_CONTRAST, contrast
from publisher.generators.templates import load
from publisher.model import Artifact, Enclosure, Image, Person, replace
from tests import samples
from tests.printed import pages

pytestmark = pytest.mark.browser

CHROMIUM, CHROMEDRIVER = shutil.which("chromium"), shutil.which("chromedriver")
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--hide-scrollbars",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PAGES = (
    "index.html",
    "editions/2026-11-23/index.html",
    "items/2026-11-23-aaaaaaaaaa/index.html",
    "items/2026-11-23-0000000000/index.html",
    "sections/要闻/index.html",
    "archive/index.html",
    "feeds/index.html",
)  # 404.html fetches its stylesheet from the publication's own address
WIDE = (
    "<p>"
    + "一" * 200
    + f"</p><p><a href='https://a.example/'>https://a.example/{'x' * 200}</a></p><pre><code>{'y' * 300}"
    + f"</code></pre><table><tr>{'<td>cell that is rather wide</td>' * 12}</tr></table>"
)
WORD = "W" * 80  # as long as an address, and nowhere to break it
HOST = f"https://{'w' * 60}.example/"
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
# Every element that shows text of its own, with its colour and the nearest background.
TEXT_COLOURS = """
const seen = [];
for (const element of document.body.querySelectorAll("*")) {
  const own = [...element.childNodes].some(n => n.nodeType === 3 && n.data.trim());
  if (!own || !element.getClientRects().length) continue;
  let behind = element;
  while (behind && getComputedStyle(behind).backgroundColor === "rgba(0, 0, 0, 0)") behind = behind.parentElement;
  seen.push([element.tagName + "." + element.className, getComputedStyle(element).color,
             getComputedStyle(behind || document.body).backgroundColor, !!element.closest(".text, .summary")]);
}
return seen;
"""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`public/` with the sample edition and a story that holds everything that is too wide."""
    folder = tmp_path_factory.mktemp("public")
    publication, edition = samples.publication(), samples.edition()
    picture = Image("https://courier.example/assets/2026-11-23/wide.png", "Wide", 3000, 900)
    picture = replace(picture, caption=WORD, credit=WORD)
    wide = samples.item(
        "2026-11-23-0000000000",
        WORD,
        body=WIDE,
        summary=WORD,
        section=("要闻", WORD),
        kicker=(WORD,),
        subheadline=WORD,
        byline=(Person(WORD, WORD),),
        dateline=WORD,
        images=(picture,),
        enclosures=(Enclosure(f"https://a.example/{WORD}.mp3", 1, "audio/mpeg"),),
        link=HOST,
    )
    clauses = samples.item(
        "2026-11-23-1111111111", f"两岸 {WORD}", language="zh-Hans", body="<p>岸</p>", link=HOST
    )
    bare = samples.item("2026-11-23-2222222222", WORD, kind="link", body="", link=HOST)
    edition = replace(edition, items=(*edition.items, wide, clauses, bare))
    artifacts = pages([edition], publication)
    letter = render(edition, publication, load(None), Inliner()).html
    letter = letter.replace(publication.home, "")  # its pictures too come from the disk
    for artifact in (*artifacts, Artifact("letter.html", "text/html", letter.encode("utf-8"))):
        path = folder / artifact.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(artifact.body)
    for name in ("bridge.jpg", "wide.png"):
        picture_file = folder / "assets/2026-11-23" / name
        picture_file.parent.mkdir(parents=True, exist_ok=True)
        picture_file.write_bytes(base64.b64decode(PIXEL))
    return folder


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    if not (CHROMIUM and CHROMEDRIVER):
        pytest.skip("chromium and chromedriver are not on this machine")
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(CHROMEDRIVER))
    yield driver
    driver.quit()


def show(browser: Any, page: Path, *, width: int, scheme: str = "light") -> None:
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    browser.get(page.as_uri())


@pytest.mark.parametrize("width", [320, 360, 768, 1200])
@pytest.mark.parametrize("path", [*PAGES, "letter.html"])
def test_nothing_sticks_out(browser: Any, root: Path, path: str, width: int) -> None:
    show(browser, root / path, width=width)
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_all_text_can_be_read(browser: Any, root: Path, path: str, scheme: str) -> None:
    show(browser, root / path, width=768, scheme=scheme)
    seen = browser.execute_script(TEXT_COLOURS)
    assert len(seen) > 3
    dark = contrast(_hex(seen[0][2]), "#000000") < contrast(_hex(seen[0][2]), "#ffffff")
    assert dark == (scheme == "dark")
    for name, colour, behind, running in seen:
        wanted = BODY_CONTRAST if running and not name.startswith("A.") else TEXT_CONTRAST
        assert contrast(_hex(colour), _hex(behind)) >= wanted, name


def _hex(colour: str) -> str:
    red, green, blue = (int(part) for part in colour.strip("rgba()").split(",")[:3])
    return f"#{red:02x}{green:02x}{blue:02x}"


def test_pages_fetch_nothing_and_complain_of_nothing(browser: Any, root: Path) -> None:
    for path in ("index.html", "items/2026-11-23-bbbbbbbbbb/index.html", "feeds/index.html"):
        show(browser, root / path, width=768)
        fetched = browser.execute_script(
            "return performance.getEntriesByType('resource').map(entry => entry.name)"
        )
        assert all(name.startswith(root.as_uri()) for name in fetched), fetched
        assert [entry["message"] for entry in browser.get_log("browser")] == []


def test_a_line_holds_about_65_letters_or_38_characters(browser: Any, root: Path) -> None:
    show(browser, root / "items/2026-11-23-aaaaaaaaaa/index.html", width=1200)
    ems = """const text = document.querySelector(".text");
             return text.clientWidth / parseFloat(getComputedStyle(text).fontSize)"""
    assert 30 <= browser.execute_script(ems) <= 38
    show(browser, root / "items/2026-11-23-0000000000/index.html", width=1200)
    assert 24 <= browser.execute_script(ems) <= 36


def test_links_between_pages_work_from_the_disk(browser: Any, root: Path) -> None:
    from selenium.webdriver.common.by import By

    show(browser, root / "index.html", width=768)
    browser.find_element(By.CSS_SELECTOR, ".lead .headline a").click()
    assert browser.find_element(By.TAG_NAME, "h1").text == "渡口新桥今晨通车"
    browser.find_element(By.CSS_SELECTOR, ".meta a").click()
    assert browser.find_element(By.TAG_NAME, "h1").text == "Monday edition"
    browser.find_element(By.LINK_TEXT, "Archive").click()
    assert browser.find_element(By.TAG_NAME, "h1").text == "All editions"
