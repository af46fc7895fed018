"""DKIM signatures (RFC 6376), RSA-2048 and Ed25519 (RFC 8463) side by side, over the final bytes.

`plan` canonicalises a prepared message once; per recipient the slots are filled, hashed and signed.

Canonicalisation is relaxed/relaxed. A signature covers every header in `SIGNED` that the message
has, and, for those in `SEALED`, that there is no second one (RFC 6376 section 8.15). No time stamp is
written, so that the same message always has the same RSA and Ed25519 signature.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

from publisher.errors import ConfigError, DeliveryError
from publisher.mime import Prepared

# RFC 6376 section 5.4.1, and what RFC 8058 section 4 demands: both List-Unsubscribe fields.
SIGNED = (
    b"from", b"reply-to", b"to", b"subject", b"date", b"message-id", b"list-id", b"list-unsubscribe",
    b"list-unsubscribe-post", b"list-archive", b"feedback-id", b"content-language", b"mime-version",
    b"content-type", b"content-transfer-encoding",
)  # fmt: skip
SEALED = frozenset((
    b"from", b"reply-to", b"to", b"subject", b"date", b"message-id", b"list-unsubscribe",
    b"list-unsubscribe-post", b"content-type", b"content-transfer-encoding",
))  # fmt: skip
MIN_RSA_BITS = 2048
TXT_OCTETS = 255  # of one character-string, RFC 1035 section 3.3

_SPACE = re.compile(rb"[ \t\r\n]+")
_MARK = b"\0"  # stands for a slot while runs are canonicalised; never in a message (RFC 5322)
_FIELD_END = re.compile(rb"\r\n(?![ \t])")
_NEW_RSA_BITS = (
    2048  # verifiers need not take more (RFC 8301 section 3.2), and DNS answers stay small
)


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key, and where its public half stands: `selector._domainkey.domain`."""

    domain: str
    selector: str
    private: RSAPrivateKey | Ed25519PrivateKey = field(repr=False)

    @property
    def algorithm(self) -> str:
        return "rsa-sha256" if isinstance(self.private, RSAPrivateKey) else "ed25519-sha256"

    @property
    def record_name(self) -> str:
        return f"{self.selector}._domainkey.{self.domain}"

    @property
    def record(self) -> str:
        """The TXT record's value (RFC 6376 section 3.6.1)."""
        public = self.private.public_key()
        if isinstance(self.private, RSAPrivateKey):
            form = serialization.PublicFormat.SubjectPublicKeyInfo
            octets = public.public_bytes(serialization.Encoding.DER, form)
            return f"v=DKIM1; k=rsa; p={base64.b64encode(octets).decode('ascii')}"
        raw = public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        return f"v=DKIM1; k=ed25519; p={base64.b64encode(raw).decode('ascii')}"

    def sign(self, octets: bytes) -> bytes:
        if isinstance(self.private, RSAPrivateKey):
            return self.private.sign(octets, PKCS1v15(), hashes.SHA256())
        return self.private.sign(hashlib.sha256(octets).digest())  # RFC 8463 section 3


def load_key(pem: bytes, *, domain: str, selector: str, where: str) -> SigningKey:
    """Raises ConfigError, naming `where`, for what is no RSA (2048 bits or more) or Ed25519 key."""
    try:
        private = serialization.load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise ConfigError(
            where,
            problem=f"holds no private key that can be read: {str(error).partition('.')[0]}",
            hint="make one with: publisher dkim-key",
        ) from None
    if isinstance(private, RSAPrivateKey) and private.key_size < MIN_RSA_BITS:
        raise ConfigError(
            where,
            problem=f"this RSA key has {private.key_size} bits, too few to be believed",
            hint=f"make one of {MIN_RSA_BITS} with: publisher dkim-key",
        )
    if not isinstance(private, RSAPrivateKey | Ed25519PrivateKey):
        raise ConfigError(where, problem="DKIM knows RSA and Ed25519 keys, and this is neither")
    return SigningKey(domain, selector, private)


def new_key(algorithm: str) -> bytes:
    """A new private key for "rsa" or "ed25519", as PEM (PKCS #8)."""
    private: RSAPrivateKey | Ed25519PrivateKey = (
        generate_private_key(public_exponent=65537, key_size=_NEW_RSA_BITS)
        if algorithm == "rsa"
        else Ed25519PrivateKey.generate()
    )
    return private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def zone_line(name: str, value: str) -> str:
    """A TXT record as a zone file has it, cut into strings of at most 255 octets."""
    strings = [value[start : start + TXT_OCTETS] for start in range(0, len(value), TXT_OCTETS)]
    return f"{name}. IN TXT ( " + " ".join(f'"{string}"' for string in strings) + " )"


@dataclass(frozen=True, slots=True)
class Plan:
    """How a prepared message is signed, worked out once for all recipients.

    `content` holds the headers that are signed and `body` the body, both in canonical form with the
    slots still open; `fields` has each key with its DKIM-Signature field up to the body's hash, as
    written and in canonical form.
    """

    content: Prepared
    body: Prepared
    fields: tuple[tuple[SigningKey, bytes, bytes], ...]

    def signatures(self, values: Mapping[str, bytes]) -> bytes:
        """A DKIM-Signature field of each key, for the message with `values` in its slots."""
        digest = hashlib.sha256(_filled(self.body, values)).digest()
        body_hash = base64.b64encode(digest)
        spaced = {name: _SPACE.sub(b" ", value) for name, value in values.items()}
        content = _filled(self.content, spaced)
        return b"".join(
            field
            + body_hash
            + b";\r\n b="
            + _sealed(key, content + canonical + body_hash + b"; b=")
            for key, field, canonical in self.fields
        )


def plan(prepared: Prepared, keys: Sequence[SigningKey]) -> Plan:
    """How to sign `prepared`. Canonicalising its literal runs one by one is right because no slot's
    value begins or ends with white space, nor holds a line break.

    Raises DeliveryError where it has no header and body, or a bare CR or LF, or a NUL: no verifier
    would see the bytes that were signed.
    """
    whole = _MARK.join(prepared.runs)
    head, blank, body = whole.partition(b"\r\n\r\n")
    bare = not whole.count(b"\r\n") == whole.count(b"\n") == whole.count(b"\r")
    if not blank or bare or whole.count(_MARK) != len(prepared.names):
        raise DeliveryError(problem="the message is not made of lines that end in CR LF")
    names, content, order = _covered(head, prepared.names)
    return Plan(
        Prepared(tuple(content.split(_MARK)), order),
        Prepared(tuple(relaxed_body(body).split(_MARK)), prepared.names[head.count(_MARK) :]),
        tuple((key, *_field(key, names)) for key in keys),
    )


def signed(message: bytes, keys: Sequence[SigningKey]) -> bytes:
    """`message` (CRLF line ends) with a DKIM-Signature of each of `keys` on top. Errors as `plan`."""
    return plan(Prepared((message,), ()), keys).signatures({}) + message


def _filled(prepared: Prepared, values: Mapping[str, bytes]) -> bytes:
    """As `Prepared.fill`, with values that it has checked already."""
    pieces = [prepared.runs[0]]
    for name, run in zip(prepared.names, prepared.runs[1:], strict=True):
        pieces += (values[name], run)
    return b"".join(pieces)


def _covered(head: bytes, slots: Sequence[str]) -> tuple[bytes, bytes, tuple[str, ...]]:
    """The value of `h=`, the headers it names in relaxed form (RFC 6376 sections 3.4.2, 5.4.2), and
    their slots in the order in which they now stand."""
    found: dict[bytes, list[tuple[bytes, Sequence[str]]]] = {}
    seen = 0
    for line in _FIELD_END.split(head):
        name, _, value = line.partition(b":")
        count = line.count(_MARK)
        known = found.setdefault(name.rstrip(b" \t").lower(), [])
        known.append((_relaxed(name.rstrip(b" \t").lower(), value), slots[seen : seen + count]))
        seen += count
    chosen: list[tuple[bytes, Sequence[str]]] = []
    names: list[bytes] = []
    for name in SIGNED:
        fields = found.get(name, [])
        names += [name] * (len(fields) + (name in SEALED))
        chosen += reversed(fields)
    order = tuple(slot for _, own in chosen for slot in own)
    return b":".join(names), b"".join(text for text, _ in chosen), order


def _field(key: SigningKey, names: bytes) -> tuple[bytes, bytes]:
    """A DKIM-Signature field up to the value of its `bh=`, folded, and its canonical form."""
    start = f" v=1; a={key.algorithm}; c=relaxed/relaxed;\r\n d={key.domain}; s={key.selector};"
    tags = start.encode() + b"\r\n h=" + _folded(names, b":") + b";\r\n bh="
    canonical = _relaxed(b"dkim-signature", tags).removesuffix(b"\r\n")
    return b"DKIM-Signature:" + tags, canonical


def _sealed(key: SigningKey, octets: bytes) -> bytes:
    """The signature of `octets` in base64, folded, with CRLF."""
    value = base64.b64encode(key.sign(octets))
    lines = [value[start : start + 74] for start in range(0, len(value), 74)]
    return b"\r\n ".join(lines) + b"\r\n"


def _relaxed(name: bytes, value: bytes) -> bytes:
    """RFC 6376 section 3.4.2."""
    return name + b":" + _SPACE.sub(b" ", value).strip(b" ") + b"\r\n"


def _folded(names: bytes, separator: bytes) -> bytes:
    """`h=`'s names on lines of about 70 octets, broken behind a colon (RFC 6376 section 3.5)."""
    lines = [b""]
    for name in names.split(separator):
        if len(lines[-1]) + len(name) > 68:
            lines.append(b"")
        lines[-1] += name + separator
    return b"\r\n ".join(lines).removesuffix(separator)


def relaxed_body(body: bytes) -> bytes:
    """RFC 6376 section 3.4.4: runs of white space are one space, none at line ends, no empty lines
    at the end."""
    squeezed = re.sub(rb"[ \t]+", b" ", body + b"\r\n")
    body = squeezed.replace(b" \r\n", b"\r\n").rstrip(b"\r\n")
    return body + b"\r\n" if body else b""
