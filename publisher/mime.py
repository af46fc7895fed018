"""MIME messages prepared once and filled per recipient: nothing per recipient is encoded again.

`prepare` encodes a message to literal runs of bytes with slots (`publisher.slots`) between them;
`Prepared.fill` joins the runs with one recipient's values, in about a hundredth of a millisecond.
In quoted-printable text each slot stands on a line of its own between soft line breaks, so that no
break can fall inside it. Parts are always quoted-printable: base64 could not be filled.

Header values are given as they stand on the wire (ASCII); `unstructured` and `mailbox` make them.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from email.utils import format_datetime

from publisher import slots
from publisher.errors import DeliveryError
from publisher.model import Struct
from publisher.text import BIDI_CONTROLS, INVISIBLE, squeeze

MAX_LINE_OCTETS = 998  # excluding CRLF, RFC 5322 section 2.1.1
AIM_LINE_OCTETS = 78  # the same section: "SHOULD be no more than 78"
# RFC 2047 section 2: 76 octets for a line that holds an encoded word, and 75 for the word; it must fit
# behind "Subject: " too, since a field's first line may not be empty.
MAX_ENCODED_LINE = 76
MAX_ENCODED_WORD = MAX_ENCODED_LINE - len("Subject: ")

_SLOT = re.compile(f"({slots.PATTERN.pattern})".encode())
_TOKEN_VALUE = re.compile(r"[A-Za-z0-9_-]{1,70}")
_HEADER_VALUE = re.compile(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029]{1,900}")
_ENCODED_VALUE = re.compile(r"(?:[!-<>-~]|=[0-9A-F]{2}|=\r\n)*")  # as `field_value` makes it
_HEADER_NAME = re.compile(r"[!-9;-~]{1,76}")  # RFC 5322 section 2.2, ftext
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*")  # RFC 5322 section 3.2.3
# Octets that stand for themselves in a phrase's encoded word (RFC 2047 section 5, rule 3).
_Q_SAFE = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/")
_Q = [
    chr(octet) if octet in _Q_SAFE else "_" if octet == 0x20 else f"={octet:02X}"
    for octet in range(256)
]


class Prepared(Struct, frozen=True):
    """A whole message as literal runs with slots between them: `runs[0] names[0] runs[1] ...`."""

    runs: tuple[bytes, ...]
    names: tuple[str, ...]

    def fill(self, values: Mapping[str, str]) -> bytes:
        """The message with `values` in its slots, CRLF line ends.

        Raises DeliveryError where a slot has no value or one that may not stand there; values for
        slots that this message does not have are ignored.
        """
        checked = {name: _slot_value(name, values) for name in set(self.names)}
        pieces = [self.runs[0]]
        for name, run in zip(self.names, self.runs[1:], strict=True):
            pieces += (checked[name], run)
        return b"".join(pieces)

    def dump(self) -> bytes:
        """The message with each slot's name in its place, as `reopen` reads it."""
        pieces = [self.runs[0]]
        for name, run in zip(self.names, self.runs[1:], strict=True):
            pieces += (name.encode("ascii"), run)
        return b"".join(pieces)


def reopen(octets: bytes) -> Prepared:
    """A prepared message that was kept as `Prepared.dump` wrote it."""
    return _with_slots(octets)


def prepare(*, headers: Sequence[tuple[str, str]], text: str, html: str | None) -> Prepared:
    """Encode a message: multipart/alternative, text first; without `html`, text/plain alone.

    The boundary is a digest of both parts: same content, same bytes.
    """
    head = "".join(header(name, value) for name, value in headers) + "MIME-Version: 1.0\r\n"
    plain = text.encode()
    if html is None:
        return _with_slots(head.encode() + _part("plain", plain))
    page = html.encode()
    digest = hashlib.sha256(b"%b\0%b" % (plain, page)).hexdigest()[:32]
    boundary = f"=_{digest}"  # quoted-printable never yields "=_"
    head += f'Content-Type: multipart/alternative;\r\n boundary="{boundary}"\r\n\r\n'
    bodies = (b"\r\n%b\r\n" % part for part in (_part("plain", plain), _part("html", page)))
    return _with_slots(f"--{boundary}".encode().join((head.encode(), *bodies, b"--\r\n")))


def header(name: str, value: str) -> str:
    """One header field, folded at its spaces, with CRLF. Raises DeliveryError on CR, LF, non-ASCII."""
    if not _HEADER_NAME.fullmatch(name):
        raise DeliveryError(name, problem="is not a header name")
    if not re.fullmatch(r"[ -~]*", value):
        raise DeliveryError(
            name,
            problem="its value holds a line break, a control or an unencoded character",
            hint="take line breaks out of titles and names",
        )
    lines = [f"{name}:"]
    aim = MAX_ENCODED_LINE if "=?" in value else AIM_LINE_OCTETS
    for word in value.split():
        if len(lines[-1]) + 1 + len(word) > aim and lines[-1].strip() != f"{name}:":
            lines.append("")
        lines[-1] += f" {word}"
    if any(len(line) > MAX_LINE_OCTETS for line in lines):
        raise DeliveryError(name, problem=f"has a line of more than {MAX_LINE_OCTETS} octets")
    return "\r\n".join(lines) + "\r\n"


def unstructured(text: str) -> str:
    """`text` (a subject) as a header value: ASCII as it is, else RFC 2047 encoded words.

    Invisible and bidi characters fall away. Raises DeliveryError on controls, line breaks too.
    """
    visible = _visible(text)
    return visible if visible.isascii() and "=?" not in visible else _encoded_words(visible)


def mailbox(name: str, address: str) -> str:
    """`name <address>` as RFC 5322 section 3.4 writes it; `name` may be empty or in any script."""
    address = _visible(address)
    if not address.isascii() or re.search(r'[<>\s,;:"()\\]', address.rpartition("@")[0]):
        raise DeliveryError(address, problem="is not an address that can stand in a header")
    shown = _visible(name)
    if not shown:
        return address
    if not shown.isascii() or "=?" in shown:
        return f"{_encoded_words(shown)} <{address}>"
    if not _ATOMS.fullmatch(shown):
        shown = '"' + re.sub(r'(["\\])', r"\\\1", shown) + '"'
    return f"{shown} <{address}>"


def date_value(instant: datetime) -> str:
    """An aware time as a Date value (RFC 5322 section 3.3)."""
    return format_datetime(instant)


def _visible(text: str) -> str:
    clean = BIDI_CONTROLS.sub("", INVISIBLE.sub("", text))
    if re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", clean):
        raise DeliveryError(
            text[:40], problem="a control character or line break would stand in a header"
        )
    return squeeze(clean)


def _encoded_words(text: str) -> str:
    """`text` as encoded words, split between characters; the shorter of B and Q."""
    if slots.PATTERN.search(text):
        raise DeliveryError(text[:40], problem="a slot cannot stand in encoded header text")
    return min((_split_words(text, encode) for encode in (_b_word, _q_word)), key=len)


def _split_words(text: str, encode: Callable[[str], str]) -> str:
    words: list[str] = []
    start = 0
    for end in range(1, len(text) + 1):
        if len(encode(text[start : end + 1])) > MAX_ENCODED_WORD or end == len(text):
            words.append(encode(text[start:end]))
            start = end
    return " ".join(words)


def _b_word(text: str) -> str:
    return f"=?utf-8?b?{base64.b64encode(text.encode()).decode('ascii')}?="


def _q_word(text: str) -> str:
    return f"=?utf-8?q?{''.join(map(_Q.__getitem__, text.encode()))}?="


def _part(subtype: str, content: bytes) -> bytes:
    """Headers and quoted-printable body of one text part, which is UTF-8."""
    head = (
        f"Content-Type: text/{subtype}; charset=utf-8\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    )
    return head.encode() + _quoted_printable(content)


def _quoted_printable(content: bytes) -> bytes:
    """RFC 2045 section 6.7, each slot alone on its line between soft line breaks."""
    if b"\r" in content:
        content = content.replace(b"\r\n", b"\n")
    pieces: list[bytes] = []
    for place, piece in enumerate(_SLOT.split(content)):
        fresh = not pieces or not pieces[-1] or pieces[-1].endswith(b"\r\n")
        if place % 2:
            if piece == slots.RECIPIENT.encode():
                raise DeliveryError(slots.RECIPIENT, problem="this slot may stand in a header only")
            pieces.append(piece if fresh else b"=\r\n" + piece)
        else:
            soft_break = b"=\r\n" if pieces and piece else b""
            pieces.append(soft_break + _encoded(piece))
    return b"".join(pieces)


def _encoded(lines: bytes) -> bytes:
    """The `lines`, which end in LF; binascii breaks softly before 76 octets, with a bare LF.

    It takes white space at the end of a line into account after it has broken the line, and a CR
    before LF for a line end of its own: where either may stand, each line is encoded by itself.
    """
    if b" \n" in lines or b"\t" in lines or b"\r" in lines:
        return b"\r\n".join(map(_encoded_line, lines.split(b"\n")))
    return binascii.b2a_qp(lines).replace(b"\n", b"\r\n")


def field_value(text: str) -> str:
    """What `fill` takes for a field's slot: quoted-printable without any white space, since signing
    must not find two spaces to make one of. `text` may hold anything."""
    octets = text.encode("utf-8", "replace")
    encoded = binascii.b2a_qp(octets, quotetabs=True, istext=False).decode("ascii")
    return encoded.replace("=\n", "=\r\n")


def _encoded_line(line: bytes) -> bytes:
    """One line without its end; binascii breaks softly before 76 octets, with a bare LF."""
    return binascii.b2a_qp(line).replace(b"=\n", b"=\r\n")


def _with_slots(message: bytes) -> Prepared:
    pieces = _SLOT.split(message)
    return Prepared(tuple(pieces[::2]), tuple(name.decode() for name in pieces[1::2]))


def _slot_value(name: str, values: Mapping[str, str]) -> bytes:
    value = values.get(name, "")
    pattern = _HEADER_VALUE if name == slots.RECIPIENT else _TOKEN_VALUE
    if slots.field_in(name):
        pattern = _ENCODED_VALUE
    if not pattern.fullmatch(value):
        raise DeliveryError(name, problem=f"this slot cannot hold {value[:40]!r}")
    return value.encode("utf-8")
