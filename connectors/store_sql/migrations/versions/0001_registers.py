"""Roll and registers."""

import sqlalchemy as sa
from alembic import op

revision = "0001_registers"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "schools",
        sa.Column("school", sa.Text, primary_key=True),
        sa.Column("marks_as_at", sa.String(32)),
    )
    _roll()
    _registers()
    _mark_changes()


def _school() -> sa.Column[str]:
    return sa.Column("school", sa.Text, sa.ForeignKey("schools.school"), primary_key=True)


def _place(name: str = "place") -> sa.Column[int]:
    return sa.Column(name, sa.Integer, primary_key=True, autoincrement=False)


def _roll() -> None:
    op.create_table(
        "rolls",
        _school(),
        sa.Column("as_at", sa.String(32), nullable=False),
        sa.Column("is_complete", sa.Boolean, nullable=False),
        sa.Column("problems", sa.JSON, nullable=False),
    )
    op.create_table(
        "pupils",
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
    op.create_table(
        "contacts",
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
    op.create_table(
        "pupil_contacts",
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


def _registers() -> None:
    op.create_table(
        "positions",
        _school(),
        sa.Column("pupil_id", sa.Text, primary_key=True),
        sa.Column("position", sa.Integer, nullable=False),
        sa.UniqueConstraint("school", "position"),
    )
    op.create_table(
        "pages",
        _school(),
        sa.Column("session_date", sa.Date, primary_key=True),
        sa.Column("half", sa.String(2), primary_key=True),
        sa.Column("marks", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "minutes_late",
        _school(),
        sa.Column("session_date", sa.Date, primary_key=True),
        sa.Column("half", sa.String(2), primary_key=True),
        sa.Column("pupil_id", sa.Text, primary_key=True),
        sa.Column("minutes", sa.Integer, nullable=False),
    )


def _mark_changes() -> None:
    op.create_table(
        "mark_changes",
        _school(),
        _place("number"),
        sa.Column("session_date", sa.Date, nullable=False),
        sa.Column("half", sa.String(2), nullable=False),
        sa.Column("pupil_id", sa.Text, nullable=False),
        sa.Column("original", sa.String(2), nullable=False),
        sa.Column("amended", sa.String(2)),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("changed_on", sa.Date, nullable=False),
        sa.Column("by_name", sa.Text, nullable=False),
        sa.Column("by_role", sa.Text, nullable=False),
        sa.Column("seen_at", sa.String(32), nullable=False),
    )
    op.create_index("mark_changes_by_session", "mark_changes", ["school", "session_date"])
    if op.get_context().dialect.name == "sqlite":
        op.execute(
            "CREATE TRIGGER mark_changes_stay BEFORE UPDATE ON mark_changes "
            "BEGIN SELECT RAISE(ABORT, 'an amendment to the register is never changed'); END"
        )
