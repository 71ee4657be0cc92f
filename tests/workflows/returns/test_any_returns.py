"""Whatever the registers say and whatever people decide, week after week: each return is asked about once."""

import datetime as dt
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from firstbell.testing.returns_story import ReturnsStory
from firstbell.workflows.returns.records import ReturnState, returns_on_record
from rules.calendar import Half, Session
from rules.codes import AttendanceCode

FIRST_MONDAY = dt.date(2026, 11, 2)
WEEK = dt.timedelta(weeks=1)
# A week of marks: what stands on each of its ten sessions, in runs, so that long absences come about.
WEEKS = st.lists(
    st.one_of(
        st.sampled_from(["OOOOOOOOOO", "IIIIIIIIII", "NNNNNNNNNN", "GGGGGGGGGG"]),
        st.text(alphabet="OIN.", min_size=10, max_size=10),
    ),
    min_size=4,
    max_size=6,
)
DECISIONS = st.lists(st.sampled_from(["", "approve", "decline", "send"]), min_size=6, max_size=6)
# Marks that are put right afterwards: which session of all, and what stands there then.
AMENDMENTS = st.lists(st.tuples(st.integers(0, 29), st.sampled_from("OI")), max_size=3)


def sessions_of(monday):
    return [Session(monday + dt.timedelta(days=day), half) for day in range(5) for half in Half]


def live_through(weeks, decisions, amendments):
    """Each week Alicia's marks come in, the returns run on the Friday, and somebody decides on all that is open."""
    story = ReturnsStory()
    reports = []
    for number, (marks, decision) in enumerate(zip(weeks, decisions, strict=False)):
        monday = FIRST_MONDAY + number * WEEK
        for session, letter in zip(sessions_of(monday), marks, strict=True):
            if letter != ".":
                story.given_the_mark("ALICIA", AttendanceCode(letter), session)
        if number + 1 == len(weeks):
            every = [session for week in range(3) for session in sessions_of(monday - week * WEEK)]
            for place, letter in amendments:
                story.given_the_mark("ALICIA", AttendanceCode(letter), every[place])
        friday = monday + dt.timedelta(days=4)
        reports.append(story.when_the_returns_run(friday))
        decide(story, decision, friday)
    return story, reports


def decide(story, decision, day):
    for record in known(story).values():
        if record.state is ReturnState.PROPOSED and not record.kind.startswith("20 days") and decision:
            cells = {"Decision": "decline" if decision == "decline" else "approve", "Initials": "AO"}
            sent = {"Sent_on": day.isoformat()} if decision == "send" else {}
            story.when_somebody_types("LA returns", record.key, **cells, **sent)


def known(story):
    return returns_on_record(story.store.ledger, story.office.settings.zone)


@settings(max_examples=25, deadline=None)
@given(WEEKS, DECISIONS, AMENDMENTS)
def test_each_return_is_asked_about_once_and_stands_in_one_row(weeks, decisions, amendments):
    story, reports = live_through(weeks, decisions, amendments)

    rows, records = story.rows(), known(story)
    asked = Counter(entry.facts["return"] for entry in story.store.ledger.entries(kind="return.proposed"))
    assert set(asked.values()) <= {1}
    assert len(rows) == len(records)
    assert sum(row["State"] == "proposed" for row in rows) == reports[-1].returns_open
    states = [row["State"] in {"proposed", "approved", "answered"} for row in rows]
    assert states == sorted(states, reverse=True)


@settings(max_examples=25, deadline=None)
@given(WEEKS, DECISIONS, AMENDMENTS)
def test_what_was_sent_stays_sent_and_no_day_is_returned_twice_as_one_absence(weeks, decisions, amendments):
    story, _ = live_through(weeks, decisions, amendments)
    sent_before = {key for key, record in known(story).items() if record.state is ReturnState.SENT}

    story.when_the_returns_run(FIRST_MONDAY + len(weeks) * WEEK)

    records = known(story)
    assert all(records[key].state is ReturnState.SENT for key in sent_before)
    days = Counter((r.kind, r.day) for r in records.values() if r.state is not ReturnState.WITHDRAWN)
    assert set(days.values()) <= {1}
