"""Placeholders that stand in prepared email until delivery fills them, one value per recipient.

A slot's name and its value both hold `[A-Za-z0-9_-]` only, at most 70 characters, so that neither
URL escaping nor HTML escaping nor quoted-printable touches them. `RECIPIENT` alone is filled with an
address as RFC 5322 writes it, and stands in headers only.
"""

TOKEN = "SLOT-subscriber-token"
MESSAGE_ID = "SLOT-message-id"
RECIPIENT = "SLOT-recipient"
ALL = (TOKEN, MESSAGE_ID, RECIPIENT)


def harmless(text: str) -> str:
    """`text` of a story, in which nothing will be filled: else a link in it could carry a reader's
    token, or address, to whoever wrote it."""
    return text.replace("SLOT-", "SLOT\u2011")
