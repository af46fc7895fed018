"""The schema, as SQLAlchemy sees it; `migrations/` makes it, and a test holds the two equal.

Times are UTC. A subscriber's `sections` are slugs, sorted and joined by commas, empty for all: one
text, so that people who get the same copy can be grouped by the database.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB

REVISION = "v0001"  # the newest migration; a store of any other revision is not touched

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
        "ck": "%(table_name)s_%(constraint_name)s_check",
    }
)


class UtcTime(TypeDecorator[datetime]):
    """An aware time; UTC text in SQLite, `timestamptz` in PostgreSQL. A naive one is a bug."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise TypeError(f"{value!r} has no time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


# SQLite numbers rows by itself only where the key's type is spelled INTEGER.
Id = BigInteger().with_variant(Integer, "sqlite")
Json = JSON().with_variant(JSONB, "postgresql")


def text(name: str, **options: Any) -> Column[str]:
    """A text column that is never NULL: an empty one says "nothing"."""
    return Column(name, Text, nullable=False, server_default="", **options)


subscriber = Table(
    "subscriber",
    metadata,
    Column("id", Id, primary_key=True),
    # `Address.key`, or "erased:" and the keyed hash of it.
    Column("key", Text, nullable=False, unique=True),
    Column("address", Text),  # NULL once erased
    text("domain"),
    text("name"),
    Column("state", Text, nullable=False),
    Column("cadence", Text, nullable=False),
    Column("format", Text, nullable=False),
    text("language"),
    text("sections"),
    Column("fields", Json, nullable=False),
    text("consent_source"),
    Column("consent_time", UtcTime),
    Column("created", UtcTime, nullable=False),
    Column("changed", UtcTime, nullable=False),
    # Counts sign-ups and departures: a confirmation link is good for the sign-up it was sent for.
    Column("signup", Integer, nullable=False, server_default="0"),
    Column("signup_time", UtcTime),
    CheckConstraint(
        "state IN ('unconfirmed', 'active', 'unsubscribed', 'bounced', 'complained', 'erased')",
        name="state",
    ),
    CheckConstraint("cadence IN ('every', 'weekly')", name="cadence"),
    CheckConstraint("format IN ('html', 'text')", name="format"),
    CheckConstraint("(address IS NULL) = (state = 'erased')", name="address"),
)

suppression = Table(
    "suppression",
    metadata,
    Column("digest", Text, primary_key=True),  # HMAC of `Address.key`
    Column("key", Text),  # NULL once erased
    Column("reason", Text, nullable=False),
    text("source"),
    Column("time", UtcTime, nullable=False),
    Index("suppression_key", "key"),
)

# What happened to a person, oldest first: the proof of consent, and every bounce.
event = Table(
    "event",
    metadata,
    Column("id", Id, primary_key=True),
    Column("subscriber", Id, ForeignKey("subscriber.id"), nullable=False),
    Column("mailing", Id),  # not a foreign key: a link in an old message must work in any store
    Column("time", UtcTime, nullable=False),
    Column("kind", Text, nullable=False),
    text("code"),
    text("detail"),
    Index("event_subscriber", "subscriber"),
)

mailing = Table(
    "mailing",
    metadata,
    Column("id", Id, primary_key=True),
    Column("edition", Text, nullable=False),
    # 0, and one more each time that the editor sends the edition again on purpose.
    Column("round", Integer, nullable=False),
    text("subject"),
    Column("state", Text, nullable=False),
    text("reason"),
    Column("at", UtcTime, nullable=False),
    Column("created", UtcTime, nullable=False),
    Column("started", UtcTime),
    Column("finished", UtcTime),
    Column("options", Json, nullable=False),
    CheckConstraint(
        "state IN ('scheduled', 'held', 'sending', 'paused', 'finished', 'cancelled')",
        name="state",
    ),
    # With the deliveries' primary key: nobody is mailed an edition twice in a round.
    UniqueConstraint("edition", "round"),
)

# The prepared message, kept with the mailing so that one resumed tomorrow still sends today's text.
variant = Table(
    "variant",
    metadata,
    Column("mailing", Id, ForeignKey("mailing.id"), primary_key=True),
    Column("number", SmallInteger, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("prepared", LargeBinary, nullable=False),
)

# Which variant people with these choices get; who has other choices is not in the mailing.
choice = Table(
    "choice",
    metadata,
    Column("mailing", Id, ForeignKey("mailing.id"), primary_key=True),
    Column("sections", Text, primary_key=True),
    Column("format", Text, primary_key=True),
    Column("language", Text, primary_key=True),
    Column("variant", SmallInteger, nullable=False),
)

worker = Table(
    "worker",
    metadata,
    Column("id", Id, primary_key=True),
    Column("lock", BigInteger, nullable=False, unique=True),
    Column("mailing", Id, ForeignKey("mailing.id"), nullable=False),
    text("host"),
    Column("pid", Integer, nullable=False),
    Column("started", UtcTime, nullable=False),
    sqlite_autoincrement=True,  # a dead worker's number is never given out again
)

# `next_attempt` says when a row is due, NULL that nothing more is to be done; `worker` who has it.
delivery = Table(
    "delivery",
    metadata,
    Column("mailing", Id, ForeignKey("mailing.id"), primary_key=True),
    Column("subscriber", Id, ForeignKey("subscriber.id"), primary_key=True),
    Column("variant", SmallInteger, nullable=False),
    Column("domain", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", SmallInteger, nullable=False, server_default="0"),
    # How often nobody could tell whether it arrived: it may have, this many times more.
    Column("doubts", SmallInteger, nullable=False, server_default="0"),
    Column("next_attempt", UtcTime),
    Column("worker", Id),
    Column("relay", Text),
    Column("code", SmallInteger),
    Column("enhanced", Text),
    Column("reply", Text),
    Column("changed", UtcTime),
    CheckConstraint(
        "state IN ('queued', 'in_flight', 'sent', 'refused', 'deferred', 'uncertain', 'cancelled')",
        name="state",
    ),
    sqlite_with_rowid=False,  # one B-tree, in order of (mailing, subscriber)
)
_DUE = (delivery.c.worker.is_(None)) & (delivery.c.next_attempt.is_not(None))
Index(
    "delivery_due",
    delivery.c.mailing,
    delivery.c.next_attempt,
    delivery.c.subscriber,
    sqlite_where=_DUE,
    postgresql_where=_DUE,
)
_HELD = delivery.c.worker.is_not(None)
Index(
    "delivery_claimed",
    delivery.c.mailing,
    delivery.c.worker,
    sqlite_where=_HELD,
    postgresql_where=_HELD,
)

# What `limits.GateState` says of each relay and domain.
gate = Table(
    "gate",
    metadata,
    Column("name", Text, primary_key=True),
    Column("tokens", Float, nullable=False),
    Column("strikes", Integer, nullable=False),
    Column("rest", Float, nullable=False),
    Column("at", Float, nullable=False),
)

# The mark of the secret that the hashes were made with (`suppressions.check_secret`).
setting = Table(
    "setting",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)
