"""How each job went on each day: what a report over schools is read from."""

import sqlalchemy as sa
from alembic import op

revision = "0008_job_days"
down_revision = "0007_ledger_by_kind"


def upgrade() -> None:
    op.create_table(
        "job_days",
        sa.Column("school", sa.Text, sa.ForeignKey("schools.school"), primary_key=True),
        sa.Column("job", sa.Text, primary_key=True),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("began_at", sa.String(32), nullable=False),
        sa.Column("ended_at", sa.String(32), nullable=False),
        sa.Column("done", sa.Integer, nullable=False),
        sa.Column("failed", sa.Integer, nullable=False),
        sa.Column("error", sa.Text, nullable=False),
        sa.Column("first_done_at", sa.String(32)),
        sa.Column("done_began_at", sa.String(32)),
        sa.Column("longest_seconds", sa.Float, nullable=False),
        sa.Column("needs", sa.Integer, nullable=False),
        sa.Column("figures", sa.JSON, nullable=False),
    )
