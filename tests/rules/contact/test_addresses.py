"""Which texts are one address, and when two texts reach the same person; one below, at and above each length."""

import pytest

from rules.contact.addresses import address_key, is_one_address, mailboxes_in, phone_key
from rules.people import Personal


@pytest.mark.parametrize(("length", "is_one"), [(1, True), (63, True), (64, True), (65, False)])
def test_the_part_before_the_at_sign_has_64_characters_at_most(length, is_one):
    assert is_one_address(Personal("a" * length + "@example.org")) is is_one


@pytest.mark.parametrize(("length", "is_one"), [(253, True), (254, True), (255, False)])
def test_an_address_has_254_characters_at_most(length, is_one):
    address = "ana@" + "x" * (length - len("ana@.org")) + ".org"

    assert (len(address), is_one_address(Personal(address))) == (length, is_one)


@pytest.mark.parametrize(
    "text",
    ["", "ana", "ana@example", "ana@example.org,ben@example.org", "Ana <ana@example.org>", "ana@example.org\n"],
)
def test_what_is_not_exactly_one_bare_address_is_refused(text):
    assert not is_one_address(Personal(text))


def test_addresses_are_compared_without_blanks_around_and_whatever_their_case():
    assert address_key(Personal(" Ana@Example.ORG ")) == address_key(Personal("ana@example.org"))
    assert address_key(Personal("ana@example.org")) != address_key(Personal("anna@example.org"))


@pytest.mark.parametrize(
    ("text", "boxes"),
    [
        ("ana@example.org", {"ana@example.org"}),
        ("Ana <ana+school@example.org>; ben@example.org", {"ana@example.org", "ben@example.org"}),
        ("rings back", set()),
    ],
)
def test_a_text_names_the_inboxes_found_in_it_without_their_tags(text, boxes):
    assert mailboxes_in(Personal(text)) == boxes


@pytest.mark.parametrize(
    ("number", "key"),
    [
        ("01225 309500", "01225309500"),
        ("+44 1225 309500", "01225309500"),
        ("0044 1225 309500", "01225309500"),
        ("+44 (0)1225 309500", "01225309500"),
        ("309500", "309500"),
        ("30950", ""),
        ("ring 01225 309500", ""),
        ("", ""),
    ],
)
def test_telephone_numbers_are_compared_as_dialled_in_the_uk(number, key):
    assert phone_key(Personal(number)) == key
