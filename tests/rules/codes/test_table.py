"""The table of codes: what it says of each, from when to when, and which broken tables are refused."""

import datetime as dt
from dataclasses import replace

import pytest

import rules.codes
from rules.codes import NO_MARK, AttendanceCode, Category, byte_of, code_of, code_table, codes_in, facts_of
from rules.parameters import HERE, BadParameterFile

BEGINS = dt.date(2024, 8, 19)
TABLE = (HERE / "codes" / "attendance_codes.toml").read_text(encoding="utf-8")


def codes_with(question):
    return " ".join(code for code in AttendanceCode if question(facts_of(code)))


def read(text, tmp_path, monkeypatch):
    """Read a table of codes with this text."""
    (tmp_path / "codes").mkdir()
    (tmp_path / "codes" / "attendance_codes.toml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(rules.codes, "HERE", tmp_path)
    return code_table.__wrapped__()


@pytest.mark.parametrize(
    ("question", "letters"),
    [
        (lambda facts: facts.needs_note, "K B Y7"),
        (lambda facts: facts.is_restricted, "I M R T Y5 Y6"),
        (lambda facts: facts.sessions == "AM", "/"),
        (lambda facts: facts.sessions == "PM", "\\"),
        (lambda facts: facts.compulsory_school_age == "only", "C2"),
        (lambda facts: facts.compulsory_school_age == "never", "X"),
    ],
    ids=["a note beside it", "restricted", "mornings only", "afternoons only", "within school age", "outside it"],
)
def test_the_table_says_which_codes_are_special(question, letters):
    assert sorted(codes_with(question).split()) == sorted(letters.split())


@pytest.mark.parametrize(
    ("category", "possible", "absence", "attending"),
    [
        (Category.PRESENT, True, False, True),
        (Category.APPROVED_EDUCATIONAL_ACTIVITY, True, False, True),
        (Category.AUTHORISED_ABSENCE, True, True, False),
        (Category.UNAUTHORISED_ABSENCE, True, True, False),
        (Category.NOT_POSSIBLE, False, False, False),
        (Category.NOT_COLLECTED, False, False, False),
    ],
)
def test_what_a_category_counts_as(category, possible, absence, attending):
    for facts in map(facts_of, codes_in(category)):
        assert (facts.is_possible, facts.is_absence, facts.is_attending) == (possible, absence, attending)


@pytest.mark.parametrize(
    ("day", "holds"),
    [
        (dt.date(2024, 8, 18), False),
        (BEGINS, True),
        (dt.date(2027, 8, 31), True),
        (dt.date(2027, 9, 1), False),
    ],
)
def test_a_code_holds_from_its_first_day_to_the_day_before_the_one_it_ends_on(day, holds):
    assert replace(facts_of(AttendanceCode.ILLNESS), until=dt.date(2027, 9, 1)).holds_on(day) is holds


def test_on_its_first_day_the_table_has_all_codes():
    assert set(code_table().on(BEGINS)) == set(AttendanceCode)


def test_each_code_has_a_byte_and_no_mark_is_none_of_them():
    assert {code_of(byte_of(code)) for code in AttendanceCode} == set(AttendanceCode)
    assert (byte_of(None), code_of(NO_MARK)) == (0, None)
    with pytest.raises(KeyError):
        code_of(255)


def test_the_table_as_it_is_can_be_read(tmp_path, monkeypatch):
    assert read(TABLE, tmp_path, monkeypatch) == code_table()


def test_a_code_may_come_and_go_on_days_of_its_own(tmp_path, monkeypatch):
    dated = TABLE.replace('code = "Y7"', 'code = "Y7"\nfrom = 2025-09-01\nuntil = 2026-09-01')

    found = read(dated, tmp_path, monkeypatch)

    days = [dt.date(2025, 8, 31), dt.date(2025, 9, 1), dt.date(2026, 8, 31), dt.date(2026, 9, 1)]
    assert ["Y7" in found.on(day) for day in days] == [False, True, True, False]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("byte = 29\n", "byte = 32\n"),  # a byte twice
        ("byte = 29\n", "byte = 0\n"),  # the byte of no mark
        ('code = "Y4"', 'code = "Y7"'),  # a code twice, and one missing
        ('suggestions = ["J1"]', 'suggestions = "J1"'),
        ('title = "', 'tittle = "'),
    ],
)
def test_a_broken_table_is_refused(before, after, tmp_path, monkeypatch):
    broken = TABLE.replace(before, after, 1)

    assert broken != TABLE
    with pytest.raises(BadParameterFile):
        read(broken, tmp_path, monkeypatch)


def test_the_day_of_a_withdrawal_must_be_a_date(tmp_path, monkeypatch):
    until_j, from_j = TABLE.split('letter = "J"')

    with pytest.raises(BadParameterFile, match="withdrawn J"):
        read(f'{until_j}letter = "J"{from_j.replace("= 2024-08-19", "= 20240819", 1)}', tmp_path, monkeypatch)
