"""Texts that strangers wrote (in a form, a file, an SMTP reply) made fit to be kept and shown."""

from __future__ import annotations

from publisher.text import one_line

MAX_REMARK = 500  # characters


def remark(text: str) -> str:
    """One line that can start no header and that PostgreSQL takes, at most MAX_REMARK characters."""
    return one_line(text[: 4 * MAX_REMARK])[:MAX_REMARK]
