"""A small bilingual publication and edition, as values, for tests of everything behind the ledger."""

from __future__ import annotations

from datetime import UTC, date, datetime

from publisher import config
from publisher.config import Publication
from publisher.model import Edition, Enclosure, Image, Item, Person, Place

TOML = """
title = "Riverbend Courier 河湾报"
language = "en"
base_url = "https://courier.example/"
authority = "courier.example,2026"
time_zone = "Asia/Shanghai"
description = "News from both banks of the river"
copyright = "Riverbend Courier"
contact = "desk@courier.example"

[sender]
name = "Riverbend Courier"
address = "news@courier.example"
postal_address = "1 Quay Street, Riverbend"

[feeds]
hub = "https://hub.example/"
"""

MORNING = datetime(2026, 11, 22, 22, 0, tzinfo=UTC)
CORRECTED = datetime(2026, 11, 23, 4, 30, tzinfo=UTC)


def publication(extra: str = "") -> Publication:
    """The sample publication; `extra` is TOML placed before its tables' end."""
    return config.loads(TOML + extra)


def item(tail: str, title: str, **changes: object) -> Item:
    """One item with sensible values for all that `changes` does not name."""
    values: dict[str, object] = {
        "id": f"tag:courier.example,2026:{tail}",
        "tail": tail,
        "title": title,
        "headline": title,
        "place": Place("editions/2026-11-23.md", 3),
        "section": ("News",),
        "body": f"<p>{title} is the story.</p>",
        "summary": f"{title} is the story.",
        "published": MORNING,
        "updated": MORNING,
        "language": "en",
    }
    return Item(**{**values, **changes})  # type: ignore[arg-type]


def edition() -> Edition:
    """Six items: long and short, Chinese and English, a photo, a bare link, awkward characters."""
    items = (
        item(
            "2026-11-23-aaaaaaaaaa",
            "渡口新桥今晨通车",
            section=("要闻",),
            language="zh-Hans",
            kicker=("两岸新事", "交通"),
            subheadline="——步行过河只要六分钟",
            byline=(Person("林小满", "记者"), Person("周一帆", "通讯员")),
            dateline="本报讯",
            body="<p>昨天清晨,渡口新桥正式通车。“等了三年。”船工老许说。</p><h3>票价不变</h3><p>轮渡保留,票价不变。</p>",
            summary="昨天清晨,渡口新桥正式通车。“等了三年。”船工老许说。",
            tags=("交通", "桥梁"),
            images=(
                Image(
                    "https://courier.example/assets/2026-11-23/bridge.jpg",
                    "新桥上的行人",
                    1200,
                    800,
                    "通车首日的新桥",
                    "许青",
                ),
            ),
            photo_credit=("许青",),
            updated=CORRECTED,
        ),
        item(
            "2026-11-23-bbbbbbbbbb",
            "Council says “yes” to R&D <grants> ]]> for boats 🚤",
            byline=(Person("A. Quill", "By"), Person("B. Vane", "and")),
            dateline="RIVERBEND (RC)",
            body='<p>The council voted 7–2 for <a href="https://council.example/minutes?a=1&amp;b=2">new grants</a>.</p><ul><li>One</li><li>Two &lt;b&gt;</li></ul>',
            summary="The council voted 7–2 for new grants.",
            enclosures=(
                Enclosure(
                    "https://courier.example/assets/2026-11-23/vote.mp3", 48213, "audio/mpeg"
                ),
            ),
        ),
        item(
            "2026-11-23-cccccccccc",
            "岸边的清晨",
            kind="photo",
            headline=None,
            section=("要闻",),
            language="zh-Hans",
            body="<p>岸边的清晨,渔船依次出港。</p>",
            summary="岸边的清晨,渔船依次出港。",
            photo_credit=("许青", "宋可"),
        ),
        item(
            "2026-11-23-dddddddddd",
            "Tide tables for the winter",
            kind="link",
            section=("Links", "Outdoors"),
            link="https://tides.example/winter",
            body="",
            summary="",
            tags=("tides",),
        ),
        item(
            "2026-11-23-eeeeeeeeee",
            "Market day moves to Thursday",
            section=("Notices",),
            kind="notice",
        ),
        item("2026-11-23-ffffffffff", "Library opens late", section=("Notices",)),
    )
    return Edition(
        id="2026-11-23",
        tag="tag:courier.example,2026:2026-11-23",
        day=date(2026, 11, 23),
        published=MORNING,
        updated=CORRECTED,
        title="Monday edition",
        language="en",
        number="12",
        introduction="<p>Good morning. Here is the river today.</p>",
        items=items,
        sources=("editions/2026-11-23.md",),
    )
