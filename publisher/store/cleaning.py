"""Texts that strangers wrote (in a form, a file, an SMTP reply) made fit to be kept and shown."""

from __future__ import annotations

from publisher.text import BIDI_CONTROLS, ILLEGAL_IN_XML, squeeze

MAX_REMARK = 500  # characters


def one_line(text: str) -> str:
    """One line without controls: nothing in it can start a header, or be refused by PostgreSQL."""
    text = text.strip()
    if text.isprintable():
        return text
    return squeeze(BIDI_CONTROLS.sub("", ILLEGAL_IN_XML.sub("", text)))


def remark(text: str) -> str:
    """The same, and not longer than MAX_REMARK."""
    return one_line(text[: 4 * MAX_REMARK])[:MAX_REMARK]
