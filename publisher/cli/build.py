"""`publisher build`: the first story, and a watch that tells it again."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path
from typing import Any

import click

from publisher import standing
from publisher.cli import options
from publisher.cli.console import (
    finding_json,
    plural,
    print_json,
    progress,
    say,
    show_error,
    show_findings,
    tally,
)
from publisher.errors import BuildRefused, PublisherError
from publisher.parallel import Progress


@click.command("build", short_help="Turn the editions into feeds, pages and email.")
@options.folder
@click.option("--accept-doubts", is_flag=True, help="Publish pages with more doubts than allowed.")
@click.option("--watch", is_flag=True, help="Build again whenever a file changes.")
@options.jobs
@options.as_json
@options.quiet
def command(
    folder: Path, accept_doubts: bool, watch: bool, jobs: int, as_json: bool, quiet: bool
) -> None:
    """Turn the editions into feeds, pages and email, in public/.

    Nothing is written while a check finds an error; the last good public/ stays.

    \b
    Example:
      publisher build
      publisher build --watch
    """
    if watch and as_json:
        raise click.UsageError("--watch and --json do not go together")
    if not watch:
        _build(folder, accept_doubts, jobs, as_json, quiet)
        return
    _watch(folder, accept_doubts, jobs, quiet)


def _build(folder: Path, accept_doubts: bool, jobs: int, as_json: bool, quiet: bool) -> None:
    started = time.perf_counter()
    try:
        with progress(quiet or as_json) as report:
            done = _built(folder, accept_doubts, jobs, report)
    except BuildRefused as refused:
        if not as_json:
            raise
        print_json({"refused": refused.problem, "findings": [*map(finding_json, refused.findings)]})
        raise SystemExit(1) from None
    if as_json:
        print_json(_as_json(done))
        return
    show_findings([one for one in done.findings if not quiet or one.severity != "info"])
    if not quiet:
        _summary(folder, done, time.perf_counter() - started)


def _built(folder: Path, accept_doubts: bool, jobs: int, report: Progress) -> standing.Report:
    """What a build says; where the last one would say it again, all that building needs stays unread."""
    done = standing.report(folder, accept_doubts=accept_doubts)
    if done is not None:
        return done
    from publisher import publish

    return publish.build(
        folder, now=options.now(), jobs=jobs, accept_doubts=accept_doubts, progress=report
    )


def _watch(folder: Path, accept_doubts: bool, jobs: int, quiet: bool) -> None:
    from watchfiles import watch

    from publisher import publish

    watched = [folder / name for name in (publish.EDITIONS, publish.TEMPLATES, "publisher.toml")]
    _build_and_go_on(folder, accept_doubts, jobs, quiet)
    for _ in watch(*(path for path in watched if path.exists()), raise_interrupt=False):
        _build_and_go_on(folder, accept_doubts, jobs, quiet)


def _build_and_go_on(folder: Path, accept_doubts: bool, jobs: int, quiet: bool) -> None:
    try:
        _build(folder, accept_doubts, jobs, False, quiet)
    except PublisherError as error:
        show_error(error)
    say("watching for changes; stop with Ctrl-C")


def _summary(folder: Path, done: standing.Report, seconds: float) -> None:
    from publisher import publish, urls

    items = sum(edition.items for edition in done.editions)
    say(f"read     {plural(len(done.editions), 'edition')}, {plural(items, 'item')}")
    for edition in done.editions[-8:]:
        files = ", ".join(edition.sources)
        say(f"         {edition.id}  {plural(edition.items, 'item')}  {files}")
    if len(done.editions) > 8:
        say(f"         and {len(done.editions) - 8:,} earlier ones")
    kinds = Counter(path.split("/")[0] if "/" in path else "top" for path in done.written)
    detail = ", ".join(f"{count:,} {kind}" for kind, count in sorted(kinds.items()))
    say(
        f"wrote    {plural(len(done.written), 'file')}{f' ({detail})' if detail else ''}, "
        f"{done.unchanged:,} unchanged, {len(done.removed):,} removed, in {seconds:.2f} s"
    )
    say(f"checked  {tally(done.findings)}")
    public = folder / publish.PUBLIC
    say(f"look at  {public / urls.INDEX}")
    say(f"         {public / urls.SUBSCRIBE}")
    if done.editions:
        say(f"         {public / urls.email(done.editions[-1], 'html')}")


def _as_json(done: standing.Report) -> dict[str, Any]:
    return {
        "editions": [
            {
                "id": edition.id,
                "title": edition.title,
                "items": edition.items,
                "sources": edition.sources,
            }
            for edition in done.editions
        ],
        "written": done.written,
        "removed": done.removed,
        "unchanged": done.unchanged,
        "findings": [*map(finding_json, done.findings)],
    }
