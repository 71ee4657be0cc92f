"""A store in memory that keeps the promises of the real one; the conformance suite holds both to the same results."""

from zoneinfo import ZoneInfo

from firstbell.testing.fake_desk import FakeDesk, FakeMemory
from firstbell.testing.fake_ledger import FakeLedger
from firstbell.testing.fake_proposals import FakeProposals
from firstbell.testing.fake_registers import FakeRegisters

LONDON = ZoneInfo("Europe/London")


class FakeStore:
    """Everything that is remembered for one school, until the test ends."""

    def __init__(self, school: str = "st-example", zone: ZoneInfo = LONDON) -> None:
        self.ledger = FakeLedger(school)
        self.registers = FakeRegisters(zone, self.ledger)
        self.proposals = FakeProposals(self.ledger)
        self._memory = FakeMemory()
        self.desk = FakeDesk(self._memory)

    def another_run(self) -> "FakeStore":
        """The same school's store as a second run opens it."""
        other = FakeStore()
        other.registers, other.ledger, other.proposals = self.registers, self.ledger, self.proposals
        other._memory = self._memory
        other.desk = FakeDesk(self._memory)
        return other

    def close(self) -> None:
        """Nothing to let go of."""
