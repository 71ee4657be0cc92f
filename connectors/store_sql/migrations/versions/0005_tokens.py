"""What each mailbox may still send: the moment its bucket of tokens is full again."""

import sqlalchemy as sa
from alembic import op

revision = "0005_tokens"
down_revision = "0004_desk"


def upgrade() -> None:
    op.create_table(
        "tokens",
        sa.Column("school", sa.Text, sa.ForeignKey("schools.school"), primary_key=True),
        sa.Column("mailbox", sa.Text, primary_key=True),
        sa.Column("full_at", sa.String(32), nullable=False),
    )
