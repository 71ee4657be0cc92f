"""Whatever goes wrong, at whichever request: nothing of anybody's is lost, and the next drawing is right."""

import contextlib
import itertools

import pytest

from firstbell.errors import FirstbellError, NeedsHuman, RetryLater
from firstbell.records import SheetRows
from firstbell.testing.microsoft.faults import Fault, Kind
from firstbell.testing.microsoft.workbook_books import settle
from firstbell.testing.workbook_conformance import ALICIA, AS_AT, LAYOUT, MICHAEL, TYPED, ZOE, draw_today

# What the service means by some faults once only; more often, and it means it.
TIMES = 2
KINDS = [kind for kind in Kind if kind is not Kind.SLOW]
# Of each kind every third request is struck, of the next kind the ones after those; `make fuzz` strikes every request.
APART = 3


@pytest.fixture
def struck(request, kind):
    """Which requests a fault of this kind is tried at."""
    is_thorough = request.config.getoption("--fuzz") is not None
    return itertools.count() if is_thorough else itertools.count(KINDS.index(kind) % APART, APART)


@pytest.fixture
def busy_day(near_workbook, person, clock):
    """A drawing with something of everything: a change, a new row, one that goes, one that is settled."""
    workbook = near_workbook
    draw_today(workbook, a=ALICIA, m=MICHAEL)
    person.types("Today", "a", "Reason given", "dentist")
    person.adds_a_row("Blocked", TYPED)
    clock.advance(minutes=3)
    sheets = [
        SheetRows("Today", {"z": ZOE, "a": {**ALICIA, "Days": 4}}, settled=frozenset({"a"})),
        SheetRows("Blocked", {"b": {"Pupil ID": "P1", "Pupil": "Zoë Test"}}),
    ]
    return lambda: workbook.draw(LAYOUT, sheets, as_at=AS_AT)


def then_all_is_right(workbook, person):
    read = {sheet.sheet: sheet for sheet in workbook.read(LAYOUT)}
    assert [(row["Pupil"], row["Days"]) for row in person.sees("Today")] == [("Zoë Test", "2"), ("Alicia Test", "4")]
    assert read["Today"].rows["a"]["Reason given"] == "dentist"
    assert read["Blocked"].typed == (TYPED,)
    assert list(read["Blocked"].rows) == ["b"]


@pytest.mark.parametrize("is_open", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_a_fault_at_any_request_loses_nothing(busy_day, near_workbook, person, tenant, clock, struck, kind, is_open):
    item = person.item
    settle(tenant, item)
    morning = item.content
    for passing in struck:
        fault = Fault(kind, passing=passing, times=TIMES)
        tenant.script.add(fault)
        if is_open:
            person.looks_at_it()
        with contextlib.suppress(FirstbellError):
            busy_day()
        if fault.times == TIMES:
            break
        tenant.script.clear()
        person.closes_it()
        clock.advance(minutes=8)

        busy_day()

        then_all_is_right(near_workbook, person)
        item.save(morning, clock.now(), "somebody who puts the version of the morning back")
        clock.advance(minutes=8)
    assert passing > 10


def test_a_workbook_held_by_somebody_is_told_and_nothing_is_repeated(busy_day, person, tenant):
    person.opens_it()
    tenant.seen.clear()

    with pytest.raises(NeedsHuman, match=r"^close Trial"):
        busy_day()

    assert [seen.status for seen in tenant.seen] == [200, 409]


def test_a_session_that_ended_is_begun_again_and_the_drawing_goes_on(busy_day, person, tenant, clock, excel):
    person.looks_at_it()
    requests = iter(range(100))

    def a_long_pause_in_the_middle():
        if next(requests) == 5:
            clock.advance(minutes=6)

    excel.sandbox.before = a_long_pause_in_the_middle
    busy_day()
    excel.sandbox.before = lambda: None

    assert sum(seen.operation.endswith("createSession") for seen in tenant.seen) >= 3
    assert {"Pupil": "Zoë Test", "Days": "2", "Settle by": "2026-12-01"} in person.sees("Today")


def test_where_programs_are_refused_an_open_workbook_is_told(busy_day, person, tenant):
    tenant.workbooks.refuses_apps = True
    person.looks_at_it()

    with pytest.raises(NeedsHuman, match=r"^close Trial"):
        busy_day()


def test_where_programs_are_refused_a_file_just_saved_is_left_for_a_minute(busy_day, person, tenant):
    """Its download may still be the version before, and writing that back would undo what was typed."""
    tenant.workbooks.refuses_apps = True
    person.types("Today", "a", "Decision", "stop")

    with pytest.raises(RetryLater):
        busy_day()


def test_a_label_that_encrypts_is_no_obstacle_to_the_file(busy_day, near_workbook, person, tenant):
    tenant.workbooks.labelled.add(person.item.id)

    busy_day()

    then_all_is_right(near_workbook, person)
