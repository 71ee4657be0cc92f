"""The words the views write are those the layouts colour: one changed alone would leave a sheet without its alarm."""

import pytest

from firstbell.records import RegisterState
from firstbell.workflows.cases.letter_stages import Contract
from firstbell.workflows.morning.lesson_questions import Asked
from firstbell.workflows.workbooks.views.attendance import STATE_WORDS
from firstbell.workflows.workbooks.views.cases import NOT_ALLOWED, PROVISIONAL, TO_DECIDE, UNDONE
from sheets_templates.attendance import ATTENDANCE
from sheets_templates.cases import CASES_WORKBOOK, REFER, SUPPORT, WAIVE


def toned(sheet, header, workbook=ATTENDANCE):
    (column,) = (column for column in workbook.sheet(sheet).columns if column.header == header)
    return {value for highlight in column.highlights for value in highlight.values}


@pytest.mark.parametrize(("sheet", "header"), [("Today", "Message"), ("Queue", "State")])
def test_every_state_of_a_message_has_its_tone(sheet, header):
    assert set(STATE_WORDS.values()) - toned(sheet, header) == set()


def test_every_state_of_a_register_and_of_a_question_has_its_tone():
    assert toned("Registers to chase", "State") == {*RegisterState, *Asked}


def test_every_state_of_a_case_and_of_a_decision_has_its_tone():
    assert toned("Cases", "State", CASES_WORKBOOK) == {"draft", "approved", "not drafted", "not set up"}
    decided = {TO_DECIDE, PROVISIONAL, UNDONE, NOT_ALLOWED, REFER, WAIVE, SUPPORT}
    assert toned("Notice decisions", "State", CASES_WORKBOOK) == decided


def test_the_words_for_a_contract_are_those_the_letters_know():
    (column,) = (column for column in CASES_WORKBOOK.sheet("Cases").columns if column.header == "Contract")

    assert column.choices == tuple(Contract)
