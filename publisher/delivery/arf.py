"""Complaints: a reader pressed "this is spam" (Abuse Reporting Format, RFC 5965), or JMRP's older form."""

from __future__ import annotations

from dataclasses import dataclass
from email.message import Message
from email.parser import HeaderParser

# RFC 5965 section 3.1 and its registry: a report that a message was *not* spam, or about our
# authentication (RFC 6591), is no complaint.
COMPLAINTS = frozenset({"abuse", "fraud", "virus", "other", "opt-out", "opt-out-list"})
JMRP_RECIPIENT = "X-HmXmrOriginalRecipient"  # Outlook.com's Junk Mail Reporting Program


@dataclass(frozen=True, slots=True)
class Feedback:
    """`recipient` is often blacked out by who reports; `type` is in lower case."""

    type: str
    recipient: str
    agent: str

    @property
    def is_complaint(self) -> bool:
        return self.type in COMPLAINTS


def feedback(message: Message) -> Feedback | None:
    """What `message` reports, or None where it is no feedback report."""
    for part in message.walk():
        if part.get_content_type() == "message/feedback-report":
            fields = _fields(part)
            recipient = str(fields.get("Original-Rcpt-To") or fields.get("Removal-Recipient") or "")
            kind = str(fields.get("Feedback-Type") or "").strip().lower()
            return Feedback(kind, recipient.strip(" <>"), str(fields.get("User-Agent") or ""))
        if part is not message and part.get(JMRP_RECIPIENT):
            return Feedback("abuse", str(part[JMRP_RECIPIENT]).strip(" <>"), "JMRP")
    return None


def _fields(part: Message) -> Message:
    """The report's own fields: the parser makes a message of them, unless they are encoded."""
    inner = blocks(part)
    if inner:
        return inner[0]
    return HeaderParser().parsestr(text_of(part))


def blocks(part: Message) -> list[Message]:
    """The messages that `part` is made of; none where it is a leaf."""
    payload = part.get_payload() if part.is_multipart() else []
    return [each for each in payload if isinstance(each, Message)]


def text_of(part: Message) -> str:
    """The decoded content of a leaf; nothing where `email` refuses its charset (a NUL in its name)."""
    try:
        octets = part.get_payload(decode=True)
    except (ValueError, LookupError):
        return ""
    return octets.decode("utf-8", "replace") if isinstance(octets, bytes) else ""
