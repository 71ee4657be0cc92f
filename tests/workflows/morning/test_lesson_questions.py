"""Questions about lesson marks: the teacher who can answer, once, and never one who is away."""

import datetime as dt

import pytest

from firstbell.errors import BadInput, RetryLater
from firstbell.records import Elsewhere, Lessons
from firstbell.testing.fake_mailer import Step
from firstbell.testing.morning_story import MONDAY, THIS_MORNING, MorningStory, a_teacher
from firstbell.workflows.jobs.daily import chase_job
from firstbell.workflows.registers.sync import sync
from rules.calendar import Half, Session
from rules.codes import AttendanceCode
from rules.contact.purposes import Purpose
from rules.lessons import LessonMark

AFTERNOON = Session(MONDAY, Half.PM)
TEACHERS = {f"T{n}": a_teacher(f"T{n}") for n in range(1, 6)}
BETWEEN = "ALICIA|2026-11-23-AM|missing_between"


@pytest.fixture
def story():
    """Monday 11:30; Alicia was marked in this morning like everybody, and the roll has been read."""
    told = MorningStory()
    told.given_a_pupil("ALICIA", forename="Alicia", form="9A")
    told.the_mis_exports()
    sync(told.office)
    told.given_the_time("11:30")
    return told


def lessons(codes, *, pupil="ALICIA", teacher=None):
    """Lessons 1 to 3 in the morning and 4 and 5 in the afternoon, each with a teacher of its own."""
    return [
        LessonMark(
            pupil,
            THIS_MORNING if period <= 3 else AFTERNOON,
            period,
            None if code == "-" else AttendanceCode(code),
            teacher or f"T{period}",
        )
        for period, code in enumerate(codes.split(), 1)
    ]


def ask(story, *marks, away=frozenset(), time="11:30"):
    """The chase runs with these lesson marks."""
    story.given_the_time(time)
    story.mis.set_lessons(MONDAY, Lessons(tuple(marks), TEACHERS, frozenset(away)))
    story.the_mis_exports()
    return chase_job(story.office)


def asked(story):
    return story.mailed(Purpose.LESSON_QUESTION)


def questions(story):
    rows = story.attendance.sees("Registers to chase")
    return [(row["Pupil"], row["In the room"], row["State"]) for row in rows if "Question" in row]


@pytest.mark.parametrize(
    ("register", "codes", "teacher"),
    [
        ("/", "/ N / - -", "t2@example.org"),  # here, missing, here again
        ("/", "N N - - -", "t1@example.org"),  # in school and in no lesson
        ("I", "- / - - -", "t2@example.org"),  # away and in a lesson
    ],
)
def test_each_pattern_asks_the_one_teacher_who_can_answer(story, register, codes, teacher):
    story.given_the_mark("ALICIA", AttendanceCode(register))

    summary = ask(story, *lessons(codes))

    assert asked(story) == [teacher]
    assert summary.questions == 1


@pytest.mark.parametrize("codes", ["/ / / - -", "- - - - -", "M / / - -"])
def test_lessons_that_agree_with_the_register_ask_nobody(story, codes):
    ask(story, *lessons(codes))

    assert (asked(story), questions(story)) == ([], [])


def test_however_often_the_job_runs_a_teacher_is_asked_once(story):
    for time in ("11:30", "11:40", "11:50"):
        ask(story, *lessons("/ N / - -"), time=time)

    assert asked(story) == ["t2@example.org"]
    assert questions(story) == [("Example, Alicia", "Mx T2", "asked")]


def test_three_lessons_with_the_same_pattern_are_one_question(story):
    story.given_the_afternoon(AttendanceCode.PRESENT_AFTERNOON)

    ask(story, *lessons("N N N \\ \\"), time="13:45")

    assert asked(story) == ["t1@example.org"]
    assert len(questions(story)) == 1


def test_two_pupils_of_one_lesson_are_one_mail_that_names_neither(story):
    story.given_a_pupil("MICHAEL", forename="Michael", form="9A")
    story.the_mis_exports()
    sync(story.office)

    ask(story, *lessons("/ N / - -"), *lessons("/ N / - -", pupil="MICHAEL"))

    (message,) = [m for m in story.mailer.sent if m.purpose is Purpose.LESSON_QUESTION]
    text = message.text.reveal()
    assert "Period 2: 2 pupils marked in before and after, and not in your lesson" in text
    assert not any(word in text + message.html.reveal() for word in ("Alicia", "Michael", "Example,", "ALICIA"))
    assert not any(word in message.subject for word in ("Alicia", "Mx", "Period"))


def test_a_private_reason_stands_neither_in_the_mail_nor_in_the_sheet(story):
    story.given_the_mark("ALICIA", AttendanceCode.ILLNESS)

    ask(story, *lessons("- / - - -"))

    (row,) = [row for row in story.attendance.sees("Registers to chase") if "Question" in row]
    assert row["Question"] == "Away for the morning, and marked in period 2: ask its teacher."


@pytest.mark.parametrize("how", ["lesson", "registration"])
def test_a_teacher_somebody_covers_for_is_never_written_to(story, how):
    if how == "registration":
        story.given_a_register("9B", taken=True, teacher="T2", cover=a_teacher("COVER"))

    ask(story, *lessons("/ N / - -"), away={("T2", THIS_MORNING)} if how == "lesson" else set())

    assert asked(story) == []
    assert questions(story) == [("Example, Alicia", "Mx T2", "teacher is away")]


def test_whoever_took_the_lesson_for_another_is_asked(story):
    marks = [*lessons("/ - / - -"), LessonMark("ALICIA", THIS_MORNING, 2, AttendanceCode.UNEXPLAINED, "T5")]

    ask(story, *marks, away={("T2", THIS_MORNING)})

    assert asked(story) == ["t5@example.org"]


@pytest.mark.parametrize("kind", [Elsewhere.MUSIC, Elsewhere.TRIP, Elsewhere.MEDICAL, Elsewhere.EXAM])
def test_nobody_is_asked_about_a_pupil_who_is_on_a_list(story, kind):
    story.given_a_trip_list("ALICIA", kind=kind)

    ask(story, *lessons("/ N / - -"))

    assert (asked(story), questions(story)) == ([], [])


def test_a_pupil_on_a_list_who_is_away_and_in_a_lesson_is_still_a_wrong_mark(story):
    story.given_a_trip_list("ALICIA", kind=Elsewhere.SIGNED_IN)
    story.given_the_mark("ALICIA", AttendanceCode.UNEXPLAINED)

    ask(story, *lessons("/ - - - -"))

    assert asked(story) == ["t1@example.org"]


def test_a_mark_put_right_while_the_mail_service_was_busy_is_not_asked_about(story):
    story.mailer.fail_next(Step.CREATE, RetryLater(dt.timedelta(seconds=5)))
    ask(story, *lessons("/ N / - -"))

    ask(story, *lessons("/ / / - -"), time="11:31")

    assert (asked(story), questions(story)) == ([], [])


def test_a_teacher_whose_question_was_recalled_can_be_asked_another(story):
    story.mailer.fail_next(Step.CREATE, RetryLater(dt.timedelta(seconds=5)))
    ask(story, *lessons("/ N / - -"))
    ask(story, *lessons("/ / / - -"), time="11:31")

    ask(story, *lessons("/ N / - -"), time="11:40")

    assert asked(story) == ["t2@example.org"]


def test_a_teacher_who_goes_home_before_the_mail_leaves_is_not_written_to(story):
    story.mailer.fail_next(Step.CREATE, RetryLater(dt.timedelta(seconds=5)))
    ask(story, *lessons("/ N / - -"))

    ask(story, *lessons("/ N / - -"), away={("T2", THIS_MORNING)}, time="11:31")

    assert asked(story) == []


def test_an_answer_typed_in_the_sheet_settles_the_question(story):
    ask(story, *lessons("/ N / - -"), away={("T2", THIS_MORNING)})
    story.when_somebody_types("Registers to chase", BETWEEN, Answer="was with the nurse", Initials="AO")

    ask(story, *lessons("/ N / - -"), time="11:40")

    assert asked(story) == []
    assert questions(story) == [("Example, Alicia", "Mx T2", "answered")]


def test_the_afternoon_is_asked_about_on_its_own(story):
    ask(story, *lessons("/ N / - -", teacher="T2"))
    story.given_the_afternoon(AttendanceCode.PRESENT_AFTERNOON)

    ask(story, *lessons("/ N / N N", teacher="T2"), time="13:45")

    assert asked(story) == ["t2@example.org", "t2@example.org"]


def test_nobody_is_asked_before_the_first_register_closes(story):
    ask(story, *lessons("N - - - -"), time="09:05")

    assert asked(story) == []


def test_a_lesson_nobody_is_named_for_is_asked_by_the_office(story):
    ask(story, *lessons("/ N / - -", teacher="UNKNOWN"))

    assert asked(story) == []
    assert questions(story) == [("Example, Alicia", "nobody named", "to ask")]


def test_lessons_that_cannot_be_read_stop_nothing_and_are_told_in_health(story):
    def ask_the_mis(_):
        raise BadInput("lessons.csv", "'Date', 'Mark'", "also a column for period")

    story.given_a_register("9A", taken=False)
    story.the_mis_exports()
    story.mis.lessons = ask_the_mis

    summary = chase_job(story.office)

    assert summary.missing == 1
    assert any("lessons.csv" in row["What is wrong"] for row in story.attendance.sees("Health"))


def test_the_ledger_holds_ids_and_no_name(story):
    ask(story, *lessons("/ N / - -"))

    sent = [entry for entry in story.store.ledger.entries() if "lesson_question" in str(entry.facts)]
    assert sent
    assert not any(name in str(entry) for entry in sent for name in ("Alicia", "Mx T2", "t2@example.org"))
