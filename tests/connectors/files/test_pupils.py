"""The roll: every pupil kept apart, every flag yes, no or unknown, every doubt told."""

import datetime as dt
import json
from pathlib import Path

import pytest

from connectors.files import read_pupils
from connectors.files.answers import year_group
from firstbell.errors import BadInput
from rules.people import Vulnerability

XPORTER = Path(__file__).parents[4] / "shared" / "data" / "xporter"
HEADER = "pupil_id,forename,surname,date_of_birth,year_group,upn,fsm,sen_status\n"
ALICIA = "001275,Alicia,O'Neil,28/02/2014,7,B801200005001,Y,K\n"


@pytest.mark.parametrize(
    ("text", "year"),
    [
        *(("Year  7", "7"), ("Y7", "7"), ("07", "7"), ("7", "7"), ("yr 13", "13"), ("R", "R"), ("Reception", "R")),
        *(("N1", "N1"), ("n2", "N2"), ("14", "14"), ("15", None), ("0", None), ("X", None), ("", None), ("7A", None)),
    ],
)
def test_a_year_group_is_read_as_schools_write_it(text, year):
    assert year_group(text) == year


def test_a_year_group_that_is_none_is_told_and_the_pupil_kept(write):
    (pupil,), (problem,) = read_pupils(write("pupils.csv", HEADER + ALICIA.replace(",7,", ",X,")))

    assert pupil.year_group == ""
    assert (problem.pupil_id, problem.where) == ("001275", "pupils.csv, row 2")


@pytest.mark.parametrize(
    ("text", "flag"), [("Yes", True), ("TRUE", True), ("1", True), ("T", True), ("n", False), ("0", False), ("", None)]
)
def test_a_flag_has_three_states(write, text, flag):
    (pupil,), problems = read_pupils(write("pupils.csv", HEADER + ALICIA.replace(",Y,", f",{text},")))

    assert pupil.flags.fsm is flag
    assert problems == ()


def test_a_flag_that_is_neither_is_unknown_and_told(write):
    (pupil,), (problem,) = read_pupils(write("pupils.csv", HEADER + ALICIA.replace(",Y,", ",maybe,")))

    assert pupil.flags.fsm is None
    assert "'fsm'" in problem.sentence


def test_a_plan_shown_only_by_the_sen_code_still_counts(write):
    text = HEADER + ALICIA.replace(",K", ",E - Education Health and Care Plan")

    (pupil,), _ = read_pupils(write("pupils.csv", text))

    assert pupil.vulnerabilities() == (Vulnerability.EHCP,)


@pytest.mark.parametrize("upn", ["A801200005001", "b801200005001", "B80120000500", "B8012000050011", "UN1"])
def test_a_upn_that_is_not_valid_is_told_and_kept_as_text(write, upn):
    (pupil,), (problem,) = read_pupils(write("pupils.csv", HEADER + ALICIA.replace("B801200005001", upn)))

    assert pupil.upn.value == upn
    assert "UPN" in problem.sentence
    assert upn not in problem.sentence


def test_two_pupils_with_one_upn_are_kept_apart_and_told(write):
    pupils, problems = read_pupils(write("pupils.csv", HEADER + ALICIA + ALICIA.replace("001275", "001276")))

    assert [pupil.id for pupil in pupils] == ["001275", "001276"]
    assert [problem.pupil_id for problem in problems] == ["001275", "001276"]


def test_namesakes_with_one_birthday_are_two_pupils(write):
    rows = "".join(f"{pupil_id},Sam,Example,28/02/2014,7,,,\n" for pupil_id in ("000917", "000918"))

    pupils, problems = read_pupils(write("pupils.csv", HEADER + rows))

    assert [pupil.id for pupil in pupils] == ["000917", "000918"]
    assert problems == ()


def test_the_same_row_twice_is_one_pupil(write):
    pupils, problems = read_pupils(write("pupils.csv", HEADER + ALICIA + ALICIA))

    assert len(pupils) == 1
    assert problems == ()


def test_one_id_with_two_stories_is_left_out_and_told(write):
    pupils, problems = read_pupils(
        write("pupils.csv", HEADER + ALICIA + ALICIA.replace(",7,", ",8,").replace("B801200005001", ""))
    )

    assert pupils == ()
    assert [problem.pupil_id for problem in problems] == ["001275"]


def test_a_row_without_an_id_is_told(write):
    pupils, (problem,) = read_pupils(write("pupils.csv", HEADER + ALICIA + ALICIA.replace("001275", "")))

    assert len(pupils) == 1
    assert problem.where == "pupils.csv, row 3"


def test_a_birthday_that_is_none_is_unknown_and_told(write):
    (pupil,), (problem,) = read_pupils(write("pupils.csv", HEADER + ALICIA.replace("28/02/2014", "30/02/2014")))

    assert pupil.date_of_birth is None
    assert "date_of_birth" in problem.sentence


def test_missing_columns_are_listed_with_what_was_found(write):
    with pytest.raises(BadInput) as refused:
        read_pupils(write("pupils.csv", "Adno,Surname,Forename\n1,O'Neil,Alicia\n"))

    assert "'Adno'" in refused.value.found
    assert "date_of_birth, year_group" in refused.value.expected


def test_the_pupils_that_xporter_gives_are_read(write):
    if not XPORTER.exists():
        pytest.skip("the recorded replies of Xporter are not beside this repository")
    reply = json.loads((XPORTER / "students.json").read_text(encoding="utf-8"))[0]["body"]["Students"]
    columns = ["Id", "Forename", "Surname", "DateofBirth", "YearGroup", "RegGroup", "EntryDate", "LeavingDate"]
    columns += ["Gender", "PupilPremium", "FSMEligible", "SENProvision", "InLeaCare", "EAL", "IsYoungCarer"]
    rows = [",".join("" if pupil[c] is None else str(pupil[c]) for c in columns) for pupil in reply]

    pupils, problems = read_pupils(write("pupils.csv", "\n".join([",".join(columns), *rows]) + "\n"))

    assert problems == ()
    assert (pupils[0].id, pupils[0].year_group, pupils[0].form) == ("3116", "4", "4ES")
    assert (pupils[0].date_of_birth, pupils[0].flags.eal) == (dt.date(2009, 1, 12), True)
    assert len(pupils) == len(reply)


def test_a_leaving_date_before_the_joining_date_is_told_and_left_out(write):
    dates = [("2026-09-01", "2025-07-18"), ("2026-09-01", "2026-09-01")]
    header = "pupil_id,date_of_birth,year_group,on_roll_from,on_roll_to\n"
    rows = "".join(f"{n},2014-02-28,7,{joined},{left}\n" for n, (joined, left) in enumerate(dates, 1))

    (back, one_day), (problem,) = read_pupils(write("pupils.csv", header + rows))

    assert (back.on_roll_from, back.on_roll_to) == (dt.date(2026, 9, 1), None)
    assert one_day.on_roll_to == dt.date(2026, 9, 1)
    assert (problem.pupil_id, problem.where) == ("1", "pupils.csv, row 2")
