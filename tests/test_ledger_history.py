"""The ledger over long histories of edits: no id ever moves to another story.

Every story carries a mark that only the test sees (its `place`); whatever an editor does, the story
of one mark keeps one id, and an id that went with a mark never shows up under another.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher import ledger
from publisher.ledger import Ledger
from publisher.model import Draft, Item, Place, Story, replace
from tests import samples

PUBLICATION = samples.publication()
START = datetime(2026, 11, 1, 6, tzinfo=UTC)
SYLLABLES = "bebibodadedifofagagekakelalemamenapaperaresatate"
HAN = "天地人山水火木金土春夏秋冬东西南北桥船河岸鱼米茶酒灯书画琴棋市街坊里城门楼台亭阁风雨雪云星月"
SHARED_HEADLINES = ("简讯", "Notices", "Jobs")
SHARED_LINKS = ("https://list.example/a", "https://list.example/b")


def words(chance: random.Random, count: int) -> list[str]:
    return ["".join(chance.choices(SYLLABLES, k=chance.randint(2, 8))) for _ in range(count)]


def sentence(chance: random.Random, count: int) -> str:
    if chance.random() < 0.5:
        return "".join(chance.choices(HAN, k=count * 2)) + "。"
    return " ".join(words(chance, count)).capitalize() + "."


@dataclass
class Newsroom:
    """An editor at work on one edition: `stories` on the page, `cut` on the spike."""

    chance: random.Random
    stories: list[Story] = field(default_factory=list)
    cut: list[Story] = field(default_factory=list)
    marks: int = 0
    rewritten: set[int | None] = field(default_factory=set)
    retitled: set[int | None] = field(default_factory=set)
    built: bool = False

    def write(self) -> None:
        """A new story anywhere; often under a headline or with a link that others have too."""
        chance = self.chance
        self.marks += 1
        title = sentence(chance, chance.randint(5, 9)).rstrip("。.")
        link = None
        body = "".join(f"<p>{sentence(chance, 20)}</p>" for _ in range(chance.randint(1, 5)))
        kind = chance.random()
        if kind < 0.2 and not self.built:  # later it could be a story rewritten under its head
            title = chance.choice(SHARED_HEADLINES)
        elif kind < 0.4:
            link, body = f"https://{self.marks}.example/", ""
        elif kind < 0.6:
            link = chance.choice(SHARED_LINKS)
            body = "" if chance.random() < 0.5 else body
        story = Story(
            title=title, headline=title, place=Place("x", self.marks), body=body, link=link
        )
        self.stories.insert(chance.randint(0, len(self.stories)), story)

    def _change(self, new: Callable[[Story], Story]) -> None:
        if self.stories:
            place = self.chance.randrange(len(self.stories))
            self.stories[place] = new(self.stories[place])

    def correct_headline(self) -> None:
        def new(story: Story) -> Story:
            if story.title in SHARED_HEADLINES or story.place.line in self.rewritten:
                return story
            self.retitled.add(story.place.line)
            cut = self.chance.randrange(len(story.title))
            title = story.title[:cut] + "错" + story.title[cut + 1 :]
            return replace(story, title=title, headline=title)

        self._change(new)

    def rewrite_headline(self) -> None:
        """Another headline over the same text (a bare link keeps its own: it has nothing else)."""

        def new(story: Story) -> Story:
            if not story.body or story.place.line in self.rewritten:
                return story
            self.rewritten.add(story.place.line)
            title = sentence(self.chance, 7)
            return replace(story, title=title, headline=title)

        self._change(new)

    def correct_typo(self) -> None:
        def new(story: Story) -> Story:
            letters = [m.start() for m in re.finditer(r"\w(?![^<]*>)", story.body)]
            if not letters:
                return story
            place = self.chance.choice(letters)
            return replace(story, body=story.body[:place] + "误" + story.body[place + 1 :])

        self._change(new)

    def add_paragraph(self) -> None:
        def new(story: Story) -> Story:
            if not story.body or story.place.line in self.rewritten:
                return story
            self.rewritten.add(story.place.line)
            return replace(story, body=f"{story.body}<p>{sentence(self.chance, 15)}</p>")

        self._change(new)

    def rewrite_body(self) -> None:
        """Another text under the same headline, where that headline is the story's own."""

        def new(story: Story) -> Story:
            alone = sum(story.title == other.title for other in self.stories) == 1
            if not story.body or not alone or story.title in SHARED_HEADLINES:
                return story
            if story.place.line in self.rewritten | self.retitled:
                return story
            self.rewritten.add(story.place.line)
            return replace(story, body=f"<p>{sentence(self.chance, 30)}</p>")

        self._change(new)

    def remove(self) -> None:
        if self.stories:
            story = self.stories.pop(self.chance.randrange(len(self.stories)))
            if story.place.line in self.rewritten:
                self.stories.append(story)
            else:
                self.cut.append(story)

    def restore(self) -> None:
        if self.cut:
            story = self.cut.pop(self.chance.randrange(len(self.cut)))
            self.rewritten.add(story.place.line)
            self.stories.insert(self.chance.randint(0, len(self.stories)), story)

    def reorder(self) -> None:
        self.chance.shuffle(self.stories)

    def split_pages(self) -> None:
        self.stories = [
            replace(
                story,
                section=(f"版{place % 3}",),
                place=Place(f"{place % 3}.txt", story.place.line),
            )
            for place, story in enumerate(self.stories)
        ]

    def edit(self, turns: int) -> None:
        """What happens between two builds; of one story, one part at most is written anew."""
        self.rewritten.clear()
        self.retitled.clear()
        self.built = True
        works: tuple[Callable[[], None], ...] = (
            self.write,
            self.correct_headline,
            self.rewrite_headline,
            self.correct_typo,
            self.add_paragraph,
            self.rewrite_body,
            self.remove,
            self.restore,
            self.reorder,
            self.split_pages,
        )
        for _ in range(turns):
            self.chance.choice(works)()


def draft(stories: list[Story]) -> Draft:
    return Draft(
        id="2026-11-01",
        day=date(2026, 11, 1),
        instant=START,
        title="Edition",
        language="zh-Hans",
        stories=tuple(stories),
    )


def seen(story: Story) -> Story:
    """`story` without what no subscriber sees."""
    return replace(story, section=(), place=Place(""))


class Reader:
    """Checks, build after build, what a subscriber may rely on."""

    def __init__(self) -> None:
        self.ids: dict[int, str] = {}
        self.last: dict[str, Item] = {}

    def receive(self, items: tuple[Item, ...]) -> None:
        assert len({item.id for item in items}) == len(items)
        owners = {tail: mark for mark, tail in self.ids.items()}
        for item in items:
            mark = item.place.line
            assert mark is not None
            assert self.ids.setdefault(mark, item.id) == item.id, "a story got another id"
            assert owners.setdefault(item.id, mark) == mark, "an id moved to another story"
            assert item.published == START
            before = self.last.get(item.id, item)
            changed = seen(before) != seen(replace(item, updated=before.updated))
            assert (item.updated > before.updated) == changed
            assert item.updated >= item.published
            self.last[item.id] = item


@settings(max_examples=200)
@given(seed=st.integers(min_value=0), builds=st.integers(2, 12), turns=st.integers(1, 3))
def test_no_id_moves_in_any_history_of_edits(seed: int, builds: int, turns: int) -> None:
    room, reader, known = Newsroom(random.Random(seed)), Reader(), Ledger()
    for _ in range(8):
        room.write()
    for build in range(builds):
        now = START + timedelta(hours=build + 1)
        found = ledger.identify(draft(room.stories), known, PUBLICATION, now=now)
        reader.receive(found.edition.items)
        text = ledger.dump(found.ledger)
        known = ledger.loads(text)
        again = ledger.identify(draft(room.stories), known, PUBLICATION, now=now + timedelta(1))
        assert again.edition == found.edition
        assert ledger.dump(again.ledger) == text
        room.edit(turns)


def list_items(text: str) -> list[Story]:
    """A crude reading of a Markdown weekly: each list item with a link, copies once."""
    stories: dict[object, Story] = {}
    for line, match in enumerate(
        re.finditer(r"^\* .*?\[(.+?)\]\((\S+?)\)(.*)$", text, re.MULTILINE)
    ):
        title, link, rest = match.groups()
        body = f"<p>{rest}</p>" if rest.strip() else ""
        stories[match.groups()] = Story(
            title=title, headline=title, place=Place("x", line), link=link, body=body
        )
    return list(stories.values())


@pytest.mark.shared
def test_no_id_moves_over_a_real_archive(shared: Path) -> None:
    chance = random.Random(42)
    editions = sorted((shared / "corpora" / "twir").glob("*.md"))[::60]
    assert len(editions) > 9
    for edition in editions:
        stories = list_items(edition.read_text(encoding="utf-8"))
        room = Newsroom(chance, stories, marks=1000)
        known, before = Ledger(), dict[int | None, str]()
        for build in range(6):
            now = START + timedelta(hours=build + 1)
            found = ledger.identify(draft(room.stories), known, PUBLICATION, now=now)
            known = found.ledger
            for item in found.edition.items:
                assert before.setdefault(item.place.line, item.id) == item.id, item.title
            assert len(set(before.values())) == len(before)
            room.correct_headline()
            room.reorder()
            room.remove()
            room.write()
