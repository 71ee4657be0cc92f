"""Two people and Firstbell work in one workbook at once, in any order: no edit is lost, and none is overwritten."""

import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firstbell.errors import FirstbellError
from firstbell.records import SheetRows
from firstbell.testing.microsoft.workbook_books import live_book
from firstbell.testing.workbook_conformance import AS_AT, LAYOUT
from firstbell.testing.workbook_person import cell_of

KEYS = ["a", "b", "c", "d", "e"]
COLUMNS = {"Today": ["Reason given", "Decision"], "Blocked": ["Address"]}
sheet_and_key = st.tuples(st.sampled_from(["Today", "Blocked"]), st.sampled_from(KEYS))
typing = st.tuples(st.just("types"), sheet_and_key, st.integers(0, 1))
sorting = st.tuples(
    st.just("sorts"), st.sampled_from([("Today", "Pupil"), ("Today", "Decision"), ("Blocked", "Pupil")])
)
inserting = st.tuples(st.just("inserts"), st.integers(0, 6))
adding = st.tuples(st.just("adds"))
below = st.tuples(st.just("types_below"))
deleting = st.tuples(st.just("deletes"), sheet_and_key)
colouring = st.tuples(st.just("colours"), sheet_and_key)
widening = st.tuples(st.just("widens"), st.sampled_from(["Days", "Reason given", "Firstbell says", ""]))
renaming = st.tuples(st.just("renames"), st.sampled_from(["sheet", "heading"]))
action = typing | sorting | inserting | adding | below | deleting | colouring | widening | renaming
drawn = st.tuples(
    st.lists(st.sampled_from(KEYS), unique=True), st.integers(0, 9), st.sampled_from([0, 3]), st.booleans()
)
busy = st.lists(st.tuples(st.integers(0, 24), action), max_size=8)
days = st.lists(st.tuples(drawn, busy), min_size=1, max_size=3)


def wanted(keys, number):
    """The rows of both sheets; the first is settled when the number is odd."""
    settled = frozenset(keys[:1]) if number % 2 else frozenset()
    today = {key: {"Pupil": f"={key} Test", "Days": number} for key in keys}
    blocked = {key: {"Pupil ID": f"0{key}", "Pupil": f"{key} Test {number}"} for key in keys}
    return [SheetRows("Today", today, settled=settled), SheetRows("Blocked", blocked)]


class Office:
    """Plays what people do, and remembers what must be found again."""

    def __init__(self, workbook, person, clock, excel):
        self.workbook, self.person, self.clock, self.excel = workbook, person, clock, excel
        self.numbers = itertools.count(1)
        self.cells, self.own_rows, self.colours, self.read_once = {}, [], {}, set()
        self.renamed, self.always, self.broken_off = [], set(KEYS), set()

    # What people do. Each is a step at once; one that can't be done, since the row is not there, is not done.

    def types(self, where, which):
        sheet, key = where
        column = COLUMNS[sheet][which % len(COLUMNS[sheet])]
        text = f"typed {next(self.numbers)}"
        self.person.types(sheet, key, column, text)
        self.cells[sheet, key, column] = text

    def sorts(self, where):
        self.person.sorts(*where)

    def inserts(self, index):
        self._own_row(lambda cells: self.person.inserts_a_row("Blocked", index, cells))

    def adds(self):
        self._own_row(lambda cells: self.person.adds_a_row("Blocked", cells))

    def types_below(self):
        self._own_row(lambda cells: self.person.types_below_the_table("Blocked", cells))

    def _own_row(self, type_it):
        number = next(self.numbers)
        cells = {"Pupil ID": f"own {number}", "Address": f"street {number}"}
        type_it(cells)
        self.own_rows.append(cells)

    def deletes(self, where):
        self.person.deletes_a_row(*where)
        for place in [place for place in (*self.cells, *self.colours) if place[:2] == where]:
            self.cells.pop(place, None)
            self.colours.pop(place, None)

    def colours_in(self, where):
        colour = f"FF{next(self.numbers):06X}"
        self.person.colours(*where, "Pupil", colour)
        self.colours[(*where, "Pupil")] = colour

    def widens(self, before):
        heading = f"Own {next(self.numbers)}"
        self.person.adds_a_column("Today", before, heading)

    def renames(self, what):
        if what == "sheet":
            self.person.renames_a_sheet("Today", "This day")
            self.renamed.append(lambda: self.person.renames_a_sheet("This day", "Today"))
        else:
            self.person.renames_a_heading("Today", "Days", "How many")
            self.renamed.append(lambda: self.person.renames_a_heading("Today", "How many", "Days"))

    def act(self, step):
        name, *details = step
        try:
            getattr(self, {"colours": "colours_in"}.get(name, name))(*details)
        except (StopIteration, KeyError):
            return

    # What Firstbell does.

    def draws(self, drawing, steps):
        keys, number, minutes, is_open = drawing
        self.always &= set(keys)
        self.clock.advance(minutes=minutes)
        self.person.looks_at_it() if is_open else self.person.closes_it()
        at = {}
        for request, step in steps:
            at.setdefault(request, []).append(step)
        count = itertools.count()
        self.excel.before = lambda: [self.act(step) for step in at.get(next(count), ())]
        try:
            self.reads()
            self.clock.advance(minutes=minutes)
            self.workbook.draw(LAYOUT, wanted(keys, number), as_at=AS_AT)
        except FirstbellError:
            self.broken_off.add(f"Test {number}")
        finally:
            self.excel.before = lambda: None

    def reads(self):
        for sheet in self.workbook.read(LAYOUT):
            for key, row in sheet.rows.items():
                self.read_once |= {(sheet.sheet, key, column, text) for column, text in row.items()}
            self.read_once |= {tuple(row.items()) for row in sheet.typed}

    def ends(self, keys, number):
        for put_back in reversed(self.renamed):
            put_back()
        self.clock.advance(minutes=3)
        for _ in range(2):
            self.reads()
            self.workbook.draw(LAYOUT, wanted(keys, number), as_at=AS_AT)
            self.clock.advance(minutes=3)


@pytest.fixture
def office(near_workbook, person_in, clock, excel, renew):
    def opened():
        near_workbook.close()
        renew()
        return Office(near_workbook, person_in(excel.sandbox.tenant), clock, excel.sandbox)

    return opened


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(days, st.lists(st.sampled_from(KEYS), unique=True), st.booleans())
def test_whatever_people_do_in_between_nothing_of_theirs_is_lost(office, story, last_keys, is_open):
    here = office()
    here.workbook.draw(LAYOUT, wanted(KEYS, 0), as_at=AS_AT)
    for drawing, steps in story:
        here.draws(drawing, steps)
    here.person.looks_at_it() if is_open else here.person.closes_it()
    here.ends(last_keys, 9)

    then_every_edit_stands_or_was_read(here, last_keys)
    then_every_row_of_firstbells_is_right(here, last_keys, is_open=is_open)
    assert here.excel.tenant.violations == []


def then_every_edit_stands_or_was_read(office, keys):
    now = {sheet.sheet: sheet for sheet in office.workbook.read(LAYOUT)}
    for (sheet, key, column), text in office.cells.items():
        stands = now[sheet].rows.get(key, {}).get(column) == text
        had_to_stay = key in keys and key in office.always  # a row that was taken away is brought back by the desk
        assert stands or (not had_to_stay and (sheet, key, column, text) in office.read_once)
    typed = list(now["Blocked"].typed)
    for row in office.own_rows:
        assert typed.count(row) == 1
    book = live_book(office.excel.tenant, office.person.item).book
    for (sheet, key, column), colour in office.colours.items():
        if key in keys and key in office.always:
            assert cell_of(book[sheet], key, column).fill.fgColor.rgb == colour


def then_every_row_of_firstbells_is_right(office, keys, *, is_open):
    seen = [row for row in office.person.sees("Today") if not row.get("Firstbell says", "").startswith("No longer")]
    ours = sorted((row["Pupil"], row["Days"]) for row in seen if "Pupil" in row)
    assert ours == sorted((f"={key} Test", "9") for key in keys)
    blocked = [row for row in office.person.sees("Blocked") if "Firstbell says" not in row and "Pupil" in row]
    # What a drawing that broke off wrote beside a person's own row, in that very moment, nobody looked at again.
    blocked = [
        row for row in blocked if not (row["Pupil ID"].startswith("own ") and row["Pupil"][2:] in office.broken_off)
    ]
    assert sorted(row["Pupil"] for row in blocked) == sorted(f"{key} Test 9" for key in keys)
    if not is_open:
        assert not any("Firstbell says" in row for row in office.person.sees("Today"))
