"""Ink, paper and one accent, by day and by night, with contrast that anyone can read.

The accent comes from `[look] accent`; where it would be too faint on a paper it is moved towards
the ink, no further than it must be.
"""

from __future__ import annotations

from publisher.model import Struct

TEXT_CONTRAST = 4.5  # WCAG 2.2 success criterion 1.4.3, level AA
BODY_CONTRAST = 7.0  # WCAG 2.2 success criterion 1.4.6, level AAA


class Palette(Struct, frozen=True):
    """Colours as `#rrggbb`: `quiet` is for text of less weight, `rule` for lines only."""

    paper: str
    ink: str
    quiet: str
    rule: str
    accent: str


def light(accent: str) -> Palette:
    """Near-black on warm white."""
    return _palette("#fdfbf6", "#1c1a17", "#5f5a52", "#d8d2c5", accent)


def dark(accent: str) -> Palette:
    """Soft grey on near-black: a palette of its own, not an inversion."""
    return _palette("#161513", "#dad5cb", "#a09a8e", "#3a3733", accent)


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1 to 21 (WCAG 2.2, "contrast ratio")."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def readable(colour: str, paper: str, ink: str) -> str:
    """`colour`, mixed with as little `ink` as gives it `TEXT_CONTRAST` on `paper`."""
    steps = (_mix(colour, ink, share / 20) for share in range(21))
    return next((one for one in steps if contrast(one, paper) >= TEXT_CONTRAST), ink)


def _palette(paper: str, ink: str, quiet: str, rule: str, accent: str) -> Palette:
    return Palette(paper, ink, quiet, rule, readable(accent, paper, ink))


def _mix(one: str, other: str, share: float) -> str:
    pairs = zip(_channels(one), _channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def _luminance(colour: str) -> float:
    """Relative luminance, 0 (black) to 1 (white) (WCAG 2.2, "relative luminance")."""
    red, green, blue = (_linear(channel / 255) for channel in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
