"""Registers, cover and lists: read whole or refused, because a false "all is well" sends nobody looking."""

import datetime as dt

import pytest

from connectors.files import read_cover, read_list, read_registers
from connectors.files.words import meaning
from firstbell.errors import BadInput
from firstbell.records import Elsewhere, RegisterState
from rules.calendar import Half, Session

MORNING = Session(dt.date(2026, 11, 23), Half.AM)
REGISTERS = "date,session,group,taken,teacher_id,teacher_name,teacher_email,head_of_department_id\n"
LIST = "pupil_id,date,session,kind\n"


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("yes", "taken"),
        ("Sent", "taken"),
        ("Amending", "taken"),
        ("no", "not taken"),
        ("Missing", "not taken"),
        ("Requested", "not taken"),
    ],
)
def test_a_register_is_taken_or_not_in_the_words_of_each_mis(write, word, state):
    (register,) = read_registers(
        write("registers.csv", f"{REGISTERS}23/11/2026,AM,7A,{word},T1,Mx Tutor,t@example.org,H1\n")
    )

    assert (register.session, register.group, register.state) == (MORNING, "7A", RegisterState(state))
    assert (register.teacher.id, register.head_of_department.id) == ("T1", "H1")


@pytest.mark.parametrize("row", ["23/11/2026,AM,7A,no,T1,,,,extra", "23/11/2026,AM"])
def test_a_register_whose_row_is_out_of_line_is_never_lost(write, row):
    with pytest.raises(BadInput, match="the cells of the header"):
        read_registers(write("registers.csv", f"{REGISTERS}23/11/2026,AM,7B,yes,T1,,,\n{row}\n"))


def test_a_word_we_do_not_know_is_never_taken_for_taken(write):
    with pytest.raises(BadInput, match="a status we don't know"):
        read_registers(write("registers.csv", f"{REGISTERS}23/11/2026,AM,7A,partly,T1,,,\n"))


def test_a_list_of_missing_registers_needs_no_status(write):
    text = "Date,Session,Reg group,Teacher\n23/11/2026,AM,7A,Mx Tutor\n"

    (register,) = read_registers(write("registers-missing.csv", text))

    assert register.state is RegisterState.NOT_TAKEN
    assert register.teacher.id
    assert "Tutor" not in repr(register)


def test_any_other_list_of_registers_must_say_which_were_taken(write):
    with pytest.raises(BadInput, match="whether a register was taken"):
        read_registers(write("registers.csv", "Date,Session,Reg group,Teacher\n23/11/2026,AM,7A,Mx Tutor\n"))


def test_a_completed_time_says_that_a_register_was_taken(write):
    text = "Date,Session,Event,Staff,Completed\n23/11/2026,AM,7A,A,08:52\n23/11/2026,AM,7B,B,\n"

    states = [register.state for register in read_registers(write("registers.csv", text))]

    assert states == [RegisterState.TAKEN, RegisterState.NOT_TAKEN]


def test_the_cover_list_names_who_is_in_the_room(write):
    cover = read_cover(
        write("cover.csv", "Date,Session,Class,Cover teacher,cover_email\n23/11/2026,AM,7A,Mx Cover,c@example.org\n")
    )

    assert cover[MORNING, "7A"].email.reveal() == "c@example.org"


@pytest.mark.parametrize(
    "row", ["31/11/2026,AM,7A,yes,T1,,,", "23/11/2026,P1,7A,yes,T1,,,", "23/11/2026,AM,,yes,T1,,,"]
)
def test_a_register_that_can_not_be_placed_refuses_the_file(write, row):
    with pytest.raises(BadInput) as refused:
        read_registers(write("registers.csv", f"{REGISTERS}{row}\n"))

    assert refused.value.row == 2


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("trip", Elsewhere.TRIP),
        ("Visit", Elsewhere.TRIP),
        ("Mock exam", Elsewhere.EXAM),
        ("AP", Elsewhere.ALTERNATIVE_PROVISION),
        ("Signed  in", Elsewhere.SIGNED_IN),
    ],
)
def test_a_list_goes_by_the_words_schools_use(write, word, kind):
    (expected,) = read_list(write("lists/today.csv", f"{LIST}P1,23/11/2026,AM,{word}\n"))

    assert (expected.pupil_id, expected.session, expected.kind) == ("P1", MORNING, kind)


def test_a_blank_session_means_the_whole_day(write):
    found = read_list(write("trip.csv", f"{LIST}P1,23/11/2026,,trip\n"))

    assert [expected.session.half for expected in found] == [Half.AM, Half.PM]


@pytest.mark.parametrize(
    "row",
    [
        "P1,23/11/2026,AM,holiday?",
        ",23/11/2026,AM,trip",
        "P1,31/11/2026,AM,trip",
        "P1,23/11/2026,lunch,trip",
        "P1,23/11/2026,AM,trip,extra",
        "P1,,AM,trip",
    ],
)
def test_a_list_with_one_row_that_can_not_be_read_is_refused_whole(write, row):
    with pytest.raises(BadInput) as refused:
        read_list(write("trip.csv", f"{LIST}P2,23/11/2026,AM,trip\n{row}\n"))

    assert refused.value.row == 3


@pytest.mark.parametrize("kind", Elsewhere)
def test_every_kind_of_list_can_be_named_by_its_own_word(kind):
    assert meaning("list", kind) == kind
