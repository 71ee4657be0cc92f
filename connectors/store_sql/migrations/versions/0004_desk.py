"""The desk: accepted cells, leases and heartbeats."""

import sqlalchemy as sa
from alembic import op

revision = "0004_desk"
down_revision = "0003_proposals"


def upgrade() -> None:
    op.create_table(
        "cells",
        _school(),
        *(sa.Column(name, sa.Text, primary_key=True) for name in ("workbook", "sheet", "row_key", "header")),
        sa.Column("value", sa.Text, nullable=False),
    )
    op.create_table(
        "leases",
        _school(),
        sa.Column("job", sa.Text, primary_key=True),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("good_until", sa.String(32), nullable=False),
    )
    op.create_table(
        "heartbeats",
        _school(),
        sa.Column("job", sa.Text, primary_key=True),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("due_at", sa.String(32)),
        sa.Column("outcome", sa.Text, nullable=False),
    )


def _school() -> sa.Column[str]:
    return sa.Column("school", sa.Text, sa.ForeignKey("schools.school"), primary_key=True)
