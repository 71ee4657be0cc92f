"""Entries of one kind are asked for before each message: the stop switch, brakes, approvals, alerts."""

from alembic import op

revision = "0007_ledger_by_kind"
down_revision = "0006_retention"


def upgrade() -> None:
    op.create_index("ledger_entries_by_kind", "ledger_entries", ["school", "kind"])
