from __future__ import annotations

import pytest

from publisher.config import Publication
from publisher.generators.marks import mark_html, mark_text
from publisher.generators.stories import byline
from publisher.model import Person


@pytest.mark.parametrize(
    ("people", "language", "text"),
    [
        ((("林小满", "记者"), ("周一帆", "通讯员")), "zh-Hans", "记者 林小满　通讯员 周一帆"),
        (
            (("林小满", "记者"), ("吴棠", "记者"), ("周一帆", "")),
            "zh-Hans",
            "记者 林小满 吴棠 周一帆",
        ),
        ((("A. Quill", "By"), ("B. Vane", "and")), "en", "By A. Quill and B. Vane"),
        (
            (("A. Quill", "By"), ("B. Vane", "By"), ("C. Ash", "")),
            "en",
            "By A. Quill, B. Vane, C. Ash",
        ),
        ((("A. Quill", ""), ("B. Vane", "")), "en", "A. Quill, B. Vane"),
        (
            (("A. Quill", "By"), ("B. Vane", "By"), ("C. Moss", "Harbour Correspondent")),
            "en",
            "By A. Quill, B. Vane; C. Moss, Harbour Correspondent",
        ),
        (
            (("A. Quill", "Reporter"), ("B. Vane", "Reporter"), ("C. Ash", "")),
            "en",
            "A. Quill, Reporter; B. Vane, Reporter; C. Ash",
        ),
        (
            (("A. Quill", "Words by"), ("B. Vane", "Photos:")),
            "en",
            "Words by A. Quill Photos: B. Vane",
        ),
        ((), "en", ""),
    ],
)
def test_bylines(people: tuple[tuple[str, str], ...], language: str, text: str) -> None:
    assert byline(tuple(Person(name, role) for name, role in people), language) == text


def test_runs_of_another_script_are_marked(publication: Publication) -> None:
    assert mark_text("Log 航海日志 & 「潮の記録」", "en", publication) == (
        'Log <span lang="zh-Hans">航海日志</span> &amp; <span lang="ja">「潮の記録」</span>'
    )
    assert mark_text("渡口 <b>", "zh-Hans", publication) == "渡口 &lt;b&gt;"
    assert mark_text("It’s “quoted”", "en", publication) == "It’s “quoted”"


def test_tags_are_left_alone(publication: Publication) -> None:
    html = '<a title="河湾" href="https://a.example/河">x</a>'
    assert mark_html(html, "en", publication) == html
