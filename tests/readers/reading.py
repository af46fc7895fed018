"""A page's reading as a golden file shows it."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from publisher.model import Page, Story, Struct, asdict
from tests.goldens import assert_golden

FIELDS = ("title", "headline", "kind", "section", "kicker", "byline", "link", "summary", "body")


def named(value: Any) -> Any:
    """`value` with every model in it by the names of its fields, however it is stored."""
    if isinstance(value, Struct):
        value = asdict(value)
    if isinstance(value, Mapping):
        return {key: named(inner) for key, inner in value.items()}
    return [*map(named, value)] if isinstance(value, (tuple, list)) else value


def filled(story: Story, fields: Collection[str] = FIELDS) -> dict[str, Any]:
    """Those of its `fields` that say something."""
    values = named(story)
    return {key: value for key, value in values.items() if key in fields and value}


def codes(page: Page) -> list[str]:
    """Place and code of each finding."""
    return [f"{finding.place} {finding.code}" for finding in page.findings]


def assert_shown(golden: Path, shown: dict[str, Any]) -> None:
    assert_golden(golden, json.dumps(shown, ensure_ascii=False, indent=1).encode() + b"\n")
