"""Who may be told: each refusal, their precedence, the order of contacts, and the law each decision names."""

import datetime as dt

import pytest

from rules.contact.permissions import LAW_OF_PURPOSE, Refusal, age_on, contacts_to_tell, next_contact
from rules.contact.purposes import PURPOSES, Audience, Purpose
from rules.parameters import UnknownParameter
from rules.people import Personal, PupilContact

TUESDAY = dt.date(2026, 11, 24)


def test_a_mother_with_parental_responsibility_may_be_told(a_family):
    (decision,) = a_family().contact("mum", "mum@example.test").decisions()

    assert decision.may_be_told
    assert decision.refusal is None
    assert decision.address == Personal("mum@example.test")
    assert "parental responsibility" in decision.sentence


def test_an_allowed_contact_names_the_law_it_rests_on(a_family):
    (decision,) = a_family().contact("mum", "mum@example.test").decisions()

    assert [str(entry.citation.instrument) for entry in decision.parameters] == [
        "Education Act 1996",
        "DfE, Working together to improve school attendance (statutory guidance)",
    ]


def test_a_blocked_father_is_refused_whatever_else_speaks_for_him(a_family):
    family = a_family().contact("dad", "dad@example.test", is_blocked=True, school_consent=True)

    assert family.refusals() == {"dad": Refusal.BLOCKED}


def test_a_shared_inbox_with_a_blocked_contact_is_refused(a_family):
    family = a_family().contact("mum", "Home@Example.test").contact("dad", "home@example.test", is_blocked=True)

    assert family.refusals() == {"dad": Refusal.BLOCKED, "mum": Refusal.SHARES_ADDRESS}


def test_whoever_has_a_telephone_number_that_the_safeguarding_lead_typed_is_blocked_with_every_inbox(a_family):
    family = (
        a_family()
        .contact("dad", "dad@x.test", phones=["07700 900123"])
        .contact("gran", "DAD@x.test", phones=["07700 900124", ""])
        .contact("mum", "mum@x.test", phones=["", "not known"])
    )

    assert family.refusals(blocked=["+44 7700 900123"]) == {
        "dad": Refusal.BLOCKED,
        "gran": Refusal.SHARES_ADDRESS,
        "mum": None,
    }


def test_what_was_typed_and_is_neither_address_nor_number_blocks_nobody(a_family):
    family = a_family().contact("mum", "mum@x.test", phones=["not known"])

    assert family.refusals(blocked=["Mr Example"]) == {"mum": None}


def test_the_second_address_of_a_blocked_contact_counts_as_shared(a_family):
    family = (
        a_family()
        .contact("mum", "home@example.test")
        .contact("dad", "dad@x.test", "home@example.test", is_blocked=True)
    )

    assert family.refusals()["mum"] is Refusal.SHARES_ADDRESS


def test_an_own_address_does_not_excuse_a_second_one_that_is_shared(a_family):
    family = a_family().contact("mum", "mum@x.test", "home@x.test").contact("dad", "home@x.test", is_blocked=True)

    assert family.refusals()["mum"] is Refusal.SHARES_ADDRESS


@pytest.mark.parametrize(
    "typed", ["dad@example.test", " DAD@Example.TEST ", "dad+school@example.test", "Dad <dad@example.test>"]
)
def test_an_address_the_safeguarding_lead_typed_blocks_whoever_uses_it(a_family, typed):
    family = a_family().contact("dad", "dad@example.test").contact("mum", "mum@example.test", priority=2)

    assert family.refusals(blocked=[typed]) == {"dad": Refusal.BLOCKED, "mum": None}


def test_a_typed_address_blocks_its_owner_even_when_only_a_siblings_record_names_him(a_family):
    family = a_family().contact("mum", "home@x.test").contact("dad", "dad@x.test", "home@x.test")
    family.links.pop()

    assert family.refusals(blocked=["dad@x.test"]) == {"mum": Refusal.SHARES_ADDRESS}


def test_a_tag_in_an_address_does_not_get_round_a_block(a_family):
    family = a_family().contact("mum", "dad+mum@example.test").contact("dad", "dad@example.test", is_blocked=True)

    assert family.refusals()["mum"] is Refusal.SHARES_ADDRESS


@pytest.mark.parametrize(
    "written", ["Dad <home@x.test>", "dad@x.test; home@x.test", "mailto:HOME@x.test", "home@x.test\n"]
)
def test_a_blocked_contacts_inbox_is_known_however_the_mis_writes_it(a_family, written):
    family = a_family().contact("mum", "home@x.test").contact("dad", written, is_blocked=True)

    assert family.refusals()["mum"] is Refusal.SHARES_ADDRESS


def test_two_contacts_with_blank_addresses_share_no_inbox(a_family):
    family = a_family().contact("mum", "").contact("dad", "", is_blocked=True)

    assert family.refusals() == {"dad": Refusal.BLOCKED, "mum": Refusal.NO_ADDRESS}


def test_unknown_parental_responsibility_fails_closed(a_family):
    family = a_family().contact("gran", "gran@example.test", parental_responsibility=None)

    assert family.refusals() == {"gran": Refusal.RESPONSIBILITY_UNKNOWN}


def test_a_contact_without_parental_responsibility_is_refused(a_family):
    family = a_family().contact("neighbour", "next@example.test", parental_responsibility=False)

    assert family.refusals() == {"neighbour": Refusal.NO_RESPONSIBILITY}


@pytest.mark.parametrize("responsibility", [False, None])
def test_a_foster_carer_with_the_schools_recorded_consent_may_be_told(a_family, responsibility):
    family = a_family().contact(
        "carer", "carer@example.test", parental_responsibility=responsibility, school_consent=True
    )

    (decision,) = family.decisions()
    assert decision.may_be_told
    assert "the school has recorded" in decision.sentence


@pytest.mark.parametrize(
    ("responsibility", "refusal"), [(None, Refusal.RESPONSIBILITY_UNKNOWN), (False, Refusal.NO_RESPONSIBILITY)]
)
def test_a_recorded_refusal_of_consent_is_no_consent(a_family, responsibility, refusal):
    family = a_family().contact("gran", "g@x.test", parental_responsibility=responsibility, school_consent=False)

    assert family.refusals() == {"gran": refusal}


def test_a_missing_flag_of_the_mis_is_not_a_block(a_family):
    assert a_family().contact("mum", "mum@example.test", is_blocked=None).refusals() == {"mum": None}


def test_an_unsubscribed_mother_is_called_instead(a_family):
    (decision,) = a_family().contact("mum", "mum@example.test", is_unsubscribed=True).decisions()

    assert decision.refusal is Refusal.UNSUBSCRIBED
    assert "phone list" in decision.sentence


def test_a_contact_without_an_address_goes_on_the_phone_list(a_family):
    assert a_family().contact("mum").refusals() == {"mum": Refusal.NO_ADDRESS}


@pytest.mark.parametrize(
    "address",
    [
        "a@example.test, b@example.test",
        '"Mum" <mum@example.test>, evil@example.test',
        "Mum <mum@example.test>",
        "mum@example.test\n",
        "mum@example.test\r\nBcc: evil@example.test",
        "mum@example",
        "mum at example.test",
        "mum@@example.test",
        "mum..home@example.test",
        "müm@example.test",
        "m" * 65 + "@example.test",
        " mum@example.test",
    ],
)
def test_what_is_not_exactly_one_address_is_refused(a_family, address):
    assert a_family().contact("mum", address).refusals() == {"mum": Refusal.BAD_ADDRESS}


@pytest.mark.parametrize("address", ["o'neil@example.test", "mum+school@mail.example.test", "a.b-c_d@x-y.test"])
def test_an_unusual_but_proper_address_is_used(a_family, address):
    assert a_family().contact("mum", address).refusals() == {"mum": None}


@pytest.mark.parametrize(
    ("born", "refusal"),
    [
        (dt.date(2008, 11, 24), None),  # 18 tomorrow
        (dt.date(2008, 11, 23), Refusal.PUPIL_IS_ADULT),  # 18 today
        (dt.date(2008, 11, 22), Refusal.PUPIL_IS_ADULT),
    ],
)
def test_contacts_are_told_until_the_day_before_the_eighteenth_birthday(a_family, born, refusal):
    family = a_family(born=born, year_group="13").contact("mum", "mum@example.test")

    assert family.refusals() == {"mum": refusal}


def test_an_adults_decision_cites_the_age_of_majority(a_family):
    (decision,) = a_family(born=dt.date(2008, 1, 1), year_group="13").contact("mum", "m@x.test").decisions()

    assert [entry.parameter for entry in decision.parameters] == ["contact/age_of_majority"]


def test_someone_born_on_29_february_comes_of_age_on_1_march():
    leapling = dt.date(2008, 2, 29)

    assert [age_on(leapling, day) for day in (dt.date(2026, 2, 28), dt.date(2026, 3, 1))] == [17, 18]


@pytest.mark.parametrize(("year_group", "refusal"), [("13", Refusal.AGE_UNKNOWN), ("7", None)])
def test_without_a_date_of_birth_only_the_oldest_year_groups_are_in_doubt(a_family, year_group, refusal):
    family = a_family(born=None, year_group=year_group).contact("mum", "mum@example.test")

    assert family.refusals() == {"mum": refusal}


def test_two_entries_for_one_contact_that_differ_are_refused(a_family):
    family = a_family().contact("mum", "mum@example.test")
    family.links.append(PupilContact("alicia", "mum", "parent", 2, parental_responsibility=False))

    assert {decision.refusal for decision in family.decisions()} == {Refusal.CONTRADICTORY}


def test_the_same_entry_twice_is_one_contact(a_family):
    family = a_family().contact("mum", "mum@example.test")
    family.links.append(family.links[0])

    assert [decision.may_be_told for decision in family.decisions()] == [True]


def test_a_block_in_one_of_two_entries_blocks(a_family):
    family = a_family().contact("dad", "dad@example.test")
    family.links.append(PupilContact("alicia", "dad", "parent", 1, parental_responsibility=True, is_blocked=True))

    assert {decision.refusal for decision in family.decisions()} == {Refusal.BLOCKED}


def test_another_pupils_links_are_not_looked_at(a_family):
    family = a_family().contact("mum", "mum@example.test")
    family.links.append(PupilContact("michael", "mum", "parent", 1, is_blocked=True))

    assert family.refusals() == {"mum": None}


def test_a_link_to_a_contact_the_mis_does_not_give_is_refused(a_family):
    family = a_family().contact("mum", "mum@example.test")
    family.contacts.clear()

    assert family.refusals() == {"mum": Refusal.NO_ADDRESS}


@pytest.mark.parametrize("purpose", [Purpose.SAFEGUARDING_ALERT, Purpose.REGISTER_CHASE, Purpose.OFFICE_NOTICE])
def test_messages_for_staff_are_never_for_contacts(a_family, purpose):
    family = a_family().contact("mum", "mum@example.test")

    assert family.refusals(purpose=purpose) == {"mum": Refusal.NOT_FOR_CONTACTS}


def test_a_correction_goes_to_those_who_may_be_told(a_family):
    (decision,) = a_family().contact("mum", "m@x.test").decisions(purpose=Purpose.IN_SCHOOL_CORRECTION)

    assert decision.may_be_told
    assert decision.parameters[1].parameter == "contact/correction"


def test_every_purpose_that_speaks_to_contacts_rests_on_a_cited_rule():
    assert set(LAW_OF_PURPOSE) == {p for p, rules in PURPOSES.items() if rules.audience is Audience.CONTACTS}


def test_a_date_before_the_guidance_is_refused_not_guessed(a_family):
    with pytest.raises(UnknownParameter):
        a_family().contact("mum", "mum@example.test").decisions(as_of=dt.date(2020, 1, 6))


def test_contacts_come_in_order_of_priority_with_those_without_one_last(a_family):
    family = a_family().contact("aunt", "a@x.test", priority=None).contact("dad", "d@x.test", priority=2)
    family.contact("mum", "m@x.test", priority=1)

    assert [decision.contact_id for decision in family.decisions()] == ["mum", "dad", "aunt"]


def test_an_mis_that_counts_from_nought_places_its_first_contact_before_the_next(a_family):
    family = a_family().contact("dad", "d@x.test", priority=1).contact("mum", "m@x.test", priority=0)

    assert [decision.contact_id for decision in family.decisions()] == ["mum", "dad"]


@pytest.mark.parametrize("refusal", list(Refusal))
def test_every_refusal_has_a_sentence_for_staff(refusal):
    assert refusal.sentence.endswith(".")


def test_sentences_name_neither_contact_nor_address(a_family):
    family = a_family().contact("mum", "mum@example.test").contact("dad", "mum@example.test", is_blocked=True)

    said = " ".join(decision.sentence + repr(decision.address) for decision in family.decisions())
    assert "example.test" not in said
    assert "Example" not in said


def test_two_parents_placed_first_are_both_told(a_family):
    family = a_family().contact("mum", "m@x.test").contact("dad", "d@x.test").contact("gran", "g@x.test", priority=2)

    assert [d.contact_id for d in contacts_to_tell(family.decisions(), 1)] == ["dad", "mum"]


def test_contacts_without_a_priority_are_not_the_same_as_each_other(a_family):
    family = a_family().contact("dad", "d@x.test", priority=None).contact("mum", "m@x.test", priority=None)

    assert [d.contact_id for d in contacts_to_tell(family.decisions(), 1)] == ["dad"]


def test_the_first_who_may_be_told_is_told_when_the_first_of_all_may_not(a_family):
    family = a_family().contact("dad", "d@x.test", is_blocked=True).contact("mum", "m@x.test", priority=2)

    assert [d.contact_id for d in contacts_to_tell(family.decisions(), 1)] == ["mum"]


def test_one_address_gets_one_message(a_family):
    family = a_family().contact("mum", "home@x.test").contact("dad", "HOME@x.test")

    assert [d.contact_id for d in contacts_to_tell(family.decisions(), 2)] == ["dad"]


def test_parents_apart_get_two_messages(a_family):
    family = a_family().contact("mum", "m@x.test").contact("dad", "d@y.test", priority=2)

    assert [d.address for d in contacts_to_tell(family.decisions(), 2)] == [Personal("m@x.test"), Personal("d@y.test")]


def test_after_a_bounce_the_next_address_is_tried(a_family):
    family = a_family().contact("mum", "m@x.test").contact("dad", "M@x.test", priority=2)
    family.contact("gran", "g@x.test", priority=3)

    following = next_contact(family.decisions(), [Personal("m@x.test")])

    assert following is not None
    assert following.contact_id == "gran"


def test_when_every_address_is_tried_nobody_is_next(a_family):
    family = a_family().contact("mum", "m@x.test").contact("dad", "d@x.test", is_blocked=True)

    assert next_contact(family.decisions(), [Personal("m@x.test")]) is None
