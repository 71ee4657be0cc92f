import datetime as dt
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from firstbell.testing.calendars import example_calendar
from firstbell.testing.register_notation import read_register, span_of
from rules.absence.episodes import absence_episodes, spells
from rules.codes import NO_MARK, AttendanceCode, byte_of, code_of, facts_of
from rules.registers import RegisterSpan

CALENDAR = example_calendar()
SESSIONS = CALENDAR.sessions(CALENDAR.first, CALENDAR.last)[:60]
ANY_MARKS = st.lists(st.sampled_from([NO_MARK, *map(byte_of, AttendanceCode)]), min_size=60, max_size=60).map(bytes)


def lengths(register):
    return [len(episode.sessions) for episode in absence_episodes(span_of(read_register(register), CALENDAR))]


def test_attending_ends_an_episode():
    assert lengths("2026-11-02  /I II /\\ OO") == [3, 2]


def test_weekends_half_term_and_sessions_not_possible_are_bridged():
    assert lengths("2026-10-19  /\\ /\\ /\\ /\\ II\n2026-11-02  Y1,Y1 II") == [4]


def test_an_episode_ends_with_its_last_missed_session():
    assert lengths("2026-11-02  II D,D /\\") == [2]


def spells_of(register, as_of=dt.date(2026, 11, 30)):
    return spells(span_of(read_register(register), CALENDAR), as_of)


def test_spells_of_one_two_and_three_days_are_told_apart():
    found = spells_of("2026-11-02  I\\ II /\\ /\\ II\n2026-11-09  II /\\ OO OO OO")

    assert (found.count, found.longest_sessions, found.of_one_or_two_days) == (4, 6, 3)
    assert found.finding.sentence == (
        "4 spells of absence, 3 of one or two days; the longest 6 sessions, from 11 November 2026."
    )


def test_a_spell_is_counted_only_as_far_as_the_day_asked():
    found = spells_of("2026-11-02  II II II", as_of=dt.date(2026, 11, 3))

    assert (found.count, found.longest_sessions, found.of_one_or_two_days) == (1, 4, 1)


def test_the_longest_spell_is_told_by_the_day_it_began():
    assert spells_of("2026-11-02  /I II").finding.sentence.endswith("the longest 3 sessions, from 2 November 2026.")


def test_a_pupil_never_away_has_no_spell():
    found = spells_of("2026-11-02  /\\ /\\")

    assert (found.count, found.longest_sessions, found.of_one_or_two_days) == (0, 0, 0)
    assert found.finding.sentence == "No absence."


@given(ANY_MARKS)
def test_episodes_share_out_the_missed_sessions(marks):
    span = RegisterSpan("Michael", SESSIONS, marks)
    missed = [session for session, code in span.marked() if facts_of(code).is_absence]

    assert [session for episode in absence_episodes(span) for session in episode.sessions] == missed


@given(ANY_MARKS)
def test_a_pupil_attends_between_any_two_episodes(marks):
    span = RegisterSpan("Michael", SESSIONS, marks)
    episodes = absence_episodes(span)

    for one, next_one in pairwise(episodes):
        between = SESSIONS[SESSIONS.index(one.sessions[-1]) : SESSIONS.index(next_one.sessions[0])]
        codes = [code_of(marks[SESSIONS.index(session)]) for session in between]
        assert any(code is not None and facts_of(code).is_attending for code in codes)
