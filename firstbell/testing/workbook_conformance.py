"""What any workbook must do. A test module subclasses the class and gives two fixtures: `workbook`, and `person`, who
works in the same workbook with the methods of `Person`.

The story: Alicia, Michael and Zoë are away; the office works in Today and the safeguarding team adds lines of its own.
"""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Protocol

import pytest

from firstbell.errors import NeedsHuman
from firstbell.ports import Workbook
from firstbell.records import SheetRead, SheetRows, TypedAnswer
from sheets_templates import Cell, Chart, ChartKind, Column, Editor, Kind, SheetLayout, WorkbookLayout
from sheets_templates.columns import SAYS

TODAY = SheetLayout(
    "Today",
    "Away today",
    "A sheet for trying things out.",
    (
        Column("Pupil", "The pupil.", 20),
        Column("Days", "How many.", 8, kind=Kind.WHOLE_NUMBER),
        Column("Settle by", "By when.", 12, kind=Kind.DATE),
        Column("Reason given", "The reason.", 20, Editor.PEOPLE),
        Column("Decision", "What to do.", 10, Editor.PEOPLE, choices=("stop", "hold")),
        SAYS,
    ),
    "Nobody is away.",
)
BLOCKED = SheetLayout(
    "Blocked",
    "Who must not be contacted",
    "A sheet people add rows to.",
    (
        Column("Pupil ID", "The id.", 10, is_typed_in_new_rows=True),
        Column("Pupil", "The pupil.", 20),
        Column("Address", "The address.", 20, Editor.PEOPLE),
        SAYS,
    ),
    "Nobody.",
    people_add_rows=True,
)
FIGURES = SheetLayout(
    "Figures",
    "Week by week",
    "A sheet of percentages.",
    (Column("Week", "The week.", 16), Column("Attendance", "How much.", 12, kind=Kind.PERCENT)),
    "No week.",
    chart=Chart("Attendance", "Week", "Attendance", ChartKind.LINE),
    heat=("Attendance",),
)
LAYOUT = WorkbookLayout("Trial", "Whoever tries it", (TODAY, BLOCKED))
ALICIA: Mapping[str, Cell] = {"Pupil": "Alicia Test", "Days": 3, "Settle by": dt.date(2026, 11, 27)}
MICHAEL: Mapping[str, Cell] = {"Pupil": "Michael Test", "Days": 1, "Settle by": None}
ZOE: Mapping[str, Cell] = {"Pupil": "Zoë Test", "Days": 2, "Settle by": dt.date(2026, 12, 1)}
TYPED = {"Pupil ID": "P7", "Address": "old@example.org"}
AS_AT = "09:45 on Monday 23 November 2026"


class Person(Protocol):
    """Somebody in the office, doing what people do to a spreadsheet."""

    def opens_it(self) -> None: ...
    def closes_it(self) -> None: ...
    def types(self, sheet: str, key: str, column: str, text: str) -> None: ...
    def adds_a_row(self, sheet: str, cells: Mapping[str, str]) -> None: ...
    def deletes_a_row(self, sheet: str, key: str) -> None: ...
    def copies_a_row(self, sheet: str, key: str, changes: Mapping[str, str]) -> None: ...
    def sorts(self, sheet: str, column: str) -> None: ...
    def renames_a_heading(self, sheet: str, column: str, heading: str) -> None: ...
    def sees(self, sheet: str) -> list[dict[str, str]]: ...


def draw_today(workbook: Workbook, **rows: Mapping[str, Cell]) -> None:
    """Draw Today with these rows, by key."""
    workbook.draw(LAYOUT, [SheetRows("Today", rows)], as_at=AS_AT)


def read_sheet(workbook: Workbook, name: str) -> SheetRead:
    """What one sheet holds now."""
    return next(sheet for sheet in workbook.read(LAYOUT) if sheet.sheet == name)


def pupils(person: Person, sheet: str = "Today") -> list[str]:
    """The pupils a person sees, top to bottom."""
    return [row.get("Pupil", "") for row in person.sees(sheet)]


class WorkbookConformance:
    """Drawing, reading, and living with people."""

    def test_a_workbook_that_is_not_there_yet_reads_as_nothing(self, workbook: Workbook) -> None:
        assert workbook.read(LAYOUT) == ()

    def test_rows_are_first_drawn_in_the_order_given(self, workbook: Workbook, person: Person) -> None:
        draw_today(workbook, z=ZOE, a=ALICIA)

        assert person.sees("Today") == [
            {"Pupil": "Zoë Test", "Days": "2", "Settle by": "2026-12-01"},
            {"Pupil": "Alicia Test", "Days": "3", "Settle by": "2026-11-27"},
        ]

    def test_every_sheet_of_the_layout_is_drawn_even_without_rows(self, workbook: Workbook, person: Person) -> None:
        draw_today(workbook, a=ALICIA)

        assert person.sees("Blocked") == []
        assert [sheet.sheet for sheet in workbook.read(LAYOUT)] == ["Today", "Blocked"]

    def test_a_sheet_not_given_stays_as_it_is(self, workbook: Workbook, person: Person) -> None:
        draw_today(workbook, a=ALICIA)

        workbook.draw(LAYOUT, [SheetRows("Blocked", {"b": {"Pupil": "Zoë Test"}})], as_at=AS_AT)

        assert pupils(person) == ["Alicia Test"]

    def test_system_cells_follow_and_rows_no_longer_wanted_go(self, workbook: Workbook, person: Person) -> None:
        draw_today(workbook, a=ALICIA, m=MICHAEL)

        draw_today(workbook, a={**ALICIA, "Days": 4, "Settle by": None})

        assert person.sees("Today") == [{"Pupil": "Alicia Test", "Days": "4"}]

    def test_a_new_row_comes_where_it_belongs(self, workbook: Workbook, person: Person) -> None:
        draw_today(workbook, a=ALICIA, z=ZOE)

        draw_today(workbook, a=ALICIA, m=MICHAEL, z=ZOE)

        assert pupils(person) == ["Alicia Test", "Michael Test", "Zoë Test"]

    def test_what_people_sorted_stays_sorted_and_new_rows_come_last(self, workbook: Workbook, person: Person) -> None:
        draw_today(workbook, z=ZOE, a=ALICIA)
        person.sorts("Today", "Pupil")

        draw_today(workbook, m=MICHAEL, z={**ZOE, "Days": 9}, a=ALICIA)

        assert pupils(person) == ["Alicia Test", "Zoë Test", "Michael Test"]
        assert person.sees("Today")[1]["Days"] == "9"

    def test_a_settled_row_moves_below_the_others_with_what_was_typed(self, workbook: Workbook, person: Person) -> None:
        draw_today(workbook, a=ALICIA, m=MICHAEL)
        person.types("Today", "a", "Decision", "stop")
        rows = {"m": MICHAEL, "z": ZOE, "a": ALICIA}

        workbook.draw(LAYOUT, [SheetRows("Today", rows, settled=frozenset({"a"}))], as_at=AS_AT)

        assert pupils(person) == ["Michael Test", "Zoë Test", "Alicia Test"]
        assert read_sheet(workbook, "Today").rows["a"]["Decision"] == "stop"

    def test_a_persons_own_row_below_settled_ones_stays_there(self, workbook: Workbook, person: Person) -> None:
        rows = {"a": {"Pupil ID": "P1", "Pupil": "Alicia Test"}, "z": {"Pupil ID": "P2", "Pupil": "Zoë Test"}}
        workbook.draw(LAYOUT, [SheetRows("Blocked", rows, settled=frozenset({"z"}))], as_at=AS_AT)
        person.adds_a_row("Blocked", TYPED)

        refused = (TypedAnswer(TYPED, "No pupil P7."),)
        workbook.draw(LAYOUT, [SheetRows("Blocked", rows, refused, frozenset({"z"}))], as_at=AS_AT)

        assert [row["Pupil ID"] for row in person.sees("Blocked")] == ["P1", "P2", "P7"]

    def test_people_sort_what_is_to_do_and_what_is_settled_apart(self, workbook: Workbook, person: Person) -> None:
        rows = {"z": ZOE, "m": MICHAEL, "a": ALICIA}
        workbook.draw(LAYOUT, [SheetRows("Today", rows, settled=frozenset({"a"}))], as_at=AS_AT)
        person.sorts("Today", "Pupil")

        workbook.draw(LAYOUT, [SheetRows("Today", rows, settled=frozenset({"a"}))], as_at=AS_AT)

        assert pupils(person) == ["Michael Test", "Zoë Test", "Alicia Test"]

    def test_what_a_person_typed_is_read_by_key_and_never_overwritten(self, workbook: Workbook, person: Person) -> None:
        draw_today(workbook, a=ALICIA, m=MICHAEL)
        person.types("Today", "m", "Reason given", " dentist ")
        person.sorts("Today", "Days")

        draw_today(workbook, a=ALICIA, m={**MICHAEL, "Reason given": "something else"})

        assert read_sheet(workbook, "Today").rows == {
            "a": {"Reason given": "", "Decision": ""},
            "m": {"Reason given": "dentist", "Decision": ""},
        }

    def test_a_new_row_may_bring_what_people_typed_before(self, workbook: Workbook) -> None:
        draw_today(workbook, a={**ALICIA, "Decision": "hold"})

        assert read_sheet(workbook, "Today").rows["a"]["Decision"] == "hold"

    def test_a_row_somebody_deleted_comes_back(self, workbook: Workbook, person: Person) -> None:
        draw_today(workbook, a=ALICIA, m=MICHAEL)
        person.deletes_a_row("Today", "a")

        draw_today(workbook, a={**ALICIA, "Reason given": "ill"}, m=MICHAEL)

        assert pupils(person) == ["Alicia Test", "Michael Test"]
        assert read_sheet(workbook, "Today").rows["a"]["Reason given"] == "ill"

    def test_text_that_looks_like_a_formula_is_shown_as_it_is(self, workbook: Workbook, person: Person) -> None:
        draw_today(workbook, a={"Pupil": '=HYPERLINK("http://x","y")', "Reason given": "+44 7700 900001"})

        assert pupils(person) == ['=HYPERLINK("http://x","y")']
        assert read_sheet(workbook, "Today").rows["a"]["Reason given"] == "+44 7700 900001"

    def test_percentages_are_drawn_and_follow(self, workbook: Workbook, person: Person) -> None:
        layout = WorkbookLayout("Trial", "Whoever tries it", (FIGURES,))
        for first in ("95.2", "92.3"):
            weeks: dict[str, Mapping[str, Cell]] = {
                "1": {"Week": "w/c 7 Sep", "Attendance": Decimal(first)},
                "2": {"Week": "w/c 14 Sep", "Attendance": Decimal("90.0")},
                "3": {"Week": "w/c 21 Sep", "Attendance": None},
            }
            workbook.draw(layout, [SheetRows("Figures", weeks)], as_at=AS_AT)

        assert person.sees("Figures") == [
            {"Week": "w/c 7 Sep", "Attendance": "92.3"},
            {"Week": "w/c 14 Sep", "Attendance": "90"},
            {"Week": "w/c 21 Sep"},
        ]

    def test_a_copied_row_does_not_count_and_is_told_so(self, workbook: Workbook, person: Person) -> None:
        draw_today(workbook, a=ALICIA)
        person.types("Today", "a", "Decision", "stop")
        person.copies_a_row("Today", "a", {"Decision": "hold"})

        draw_today(workbook, a=ALICIA)

        assert read_sheet(workbook, "Today").rows == {"a": {"Reason given": "", "Decision": "stop"}}
        assert [row.get("Firstbell says", "")[:18] for row in person.sees("Today")] == ["", "This row is a copy"]

    def test_a_renamed_heading_is_refused_and_nothing_changes(self, workbook: Workbook, person: Person) -> None:
        draw_today(workbook, a=ALICIA)
        person.renames_a_heading("Today", "Reason given", "Excuse")

        with pytest.raises(NeedsHuman, match=r"Today.*Reason given"):
            draw_today(workbook, a={**ALICIA, "Days": 99})
        with pytest.raises(NeedsHuman, match=r"Today.*Reason given"):
            workbook.read(LAYOUT)

        assert person.sees("Today")[0]["Days"] == "3"

    def test_a_heading_with_a_space_too_many_is_still_known(self, workbook: Workbook, person: Person) -> None:
        draw_today(workbook, a=ALICIA)
        person.types("Today", "a", "Reason given", "ill")
        person.renames_a_heading("Today", "Reason given", " reason given ")

        assert read_sheet(workbook, "Today").rows["a"]["Reason given"] == "ill"

    def test_while_somebody_has_it_open_nothing_changes(self, workbook: Workbook, person: Person) -> None:
        draw_today(workbook, a=ALICIA)
        person.opens_it()

        with pytest.raises(NeedsHuman, match=r"^close Trial"):
            draw_today(workbook, m=MICHAEL)

        person.closes_it()
        assert pupils(person) == ["Alicia Test"]

    def test_rows_people_typed_are_read_without_a_key(self, workbook: Workbook, person: Person) -> None:
        workbook.draw(LAYOUT, [], as_at=AS_AT)

        person.adds_a_row("Blocked", TYPED)

        assert read_sheet(workbook, "Blocked") == SheetRead("Blocked", {}, (TYPED,))

    def test_a_typed_row_stays_until_it_is_answered(self, workbook: Workbook, person: Person) -> None:
        workbook.draw(LAYOUT, [], as_at=AS_AT)
        person.adds_a_row("Blocked", TYPED)

        workbook.draw(LAYOUT, [SheetRows("Blocked", {"b": {"Pupil ID": "P1", "Pupil": "Zoë Test"}})], as_at=AS_AT)

        assert read_sheet(workbook, "Blocked").typed == (TYPED,)

    def test_a_typed_row_that_was_taken_in_is_drawn_where_it_stands(self, workbook: Workbook, person: Person) -> None:
        workbook.draw(LAYOUT, [], as_at=AS_AT)
        person.adds_a_row("Blocked", TYPED)
        rows = {"p7": {"Pupil ID": "P7", "Pupil": "Alicia Test", "Firstbell says": "Taken in."}}

        workbook.draw(LAYOUT, [SheetRows("Blocked", rows, (TypedAnswer(TYPED, "", "p7"),))], as_at=AS_AT)

        assert read_sheet(workbook, "Blocked") == SheetRead("Blocked", {"p7": TYPED})
        assert person.sees("Blocked") == [{**TYPED, "Pupil": "Alicia Test", "Firstbell says": "Taken in."}]

    def test_a_typed_row_that_was_refused_is_told_why_and_stays(self, workbook: Workbook, person: Person) -> None:
        workbook.draw(LAYOUT, [], as_at=AS_AT)
        person.adds_a_row("Blocked", TYPED)

        workbook.draw(LAYOUT, [SheetRows("Blocked", {}, (TypedAnswer(TYPED, "No pupil P7."),))], as_at=AS_AT)

        assert read_sheet(workbook, "Blocked").typed == (TYPED,)
        assert person.sees("Blocked") == [{**TYPED, "Firstbell says": "No pupil P7."}]

    def test_the_same_row_typed_twice_is_taken_in_once(self, workbook: Workbook, person: Person) -> None:
        workbook.draw(LAYOUT, [], as_at=AS_AT)
        person.adds_a_row("Blocked", TYPED)
        person.adds_a_row("Blocked", TYPED)
        answer = TypedAnswer(TYPED, "", "p7")

        workbook.draw(LAYOUT, [SheetRows("Blocked", {"p7": {"Pupil ID": "P7"}}, (answer,))], as_at=AS_AT)

        assert read_sheet(workbook, "Blocked") == SheetRead("Blocked", {"p7": TYPED}, (TYPED,))
        assert "copy" in person.sees("Blocked")[1]["Firstbell says"]

    def test_a_copy_that_was_typed_over_is_a_row_of_its_own(self, workbook: Workbook, person: Person) -> None:
        rows = {"p7": {"Pupil ID": "P7", "Pupil": "Alicia Test", "Address": "old@example.org"}}
        workbook.draw(LAYOUT, [SheetRows("Blocked", rows)], as_at=AS_AT)

        person.copies_a_row("Blocked", "p7", {"Address": "new@example.org"})

        changed = {"Pupil ID": "P7", "Address": "new@example.org"}
        assert read_sheet(workbook, "Blocked") == SheetRead("Blocked", {"p7": TYPED}, (changed,))
        workbook.draw(LAYOUT, [SheetRows("Blocked", rows)], as_at=AS_AT)
        assert read_sheet(workbook, "Blocked") == SheetRead("Blocked", {"p7": TYPED}, (changed,))
