"""One recipient's message: prepared bytes with the slots filled, signed, in its envelope.

This runs once per recipient: no Jinja, no lxml, no `email` package.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from publisher import mime, slots
from publisher.delivery import dkim, verp
from publisher.delivery.backlog import Job
from publisher.delivery.dkim import Plan, SigningKey
from publisher.delivery.transport import Envelope, path_of
from publisher.errors import DeliveryError
from publisher.mime import Prepared
from publisher.slots import Field


@dataclass(frozen=True, slots=True)
class Reader:
    """A Job's payload: the number of the variant, and what its reader may be greeted with."""

    variant: int
    name: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Composer:
    """Call it with a Job whose payload is a Reader.

    `unsubscribe_token` makes what stands in the links, from (mailing, subscriber). Where there is no
    `bounce_address`, bounces go to `sender_address`, without a token. The same job always gives the
    same bytes.
    """

    variants: Mapping[int, Prepared]
    unsubscribe_token: Callable[[int, int], str]
    bounce_address: str
    sender_address: str
    secret: bytes = field(repr=False)
    keys: tuple[SigningKey, ...] = ()
    _plans: dict[int, Plan] = field(init=False, repr=False, default_factory=dict)
    _fields: dict[int, dict[str, Field]] = field(init=False, repr=False, default_factory=dict)
    _dotless: dict[int, bool] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Raises DeliveryError where a variant cannot be sent as it stands."""
        for number, prepared in self.variants.items():
            self._plans[number] = dkim.plan(prepared, self.keys)
            asked = {slot: slots.field_in(slot) for slot in dict.fromkeys(prepared.names)}
            self._fields[number] = {slot: one for slot, one in asked.items() if one}
            self._dotless[number] = _dotless(prepared)

    def __call__(self, job: Job) -> Envelope:
        """Raises DeliveryError where the address or a token may not stand in its place."""
        reader = job.payload
        if not isinstance(reader, Reader) or reader.variant not in self.variants:
            raise DeliveryError(repr(job.key), problem=f"there is no variant for {reader!r}")
        variant = reader.variant
        values = {
            slots.TOKEN: self.unsubscribe_token(*job.key),
            slots.MESSAGE_ID: verp.token("message-id", job.key, self.secret),
            slots.RECIPIENT: path_of(job.recipient),
        }
        if asked := self._fields[variant]:
            known = slots.known_of(reader.name, reader.fields)
            values |= {slot: mime.field_value(one.value(known)) for slot, one in asked.items()}
        message = self.variants[variant].fill(values)
        if self.keys:
            octets = {name: value.encode() for name, value in values.items()}
            message = self._plans[variant].signatures(octets) + message
        bounces = self.bounce_address
        return Envelope(
            sender=verp.sender(bounces, job.key, self.secret) if bounces else self.sender_address,
            recipient=job.recipient,
            message=message,
            dotless=self._dotless[variant],
        )


# What could come nearest to a dot at a line's start in each slot; in a field's, a soft line break.
_WORST = {slots.TOKEN: b"x", slots.MESSAGE_ID: b"x", slots.RECIPIENT: b"."}


def _dotless(prepared: Prepared) -> bool:
    """Whether no line can begin with a dot, whatever stands in the slots."""
    pieces = [b"\r\n", prepared.runs[0]]
    for name, run in zip(prepared.names, prepared.runs[1:], strict=True):
        pieces += (_WORST.get(name, b"\r\n."), run)
    return b"\r\n." not in b"".join(pieces)
