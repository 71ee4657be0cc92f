import csv
import datetime as dt
import time
import tomllib

import pytest

from firstbell.demo.calendar import DEMO_CALENDAR
from firstbell.demo.exports import Exports
from firstbell.demo.morning import make_morning
from firstbell.demo.school import make_school
from firstbell.errors import BadInput
from firstbell.settings import load_settings


def rows(folder, name):
    with (folder / "mis" / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def all_bytes(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_same_seed_gives_the_same_bytes_at_the_end_of_the_morning(export):
    first, second = (make_school(dt.date(2026, 11, 23), pupils=150, seed=4) for _ in range(2))

    one, two = export(first, moments=30, name="one"), export(second, moments=30, name="two")

    assert all_bytes(one) == all_bytes(two)


def test_another_seed_gives_another_school(school_on, export):
    one = export(school_on(pupils=150, seed=4), name="one")
    two = export(school_on(pupils=150, seed=5), name="two")

    assert (one / "mis" / "pupils.csv").read_bytes() != (two / "mis" / "pupils.csv").read_bytes()
    assert (one / "mis" / "marks.csv").read_bytes() != (two / "mis" / "marks.csv").read_bytes()


def test_the_people_are_the_same_whatever_the_date(school_on, export):
    one = export(school_on(dt.date(2026, 9, 4), pupils=150), name="one")
    two = export(school_on(dt.date(2027, 7, 23), pupils=150), name="two")

    assert (one / "mis" / "contacts.csv").read_bytes() == (two / "mis" / "contacts.csv").read_bytes()


def test_a_school_and_its_exports_are_made_in_under_two_seconds(tmp_path):
    started = time.process_time()

    school = make_school(dt.date(2026, 11, 26))
    Exports(tmp_path, school).write(make_morning(school)[0].at)

    assert time.process_time() - started < 2


def test_pupils_are_headed_as_sims_heads_them(school_on, export):
    school = school_on(pupils=150)

    pupil, *_ = rows(export(school), "pupils.csv")

    assert pupil["Adno"] == "004501"
    assert pupil["Year Group"] == "Year  7"
    assert pupil["DOB"] == f"{school.people.pupils[0].date_of_birth:%d/%m/%Y}"
    assert (export(school, name="again") / "mis" / "pupils.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_two_addresses_stand_in_one_field_and_a_landline_under_mobile(school_on, export):
    contacts = rows(export(school_on(pupils=150)), "contacts.csv")

    assert sum("; " in contact["Primary Email"] for contact in contacts) == 1
    assert sum(contact["Mobile"].startswith("01632") for contact in contacts) == 1


def test_nothing_is_taken_before_the_day_begins(school_on, export):
    folder = export(school_on(pupils=150))

    assert {row["code"] for row in rows(folder, "marks_today.csv")} == {"-"}
    assert {row["taken"] for row in rows(folder, "registers.csv")} == {"no"}
    assert not (folder / "mis" / "lists").exists()


def test_at_the_end_of_the_morning_every_register_is_taken_and_the_lists_are_there(school_on, export):
    school = school_on(pupils=400)

    folder = export(school, moments=30)

    assert {row["taken"] for row in rows(folder, "registers.csv")} == {"yes"}
    assert {row["pupil_id"] for row in rows(folder, "marks_today.csv") if row["code"] != "-"} == {
        pupil.id for pupil in school.people.pupils if pupil.is_on_roll(school.day)
    }
    assert len(rows(folder, "lists/trip.csv")) == 5


def test_the_cover_list_names_who_is_in_the_room(school_on, export):
    school = school_on(pupils=150)

    (cover,) = rows(export(school), "cover.csv")

    assert cover["group"] == school.staged.covered
    assert cover["cover_id"] != school.staff.tutors[school.staged.covered].id


def test_late_edits_reach_the_export_with_the_sync_at_seven(school_on, export):
    school = school_on(pupils=400)
    evening, night = export(school, moments=3, name="evening"), export(school, moments=4, name="night")

    before, after = rows(evening, "marks.csv"), rows(night, "marks.csv")

    changes = [(old["code"], new["code"]) for old, new in zip(before, after, strict=True) if old != new]
    assert changes == [("N", "I")] * 4


def test_a_file_is_as_old_as_the_moment_it_was_exported(school_on, export):
    school = school_on(pupils=150)
    morning = make_morning(school)

    folder = export(school, moments=7)

    assert (folder / "mis" / "marks_today.csv").stat().st_mtime == morning[6].at.timestamp()
    assert (folder / "mis" / "pupils.csv").stat().st_mtime == morning[3].at.timestamp()


def test_somebody_elses_file_is_never_overwritten(school_on, tmp_path):
    school = school_on(pupils=150)
    (tmp_path / "school.toml").write_text("mine", encoding="utf-8")

    with pytest.raises(BadInput, match="a file that the demo did not make"):
        Exports(tmp_path, school).write(make_morning(school)[0].at)

    assert (tmp_path / "school.toml").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("pupils", [60, 1264])
def test_the_settings_are_ones_that_firstbell_accepts(school_on, export, pupils):
    school = school_on(pupils=pupils)

    settings = load_settings(export(school) / "school.toml")

    assert settings.staff == school.staff.office
    assert settings.school.name == "Example Hill Academy"
    assert settings.mis.folder.is_dir()
    assert (settings.unusual.at_least > 12) == (pupils == 60)


def test_the_calendar_file_says_what_the_calendar_says(school_on, export):
    text = (export(school_on(pupils=150)) / "mis" / "calendar.toml").read_text(encoding="utf-8")

    table = tomllib.loads(text)

    assert [(t["name"], t["first"], t["last"]) for t in table["terms"]] == [
        (term.name, term.first, term.last) for term in DEMO_CALENDAR.terms
    ]
    assert set(table["inset"]) == DEMO_CALENDAR.inset
    assert set(table["bank_holidays"]) == DEMO_CALENDAR.bank_holidays


def test_a_session_before_a_pupil_joined_has_no_row(school_on, export):
    school = school_on(pupils=150)
    joined = next(p for p in school.people.pupils if p.on_roll_from == dt.date(2026, 10, 12))

    dates = [row["date"] for row in rows(export(school), "marks.csv") if row["pupil_id"] == joined.id]

    assert min(dates) == "2026-10-12"
