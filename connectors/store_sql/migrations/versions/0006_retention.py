"""Retention: the ledger's oldest entries may go, once an entry of the ledger itself says so and their years are over.

The six years are those of SI 2024/208 regulation 7 on the day of this migration; a test compares them with the
parameter, and a longer time would be a new migration.
"""

from alembic import op

revision = "0006_retention"
down_revision = "0005_tokens"

# The cut must be the ledger's newest entry: it is found by its number, however long the ledger is.
REFUSE_DELETE = """
CREATE TRIGGER ledger_entries_refuse_delete BEFORE DELETE ON ledger_entries
WHEN NOT EXISTS (
  SELECT 1 FROM ledger_heads AS head
  JOIN ledger_entries AS cut ON cut.school = head.school AND cut.number = head.entries
  WHERE head.school = OLD.school AND cut.kind = 'ledger.cut' AND json_valid(cut.facts)
  AND OLD.number <= CAST(json_extract(cut.facts, '$.through') AS INTEGER)
  AND OLD.at < json_extract(cut.facts, '$.before')
  AND substr(json_extract(cut.facts, '$.before'), 1, 10) <= date(cut.at, '-6 years')
)
BEGIN SELECT RAISE(ABORT, 'the ledger is only ever added to'); END
"""


def upgrade() -> None:
    if op.get_context().dialect.name == "sqlite":
        op.execute("DROP TRIGGER ledger_entries_refuse_delete")
        op.execute(REFUSE_DELETE)
