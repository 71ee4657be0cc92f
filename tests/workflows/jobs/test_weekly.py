"""The weekly watch: who needs somebody, how groups compare, and the returns that wait for a named person."""

import datetime as dt
from fractions import Fraction

import pytest

from firstbell.settings import WatchSettings
from firstbell.testing.morning_story import SETTINGS, MorningStory
from firstbell.workflows.jobs.first_day_contact import first_day_contact
from firstbell.workflows.jobs.weekly import returns, weekly
from firstbell.workflows.registers.sync import sync
from firstbell.workflows.summaries.school_summaries import school_figures
from firstbell.workflows.watch.watching import watch_school
from rules.calendar import both_sessions
from rules.codes import AttendanceCode
from rules.contact.purposes import Purpose
from rules.people import PupilFlags

PRESENT = {"AM": AttendanceCode.PRESENT_MORNING, "PM": AttendanceCode.PRESENT_AFTERNOON}
UNAUTHORISED = AttendanceCode.UNAUTHORISED
FRIDAY = dt.date(2026, 11, 20)


@pytest.fixture
def story():
    """Forty pupils who came to every session since September, on the Friday of a school week."""
    told = MorningStory()
    told.codes.clear()
    told.clock.set(dt.datetime(2026, 11, 20, 15, 30, tzinfo=dt.UTC))
    return told


def attend(story, absences):
    """Everybody attends every session so far but `absences`: pupil to code to dates missed all day."""
    days = story.mis.calendar().school_days(dt.date(2026, 9, 1), FRIDAY)
    for pupil_id in story.pupils:
        for day in days:
            for session in both_sessions(day):
                missed = [code for code, dates in absences.get(pupil_id, {}).items() if day in dates]
                story.given_the_mark(pupil_id, missed[0] if missed else PRESENT[session.half], session)
    story.the_mis_exports()


def days(first, count):
    """So many weekdays from a date on."""
    found = (first + dt.timedelta(days=n) for n in range(60))
    return [day for day in found if day.weekday() < 5][:count]


def row_about(story, sheet, name):
    return next(row for row in story.attendance.sees(sheet) if name in row["Pupil"])


def test_a_pupil_at_ten_per_cent_stands_on_the_watch_list_with_a_way_back(story):
    story.given_a_pupil("ALICIA", forename="Alicia")
    attend(story, {"ALICIA": {AttendanceCode.ILLNESS: days(dt.date(2026, 9, 7), 6)}})

    report = weekly(story.office)

    row = row_about(story, "Watch list", "Alicia")
    assert (row["Band"], row["Attendance"], row["Spells"]) == ("persistent", "88.5", "1")
    assert row["Looking ahead"].startswith("Attending the next")
    assert report.bands["persistent"] == 1


def test_a_pupil_who_comes_every_day_is_not_watched(story):
    attend(story, {})

    report = weekly(story.office)

    assert story.attendance.sees("Watch list") == []
    assert report.needs == ()


def test_a_pupil_who_changed_band_this_week_has_moved(story):
    story.given_a_pupil("ALICIA", forename="Alicia")
    attend(story, {"ALICIA": {AttendanceCode.ILLNESS: days(dt.date(2026, 11, 16), 5)}})

    report = weekly(story.office)

    assert report.movers == 1
    assert "Last week: on track" in row_about(story, "Watch list", "Alicia")["What it means"]


def test_ten_unauthorised_sessions_ask_a_person_to_consider_and_send_nothing(story):
    story.given_a_pupil("ALICIA", forename="Alicia")
    attend(story, {"ALICIA": {UNAUTHORISED: days(dt.date(2026, 11, 9), 5)}})

    report = weekly(story.office)

    assert report.thresholds_met == 1
    assert row_about(story, "Watch list", "Alicia")["Unauthorised in 10 weeks"] == "10"
    assert story.mailer.calls == []


def test_a_return_is_proposed_once_and_decided_by_a_named_person(story):
    story.given_a_pupil("ALICIA", forename="Alicia")
    attend(story, {"ALICIA": {UNAUTHORISED: days(dt.date(2026, 11, 2), 10)}})
    weekly(story.office)
    (proposed,) = story.store.ledger.entries(kind="return.proposed")
    key = proposed.facts["return"]

    story.when_somebody_types("LA returns", key, Decision="approve", Initials="AO")
    report = returns(story.office)

    row = row_about(story, "LA returns", "Alicia")
    assert (row["State"], row["Due"]) == ("approved", "2026-11-13")
    assert report.returns_open == 0
    assert [e.actor for e in story.store.ledger.entries(kind="return.decided")] == ["AO"]
    assert len(story.store.ledger.entries(kind="return.proposed")) == 1


def test_a_return_can_not_be_sent_before_somebody_approved_it(story):
    story.given_a_pupil("ALICIA", forename="Alicia")
    attend(story, {"ALICIA": {UNAUTHORISED: days(dt.date(2026, 11, 2), 10)}})
    weekly(story.office)
    key = story.store.ledger.entries(kind="return.proposed")[0].facts["return"]

    story.when_somebody_types("LA returns", key, Sent_on="2026-11-20", Initials="AO")
    returns(story.office)

    row = row_about(story, "LA returns", "Alicia")
    assert row["State"] == "proposed"
    assert row["Firstbell says"].startswith("Approve the return")


def test_a_small_group_shows_no_figure(story):
    for name in ("ALICIA", "MICHAEL"):
        story.given_a_pupil(name, flags=PupilFlags(looked_after=True))
    attend(story, {"ALICIA": {AttendanceCode.ILLNESS: days(dt.date(2026, 9, 7), 10)}})

    weekly(story.office)

    groups = {row["Group"]: row for row in story.attendance.sees("Cohorts")}
    assert groups["Looked after"].keys() == {"Group", "Pupils"}
    assert groups["Looked after"]["Pupils"] == "fewer than 6"
    assert groups["Whole school"]["Attendance"] == "99.5"


def test_the_heat_map_and_the_trend_agree_with_the_registers(story):
    story.given_a_pupil("ALICIA", forename="Alicia", form="7Z")
    fridays = [day for day in story.mis.calendar().school_days(dt.date(2026, 9, 1), FRIDAY) if day.weekday() == 4]
    attend(story, {"ALICIA": {AttendanceCode.ILLNESS: fridays}})

    weekly(story.office)

    year_7 = next(row for row in story.attendance.sees("Weekdays") if row["Year"] == "7")
    assert (year_7["Monday"], year_7["Friday"]) == ("100", "0")
    assert [row["Unexplained"] for row in story.attendance.sees("Trends")][-1] == "0"
    assert row_about(story, "Patterns", "Alicia")["Pattern"] == "Fridays"


def test_an_owed_action_is_kept_with_its_owner(story):
    story.given_a_pupil("ALICIA", forename="Alicia")
    attend(story, {"ALICIA": {AttendanceCode.ILLNESS: days(dt.date(2026, 9, 7), 10)}})
    weekly(story.office)

    story.when_somebody_types("Watch list", "ALICIA", Owed_action="meet the family", Owner="BO", By="2026-11-27")
    weekly(story.office)

    row = row_about(story, "Watch list", "Alicia")
    assert (row["Owed action"], row["Owner"], row["Firstbell says"]) == ("meet the family", "BO", "Noted.")


def test_a_stricter_school_calls_a_pupil_at_risk_sooner():
    settings = SETTINGS.model_copy(update={"watch": WatchSettings(at_risk_from_percent=2)})
    story = MorningStory(settings=settings)
    story.codes.clear()
    story.clock.set(dt.datetime(2026, 11, 20, 15, 30, tzinfo=dt.UTC))
    story.given_a_pupil("ALICIA", forename="Alicia")
    attend(story, {"ALICIA": {AttendanceCode.ILLNESS: days(dt.date(2026, 9, 7), 2)}})

    weekly(story.office)

    assert row_about(story, "Watch list", "Alicia")["Band"] == "at risk"


def test_a_half_term_message_waits_in_the_queue_until_a_named_person_approves_it(story):
    story.clock.set(dt.datetime(2026, 11, 2, 9, 30, tzinfo=dt.UTC))
    story.given_a_pupil("ALICIA", forename="Alicia")
    story.given_a_contact("MUM", "ALICIA")
    attend(story, {"ALICIA": {UNAUTHORISED: days(dt.date(2026, 9, 7), 5)}})
    assert weekly(story.office).half_term_messages == 1
    story.given_the_time("09:45")
    story.the_mis_exports()
    first_day_contact(story.office)
    (queued,) = [row for row in story.attendance.sees("Queue") if row["What"] == "Half-term message"]
    assert queued["State"] == "needs approval"
    assert story.mailer.sent == []

    (key,) = [p.key for p in story.store.proposals.find(purpose=Purpose.HALF_TERM_DAYS_MISSED)]
    story.when_somebody_types("Queue", key, Decision="release", Initials="AO")
    story.when_the_run_happens("10:00")
    assert story.mailer.sent == []
    story.given_the_time("16:05")
    weekly(story.office)

    assert [m.to.reveal() for m in story.mailer.sent] == ["mum@example.net"]


def test_the_summaries_name_nobody_and_lie_in_a_folder_for_staff(story):
    story.given_a_pupil("ALICIA", forename="Alicia")
    attend(story, {"ALICIA": {UNAUTHORISED: days(dt.date(2026, 9, 7), 10)}})

    weekly(story.office)

    folders = story.office.folders
    pages = {name: content.decode() for (_, name), content in folders.documents.items()}
    assert pages.keys() == {"governors.html", "targeting-support-meeting.html"}
    assert "CASE-" in pages["targeting-support-meeting.html"]
    assert not any(word in page for page in pages.values() for word in ("Alicia", "ALICIA", "Example"))
    assert folders.access("reports") == {person.email for person in SETTINGS.staff}


def test_the_governors_page_says_how_the_dfe_counts(story):
    story.given_a_pupil("SIXTH", form="12A", born=dt.date(2009, 5, 1))
    attend(story, {"SIXTH": {UNAUTHORISED: days(dt.date(2026, 9, 7), 20)}})

    weekly(story.office)
    figures = school_figures(story.office, watch_school(story.office, FRIDAY))

    attendance = next(each for each in figures.dfe if each.measure == "attendance")
    assert attendance.dfe_percent == 100
    assert attendance.school_percent == 100 - Fraction(100 * 40, 41 * 104)
    assert len(attendance.causes) == 1


def test_twenty_days_call_for_joint_enquiries_and_never_for_a_deletion(story):
    story.given_a_pupil("ALICIA", forename="Alicia")
    attend(story, {"ALICIA": {UNAUTHORISED: days(dt.date(2026, 10, 12), 30)}})

    weekly(story.office)

    rows = {row["Return"]: row for row in story.attendance.sees("LA returns")}
    assert "20 days: enquire with the LA" in rows
    assert rows.keys() >= {"attendance return"}
    assert rows["20 days: enquire with the LA"]["Why"].endswith("Nobody is deleted: a person decides.")


def test_a_sync_after_a_long_pause_reads_everything_since_the_one_before(story):
    story.given_a_pupil("ALICIA", forename="Alicia")
    attend(story, {"ALICIA": {UNAUTHORISED: days(dt.date(2026, 10, 5), 5)}})
    story.clock.set(dt.datetime(2026, 10, 2, 15, tzinfo=dt.UTC))
    story.the_mis_exports()
    sync(story.office)
    story.clock.set(dt.datetime(2026, 11, 20, 15, tzinfo=dt.UTC))
    story.the_mis_exports()

    sync(story.office)

    watch = watch_school(story.office, FRIDAY).pupils["ALICIA"]
    assert (watch.counts.possible, watch.counts.unauthorised) == (104, 10)
