"""Identity and times: what keeps an id, what moves `updated`, what is reported."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from publisher import ledger
from publisher.ledger import Identified, Ledger
from publisher.ledger_match import fingerprint, line, resemblance, sketch
from publisher.model import Draft, Enclosure, Image, Person, Place, Story, replace
from tests import samples

PUBLICATION = samples.publication()
DAY = samples.MORNING
LATER = DAY + timedelta(hours=7, microseconds=5)

FERRY = (
    "昨天清晨,渡口新桥正式通车。桥长四百二十米,两侧各留两米五的步道。船工许师傅在桥头站了很久,"
    "他说轮渡不会停,夜班船照常开,老人过河仍旧免费。"
)
MARKET = (
    "The Thursday market will keep its old opening hours, the council said, but the fish stalls move "
    "to the north side of the square while the drains are repaired, and the bakers get a roof."
)
LIBRARY = (
    "Readers may now borrow twelve books at a time, and return them at the ferry landing as well as "
    "at the front desk, where a new box stands beside the stairs."
)


def story(title: str, text: str = "", **changes: object) -> Story:
    values: dict[str, object] = {
        "title": title,
        "headline": title,
        "place": Place("editions/2026-11-23.md", 1),
        "body": f"<p>{text}</p>" if text else "",
    }
    return Story(**{**values, **changes})  # type: ignore[arg-type]


def draft(*stories: Story, **changes: object) -> Draft:
    values: dict[str, object] = {
        "id": "2026-11-23",
        "day": date(2026, 11, 23),
        "instant": DAY,
        "title": "Monday edition",
        "language": "en",
        "stories": stories,
        "sources": ("editions/2026-11-23.md",),
    }
    return Draft(**{**values, **changes})  # type: ignore[arg-type]


def identify(edition: Draft, known: Ledger | None = None, now: datetime = LATER) -> Identified:
    return ledger.identify(edition, known or Ledger(), PUBLICATION, now=now)


def tails(found: Identified) -> list[str]:
    return [item.tail for item in found.edition.items]


BASE = draft(story("渡口新桥通车", FERRY), story("Market day", MARKET), story("Library", LIBRARY))


def test_first_sight_takes_every_time_from_the_edition() -> None:
    found = identify(BASE)
    assert {item.published for item in found.edition.items} == {DAY}
    assert {item.updated for item in found.edition.items} == {DAY}
    assert (found.edition.published, found.edition.updated) == (DAY, DAY)
    assert found.findings == ()


def test_ids_are_tag_uris_that_do_not_depend_on_the_clock() -> None:
    found = identify(BASE)
    again = identify(BASE, now=LATER + timedelta(days=900))
    assert tails(found) == tails(again)
    item = found.edition.items[0]
    assert item.id == f"tag:courier.example,2026:{item.tail}"
    assert item.tail.startswith("2026-11-23-")
    assert found.edition.tag == "tag:courier.example,2026:2026-11-23"


def test_an_id_is_the_same_on_every_machine() -> None:
    assert tails(identify(draft(story("Market day", "Fish first.")))) == ["2026-11-23-2uqiwvt4qt"]


def test_a_storys_own_date_is_its_first_publication() -> None:
    own = datetime(2026, 11, 20, 8, tzinfo=UTC)
    item = identify(draft(story("Market day", MARKET, dated=own))).edition.items[0]
    assert (item.published, item.updated) == (own, own)


def test_an_unchanged_edition_leaves_the_ledger_as_it_is() -> None:
    first = identify(BASE)
    kept = ledger.loads(ledger.dump(first.ledger))
    again = identify(BASE, kept, now=LATER + timedelta(days=3))
    assert again.ledger is kept
    assert ledger.dump(again.ledger) == ledger.dump(first.ledger)
    assert again.edition == first.edition


ONE, TWO, THREE = BASE.stories
EDITS = {
    "headline": (replace(ONE, title="渡口新桥昨天通车", headline="渡口新桥昨天通车"), TWO, THREE),
    "headline rewritten": (ONE, replace(TWO, title="Fish move", headline="Fish move"), THREE),
    "body rewritten": (ONE, TWO, replace(THREE, body=f"<p>{FERRY}</p>")),
    "typo": (ONE, replace(TWO, body=TWO.body.replace("drains", "drain")), THREE),
    "half the body": (ONE, replace(TWO, body=TWO.body[:100] + "</p>"), THREE),
    "both": (
        replace(
            ONE, title="新桥通车", headline="新桥通车", body=ONE.body.replace("许师傅", "徐师傅")
        ),
        TWO,
        THREE,
    ),
}


@pytest.mark.parametrize("stories", EDITS.values(), ids=list(EDITS))
def test_a_correction_keeps_every_id_and_moves_only_its_own_time(
    stories: tuple[Story, ...],
) -> None:
    first = identify(BASE)
    second = identify(draft(*stories), first.ledger)
    assert tails(second) == tails(first)
    assert second.findings == ()
    changed = [old != new for old, new in zip(BASE.stories, stories, strict=True)]
    moved = [item.updated == LATER.replace(microsecond=0) for item in second.edition.items]
    assert moved == changed
    assert all(item.published == DAY for item in second.edition.items)
    assert second.edition.updated == LATER.replace(microsecond=0)


def test_updated_stays_until_the_next_change() -> None:
    first = identify(BASE)
    second = identify(draft(*EDITS["typo"]), first.ledger)
    third = identify(draft(*EDITS["typo"]), second.ledger, now=LATER + timedelta(days=1))
    assert third.edition == second.edition
    undone = identify(BASE, third.ledger, now=LATER + timedelta(days=2))
    assert undone.edition.items[1].updated == (LATER + timedelta(days=2)).replace(microsecond=0)


def test_a_clock_that_is_behind_never_moves_time_back() -> None:
    first = identify(BASE)
    second = identify(draft(*EDITS["typo"]), first.ledger, now=DAY - timedelta(days=9))
    assert second.edition.items[1].updated == DAY
    third = identify(draft(*EDITS["typo"]), second.ledger, now=LATER)
    fourth = identify(BASE, third.ledger, now=DAY)
    assert fourth.edition.items[1].updated >= third.edition.items[1].updated


def test_order_sections_and_files_are_no_part_of_identity() -> None:
    first = identify(BASE)
    moved = [
        replace(each, section=("Back page",), place=Place("02.txt", 9)) for each in BASE.stories
    ]
    second = identify(draft(*reversed(moved)), first.ledger)
    assert tails(second) == tails(first)[::-1]
    assert second.ledger is first.ledger


def test_an_inserted_story_is_new_and_the_others_stay() -> None:
    first = identify(BASE)
    new = story("Bridge toll", "The toll on the bridge falls to two coins from the first of March.")
    second = identify(draft(new, *BASE.stories), first.ledger)
    assert tails(second)[1:] == tails(first)
    assert tails(second)[0] not in tails(first)
    assert second.edition.items[0].published == DAY
    assert second.edition.updated == LATER.replace(microsecond=0), "the edition did change"


def test_a_removed_story_is_reported_once_and_comes_back_with_its_id() -> None:
    first = identify(BASE)
    second = identify(draft(ONE, THREE), first.ledger)
    assert [finding.code for finding in second.findings] == ["item-removed"]
    assert "Market day" in second.findings[0].message
    third = identify(draft(ONE, THREE), second.ledger)
    assert third.findings == ()
    back = identify(BASE, third.ledger)
    assert tails(back) == tails(first)
    assert back.edition.items == first.edition.items


def test_a_new_story_never_takes_a_gone_ones_id() -> None:
    first = identify(draft(ONE, story("Notice", MARKET)))
    second = identify(draft(ONE), first.ledger)
    third = identify(draft(ONE, story("Notice", LIBRARY)), second.ledger)
    assert tails(third)[1] not in tails(first)


def test_the_address_alone_is_no_identity() -> None:
    url = "https://list.example/all"
    first = identify(draft(story("Winter timetable of the ferry", link=url)))
    second = identify(draft(story("Choir seeks two tenors", link=url)), first.ledger)
    assert tails(second) != tails(first)
    assert [finding.code for finding in second.findings] == ["item-removed"]


def test_the_address_and_a_few_words_together_are_identity() -> None:
    url = "https://list.example/all"
    first = identify(draft(story("Winter timetable of the ferry", "In two colours.", link=url)))
    second = identify(draft(story("When the boats go", "In two colours.", link=url)), first.ledger)
    assert tails(second) == tails(first)


def test_one_address_twice_gives_two_items_that_stay_apart() -> None:
    url = "https://list.example/all"
    one, two = story("Choir seeks tenors", link=url), story("Winter timetable", link=url)
    first = identify(draft(one, two))
    assert len(set(tails(first))) == 2
    fixed = replace(two, title="Winter timetables", headline="Winter timetables")
    second = identify(draft(fixed, one), first.ledger)
    assert tails(second) == tails(first)[::-1]


def test_identical_stories_get_two_ids_for_good() -> None:
    twin = story("Market day", MARKET)
    first = identify(draft(twin, ONE, twin))
    assert len(set(tails(first))) == 3
    assert tails(identify(draft(ONE, twin, twin), first.ledger))[1:] == tails(first)[::2]
    edited = replace(twin, body=twin.body.replace("fish", "flower"))
    second = identify(draft(twin, ONE, edited), first.ledger)
    assert tails(second) == tails(first)


def test_one_headline_over_two_texts_gives_two_items_that_stay_apart() -> None:
    one, two = story("Notices", MARKET), story("Notices", LIBRARY)
    first = identify(draft(one, two))
    corrected = replace(two, body=two.body.replace("twelve", "ten"))
    assert tails(identify(draft(corrected, one), first.ledger)) == tails(first)[::-1]
    other = identify(draft(one, story("Notices", FERRY)), first.ledger)
    assert tails(other)[1] not in tails(first), "another text under a headline that stands twice"


def test_two_stories_that_are_nearly_one_are_reported() -> None:
    base = (
        "Tickets for the evening ferry cost four coins at the kiosk, and three with a card number "
    )
    first = identify(draft(story("Ferry", base + "one."), story("Boat", base + "two.")))
    second = identify(draft(story("Quay", base + "three.")), first.ledger)
    assert "item-ambiguous" in [finding.code for finding in second.findings]


VISIBLE = {
    "headline": "Other",
    "kicker": ("Sport",),
    "subheadline": "——after all",
    "byline": (Person("A. Quill", "By"),),
    "dateline": "本报讯",
    "body": "<p>Other</p>",
    "link": "https://other.example/",
    "images": (Image("https://img.example/1.jpg", "A quay"),),
    "photo_credit": ("许青",),
    "enclosures": (Enclosure("https://img.example/1.mp3", 10, "audio/mpeg"),),
    "tags": ("ferry",),
}


@pytest.mark.parametrize("name", VISIBLE)
def test_whatever_a_subscriber_sees_is_in_the_fingerprint(name: str) -> None:
    plain = story("Market day", MARKET)
    assert fingerprint(replace(plain, **{name: VISIBLE[name]})) != fingerprint(plain)  # type: ignore[arg-type]


def test_an_introduction_that_changes_moves_only_the_editions_time() -> None:
    first = identify(BASE)
    second = identify(replace(BASE, introduction="<p>Good morning.</p>"), first.ledger)
    assert second.edition.updated == LATER.replace(microsecond=0)
    assert second.edition.items == first.edition.items


def test_two_editions_with_one_story_have_two_ids() -> None:
    first = identify(BASE)
    second = identify(replace(BASE, id="2026-11-24"), first.ledger)
    assert not set(tails(first)) & set(tails(second))
    assert tails(identify(BASE, second.ledger)) == tails(first)


def test_an_edition_that_went_is_reported_once_and_comes_back_as_it_was() -> None:
    first = identify(BASE)
    both = identify(replace(BASE, id="2026-11-24"), first.ledger)
    same, findings = ledger.retire(both.ledger, ["2026-11-23", "2026-11-24"], now=LATER)
    assert same is both.ledger
    assert findings == ()
    without, findings = ledger.retire(both.ledger, ["2026-11-24"], now=LATER)
    assert [(one.code, "2026-11-23" in one.message) for one in findings] == [
        ("edition-removed", True)
    ]
    assert ledger.retire(without, ["2026-11-24"], now=LATER) == (without, ())
    assert identify(BASE, without).edition.items == first.edition.items


def test_an_edition_id_in_chinese_gives_a_tag_uri() -> None:
    found = identify(replace(BASE, id="2026-11-23-晚报"))
    assert found.edition.items[0].id.isascii()
    assert ledger.loads(ledger.dump(found.ledger)).record("2026-11-23-晚报")


def test_a_sketch_tells_a_correction_from_another_story() -> None:
    for text in (FERRY, MARKET, LIBRARY):
        assert resemblance(sketch(text), sketch(text[: len(text) * 3 // 4]))[0] > 0.5
    assert resemblance(sketch(MARKET), sketch(LIBRARY))[0] < 0.2
    assert sketch("") == sketch("one") == ""


def test_a_headline_stays_on_its_line() -> None:
    assert line("two\nlines\u2028and\x00 a\u202e turn\u200b") == "two lines and a turn"
    assert line(" \n") == "-"
    assert len(line("x" * 999)) == 120
