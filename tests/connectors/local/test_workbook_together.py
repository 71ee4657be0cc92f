"""Two people and the robot work at once, in any order: nothing a person typed is lost or overwritten."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from connectors.local import workbook_file
from connectors.local.workbook import LocalWorkbook
from firstbell.testing.fake_workbook import FakeWorkbook
from firstbell.testing.workbook_conformance import draw_today, read_sheet
from firstbell.testing.workbook_person import Person, cell_of

KEYS = ["a", "b", "c", "d"]
COLUMNS = ["Reason given", "Decision"]

typing = st.tuples(
    st.just("types"), st.sampled_from(KEYS), st.sampled_from(COLUMNS), st.sampled_from(["ill", "=1", "007", "stop"])
)
sorting = st.tuples(st.just("sorts"), st.sampled_from(["Pupil", "Days", "Reason given"]))
drawing = st.tuples(st.just("draws"), st.lists(st.sampled_from(KEYS), unique=True), st.integers(0, 9))
steps = st.lists(typing | sorting | drawing, max_size=10)


class Story:
    """Plays steps on a workbook and remembers what each people's cell must hold."""

    def __init__(self, workbook, person):
        self.workbook, self.person = workbook, person
        self.expected = {}
        self.draws(KEYS, 0)

    def play(self, step):
        name, *details = step
        getattr(self, name)(*details)

    def draws(self, keys, days):
        draw_today(self.workbook, **{key: {"Pupil": f"Test {key}", "Days": days} for key in keys})
        empty = dict.fromkeys(COLUMNS, "")
        self.expected = {key: self.expected.get(key, empty) for key in keys}

    def types(self, key, column, text):
        if key in self.expected:
            self.person.types("Today", key, column, text)
            self.expected[key] = {**self.expected[key], column: text}

    def sorts(self, column):
        if self.expected:
            self.person.sorts("Today", column)


@settings(max_examples=25, deadline=None)
@given(steps)
def test_whatever_the_order_every_cell_a_person_typed_is_there(story):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "Trial.xlsx"
        fake = FakeWorkbook()
        on_disk, in_memory = Story(LocalWorkbook(path), Person(path)), Story(fake, fake)
        for step in story:
            on_disk.play(step)
            in_memory.play(step)

        assert read_sheet(on_disk.workbook, "Today").rows == on_disk.expected
        assert on_disk.person.sees("Today") == in_memory.person.sees("Today")


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["Ann", "Bob"]), st.sampled_from(KEYS)), min_size=1, max_size=4))
def test_saves_that_fall_into_the_middle_of_a_drawing_are_kept(saves):
    """Ann types reasons and Bob decisions, each save landing between our reading and our replacing."""
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        path = Path(folder) / "Trial.xlsx"
        story = Story(LocalWorkbook(path), Person(path))
        waiting, real = list(saves), workbook_file.replace_if_unchanged

        def somebody_saves_first(at, before, after):
            if waiting:
                who, key = waiting.pop()
                story.types(key, {"Ann": "Reason given", "Bob": "Decision"}[who], f"typed by {who}")
            return real(at, before, after)

        patch.setattr("connectors.local.workbook.replace_if_unchanged", somebody_saves_first)
        story.draws(KEYS, 5)

        assert read_sheet(story.workbook, "Today").rows == story.expected
        sheet = load_workbook(path)["Today"]
        assert [cell_of(sheet, key, "Days").value for key in KEYS] == [5] * 4
