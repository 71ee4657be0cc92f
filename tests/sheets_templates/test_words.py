"""The words the views write are those the layouts colour: one changed alone would leave a sheet without its alarm."""

import pytest

from firstbell.records import RegisterState
from firstbell.workflows.lesson_questions import Asked
from firstbell.workflows.views.attendance import STATE_WORDS
from sheets_templates.attendance import ATTENDANCE


def toned(sheet, header):
    (column,) = (column for column in ATTENDANCE.sheet(sheet).columns if column.header == header)
    return {value for highlight in column.highlights for value in highlight.values}


@pytest.mark.parametrize(("sheet", "header"), [("Today", "Message"), ("Queue", "State")])
def test_every_state_of_a_message_has_its_tone(sheet, header):
    assert set(STATE_WORDS.values()) - toned(sheet, header) == set()


def test_every_state_of_a_register_and_of_a_question_has_its_tone():
    assert toned("Registers to chase", "State") == {*RegisterState, *Asked}
