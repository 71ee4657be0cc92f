"""Unique pupil numbers, and names that can't be printed by accident."""

import datetime as dt

import pytest

from rules.people import Contact, Personal, Pupil, PupilFlags, Upn, Vulnerability


@pytest.mark.parametrize(
    ("upn", "is_valid"),
    [
        ("B801200005001", True),
        ("Q801200005002", True),
        ("A000000000000", True),
        ("U82330000500Z", True),  # temporary
        ("Q91912345678A", True),
        ("U82330000500O", False),  # I, O and S are not used
        ("F8233000050ZZ", False),  # two letters at the end
        ("B80120000500\u0661", False),  # a digit of another script
        ("A801200005001", False),  # the wrong check letter
        ("B80120000500", False),  # twelve characters, as in a vendor's own sample
        ("B8012000050011", False),  # fourteen
        ("b801200005001", False),
        ("", False),
    ],
)
def test_a_upn_is_thirteen_characters_with_a_check_letter(upn, is_valid):
    assert Upn(upn).is_valid is is_valid


def test_a_temporary_upn_ends_in_a_letter():
    assert Upn("X80120000500A").is_temporary
    assert not Upn("B801200005001").is_temporary


def test_a_name_is_not_printed_by_accident():
    name = Personal("Alicia")

    assert f"{name} {name!r} {[name]}" == "[personal] [personal] [[personal]]"
    assert name.reveal() == "Alicia"


def test_neither_a_upn_nor_a_pupil_is_printed_with_what_names_it():
    pupil = Pupil("A1", Personal("Alicia"), Personal("Marsh"), dt.date(2014, 5, 2), "7", upn=Upn("B801200005001"))

    assert "B801200005001" not in f"{pupil.upn!r} {pupil.upn}"
    assert repr(pupil) == "Pupil(A1)"
    assert repr(Contact("C1", "Ms", Personal("Ana"), Personal("Marsh"))) == "Contact(C1)"


def test_names_are_equal_by_their_text_and_to_nothing_else():
    assert Personal("Alicia") == Personal("Alicia")
    assert Personal("Alicia") != Personal("Michael")
    assert Personal("Alicia") != "Alicia"


@pytest.mark.parametrize(("day", "is_on_roll"), [(2, False), (3, True), (23, True), (24, False)])
def test_a_pupil_is_on_roll_from_the_day_of_joining_to_the_day_of_leaving(day, is_on_roll):
    roll = {"on_roll_from": dt.date(2026, 11, 3), "on_roll_to": dt.date(2026, 11, 23)}

    assert a_pupil(**roll).is_on_roll(dt.date(2026, 11, day)) is is_on_roll


def test_a_pupil_whose_dates_are_not_known_is_on_roll():
    assert a_pupil().is_on_roll(dt.date(2026, 11, 23))


def test_vulnerabilities_come_most_urgent_first_and_what_is_not_known_is_none():
    flags = PupilFlags(young_carer=True, looked_after=True, child_protection=None, ehcp=False)

    assert a_pupil(flags=flags).vulnerabilities() == (Vulnerability.LOOKED_AFTER, Vulnerability.YOUNG_CARER)


def a_pupil(**facts):
    return Pupil("A1", Personal("Alicia"), Personal("Marsh"), None, "7", **facts)
