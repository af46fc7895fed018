"""The blocks of a document sorted under its headings: a tree of sections of any depth."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from publisher.model import Struct, field
from publisher.readers.markdown.parse import Node
from publisher.readers.markdown.render import text
from publisher.readers.markdown.units import USUAL, Entry, Rules, Unit, split


class Section(Struct, dict=True):
    """A heading (None at the document's root), the blocks up to the next one, the sections inside.

    `is_root`: no section in print; its text introduces the edition, the sections inside it count as
    outermost. It grows while the outline is made; `units` and `name` are asked for when that is done.
    """

    rules: Rules
    heading: Node | None = None
    level: int = 0
    blocks: list[Node] = field(default_factory=list)
    children: list[Section] = field(default_factory=list)
    is_root: bool = False

    @cached_property
    def name(self) -> str:
        return text(self.heading.children) if self.heading else ""

    @cached_property
    def units(self) -> list[Unit]:
        """The blocks parted into entries and prose."""
        return split(self.blocks, self.rules)

    @property
    def prose(self) -> list[Node]:
        return [unit for unit in self.units if isinstance(unit, Node)]

    @property
    def has_entries(self) -> bool:
        return any(isinstance(unit, Entry) for unit in self.units)


class Outline(Struct, frozen=True):
    """A document's title heading, if it has one, its sections, those left out, footnotes by label."""

    title: Node | None
    root: Section
    skipped: tuple[Section, ...]
    footnotes: dict[str, Node]

    @property
    def introduction(self) -> list[Node]:
        """The prose of the document's root, then that of the section which stands for it."""
        parts = (self.root, *self.root.children)
        return [node for part in parts if part.is_root for node in part.prose]


def outline(
    blocks: Sequence[Node],
    *,
    has_front_matter: bool,
    skip: Sequence[str] = (),
    root_name: str = "",
    rules: Rules = USUAL,
) -> Outline:
    """Sort top-level `blocks`; headings inside lists and quotations are none of them.

    `skip` names sections to leave out with all that they hold, `root_name` an outermost one that is
    a root; case does not matter. Levels may skip and names repeat. Below a title, an H1 in mid-file
    ranks as the H2s do.
    """
    footnotes = {b.value: b for b in blocks if b.kind == "FootnoteDefinition"}
    title = _title(blocks, has_front_matter)
    root = Section(rules, is_root=True)
    skipped: list[Section] = []
    skip_names = {name.casefold() for name in skip}
    open_sections = [root]
    for block in blocks:
        if block is title or block.kind == "FootnoteDefinition":
            continue
        if block.kind != "Heading" or not _is_named(block):
            open_sections[-1].blocks.append(block)
            continue
        level = max(block.value, 2) if title else block.value
        while open_sections[-1].level >= level:
            open_sections.pop()
        section = Section(rules, block, level)
        is_outermost = len(open_sections) == 1
        section.is_root = is_outermost and section.name.casefold() == root_name.casefold()
        leave_out = section.name.casefold() in skip_names
        (skipped if leave_out else open_sections[-1].children).append(section)
        open_sections.append(section)
    return Outline(title, root, tuple(skipped), footnotes)


def _title(blocks: Sequence[Node], has_front_matter: bool) -> Node | None:
    """The H1 on the first line. Front matter names the edition itself, so several H1s are sections
    there; one alone is the title all the same."""
    visible = [block for block in blocks if block.kind not in ("HtmlBlock", "Rule")]
    first = visible[0] if visible else None
    if first is None or first.kind != "Heading" or first.value != 1 or not _is_named(first):
        return None
    lone = sum(block.kind == "Heading" and block.value == 1 for block in visible) == 1
    return first if lone or not has_front_matter else None


def _is_named(heading: Node) -> bool:
    return bool(text(heading.children))
