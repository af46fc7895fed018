"""The header fields of an edition's message, with slots for what differs per recipient."""

from __future__ import annotations

import re
from datetime import datetime
from urllib.parse import quote

from publisher import mime, slots, urls
from publisher.config import Publication
from publisher.model import Edition
from publisher.text import squeeze

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def headers_for(
    edition: Edition, publication: Publication, *, subject: str, date: datetime
) -> tuple[tuple[str, str], ...]:
    """Every field but the MIME ones and DKIM-Signature, as `publisher.mime.prepare` wants them.

    `date` is aware: the edition's, or when a mailing began. Titles lose their line breaks here.
    """
    sender = publication.sender
    slug = re.sub(r"[^a-z0-9]+", "-", publication.domain.lower()).strip("-")
    fields = [
        ("From", mime.mailbox(_line(sender.name), sender.address)),
        ("Reply-To", mime.mailbox("", sender.reply_to) if sender.reply_to else ""),
        ("To", slots.RECIPIENT),
        ("Subject", mime.unstructured(_line(subject))),
        ("Date", mime.date_value(date)),
        ("Message-ID", f"<{slots.MESSAGE_ID}@{sender.address.rpartition('@')[2]}>"),
        ("List-Id", mime.mailbox(_line(publication.title), f"newsletter.{publication.domain}")),
        ("List-Unsubscribe", _unsubscribe(publication)),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),  # RFC 8058 section 3.1
        ("List-Archive", f"<{urls.absolute(publication, urls.ARCHIVE)}>"),  # RFC 2369 section 3.6
        ("Archived-At", f"<{urls.absolute(publication, urls.edition_page(edition))}>"),  # RFC 5064
        ("Feedback-ID", f"{quote(edition.id)}:edition:newsletter:{slug[:15]}"),
        ("Content-Language", edition.language),  # RFC 3282
        ("Precedence", "bulk"),  # keeps old auto-responders quiet (RFC 3834 section 2)
    ]
    return tuple((name, value) for name, value in fields if value)


def _unsubscribe(publication: Publication) -> str:
    """RFC 2369 section 3.2; the first address takes the one-click POST of RFC 8058."""
    wanted = publication.delivery.unsubscribe_address or publication.sender.address
    address = quote(wanted, safe="@+.-_")
    return (
        f"<{urls.unsubscribe(publication, slots.TOKEN)}>,"
        f" <mailto:{address}?subject=unsubscribe%20{slots.TOKEN}>"
    )


def _line(text: str) -> str:
    return squeeze(_CONTROLS.sub(" ", text))
