"""The demo: one command, a whole morning, and nothing but this computer."""

import csv
import email
import email.policy
import json
from collections import Counter

from firstbell.testing.workbook_person import Person


def mails(out):
    for path in sorted((out / "outbox" / "sent").glob("*.eml")):
        yield email.message_from_bytes(path.read_bytes(), policy=email.policy.default)


def test_the_demo_plays_a_morning_and_says_what_to_open(played):
    out, done = played

    assert done.returncode == 0, done.stderr
    assert "The morning in figures" in done.stdout
    cases = "Restricted/Attendance cases/Attendance cases.xlsx"
    for name in ("Attendance.xlsx", "Safeguarding/Safeguarding.xlsx", cases, "outbox/index.html"):
        assert (out / name).is_file()


def test_no_address_is_written_to_twice_about_the_same_pupils(played):
    out, _ = played

    told = Counter((m["To"], m.get_body(("plain",)).get_content().split("Reference")[0]) for m in mails(out))

    assert len(told) > 3
    assert set(told.values()) == {1}


def test_each_mail_has_one_recipient_and_no_name_in_its_subject(played):
    out, _ = played
    names = {name for line in pupil_rows(out) for name in line[:2]}

    for mail in mails(out):
        assert "," not in mail["To"]
        assert mail["Cc"] is None
        assert mail["Bcc"] is None
        assert not any(name in mail["Subject"] for name in names if len(name) > 3)


def pupil_rows(out):
    with (out / "mis" / "pupils.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    return [(row["Preferred Forename"], row["Preferred Surname"]) for row in rows]


def test_projected_screen_no_card_of_the_channel_names_anybody(played):
    out, _ = played
    names = {name for row in pupil_rows(out) for name in row if len(name) > 3}

    cards = [path.read_text(encoding="utf-8") for path in (out / "Safeguarding" / "channel" / "cards").glob("*.json")]

    assert cards
    assert all(json.loads(card) for card in cards)
    assert not any(name in card for card in cards for name in names)


def test_the_demo_shows_cases_at_several_stages(played):
    out, _ = played
    cases = Person(out / "Restricted" / "Attendance cases" / "Attendance cases.xlsx").sees("Cases")

    assert {"draft", "approved"} <= {row["State"] for row in cases}
    assert {"no letter yet", "a letter with an offer of help"} <= {row["Stage"] for row in cases}


def test_no_file_about_a_case_names_anybody(played):
    out, _ = played
    names = {name for row in pupil_rows(out) for name in row if len(name) > 3}

    files = [path.relative_to(out).as_posix() for path in (out / "Restricted").rglob("*")]

    assert any(file.endswith("support_letter.html") for file in files)
    assert not any(name in file for file in files for name in names)


def test_the_same_seed_makes_the_same_bytes(firstbell, played, tmp_path):
    out, _ = played
    firstbell("demo", "--out", tmp_path / "again", "--pupils", 90)

    first = {p.relative_to(out): p.read_bytes() for p in out.rglob("*") if p.is_file()}
    again = {p.relative_to(tmp_path / "again"): p.read_bytes() for p in (tmp_path / "again").rglob("*") if p.is_file()}

    assert first.keys() == again.keys()
    assert [str(name) for name in first if first[name] != again[name]] == []


def test_a_folder_the_demo_did_not_make_is_never_touched(firstbell, tmp_path):
    (tmp_path / "letter.txt").write_text("mine", encoding="utf-8")

    done = firstbell("demo", "--out", tmp_path, "--pupils", 90)

    assert done.returncode == 2
    assert "did not make" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_a_day_without_school_is_refused_with_the_reason(firstbell, tmp_path):
    done = firstbell("demo", "--out", tmp_path / "x", "--at", "2026-12-25T09:45")

    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
