"""What comes back to the bounce address: which delivery it is about, and what it says.

A report is tied to its delivery by a signed token (`verp`): in the address it was sent to, or in the
Message-ID of the copy that it quotes. Without one anybody may have written it, so `key` is None, and
nobody should be suppressed on its word alone.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses
from typing import Literal

from publisher.delivery import arf, verp
from publisher.delivery.replies import MAX_TEXT, Outcome, classify, enhanced_status

Kind = Literal["hard", "soft", "complaint", "ignored"]

# It logs the defects of its own detectors, which no editor can do anything about.
logging.getLogger("flufl.bounce").addHandler(logging.NullHandler())

MAX_OCTETS = 1_000_000  # reports say what they have to say early
MAX_HUMAN_CHARACTERS = 4000
_SENT_TO = ("To", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "Cc")
_SMTP_CODE = re.compile(r"(?:^|[\s:;])([45]\d\d)[ -](?=\S)")
_AUTO_SUBJECT = re.compile(
    r"out of (the )?office|auto(matic)?[- ]?(reply|response)|on vacation|away from my"
    r"|自动回复|自動回覆|自動返信|abwesen|absence|fuera de la oficina|respuesta autom",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BounceReport:
    """One recipient's fate. `key` is (mailing, subscriber), signed by us, or None.

    `hard`: the address is dead. `soft`: this message was not delivered, the next may be.
    `complaint`: the reader wants no more. `ignored`: none of these; `because` says what it is.
    `code` is the enhanced status (RFC 3463) or empty; `recipient` is as the report has it.
    """

    kind: Kind
    because: str
    key: verp.Key | None = None
    recipient: str = ""
    code: str = ""
    text: str = ""


def read(octets: bytes, secret: bytes) -> tuple[BounceReport, ...]:
    """What `octets`, a message that arrived at the bounce address, reports: at least one report."""
    message = message_from_bytes(octets[:MAX_OCTETS])
    key = _key(message, secret)
    recipients = list(_dsn(message, key))
    if recipients:
        return tuple(recipients)
    feedback = arf.feedback(message)
    if feedback:
        kind: Kind = "complaint" if feedback.is_complaint else "ignored"
        because = f"feedback report: {feedback.type or 'without a type'}"
        text = f"{feedback.type} reported by {feedback.agent or 'a mail provider'}"
        report = BounceReport(
            kind=kind, because=because, key=key, recipient=feedback.recipient, text=text
        )
        return (report,)
    return tuple(_wild(message, key)) or (_no_report(message, key),)


# Whose delivery


def _key(message: Message, secret: bytes) -> verp.Key | None:
    for name in _SENT_TO:
        for value in message.get_all(name, ()):
            if key := verp.find("bounce", str(value), secret):
                return key
    for text in _texts(message):
        if key := verp.find("bounce", text, secret) or verp.find("message-id", text, secret):
            return key
    return None


def _texts(message: Message) -> Iterator[str]:
    """Headers of every part within, and the decoded text of every leaf."""
    for part in message.walk():
        yield "\n".join(str(value) for value in part.values())
        if not part.is_multipart():
            yield arf.text_of(part)


# Delivery status notifications (RFC 3464)


def _dsn(message: Message, key: verp.Key | None) -> Iterator[BounceReport]:
    for part in message.walk():
        if part.get_content_type() == "message/delivery-status":
            for block in arf.blocks(part):
                if block.get("Final-Recipient") or block.get("Action"):
                    yield _recipient_report(block, key)


def _recipient_report(block: Message, key: verp.Key | None) -> BounceReport:
    """One per-recipient block (RFC 3464 section 2.3)."""
    action = _field(block, "Action").lower()
    recipient = _typed(_field(block, "Original-Recipient") or _field(block, "Final-Recipient"))
    if action != "failed":  # delayed: it is still being tried; delivered, relayed, expanded: fine
        because = f"delivery status: {action or 'without an action'}"
        return BounceReport(kind="ignored", because=because, key=key, recipient=recipient)
    diagnostic = _typed(_field(block, "Diagnostic-Code"))
    outcome = _outcome(_field(block, "Status"), diagnostic)
    return BounceReport(
        kind=_kind(outcome),
        because="delivery status: failed",
        key=key,
        recipient=recipient,
        code=outcome.status or enhanced_status(_field(block, "Status")),
        text=(diagnostic or _field(block, "Status"))[:MAX_TEXT],
    )


def _outcome(status: str, diagnostic: str) -> Outcome:
    """The diagnostic's own codes before the report's status, which gateways often make up."""
    said = _SMTP_CODE.search(" " + diagnostic)
    code = int(said[1]) if said else (450 if status.startswith("4") else 550)
    known = diagnostic if enhanced_status(diagnostic) else f"{status} {diagnostic}"
    return classify(code, known, "rcpt")


def _kind(outcome: Outcome) -> Kind:
    """What was refused because of us (authentication, say) tells nothing of the reader."""
    if outcome.verdict == "fault":
        return "ignored"
    return "hard" if outcome.suppress else "soft"


def _field(block: Message, name: str) -> str:
    return " ".join(str(block.get(name, "")).split())


def _typed(value: str) -> str:
    """`rfc822; ann@reader.example` without its type (RFC 3464 sections 2.3.1 and 2.3.6)."""
    return value.partition(";")[2].strip(" <>") if ";" in value else value.strip(" <>")


# The others


def _wild(message: Message, key: verp.Key | None) -> Iterator[BounceReport]:
    """Bounces in words of their own, as flufl.bounce knows them."""
    temporary, permanent = _failures(message)
    if not temporary and not permanent:
        return
    words = _human(message)
    said = _SMTP_CODE.search(words)
    for addresses, usual in ((permanent, 550), (temporary, 450)):
        outcome = classify(int(said[1]) if said else usual, words, "rcpt")
        for recipient in addresses:
            yield BounceReport(
                kind=_kind(outcome) if usual == 550 else "soft",
                because="bounce in its own words",
                key=key,
                recipient=recipient,
                code=outcome.status,
                text=" ".join(words.split())[:MAX_TEXT],
            )


def _failures(message: Message) -> tuple[Sequence[str], Sequence[str]]:
    """Temporary and permanent, sorted. What flufl.bounce cannot read it has not recognised."""
    from flufl.bounce import all_failures

    try:
        temporary, permanent = all_failures(message)
    except (ValueError, LookupError, TypeError, AttributeError, AssertionError):
        return (), ()

    def decoded(found: frozenset[bytes]) -> list[str]:
        return sorted(address.decode("utf-8", "replace") for address in found)

    return decoded(temporary - permanent), decoded(permanent)


def _human(message: Message) -> str:
    """What the first text part says, up to the copy of our own message."""
    for part in message.walk():
        if part.get_content_maintype() == "text":
            text = arf.text_of(part)
            return re.split(r"\n-{3,}|\nReceived: |\nReturn-Path: ", text)[0][:MAX_HUMAN_CHARACTERS]
    return ""


def _no_report(message: Message, key: verp.Key | None) -> BounceReport:
    """Auto-replies (RFC 3834), and letters from people who wrote to the wrong address."""
    because = "automatic reply" if _is_automatic(message) else "no report"
    senders = getaddresses([str(message.get("From", ""))])
    return BounceReport(
        kind="ignored",
        because=because,
        key=key,
        text=_subject(message),
        recipient=senders[0][1] if senders else "",
    )


def _is_automatic(message: Message) -> bool:
    """RFC 3834 section 5, and what is in use beside it."""
    submitted = str(message.get("Auto-Submitted", "no")).partition(";")[0].strip().lower()
    precedence = str(message.get("Precedence", "")).strip().lower()
    return bool(
        submitted != "no"
        or precedence in ("auto_reply", "auto-reply")
        or any(message.get(name) for name in ("X-Autoreply", "X-Autorespond", "X-Autogenerated"))
        or _AUTO_SUBJECT.search(_subject(message))
    )


def _subject(message: Message) -> str:
    raw = str(message.get("Subject", ""))
    try:
        return " ".join(str(make_header(decode_header(raw))).split())[:MAX_TEXT]
    except (ValueError, LookupError):  # an encoded word that is none, or in no known charset
        return " ".join(raw.split())[:MAX_TEXT]
