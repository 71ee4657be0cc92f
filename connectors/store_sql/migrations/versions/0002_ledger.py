"""Ledger: entries and anchor. On SQLite, triggers refuse any change; the owner of the file can still drop them, and
then the hash chain tells.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002_ledger"
down_revision = "0001_registers"


def upgrade() -> None:
    op.create_table(
        "ledger_entries",
        _school(),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("pupil_id", sa.Text),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("facts", sa.Text, nullable=False),
        sa.Column("previous_hash", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    op.create_index("ledger_entries_by_pupil", "ledger_entries", ["school", "pupil_id"])
    op.create_index("ledger_entries_by_time", "ledger_entries", ["school", "at"])
    op.create_table(
        "ledger_heads",
        _school(),
        sa.Column("entries", sa.Integer, nullable=False),
        sa.Column("last_hash", sa.String(64), nullable=False),
    )
    if op.get_context().dialect.name == "sqlite":
        for action in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER ledger_entries_refuse_{action.lower()} BEFORE {action} ON ledger_entries "
                "BEGIN SELECT RAISE(ABORT, 'the ledger is only ever added to'); END"
            )


def _school() -> sa.Column[str]:
    return sa.Column("school", sa.Text, sa.ForeignKey("schools.school"), primary_key=True)
