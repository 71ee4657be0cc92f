"""What people in an open workbook see, and what waits until they have closed it."""

import io
from collections import Counter

import pytest
from openpyxl import load_workbook

from firstbell.errors import NeedsHuman
from firstbell.records import SheetRead, SheetRows, TypedAnswer
from firstbell.testing.microsoft.workbook_books import live_book
from firstbell.testing.workbook_conformance import (
    ALICIA,
    AS_AT,
    LAYOUT,
    MICHAEL,
    TYPED,
    ZOE,
    draw_today,
    pupils,
    read_sheet,
)
from firstbell.testing.workbook_person import cell_of
from tests.connectors.microsoft365.conftest import DRIVE


def test_a_row_no_longer_wanted_says_so_while_somebody_looks_and_goes_when_they_have_left(workbook, person):
    draw_today(workbook, a=ALICIA, m=MICHAEL)
    person.looks_at_it()

    draw_today(workbook, a=ALICIA)
    assert [row.get("Firstbell says", "")[:16] for row in person.sees("Today")] == ["", "No longer needed"]

    person.closes_it()
    draw_today(workbook, a=ALICIA)
    assert pupils(person) == ["Alicia Test"]


def test_a_row_typed_in_since_it_was_read_stays_until_it_is_read(workbook, person):
    draw_today(workbook, a=ALICIA, m=MICHAEL)
    workbook.read(LAYOUT)
    person.types("Today", "m", "Reason given", "dentist")

    draw_today(workbook, a=ALICIA)
    assert read_sheet(workbook, "Today").rows["m"]["Reason given"] == "dentist"
    assert person.sees("Today")[1]["Days"] == "1"

    draw_today(workbook, a=ALICIA)
    assert pupils(person) == ["Alicia Test"]


def test_new_rows_and_changed_cells_come_while_somebody_looks(workbook, person):
    draw_today(workbook, a=ALICIA, z=ZOE)
    person.looks_at_it()

    draw_today(workbook, a={**ALICIA, "Days": 4, "Settle by": None}, m=MICHAEL, z=ZOE)

    assert [(row["Pupil"], row["Days"]) for row in person.sees("Today")] == [
        ("Alicia Test", "4"),
        ("Michael Test", "1"),
        ("Zoë Test", "2"),
    ]
    assert "Settle by" not in person.sees("Today")[0]


def test_a_typed_row_is_answered_while_somebody_looks_and_taken_in_later(workbook, person):
    workbook.draw(LAYOUT, [], as_at=AS_AT)
    person.adds_a_row("Blocked", TYPED)
    person.looks_at_it()
    taken_in = [SheetRows("Blocked", {"p7": {"Pupil ID": "P7"}}, (TypedAnswer(TYPED, "", "p7"),))]

    workbook.draw(LAYOUT, taken_in, as_at=AS_AT)
    assert person.sees("Blocked") == [{**TYPED, "Firstbell says": "Taken in."}]

    person.closes_it()
    workbook.draw(LAYOUT, taken_in, as_at=AS_AT)
    assert read_sheet(workbook, "Blocked") == SheetRead("Blocked", {"p7": TYPED})


def test_a_colour_stays_with_its_row_when_rows_come_before_it(workbook, person, tenant):
    draw_today(workbook, z=ZOE)
    person.colours("Today", "z", "Pupil", "FFABCDEF")
    person.looks_at_it()

    draw_today(workbook, a=ALICIA, z=ZOE)

    sheet = live_book(tenant, person.item).book["Today"]
    assert cell_of(sheet, "z", "Pupil").fill.fgColor.rgb == "FFABCDEF"


def test_text_stays_text_whatever_it_looks_like(workbook, person, tenant):
    draw_today(workbook, z=ZOE)
    person.looks_at_it()

    draw_today(
        workbook, z={**ZOE, "Pupil": "007"}, a={"Pupil": "=1+1"}, b={"Pupil": "'quoted", "Reason given": "2026-11-23"}
    )

    assert pupils(person) == ["007", "=1+1", "'quoted"]
    sheet = live_book(tenant, person.item).book["Today"]
    assert [cell_of(sheet, key, "Pupil").data_type for key in "zab"] == ["s", "s", "s"]
    assert read_sheet(workbook, "Today").rows["b"]["Reason given"] == "2026-11-23"


def test_a_formula_typed_over_one_of_firstbells_cells_is_put_right(workbook, person, tenant):
    draw_today(workbook, a={**ALICIA, "Pupil": "=1+1"})
    person.looks_at_it()
    person.changes(lambda book: setattr(cell_of(book["Today"], "a", "Pupil"), "data_type", "f"))

    draw_today(workbook, a={**ALICIA, "Pupil": "=1+1"})

    assert cell_of(live_book(tenant, person.item).book["Today"], "a", "Pupil").data_type == "s"


def test_the_as_at_line_follows_while_somebody_looks(workbook, person, tenant):
    draw_today(workbook, a=ALICIA)
    person.looks_at_it()

    workbook.draw(LAYOUT, [SheetRows("Today", {"a": ALICIA})], as_at="10:30")

    assert live_book(tenant, person.item).book["Firstbell as at"]["B1"].value == "As at 10:30"


def test_an_unchanged_drawing_asks_little(workbook, person, tenant):
    draw_today(workbook, a=ALICIA)
    person.looks_at_it()
    tenant.seen.clear()

    draw_today(workbook, a=ALICIA)

    outer = [
        seen.operation.rpartition("/")[2]
        for seen in tenant.seen
        if seen.operation.endswith(("ession", "$batch", "{item-path}"))
    ]
    assert outer == ["{item-path}", "createSession", "$batch", "closeSession"]
    assert not any(seen.operation.startswith("PATCH") for seen in tenant.seen)


def test_people_may_sort_and_add_rows_because_no_sheet_is_protected(workbook, person):
    draw_today(workbook, a=ALICIA)

    book = load_workbook(io.BytesIO(person.item.content))
    assert not any(page.protection.sheet for page in book.worksheets)
    guards = [rule for rule in book["Today"].data_validations.dataValidation if rule.type == "custom"]
    assert [str(rule.sqref) for rule in guards] == ["B6 C6 D6 G6"]


def test_a_column_moved_while_rows_come_in_is_told(near_workbook, person, excel):
    draw_today(near_workbook, a=ALICIA)
    person.looks_at_it()
    requests = iter(range(100))

    def moves_a_column():
        if next(requests) == 6:
            person.moves_a_column("Today", "Pupil", "Firstbell says")

    excel.sandbox.before = moves_a_column
    try:
        with pytest.raises(NeedsHuman, match="columns of the sheet 'Today' were moved"):
            draw_today(near_workbook, a=ALICIA, m={**MICHAEL, "Reason given": "ill"})
    finally:
        excel.sandbox.before = lambda: None


def test_a_run_finds_the_file_once_and_reads_and_draws_in_one_session(workbook, person, tenant):
    draw_today(workbook, a=ALICIA)
    person.looks_at_it()
    tenant.seen.clear()

    workbook.read(LAYOUT)
    draw_today(workbook, a=ALICIA)

    asked = Counter(seen.operation.rpartition("/")[2] for seen in tenant.seen)
    assert [asked[each] for each in ("{item-path}", "createSession", "closeSession")] == [1, 1, 1]


def test_a_drawing_looks_again_in_the_session_of_the_reading(workbook, person):
    draw_today(workbook, a=ALICIA, m=MICHAEL)
    person.looks_at_it()
    workbook.read(LAYOUT)
    person.types("Today", "m", "Reason given", "dentist")
    person.sorts("Today", "Days")
    assert pupils(person) == ["Michael Test", "Alicia Test"]

    draw_today(workbook, a={**ALICIA, "Days": 4}, m=MICHAEL)

    rows = {row["Pupil"]: row for row in person.sees("Today")}
    assert (rows["Michael Test"]["Reason given"], rows["Michael Test"]["Days"]) == ("dentist", "1")
    assert rows["Alicia Test"]["Days"] == "4"


def test_a_session_that_ended_between_reading_and_drawing_is_begun_again(workbook, person, clock):
    draw_today(workbook, a=ALICIA)
    person.looks_at_it()
    workbook.read(LAYOUT)
    clock.advance(minutes=30)

    draw_today(workbook, a={**ALICIA, "Days": 4})

    assert person.sees("Today")[0]["Days"] == "4"


def test_a_file_saved_by_somebody_between_reading_and_drawing_is_not_replaced(hurried, clock, person):
    draw_today(hurried, a=ALICIA, m=MICHAEL)
    clock.advance(minutes=3)
    hurried.read(LAYOUT)
    person.types("Today", "a", "Reason given", "dentist")
    clock.advance(minutes=3)

    draw_today(hurried, a=ALICIA)

    assert [(row["Pupil"], row["Reason given"]) for row in person.sees("Today")] == [("Alicia Test", "dentist")]


def test_a_file_taken_away_between_reading_and_drawing_is_made_anew(hurried, person, tenant):
    draw_today(hurried, a=ALICIA)
    hurried.read(LAYOUT)
    del tenant.drives[DRIVE].items[person.item.id]

    draw_today(hurried, a=ALICIA)

    assert pupils(person) == ["Alicia Test"]


def test_a_workbook_that_was_read_and_not_drawn_is_let_go(hurried, tenant):
    draw_today(hurried, a=ALICIA)
    hurried.read(LAYOUT)
    assert tenant.workbooks.sessions

    hurried.close()
    hurried.close()

    assert not tenant.workbooks.sessions


def test_rows_that_come_into_an_empty_sheet_show_their_dates_as_dates(hurried, person, clock):
    draw_today(hurried)
    person.looks_at_it()

    for days in (3, 4):
        clock.advance(minutes=3)
        draw_today(hurried, a={**ALICIA, "Days": days})

    (row,) = person.sees("Today")
    assert (row["Days"], row["Settle by"]) == ("4", ALICIA["Settle by"].isoformat())
