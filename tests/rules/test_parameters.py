"""Tripwires: a parameter without a source, a reader or a name in the list is found here and not by a school."""

import datetime as dt
import tomllib

import pytest

import rules.parameters
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


def written(*entries, **changes):
    """A parameter file with entries, each its first lines; `changes` replaces parts of a citation."""
    source = {"instrument": "An Act", "provision": "section 1", "link": "https://example.org", "checked_by": "Ana"}
    source |= {"confidence": "seen"} | changes
    lines = "".join(f'{key} = "{value}"\n' for key, value in source.items())
    cited = f"\n[entries.citation]\nchecked_on = 2026-11-23\n{lines}"
    return "".join(['title = "T"\ndescription = "D."\nunit = "days"\n', *(f"[[entries]]\n{e}{cited}" for e in entries)])


def read(text, tmp_path, monkeypatch):
    """Read a parameter with this text."""
    (tmp_path / "limit.toml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(rules.parameters, "HERE", tmp_path)
    return parameter.__wrapped__("limit")


TEN, TWELVE = "from = 2024-08-19\nvalue = 10", "from = 2025-09-01\nvalue = 12"


@pytest.mark.parametrize(("day", "value"), [("2024-08-19", 10), ("2025-08-31", 10), ("2025-09-01", 12)])
def test_a_later_value_takes_over_on_its_first_day_though_nobody_ended_the_earlier_one(
    day, value, tmp_path, monkeypatch
):
    found = read(written(TEN, TWELVE), tmp_path, monkeypatch)

    assert found.on(dt.date.fromisoformat(day)).value == value


def test_a_value_ends_the_day_before_its_until_and_no_earlier_one_comes_back(tmp_path, monkeypatch):
    found = read(written(TEN, f"{TWELVE}\nuntil = 2026-09-01"), tmp_path, monkeypatch)

    assert found.on(dt.date(2026, 8, 31)).value == 12
    with pytest.raises(UnknownParameter):
        found.on(dt.date(2026, 9, 1))


@pytest.mark.parametrize(
    "broken",
    [
        written(TWELVE, TEN),
        written(TEN, TEN),
        written(f"{TEN}\nuntill = 2026-09-01"),
        written(TEN, confidence="sure"),
        written(TEN).replace('provision = "section 1"\n', ""),
        written(TEN).replace("unit =", "units ="),
    ],
    ids=["not in order", "one day twice", "a misspelt key", "an unknown confidence", "no provision", "no unit"],
)
def test_a_broken_file_is_refused(broken, tmp_path, monkeypatch):
    with pytest.raises(BadParameterFile):
        read(broken, tmp_path, monkeypatch)


def test_a_misspelt_key_is_refused():
    with pytest.raises(BadParameterFile, match="untill"):
        only_keys({"from": 1, "untill": 2}, {"from"}, {"until"}, "window.toml")


@pytest.mark.parametrize("path", sorted(HERE.rglob("*.toml")), ids=lambda path: path.relative_to(HERE).as_posix())
def test_each_file_is_toml_with_a_title(path):
    assert tomllib.loads(path.read_text(encoding="utf-8"))["title"]
