"""Unique pupil numbers, and names that can't be printed by accident."""

import pytest

from rules.people import Personal, Upn


@pytest.mark.parametrize(
    ("upn", "is_valid"),
    [
        ("B801200005001", True),
        ("A801200005001", False),  # the wrong check letter
        ("B80120000500", False),  # twelve characters, as in a vendor's own sample
        ("B8012000050011", False),
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
