"""Proposals."""

import sqlalchemy as sa
from alembic import op

revision = "0003_proposals"
down_revision = "0002_ledger"


def upgrade() -> None:
    op.create_table(
        "proposals",
        sa.Column("school", sa.Text, sa.ForeignKey("schools.school"), primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("session_date", sa.Date, nullable=False),
        sa.Column("half", sa.String(2), nullable=False),
        sa.Column("subject_id", sa.Text, nullable=False),
        sa.Column("recipient_id", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("sharing_group", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("planned_at", sa.String(32), nullable=False),
        sa.Column("release_at", sa.String(32), nullable=False),
        sa.Column("send_before", sa.String(32), nullable=False),
        sa.Column("facts", sa.JSON, nullable=False),
        sa.Column("dispatch_key", sa.Text),
        sa.Column("draft_id", sa.Text),
        sa.UniqueConstraint("school", "place"),
    )
    op.create_index("proposals_by_session", "proposals", ["school", "session_date", "half"])
    op.create_index("proposals_by_state", "proposals", ["school", "state"])
    op.create_index("proposals_by_dispatch", "proposals", ["school", "dispatch_key"])
