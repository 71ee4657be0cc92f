"""What any store's proposals must do when they are planned and looked for."""

from dataclasses import replace

from firstbell.records import State
from firstbell.testing.store_conformance.samples import (
    MONDAY_AM,
    NINE,
    TEN,
    TUESDAY_AM,
    OpenRun,
    a_proposal,
    step,
    walk,
)
from rules.contact.purposes import Purpose


class ProposalsConformance:
    """The port Proposals."""

    def test_a_proposal_comes_back_as_it_was_planned(self, open_run: OpenRun) -> None:
        added = open_run().proposals.add([a_proposal()], at=NINE, actor="planner")

        assert added == (a_proposal(),)
        assert open_run().proposals.find() == (a_proposal(),)

    def test_planning_twice_adds_once(self, open_run: OpenRun) -> None:
        open_run().proposals.add([a_proposal(), a_proposal()], at=NINE, actor="planner")

        again = open_run().proposals.add([a_proposal(), a_proposal("father")], at=TEN, actor="planner")

        assert again == (a_proposal("father"),)
        assert open_run().proposals.find() == (a_proposal(), a_proposal("father"))

    def test_planning_again_does_not_undo_a_step(self, open_run: OpenRun) -> None:
        store = open_run()
        walk(store, a_proposal(), State.HELD, State.STOPPED)

        store.proposals.add([a_proposal()], at=TEN, actor="planner")

        assert [each.state for each in store.proposals.find()] == [State.STOPPED]

    def test_a_new_proposal_is_in_the_ledger_without_its_address(self, open_run: OpenRun) -> None:
        store = open_run()

        store.proposals.add([a_proposal()], at=NINE, actor="planner")

        (entry,) = store.ledger.entries(pupil_id="alicia")
        assert (entry.kind, entry.actor, entry.at) == ("message.proposed", "planner", NINE)
        assert entry.facts["key"] == a_proposal().key
        assert "mother@example.org" not in str(entry)

    def test_messages_to_staff_are_about_no_pupil_in_the_ledger(self, open_run: OpenRun) -> None:
        store = open_run()
        chase = replace(a_proposal(), purpose=Purpose.REGISTER_CHASE, subject_id="7B")

        store.proposals.add([chase], at=NINE, actor="planner")

        assert [(each.pupil_id, each.facts["subject_id"]) for each in store.ledger.entries()] == [(None, "7B")]

    def test_proposals_are_found_by_what_is_asked_in_planned_order(self, open_run: OpenRun) -> None:
        store = open_run()
        father, mother = a_proposal("father"), a_proposal()
        next_day = a_proposal(session=TUESDAY_AM)
        chase = replace(a_proposal("teacher"), purpose=Purpose.REGISTER_CHASE)
        store.proposals.add([mother, next_day, father, chase], at=NINE, actor="planner")
        step(store, [father.key, mother.key], State.PROPOSED, State.HELD)

        found = store.proposals.find(session=MONDAY_AM, purpose=Purpose.FIRST_DAY_ABSENCE, states=[State.HELD])

        assert [each.key for each in found] == [mother.key, father.key]
        assert [each.key for each in store.proposals.find(session=TUESDAY_AM)] == [next_day.key]
        assert [each.key for each in store.proposals.find(purpose=Purpose.REGISTER_CHASE)] == [chase.key]

    def test_one_dispatch_is_found_by_its_key(self, open_run: OpenRun) -> None:
        store = open_run()
        walk(store, a_proposal(), State.HELD, State.RELEASING)
        walk(store, a_proposal("father"), State.HELD)

        assert [each.recipient_id for each in store.proposals.find(dispatch_key="dispatch-1")] == ["mother"]
