"""Which section a story stands in."""

from __future__ import annotations

from publisher.model import Edition
from publisher.sections import section_of, sections_in
from tests import samples

CONFIGURED = """
[sections.front]
title = "要闻"
match = ["一版", "要闻*"]
language = "zh-Hans"

[sections.notices]
title = "Notices"
"""


def test_without_configuration_every_outermost_heading_is_a_section(edition: Edition) -> None:
    found = sections_in(samples.publication(), [edition])
    assert [section.slug for section in found] == ["要闻", "news", "links", "notices"]
    assert found[0].language == "zh-Hans"


def test_configured_sections_match_names_and_beginnings() -> None:
    publication = samples.publication(CONFIGURED)
    for name, slug in (("一版", "front"), ("要闻 · 时政", "front"), ("NOTICES", "notices")):
        section = section_of(publication, samples.item("t", "x", section=(name, "deeper")))
        assert section is not None
        assert section.slug == slug
    assert section_of(publication, samples.item("t", "x", section=("Sport",))) is None
    assert section_of(publication, samples.item("t", "x", section=())) is None


def test_configured_sections_come_in_their_own_order(edition: Edition) -> None:
    publication = samples.publication(CONFIGURED)
    assert [section.slug for section in sections_in(publication, [edition])] == ["front", "notices"]
