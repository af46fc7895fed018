"""Inlining, measured: ours beside premailer called per page, and css-inline as the yardstick.

Run as `python -m bench.inline [EVERY]`: every page of every archive, or each EVERY-th. Ours must give
premailer's DOM on every page, and be at least 10 times faster (median of the pages' ratios, one run).
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

import css_inline
from lxml import etree

from bench.pages import ARCHIVES, Page, pages
from publisher.generators.inline import Inliner, plain

TARGET = 10.0
ROUNDS = 2  # of each; the best counts


@dataclass(frozen=True, slots=True)
class Result:
    """CPU milliseconds per page, and whether the DOMs were equal; `first` is ours with what it learnt."""

    page: Page
    first: float
    ours: float
    premailer: float
    css_inline: float
    equal: bool


def canonical(html: str) -> bytes:
    """The DOM as bytes: attributes in order, the page serialised once as premailer does it."""
    tree = etree.fromstring(html.strip(), etree.HTMLParser()).getroottree()
    once = etree.tostring(tree, method="html", encoding="utf-8").decode("utf-8")
    return etree.tostring(etree.fromstring(once, etree.HTMLParser()), method="c14n")


def measure(page: Page, inliner: Inliner) -> Result:
    """One page by all three; ours remembers what it learnt from the pages before."""
    expected, slow = _timed(plain, page.html, rounds=ROUNDS)
    _, first = _timed(inliner.inline, page.html, rounds=1)
    got, ours = _timed(inliner.inline, page.html, rounds=ROUNDS)
    _, yardstick = _timed(_css_inline, page.html, rounds=ROUNDS)
    return Result(page, first, ours, slow, yardstick, canonical(expected) == canonical(got))


def _css_inline(html: str) -> str:
    return css_inline.inline(html, keep_style_tags=True, load_remote_stylesheets=False)


def _timed(work: Callable[[str], str], html: str, *, rounds: int) -> tuple[str, float]:
    best = float("inf")
    for _ in range(rounds):
        start = time.process_time()
        result = work(html)
        best = min(best, (time.process_time() - start) * 1000)
    return result, best


def row(name: str, results: list[Result]) -> str:
    ratio = median(one.premailer / one.ours for one in results)
    sizes = median(len(one.page.html.encode()) for one in results)
    times = (
        median(times)
        for times in zip(*((r.ours, r.premailer, r.css_inline) for r in results), strict=True)
    )
    ours, slow, yardstick = times
    return (
        f"{name:14}{len(results):9}{sizes / 1024:9.0f}{ours:9.2f}{slow:11.1f}{yardstick:12.2f}"
        f"{ratio:10.1f}{sum(not one.equal for one in results):9}"
    )


def main(arguments: list[str]) -> int:
    """Print the table; 1 where a target is missed."""
    every = int(arguments[0]) if arguments else 1
    inliner = Inliner()
    results = [measure(page, inliner) for page in pages(every=every)]
    print("archive          pages       KB  ours ms premailer ms css-inline ms   faster  unequal")
    for archive in [*ARCHIVES, "invented"]:
        found = [one for one in results if one.page.archive == archive]
        if found:
            print(row(archive, found))
    print(row("all", results))
    for one in results:
        if not one.equal:
            print(f"not equal: {one.page.archive} {one.page.name}")
    faster = median(one.premailer / one.ours for one in results)
    behind = median(one.ours / one.css_inline for one in results)
    whole = sum(one.premailer for one in results) / sum(one.first for one in results)
    unequal = sum(not one.equal for one in results)
    passed = faster >= TARGET and not unequal
    print(
        f"{'PASS' if passed else 'FAIL'}: {faster:.1f} times faster than premailer (target {TARGET:.0f}), "
        f"{whole:.1f} times over the whole run with all learning, "
        f"{unequal} of {len(results)} pages unequal, {behind:.2f} times css-inline's time"
    )
    return 0 if passed else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
