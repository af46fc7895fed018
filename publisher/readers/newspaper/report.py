"""A page's reading as plain data: the shape of `publisher parse FILE --json`."""

from __future__ import annotations

from typing import Any

from publisher.model import Page, Story


def to_json(page: Page) -> dict[str, Any]:
    """Items with their lines, furniture, doubts and whether the page was refused (and why)."""
    return {
        "items": [_item(story) for story in page.stories],
        "furniture": list(page.furniture),
        "doubts": [
            {
                "line": doubt.line,
                "read_as": doubt.read_as,
                "alternative": doubt.alternative,
                "confidence": doubt.confidence,
                "because": list(doubt.because),
            }
            for doubt in page.doubts
        ],
        "refused": bool(page.refused),
        **({"refused_because": page.refused} if page.refused else {}),
    }


def _item(story: Story) -> dict[str, Any]:
    subheads = [
        {"before_paragraph": head.before_paragraph, "text": head.text} for head in story.subheads
    ]
    return {
        "kind": story.kind,
        "headline": story.headline,
        "headline_derived": story.headline_derived,
        "kicker": list(story.kicker),
        "subheadline": story.subheadline,
        "byline": [{"role": person.role, "name": person.name} for person in story.byline],
        "dateline": story.dateline,
        "paragraphs": [paragraph.text for paragraph in story.paragraphs],
        "photo_credit": list(story.photo_credit),
        "paragraph_lines": [list(paragraph.lines) for paragraph in story.paragraphs],
        **({"subheads": subheads} if subheads else {}),
    }
