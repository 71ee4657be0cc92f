"""Tripwires: a parameter without a source, a reader or a name in the list is found here and not by a school."""

import datetime as dt
import tomllib

import pytest

from rules.codes import AttendanceCode, Category, code_table, codes_in
from rules.parameters import HERE, BadParameterFile, UnknownParameter, only_keys, parameter, parameter_names

NAMES = parameter_names()
CHECKED_AGAIN_AFTER = dt.timedelta(days=400)


def every_citation():
    for name in NAMES:
        for entry in parameter(name).entries:
            yield f"{name} from {entry.in_force_from}", entry.citation
    for code, facts in code_table().codes.items():
        yield f"code {code}", facts.citation
    for letter, withdrawn in code_table().withdrawn.items():
        yield f"withdrawn {letter}", withdrawn.citation


CITATIONS = dict(every_citation())


@pytest.mark.parametrize("what", CITATIONS)
def test_every_value_says_where_it_stands(what):
    citation = CITATIONS[what]

    assert citation.link.startswith("https://"), f"{what}: give the address of the source"
    assert citation.instrument.strip(), f"{what}: name the instrument"
    assert citation.provision.strip(), f"{what}: name the provision within it"
    assert citation.checked_by.strip(), f"{what}: say who read the source"


@pytest.mark.parametrize("what", CITATIONS)
def test_no_source_was_last_read_in_the_far_past(what):
    newest = max(citation.checked_on for citation in CITATIONS.values())

    assert newest - CITATIONS[what].checked_on < CHECKED_AGAIN_AFTER, (
        f"{what}: read the source again, then set checked_on"
    )


@pytest.mark.parametrize("name", NAMES)
def test_every_parameter_is_used_by_name(name, root):
    roots = (root / "rules", root / "firstbell" / "workflows")
    sources = [path.read_text(encoding="utf-8") for folder in roots for path in folder.rglob("*.py")]

    assert any(f'"{name}"' in text for text in sources), f"{name}: delete it, or write the rule that uses it"


@pytest.mark.parametrize("name", NAMES)
def test_every_parameter_says_what_it_is_in_one_sentence(name):
    found = parameter(name)

    assert found.description.endswith(".")
    assert found.unit
    assert found.entries


def test_there_are_34_codes_and_four_withdrawn_letters():
    assert len(AttendanceCode) == len(code_table().codes) == 34, "a code came or went: check counts, bytes and vectors"
    assert set(code_table().withdrawn) == {"F", "H", "J", "Y"}


@pytest.mark.parametrize(
    ("category", "letters"),
    [
        (Category.PRESENT, r"/ \ L"),
        (Category.APPROVED_EDUCATIONAL_ACTIVITY, "K V P W B"),
        (Category.AUTHORISED_ABSENCE, "C C1 C2 E I J1 M R S T"),
        (Category.UNAUTHORISED_ABSENCE, "G N O U"),
        (Category.NOT_POSSIBLE, "D Q X Y1 Y2 Y3 Y4 Y5 Y6 Y7"),
        (Category.NOT_COLLECTED, "Z #"),
    ],
)
def test_each_code_is_in_the_category_of_the_statistics(category, letters):
    assert codes_in(category) == set(letters.split())


def test_every_file_below_the_parameters_is_one_that_is_read():
    files = {path.relative_to(HERE).as_posix() for path in HERE.rglob("*") if path.is_file() and path.suffix != ".pyc"}

    assert files == {f"{name}.toml" for name in NAMES} | {"__init__.py", "codes/attendance_codes.toml"}


def test_a_date_before_the_first_entry_is_refused_and_not_guessed():
    with pytest.raises(UnknownParameter, match="no value of penalty_notices/window is known for 18 August 2024"):
        parameter("penalty_notices/window").on(dt.date(2024, 8, 18))


def test_the_first_day_of_an_entry_is_inside():
    assert parameter("penalty_notices/window").on(dt.date(2024, 8, 19)).value == 10


def test_no_table_of_codes_is_known_before_the_first():
    with pytest.raises(UnknownParameter, match="it begins on 19 August 2024"):
        code_table().on(dt.date(2024, 8, 18))


def test_a_misspelt_key_is_refused():
    with pytest.raises(BadParameterFile, match="untill"):
        only_keys({"from": 1, "untill": 2}, {"from"}, {"until"}, "window.toml")


@pytest.mark.parametrize("path", sorted(HERE.rglob("*.toml")), ids=lambda path: path.relative_to(HERE).as_posix())
def test_each_file_is_toml_with_a_title(path):
    assert tomllib.loads(path.read_text(encoding="utf-8"))["title"]
