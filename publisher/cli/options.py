"""Options that several commands share."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from publisher.errors import ConfigError

Command = TypeVar("Command", bound=Callable[..., Any])


def folder(command: Command) -> Command:
    """`-C DIR`: the publication's folder, this one by default."""
    return click.option(
        "-C",
        "--folder",
        type=click.Path(file_okay=False, exists=True, path_type=Path),
        default=Path(),
        show_default="this folder",
        help="The publication's folder.",
    )(command)


def as_json(command: Command) -> Command:
    return click.option("--json", "as_json", is_flag=True, help="Print JSON for scripts.")(command)


def quiet(command: Command) -> Command:
    return click.option("-q", "--quiet", is_flag=True, help="Say only what is wrong.")(command)


def jobs(command: Command) -> Command:
    return click.option(
        "-j",
        "--jobs",
        type=click.IntRange(1, 64),
        default=os.cpu_count() or 1,
        show_default="one for each core",
        help="How many processes work at once.",
    )(command)


def now() -> datetime:
    """The clock's one entrance: the present, or SOURCE_DATE_EPOCH (reproducible-builds.org)."""
    fixed = os.environ.get("SOURCE_DATE_EPOCH")
    if fixed is None:
        return datetime.now(UTC).replace(microsecond=0)
    try:
        return datetime.fromtimestamp(int(fixed), UTC)
    except (ValueError, OverflowError, OSError):
        raise ConfigError(
            "SOURCE_DATE_EPOCH",
            problem=f"{fixed!r} is not a number of seconds since 1970",
            hint="unset it, or give a whole number such as 1795000000",
        ) from None


def clock() -> datetime:
    """The time as it passes, for what waits: mailings, and what befalls subscribers."""
    return datetime.now(UTC)
