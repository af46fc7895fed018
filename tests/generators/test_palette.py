from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.generators.palette import (
    BODY_CONTRAST,
    TEXT_CONTRAST,
    Palette,
    contrast,
    dark,
    light,
    readable,
)

colours = st.integers(0, 0xFFFFFF).map("#{:06x}".format)


@given(colours)
def test_every_accent_gives_readable_text_by_day_and_by_night(accent: str) -> None:
    for palette in (light(accent), dark(accent)):
        assert contrast(palette.ink, palette.paper) >= BODY_CONTRAST
        assert contrast(palette.quiet, palette.paper) >= TEXT_CONTRAST
        assert contrast(palette.accent, palette.paper) >= TEXT_CONTRAST


def test_known_ratios() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.478, abs=0.001)
    assert contrast("#ffffff", "#ffffff") == 1


@given(colours)
def test_a_readable_accent_is_left_alone(accent: str) -> None:
    palette: Palette = light(accent)
    if contrast(accent, palette.paper) >= TEXT_CONTRAST:
        assert palette.accent == accent


def test_a_faint_accent_moves_towards_the_ink() -> None:
    moved = readable("#ffee00", "#ffffff", "#000000")
    assert moved != "#ffee00"
    assert contrast(moved, "#ffffff") < 7, "no further than it must be"
