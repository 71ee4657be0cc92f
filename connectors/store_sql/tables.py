"""The tables. Every one begins with the school's key, and every statement names it: schools never share a row.

Datetimes are kept as text in UTC, of one width, because SQLite has no type for them and text order is time order.
"""

import datetime as dt

import sqlalchemy as sa

from firstbell.chain import moment_text

metadata = sa.MetaData()


class Moment(sa.types.TypeDecorator[dt.datetime]):
    """An aware datetime, kept as ISO text in UTC. Raises ValueError for one without a zone."""

    impl = sa.String(32)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: sa.Dialect) -> str | None:  # noqa: ARG002 - as SQLAlchemy calls it
        return None if value is None else moment_text(value)

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> dt.datetime | None:  # noqa: ARG002 - as SQLAlchemy calls it
        return None if value is None else dt.datetime.fromisoformat(value)


def _school() -> sa.Column[str]:
    return sa.Column("school", sa.Text, sa.ForeignKey("schools.school"), primary_key=True)


def _session(*, is_key: bool) -> tuple[sa.Column[dt.date], sa.Column[str]]:
    return (
        sa.Column("session_date", sa.Date, primary_key=is_key, nullable=False),
        sa.Column("half", sa.String(2), primary_key=is_key, nullable=False),
    )


def _place() -> sa.Column[int]:
    return sa.Column("place", sa.Integer, primary_key=True, autoincrement=False)


def _number() -> sa.Column[int]:
    return sa.Column("number", sa.Integer, primary_key=True, autoincrement=False)


schools = sa.Table(
    "schools", metadata, sa.Column("school", sa.Text, primary_key=True), sa.Column("marks_as_at", Moment)
)

rolls = sa.Table(
    "rolls",
    metadata,
    _school(),
    sa.Column("as_at", Moment, nullable=False),
    sa.Column("is_complete", sa.Boolean, nullable=False),
    sa.Column("problems", sa.JSON, nullable=False),
)

pupils = sa.Table(
    "pupils",
    metadata,
    _school(),
    _place(),
    sa.Column("pupil_id", sa.Text, nullable=False),
    sa.Column("forename", sa.Text, nullable=False),
    sa.Column("surname", sa.Text, nullable=False),
    sa.Column("date_of_birth", sa.Date),
    sa.Column("year_group", sa.Text, nullable=False),
    sa.Column("form", sa.Text, nullable=False),
    sa.Column("upn", sa.Text),
    sa.Column("sex", sa.Text),
    sa.Column("on_roll_from", sa.Date),
    sa.Column("on_roll_to", sa.Date),
    sa.Column("flags", sa.JSON, nullable=False),
)

contacts = sa.Table(
    "contacts",
    metadata,
    _school(),
    _place(),
    sa.Column("contact_id", sa.Text, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("forename", sa.Text, nullable=False),
    sa.Column("surname", sa.Text, nullable=False),
    sa.Column("emails", sa.JSON, nullable=False),
    sa.Column("phones", sa.JSON, nullable=False),
    sa.Column("language", sa.Text),
)

pupil_contacts = sa.Table(
    "pupil_contacts",
    metadata,
    _school(),
    _place(),
    sa.Column("pupil_id", sa.Text, nullable=False),
    sa.Column("contact_id", sa.Text, nullable=False),
    sa.Column("relationship", sa.Text, nullable=False),
    sa.Column("priority", sa.Integer),
    sa.Column("parental_responsibility", sa.Boolean),
    sa.Column("lives_with_pupil", sa.Boolean),
    sa.Column("is_blocked", sa.Boolean),
    sa.Column("is_unsubscribed", sa.Boolean),
    sa.Column("school_consent", sa.Boolean),
)

# A pupil's place in every session's page, from 0; given once, never given up and never used again.
positions = sa.Table(
    "positions",
    metadata,
    _school(),
    sa.Column("pupil_id", sa.Text, primary_key=True),
    sa.Column("position", sa.Integer, nullable=False),
    sa.UniqueConstraint("school", "position"),
)

# One page a session: the byte of each pupil's code at the pupil's position, without the zeros at the end.
pages = sa.Table(
    "pages", metadata, _school(), *_session(is_key=True), sa.Column("marks", sa.LargeBinary, nullable=False)
)

minutes_late = sa.Table(
    "minutes_late",
    metadata,
    _school(),
    *_session(is_key=True),
    sa.Column("pupil_id", sa.Text, primary_key=True),
    sa.Column("minutes", sa.Integer, nullable=False),
)

# SI 2024/208 regulation 6: original and amended entry, reason, date, and the name and role of who amended.
mark_changes = sa.Table(
    "mark_changes",
    metadata,
    _school(),
    _number(),
    *_session(is_key=False),
    sa.Column("pupil_id", sa.Text, nullable=False),
    sa.Column("original", sa.String(2), nullable=False),
    sa.Column("amended", sa.String(2)),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("changed_on", sa.Date, nullable=False),
    sa.Column("by_name", sa.Text, nullable=False),
    sa.Column("by_role", sa.Text, nullable=False),
    sa.Column("seen_at", Moment, nullable=False),
    sa.Index("mark_changes_by_session", "school", "session_date"),
)

# `at` and `facts` are plain text here, so that a spoilt entry can still be read and named by `verify`.
ledger_entries = sa.Table(
    "ledger_entries",
    metadata,
    _school(),
    _number(),
    sa.Column("at", sa.String(32), nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("pupil_id", sa.Text),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("facts", sa.Text, nullable=False),
    sa.Column("previous_hash", sa.String(64), nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
    sa.Index("ledger_entries_by_pupil", "school", "pupil_id"),
    sa.Index("ledger_entries_by_kind", "school", "kind"),
    sa.Index("ledger_entries_by_time", "school", "at"),
)

ledger_heads = sa.Table(
    "ledger_heads",
    metadata,
    _school(),
    sa.Column("entries", sa.Integer, nullable=False),
    sa.Column("last_hash", sa.String(64), nullable=False),
)

proposals = sa.Table(
    "proposals",
    metadata,
    _school(),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("place", sa.Integer, nullable=False),
    sa.Column("purpose", sa.Text, nullable=False),
    *_session(is_key=False),
    sa.Column("subject_id", sa.Text, nullable=False),
    sa.Column("recipient_id", sa.Text, nullable=False),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("sharing_group", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("planned_at", Moment, nullable=False),
    sa.Column("release_at", Moment, nullable=False),
    sa.Column("send_before", Moment, nullable=False),
    sa.Column("facts", sa.JSON, nullable=False),
    sa.Column("dispatch_key", sa.Text),
    sa.Column("draft_id", sa.Text),
    sa.UniqueConstraint("school", "place"),
    sa.Index("proposals_by_session", "school", "session_date", "half"),
    sa.Index("proposals_by_state", "school", "state"),
    sa.Index("proposals_by_dispatch", "school", "dispatch_key"),
)

cells = sa.Table(
    "cells",
    metadata,
    _school(),
    sa.Column("workbook", sa.Text, primary_key=True),
    sa.Column("sheet", sa.Text, primary_key=True),
    sa.Column("row_key", sa.Text, primary_key=True),
    sa.Column("header", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)

leases = sa.Table(
    "leases",
    metadata,
    _school(),
    sa.Column("job", sa.Text, primary_key=True),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("good_until", Moment, nullable=False),
)

heartbeats = sa.Table(
    "heartbeats",
    metadata,
    _school(),
    sa.Column("job", sa.Text, primary_key=True),
    sa.Column("at", Moment, nullable=False),
    sa.Column("due_at", Moment),
    sa.Column("outcome", sa.Text, nullable=False),
)

tokens = sa.Table(
    "tokens",
    metadata,
    _school(),
    sa.Column("mailbox", sa.Text, primary_key=True),
    sa.Column("full_at", Moment, nullable=False),
)

# One row a job and day of the school, over all tries of that day: it names nobody, and goes after five weeks.
job_days = sa.Table(
    "job_days",
    metadata,
    _school(),
    sa.Column("job", sa.Text, primary_key=True),
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("began_at", Moment, nullable=False),
    sa.Column("ended_at", Moment, nullable=False),
    sa.Column("done", sa.Integer, nullable=False),
    sa.Column("failed", sa.Integer, nullable=False),
    sa.Column("error", sa.Text, nullable=False),
    sa.Column("first_done_at", Moment),
    sa.Column("done_began_at", Moment),
    sa.Column("longest_seconds", sa.Float, nullable=False),
    sa.Column("needs", sa.Integer, nullable=False),
    sa.Column("figures", sa.JSON, nullable=False),
)
