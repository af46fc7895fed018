"""The first tables. `publisher.store.tables` explains them; this file never changes again."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "v0001"
down_revision = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(JSONB(), "postgresql")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    _subscribers()
    _mailings()
    _events()
    _deliveries()
    _settings()


def _text(name: str, **options: Any) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, **options)


def _optional(name: str) -> sa.Column[str]:
    """Text that is empty rather than NULL."""
    return _text(name, server_default="")


def _one_of(table: str, column: str, *values: str) -> sa.CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=f"{table}_{column}_check")


def _subscribers() -> None:
    states = ("unconfirmed", "active", "unsubscribed", "bounced", "complained", "erased")
    op.create_table(
        "subscriber",
        sa.Column("id", ID, primary_key=True),
        _text("key"),
        sa.Column("address", sa.Text),
        _optional("domain"),
        _optional("name"),
        _text("state"),
        _text("cadence"),
        _text("format"),
        _optional("language"),
        _optional("sections"),
        sa.Column("fields", JSON, nullable=False),
        _optional("consent_source"),
        sa.Column("consent_time", TIME),
        sa.Column("created", TIME, nullable=False),
        sa.Column("changed", TIME, nullable=False),
        sa.Column("signup", sa.Integer, nullable=False, server_default="0"),
        sa.Column("signup_time", TIME),
        sa.UniqueConstraint("key", name="subscriber_key_key"),
        _one_of("subscriber", "state", *states),
        _one_of("subscriber", "cadence", "every", "weekly"),
        _one_of("subscriber", "format", "html", "text"),
        sa.CheckConstraint(
            "(address IS NULL) = (state = 'erased')", name="subscriber_address_check"
        ),
    )
    op.create_table(
        "suppression",
        _text("digest", primary_key=True),
        sa.Column("key", sa.Text),
        _text("reason"),
        _optional("source"),
        sa.Column("time", TIME, nullable=False),
    )
    op.create_index("suppression_key", "suppression", ["key"])


def _mailings() -> None:
    states = ("scheduled", "held", "sending", "paused", "finished", "cancelled")
    op.create_table(
        "mailing",
        sa.Column("id", ID, primary_key=True),
        _text("edition"),
        sa.Column("round", sa.Integer, nullable=False),
        _optional("subject"),
        _text("state"),
        _optional("reason"),
        sa.Column("at", TIME, nullable=False),
        sa.Column("created", TIME, nullable=False),
        sa.Column("started", TIME),
        sa.Column("finished", TIME),
        sa.Column("options", JSON, nullable=False),
        sa.UniqueConstraint("edition", "round", name="mailing_edition_round_key"),
        _one_of("mailing", "state", *states),
    )
    op.create_table(
        "variant",
        sa.Column("mailing", ID, sa.ForeignKey("mailing.id"), primary_key=True),
        sa.Column("number", sa.SmallInteger, primary_key=True, autoincrement=False),
        _text("name"),
        sa.Column("prepared", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "choice",
        sa.Column("mailing", ID, sa.ForeignKey("mailing.id"), primary_key=True),
        _text("sections", primary_key=True),
        _text("format", primary_key=True),
        _text("language", primary_key=True),
        sa.Column("variant", sa.SmallInteger, nullable=False),
    )


def _events() -> None:
    op.create_table(
        "event",
        sa.Column("id", ID, primary_key=True),
        sa.Column("subscriber", ID, sa.ForeignKey("subscriber.id"), nullable=False),
        sa.Column("mailing", ID),
        sa.Column("time", TIME, nullable=False),
        _text("kind"),
        _optional("code"),
        _optional("detail"),
    )
    op.create_index("event_subscriber", "event", ["subscriber"])


def _deliveries() -> None:
    states = ("queued", "in_flight", "sent", "refused", "deferred", "uncertain", "cancelled")
    op.create_table(
        "worker",
        sa.Column("id", ID, primary_key=True),
        sa.Column("lock", sa.BigInteger, nullable=False),
        sa.Column("mailing", ID, sa.ForeignKey("mailing.id"), nullable=False),
        _optional("host"),
        sa.Column("pid", sa.Integer, nullable=False),
        sa.Column("started", TIME, nullable=False),
        sa.UniqueConstraint("lock", name="worker_lock_key"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "delivery",
        sa.Column("mailing", ID, sa.ForeignKey("mailing.id"), primary_key=True),
        sa.Column("subscriber", ID, sa.ForeignKey("subscriber.id"), primary_key=True),
        sa.Column("variant", sa.SmallInteger, nullable=False),
        _text("domain"),
        _text("state"),
        sa.Column("attempts", sa.SmallInteger, nullable=False, server_default="0"),
        sa.Column("doubts", sa.SmallInteger, nullable=False, server_default="0"),
        sa.Column("next_attempt", TIME),
        sa.Column("worker", ID),
        sa.Column("relay", sa.Text),
        sa.Column("code", sa.SmallInteger),
        sa.Column("enhanced", sa.Text),
        sa.Column("reply", sa.Text),
        sa.Column("changed", TIME),
        _one_of("delivery", "state", *states),
        sqlite_with_rowid=False,
    )
    _index(
        "delivery_due",
        ["mailing", "next_attempt", "subscriber"],
        "worker IS NULL AND next_attempt IS NOT NULL",
    )
    _index("delivery_claimed", ["mailing", "worker"], "worker IS NOT NULL")


def _index(name: str, columns: list[str], where: str) -> None:
    condition = sa.text(where)
    op.create_index(name, "delivery", columns, sqlite_where=condition, postgresql_where=condition)


def _settings() -> None:
    op.create_table(
        "gate",
        _text("name", primary_key=True),
        sa.Column("tokens", sa.Float, nullable=False),
        sa.Column("strikes", sa.Integer, nullable=False),
        sa.Column("rest", sa.Float, nullable=False),
        sa.Column("at", sa.Float, nullable=False),
    )
    op.create_table("setting", _text("name", primary_key=True), _text("value"))
