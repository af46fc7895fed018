"""A mail message's parts and headers, however broken: the only module here that parses messages."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC
from email import message_from_bytes
from email.header import decode_header
from email.message import Message
from email.utils import parseaddr, parsedate_to_datetime
from urllib.parse import quote

from publisher.decode import codec, decode
from publisher.errors import EditionError
from publisher.readers import dates
from publisher.readers.language import language_tag
from publisher.text import ILLEGAL_IN_XML, squeeze

DEPTH_LIMIT = 50
_PICTURES = {"png": "png", "jpeg": "jpg", "jpg": "jpg", "gif": "gif", "webp": "webp"}
_HEADER_LIMIT = 2000  # characters of a header that anything is made of
_FORWARDED = re.compile(r"^(?:(?:fwd?|wg|tr|转发)\s*[:：]\s*)+", re.IGNORECASE)


def parse(source: bytes, name: str) -> Message:
    """The message. Raises EditionError for what is none."""
    try:
        message = message_from_bytes(source)
        too_deep = _nests(message)
    except RecursionError:
        too_deep = True
    if too_deep:
        raise EditionError(
            name,
            problem=f"the parts of this message nest more than {DEPTH_LIMIT} deep",
            hint="save it again, or forward it and save that",
        )
    if not {"from", "subject", "date", "content-type"} & {key.lower() for key in message}:
        raise EditionError(
            name,
            problem="this is no mail message: no header says from whom or when it is",
            hint="export it from the mail program as .eml, with its source",
        )
    return message


def _nests(message: Message) -> bool:
    """Whether parts nest deeper than anything that a mail program writes."""
    parts = [message]
    for _ in range(DEPTH_LIMIT):
        inner = [part.get_payload() for part in parts if part.is_multipart()]
        parts = [part for group in inner for part in group if isinstance(part, Message)]
    return bool(parts)


def front(message: Message) -> dict[str, str]:
    """What its headers say, as front matter: title, date, language, from; without empty values."""
    sender = parseaddr(_header(message, "From"))
    values = {
        "title": _FORWARDED.sub("", _header(message, "Subject")),
        "date": _date(_header(message, "Date")),
        "language": language_tag(_header(message, "Content-Language").split(",")[0]),
        "from": sender[0] or sender[1],
    }
    return {key: value for key, value in values.items() if value}


def shown(part: Message) -> list[Message]:
    """The text parts that a mail program shows, in order: of alternatives the last that is HTML."""
    inner = part.get_payload()
    if isinstance(inner, list):
        found = [shown(child) for child in inner if isinstance(child, Message)]
        if part.get_content_subtype() != "alternative":
            return [leaf for leaves in found for leaf in leaves]
        filled = [leaves for leaves in found if leaves]
        return next((leaves for leaves in reversed(filled) if any(map(is_html, leaves))), []) or (
            filled[-1] if filled else []
        )
    text = part.get_content_maintype() in ("text", "multipart")  # multipart: its boundary is lost
    return [part] if text and not _is_attached(part) and not is_calendar(part) else []


def is_html(part: Message) -> bool:
    return part.get_content_subtype() in ("html", "xhtml+xml")


def is_calendar(part: Message) -> bool:
    return part.get_content_subtype() in ("calendar", "x-vcard", "vcard", "css", "csv")


def text_of(part: Message, name: str) -> str:
    """The part as text: as it declares, else as its bytes tell, else with marks for what is none."""
    payload = part.get_payload(decode=True)
    source = payload if isinstance(payload, bytes) else b""
    label = ""
    with suppress(ValueError, LookupError, TypeError, IndexError, AttributeError):
        label = part.get_content_charset("") or ""
    return _decoded(source, label, name)


def pictures(message: Message) -> dict[str, tuple[str, bytes]]:
    """The pictures that come along, by the addresses that HTML shows them under: name, bytes."""
    found: dict[str, tuple[str, bytes]] = {}
    for part in message.walk():
        payload = part.get_payload(decode=True) if not part.is_multipart() else None
        ending = _PICTURES.get(part.get_content_subtype())
        if part.get_content_maintype() != "image" or not ending or not isinstance(payload, bytes):
            continue
        name = f"{hashlib.sha256(payload).hexdigest()[:12]}.{ending}"
        for address in _addresses(part):
            found.setdefault(address, (name, payload))
    return found


def attachments(message: Message, kept: Mapping[str, bytes]) -> list[str]:
    """The names of files that come along and are no part of the text, and not among the `kept`.

    A picture that the text shows may be called an attachment all the same.
    """
    return [
        squeeze(_readable(str(part.get_filename("") or part.get_content_type())))
        for part in message.walk()
        if not part.is_multipart() and _is_attached(part) and not _is_kept(part, kept)
    ]


def _is_kept(part: Message, kept: Mapping[str, bytes]) -> bool:
    return any(name in kept for name, _ in pictures(part).values())


def defects(message: Message) -> list[str]:
    """What is wrong with its form, in the words of the library's classes, once each."""
    kinds = [type(defect).__name__ for part in message.walk() for defect in part.defects]
    words = (re.sub("(?<!^)(?=[A-Z])", " ", kind.removesuffix("Defect")).lower() for kind in kinds)
    return list(dict.fromkeys(words))


def used(files: Mapping[str, tuple[str, bytes]], html: str) -> dict[str, bytes]:
    """Those of `files` that `html` shows, by name."""
    return {name: body for name, body in files.values() if name in html}


def _addresses(part: Message) -> Iterator[str]:
    identity = _header(part, "Content-ID").strip("<> ")
    if identity:
        yield from (f"cid:{identity}", f"cid:{quote(identity)}", f"cid:{quote(identity, safe='')}")
    location = _header(part, "Content-Location")
    if location:
        yield location


def _is_attached(part: Message) -> bool:
    return _header(part, "Content-Disposition").lower().lstrip().startswith("attachment")


def _header(message: Message, key: str) -> str:
    """The first header of that name on one line, its encoded words (RFC 2047) and raw bytes decoded."""
    for name, value in message.raw_items():
        if name.lower() == key.lower():
            return squeeze(ILLEGAL_IN_XML.sub("", _readable(str(value)[:_HEADER_LIMIT])))
    return ""


def _readable(value: str) -> str:
    raw = value.encode("utf-8", "surrogateescape")
    if not value.isascii():
        return _decoded(raw, "", "header")
    try:
        parts = decode_header(value)
    except (ValueError, IndexError, TypeError, AssertionError):
        return value
    words = (
        part if isinstance(part, str) else _decoded(part, charset or "", "header")
        for part, charset in parts
    )
    return "".join(words)


def _decoded(source: bytes, label: str, name: str) -> str:
    known = codec(label)
    mislabelled = ("utf-8",) if known == "cp1252" else ()  # what is UTF-8 is never meant as Latin
    for encoding in (*mislabelled, known, "auto"):
        with suppress(EditionError, UnicodeError):
            if encoding == "auto":
                return decode(source, name=name)
            return source.decode(encoding).removeprefix("\ufeff").replace("\r\n", "\n")
    return source.decode("utf-8", "replace").replace("\r\n", "\n")


def _date(value: str) -> str:
    """The moment as front matter writes it, at the sender's offset; nothing where it is none."""
    try:
        moment = parsedate_to_datetime(value)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)  # RFC 5322: -0000 is UTC
        written = moment.isoformat(" ", "seconds")
        dates.written(written)
    except (ValueError, TypeError, IndexError, OverflowError, AttributeError):
        return ""
    return written
