"""From lines that have roles to stories: which paragraphs, labels and credits belong together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from publisher.readers.newspaper.roles import TWIN, State
from publisher.readers.newspaper.views import View

_S = State
_HEAD = (_S.HEADLINE, _S.HEADLINE_MORE, _S.SUBHEADLINE, _S.BYLINE)


@dataclass(slots=True)
class Sketch:
    """A story as indexes of lines, while it is put together."""

    first: int
    photo: bool = False
    kickers: list[int] = field(default_factory=list)
    headline: list[int] = field(default_factory=list)
    subheadline: list[int] = field(default_factory=list)
    bylines: list[int] = field(default_factory=list)
    paragraphs: list[list[int]] = field(default_factory=list)
    subheads: list[tuple[int, int]] = field(default_factory=list)  # before which paragraph, line
    signs: list[int] = field(default_factory=list)
    credits: list[int] = field(default_factory=list)

    def text_lines(self) -> list[int]:
        return [
            *self.headline,
            *self.subheadline,
            *(line for lines in self.paragraphs for line in lines),
        ]

    def all_lines(self) -> list[int]:
        heads = [line for _, line in self.subheads]
        return [*self.text_lines(), *self.kickers, *self.bylines, *heads, *self.credits]


@dataclass(slots=True)
class Label:
    """Label lines that stand together, and the stories above and below that they may belong to."""

    lines: list[int]
    above: Sketch | None
    below: Sketch | None = None


class Builder:
    """Takes a page's lines in order and sorts them into stories, labels and furniture."""

    def __init__(self, views: Sequence[View]) -> None:
        self.views = views
        self.stories: list[Sketch] = []
        self.labels: list[Label] = []
        self.furniture: list[int] = []
        self._story: Sketch | None = None  # the story that text goes to
        self._latest: Sketch | None = None  # the story of the line above, which may be a picture's
        self._captions: list[Sketch] = []
        self._open_label: Label | None = None

    def add(self, index: int, state: State) -> None:
        role = TWIN[state]
        if role is _S.KICKER:
            self._label(index, inside=state is not role)
            return
        if role is _S.FURNITURE:
            self.furniture.append(index)
            return
        if role not in (_S.CAPTION, _S.CAPTION_MORE, _S.CREDIT):
            self._captions = []
        self._place(index, role)
        self._open_label = None

    def _place(self, index: int, role: State) -> None:
        if role is _S.HEADLINE:
            self._begin(index).headline.append(index)
        elif role in (_S.OPENING,):
            self._begin(index).paragraphs.append([index])
        elif role is _S.CAPTION:
            self._caption(index)
        elif role is _S.CAPTION_MORE and self._captions:
            self._captions[-1].paragraphs[-1].append(index)
        elif role is _S.CREDIT:
            self._credit(index)
        else:
            self._text(index, role)

    def _text(self, index: int, role: State) -> None:
        story = self._story or self._begin(index)
        self._latest = story
        self._settle_label(story)
        if role is _S.HEADLINE_MORE:
            story.headline.append(index)
        elif role is _S.SUBHEADLINE:
            story.subheadline.append(index)
        elif role in (_S.BYLINE, _S.END_BYLINE):
            story.bylines.append(index)
        elif role is _S.SUBHEAD:
            story.subheads.append((len(story.paragraphs), index))
        elif role in (_S.CONTINUATION, _S.CAPTION_MORE) and story.paragraphs:
            story.paragraphs[-1].append(index)
        else:
            story.paragraphs.append([index])
            if role is _S.SIGN_OFF:
                story.signs.append(index)

    def _begin(self, index: int) -> Sketch:
        self._story = self._new(index)
        return self._story

    def _new(self, index: int) -> Sketch:
        story = Sketch(index)
        self.stories.append(story)
        self._latest = story
        self._settle_label(story)
        return story

    def _settle_label(self, story: Sketch) -> None:
        if self._open_label is not None:
            self._open_label.below = story

    def _caption(self, index: int) -> None:
        bare_head = (
            self._story is not None and self._latest is self._story and not self._story.paragraphs
        )
        fresh = self.views[index].line.new_story
        if self._story is not None and bare_head and not fresh:
            story = self._story
            self._settle_label(story)
            self._story = None
        else:
            story = self._new(index)
            if fresh:
                self._story = None
        story.photo = True
        story.paragraphs.append([index])
        self._captions.append(story)

    def _credit(self, index: int) -> None:
        if self._captions:
            for story in self._captions:
                story.credits.append(index)
            self._captions = []
            return
        story = self._latest or self._begin(index)
        story.credits.append(index)

    def _label(self, index: int, *, inside: bool) -> None:
        if inside and self._story is not None:
            self._story.kickers.append(index)
            return
        self._captions = []
        if self._open_label is None:
            self._open_label = Label([], self._latest)
            self.labels.append(self._open_label)
        self._open_label.lines.append(index)

    def finish(self) -> None:
        """Labels that nothing follows or precedes find their story, or make one of their own."""
        for label in self.labels:
            if label.above is None and label.below is None:
                story = Sketch(label.lines[0])
                self.stories.append(story)
                label.below = story
