import re

from firstbell.records import State
from firstbell.states import ALLOWED_STEPS


def test_the_page_of_states_lists_exactly_the_steps_of_the_code(root):
    page = (root / "docs" / "states.md").read_text(encoding="utf-8")

    rows = re.findall(r"^\| (\w+) \| (\w+) \| .+ \|$", page, flags=re.MULTILINE)

    listed = [(State(old), State(new)) for old, new in rows if old != "from"]
    assert len(listed) == len(set(listed))
    assert set(listed) == {(old, new) for old, ways in ALLOWED_STEPS.items() for new in ways}


def test_every_state_has_its_row_and_can_be_reached():
    assert set(ALLOWED_STEPS) == set(State)
    assert {new for ways in ALLOWED_STEPS.values() for new in ways} == set(State) - {State.PROPOSED}
