"""What people and scripts see: findings, progress, JSON; aligned by display width, no colour for show."""

from __future__ import annotations

import json
import os
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import click

from publisher.errors import BuildRefused, PublisherError
from publisher.model import Finding
from publisher.parallel import Progress, silent

COLOURS = {"error": "red", "warning": "yellow", "info": "blue"}
# More notes of one code than this are summed up in a line; --json has them all.
MOST_OF_A_CODE = 10
# The name of a file may hold what moves a terminal's cursor or turns its text round.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


def say(text: str = "", *, colour: str | None = None, bold: bool = False) -> None:
    """A line for people, to stderr; NO_COLOR (no-color.org) and a stream that is no TTY win."""
    text = _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", text)
    if "NO_COLOR" not in os.environ and (colour or bold):
        text = click.style(text, fg=colour, bold=bold)
    click.echo(text, err=True)


def show_error(error: PublisherError) -> None:
    """An error as: what and where, then what to do about it."""
    if isinstance(error, BuildRefused):
        show_findings(error.findings)
    place = f"{error.place}: " if error.place else ""
    say(f"error: {place}{error.problem}", colour="red")
    if error.hint:
        say(f"  {error.hint}")


def show_findings(findings: Sequence[Finding]) -> None:
    """Findings, errors first, each with its place, code and hint; repeats of one code are counted."""
    shown: Counter[str] = Counter()
    hints: set[str] = set()
    order = list(COLOURS)
    for finding in sorted(findings, key=lambda one: order.index(one.severity)):
        shown[finding.code] += 1
        if shown[finding.code] > MOST_OF_A_CODE and finding.severity != "error":
            continue
        say(
            f"{finding.severity}: {finding.place}: {finding.message} [{finding.code}]",
            colour=COLOURS[finding.severity],
        )
        if finding.hint and finding.hint not in hints:
            hints.add(finding.hint)
            say(f"  {finding.hint}")
    for code, count in shown.items():
        if count > MOST_OF_A_CODE and any(
            f.code == code and f.severity != "error" for f in findings
        ):
            say(f"... and {count - MOST_OF_A_CODE} more [{code}]; --json lists them all")


def tally(findings: Sequence[Finding]) -> str:
    """`2 errors, 1 warning`, or `no findings`."""
    counts = Counter(finding.severity for finding in findings)
    parts = [plural(counts[name], name) for name in ("error", "warning") if counts[name]]
    parts += [plural(counts["info"], "note")] if counts["info"] else []
    return ", ".join(parts) or "no findings"


def plural(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def finding_json(finding: Finding) -> dict[str, Any]:
    return {
        "severity": finding.severity,
        "code": finding.code,
        "file": finding.place.file,
        "line": finding.place.line,
        "message": finding.message,
        "hint": finding.hint,
    }


def print_json(value: Any) -> None:
    """JSON for scripts, to stdout, UTF-8 as it is."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=1))


@contextmanager
def progress(quiet: bool) -> Iterator[Progress]:
    """A progress bar on stderr for stages that take a while; silent where nobody watches."""
    if quiet or not sys.stderr.isatty():
        yield silent
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    columns = (
        TextColumn("{task.description:>8}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        tasks: dict[str, Any] = {}

        def report(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=total)
            bars.update(tasks[stage], completed=done)

        yield report
