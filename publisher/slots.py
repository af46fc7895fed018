"""Placeholders that stand in prepared email until delivery fills them, one value per recipient.

A slot's name and its value both hold `[A-Za-z0-9_-]` only, at most 70 characters, so that neither
URL escaping nor HTML escaping nor quoted-printable touches them.
"""

TOKEN = "SLOT-subscriber-token"
MESSAGE_ID = "SLOT-message-id"
ALL = (TOKEN, MESSAGE_ID)
