"""Two workbooks that a run reads are found, opened and looked at together, and neither is the worse for it."""

import contextlib
import itertools

import pytest

from connectors.microsoft365.workbook import GraphWorkbook
from connectors.microsoft365.workbook_together import ReadTogether
from firstbell.errors import FirstbellError, NeedsHuman
from firstbell.testing.microsoft.faults import Fault, Kind
from firstbell.testing.microsoft.workbook_person import LivePerson
from firstbell.testing.workbook_conformance import ALICIA, LAYOUT, MICHAEL, TYPED, draw_today
from tests.connectors.microsoft365.conftest import DRIVE, FILE

SECOND = "Second.xlsx"
KINDS = [kind for kind in Kind if kind is not Kind.SLOW]
# What the service means, however often it is asked; it means the others once or twice only.
MEANT = {Kind.LOCKED, Kind.CONFLICT, Kind.CHANGED, Kind.FULL, Kind.BLOCKED}


@pytest.fixture
def run(near, tenant, clock):  # noqa: ARG001 - a tenant of this test's own
    """The workbooks of a new run."""

    def begun():
        together = ReadTogether(near)
        books = [GraphWorkbook(near, DRIVE, file, clock, together) for file in (FILE, SECOND)]
        for book in books:
            together.add(book.file, LAYOUT)
        return books, together

    return begun


@pytest.fixture
def typed(run, tenant, clock):
    """In each of two workbooks somebody has typed something else."""
    people = [LivePerson(tenant, DRIVE, file) for file in (FILE, SECOND)]
    for workbook, person, text in zip(run()[0], people, ("dentist", "ill"), strict=True):
        draw_today(workbook, a=ALICIA, m=MICHAEL)
        person.types("Today", "a", "Reason given", text)
    people[1].adds_a_row("Blocked", TYPED)
    clock.advance(minutes=3)
    tenant.seen.clear()
    return people


def reasons(read):
    return [sheet.rows["a"]["Reason given"] for sheet in read if sheet.sheet == "Today"]


def round_trips(tenant):
    return [seen.operation.rpartition("/")[2] for seen in tenant.round_trips()]


@pytest.mark.usefixtures("typed")
def test_both_are_read_in_three_round_trips_and_each_says_its_own(run, tenant):
    first, second = run()[0]

    assert reasons(first.read(LAYOUT)) == ["dentist"]
    read = second.read(LAYOUT)

    assert reasons(read) == ["ill"]
    assert [sheet.typed for sheet in read if sheet.sheet == "Blocked"] == [(TYPED,)]
    assert round_trips(tenant) == ["$batch", "$batch", "$batch"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.usefixtures("typed")
def test_a_fault_at_any_request_mixes_nothing_up(run, tenant, kind):
    for passing in itertools.count():
        fault = Fault(kind, passing=passing)
        tenant.script.add(fault)
        (first, second), together = run()
        for book, text in ((first, "dentist"), (second, "ill")):
            try:
                assert reasons(book.read(LAYOUT)) == [text]
            except FirstbellError:
                assert kind in MEANT
            book.close()
        together.close()
        if fault.times:
            break
    assert passing > 10


@pytest.mark.usefixtures("typed")
def test_one_that_is_not_there_yet_is_no_obstacle_to_the_other(run, tenant):
    tenant.drives[DRIVE].at(FILE).name = "Gone.xlsx"
    first, second = run()[0]

    assert first.read(LAYOUT) == ()
    assert reasons(second.read(LAYOUT)) == ["ill"]


def test_one_that_is_not_there_is_created_without_another_look(run, tenant):
    first, second = run()[0]
    for book in (first, second):
        assert book.read(LAYOUT) == ()

    for book in (first, second):
        draw_today(book, a=ALICIA)

    assert round_trips(tenant) == ["$batch", "content", "content"]


def test_one_that_somebody_created_meanwhile_is_drawn_into(run, typed):
    first, _ = run()[0]
    item, typed[0].item.name = typed[0].item, "Gone.xlsx"
    first.read(LAYOUT)
    item.name = FILE

    draw_today(first, a={**ALICIA, "Days": 4}, m=MICHAEL)

    (alicia, _) = typed[0].sees("Today")
    assert (alicia["Days"], alicia["Reason given"]) == ("4", "dentist")


def test_one_that_is_held_is_told_and_the_other_is_read(run, typed):
    typed[0].opens_it()
    first, second = run()[0]

    with pytest.raises(NeedsHuman, match=r"^close Trial"):
        first.read(LAYOUT)

    assert reasons(second.read(LAYOUT)) == ["ill"]


def test_a_sheet_that_was_renamed_in_one_is_told_and_the_other_is_read(run, typed):
    typed[0].renames_a_sheet("Today", "This day")
    first, second = run()[0]

    with pytest.raises(NeedsHuman, match="was renamed 'This day'"):
        first.read(LAYOUT)

    assert reasons(second.read(LAYOUT)) == ["ill"]


@pytest.mark.usefixtures("typed")
def test_what_was_opened_for_one_that_nobody_read_is_closed(run, tenant):
    (first, _), together = run()
    first.read(LAYOUT)
    assert len(tenant.workbooks.sessions) == 2

    first.close()
    together.close()

    assert tenant.workbooks.sessions == {}


def test_what_was_opened_for_one_that_nobody_read_does_not_keep_its_rows_from_going(run, typed):
    typed[0].opens_it()
    first, second = run()[0]
    with pytest.raises(NeedsHuman):
        first.read(LAYOUT)

    draw_today(second, a=ALICIA)

    assert [row["Pupil"] for row in typed[1].sees("Today")] == ["Alicia Test"]


def test_a_second_reading_sees_what_was_typed_since(run, typed):
    first, second = run()[0]
    for book in (first, second):
        book.read(LAYOUT)
    typed[1].types("Today", "a", "Reason given", "better")

    assert reasons(first.read(LAYOUT)) == ["dentist"]
    assert reasons(second.read(LAYOUT)) == ["better"]


@pytest.mark.usefixtures("typed")
def test_a_drawing_from_which_rows_go_begins_with_the_file(run, tenant):
    first, second = run()[0]
    for book in (first, second):
        book.read(LAYOUT)
    tenant.seen.clear()

    draw_today(first, a=ALICIA)

    assert round_trips(tenant) == ["closeSession", "", "content"]


@pytest.mark.usefixtures("typed")
def test_a_drawing_that_has_nothing_to_write_looks_and_closes_in_one_round_trip(run, tenant):
    books, _ = run()
    for book in books:
        book.read(LAYOUT)
    tenant.seen.clear()

    for book in books:
        draw_today(book, a=ALICIA, m=MICHAEL)

    assert round_trips(tenant) == ["$batch", "$batch"]
    assert tenant.workbooks.sessions == {}


def test_what_somebody_did_since_the_reading_is_seen_and_put_right_in_another_session(run, typed, tenant):
    first, _ = run()[0]
    first.read(LAYOUT)
    typed[0].deletes_a_row("Today", "m")
    typed[0].types("Today", "a", "Reason given", "better")

    draw_today(first, a=ALICIA, m=MICHAEL)
    first.close()

    seen = {row["Pupil"]: row.get("Reason given", "") for row in typed[0].sees("Today")}
    assert seen == {"Alicia Test": "better", "Michael Test": ""}
    assert len(tenant.workbooks.sessions) == 1  # of the other, which nobody has drawn


@pytest.mark.parametrize("kind", [*KINDS])
def test_a_fault_at_any_request_of_a_last_look_loses_nothing(run, typed, tenant, clock, kind):
    for passing in range(8):
        (first, _), together = run()
        first.read(LAYOUT)
        typed[0].types("Today", "a", "Reason given", f"better {passing}")
        tenant.script.add(Fault(kind, passing=passing))
        with contextlib.suppress(FirstbellError):
            draw_today(first, a=ALICIA, m=MICHAEL)
        tenant.script.clear()
        first.close()
        together.close()
        clock.advance(minutes=8)

        draw_today(first, a=ALICIA, m=MICHAEL)

        seen = [(row["Pupil"], row.get("Reason given", "")) for row in typed[0].sees("Today")]
        assert seen == [("Alicia Test", f"better {passing}"), ("Michael Test", "")]


def test_while_somebody_has_it_open_the_rows_that_go_stay_and_say_so(run, typed):
    typed[0].looks_at_it()
    first, _ = run()[0]
    first.read(LAYOUT)

    draw_today(first, a=ALICIA)

    says = {row["Pupil"]: row.get("Firstbell says", "") for row in typed[0].sees("Today")}
    assert says["Michael Test"].startswith("No longer needed")
    assert says["Alicia Test"] == ""


@pytest.mark.usefixtures("typed")
def test_an_address_that_is_good_no_more_is_asked_for_again(run, tenant):
    first, _ = run()[0]
    first.read(LAYOUT)
    tenant.downloads.clear()

    draw_today(first, a=ALICIA)

    assert [seen.status for seen in tenant.round_trips()][-4:] == [404, 302, 200, 200]


def test_the_address_of_a_download_is_never_told(run, typed, tenant):  # noqa: ARG001 - there must be a workbook
    first, _ = run()[0]
    version = first.file.version()

    assert version.download_url
    assert version.download_url not in repr(version)
