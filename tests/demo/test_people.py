import datetime as dt
import re
from collections import Counter

import pytest

from firstbell.demo.cases import Case
from firstbell.demo.names import StaffCodes
from firstbell.demo.pupils import forms_by_year, year_sizes
from firstbell.errors import BadInput
from rules.contact.permissions import age_on
from rules.people import Vulnerability

DRAMA = re.compile(r"07700 900\d{3}|01632 960\d{3}")


def pupils_in(school, case):
    by_id = {pupil.id: pupil for pupil in school.people.pupils}
    return [by_id[pupil_id] for pupil_id in school.people.cases[case]]


def links_of(school, pupil):
    contacts = {contact.id: contact for contact in school.people.contacts}
    return [(link, contacts[link.contact_id]) for link in school.people.links if link.pupil_id == pupil.id]


def test_the_school_has_as_many_pupils_as_asked():
    assert [sum(year_sizes(count).values()) for count in (60, 1264, 3000)] == [60, 1264, 3000]


@pytest.mark.parametrize("count", [59, 3001, 0, -5])
def test_a_school_too_small_or_too_large_is_refused_with_the_range(count):
    with pytest.raises(BadInput, match="from 60 to 3000"):
        forms_by_year(count)


def test_every_upn_is_valid_and_nobody_elses(school):
    upns = [pupil.upn for pupil in school.people.pupils]

    assert all(upn.is_valid for upn in upns)
    assert len({upn.value for upn in upns}) == len(upns)
    assert 0 < sum(upn.is_temporary for upn in upns) < len(upns) / 100


def test_every_age_fits_the_year_group(school):
    for pupil in school.people.pupils:
        assert age_on(pupil.date_of_birth, dt.date(2026, 8, 31)) == int(pupil.year_group) + 4


def test_forms_are_of_ordinary_size_and_no_name_reads_as_a_number(school):
    sizes = Counter(pupil.form for pupil in school.people.pupils)

    assert set(sizes) == set(school.staff.tutors)
    assert max(sizes.values()) <= 30
    assert not any(re.fullmatch(r"\d+E\d+", form) for form in sizes)


def test_no_address_or_number_can_belong_to_a_real_person(school):
    people = school.people.contacts
    emails = [part for person in people for email in person.emails for part in email.reveal().split("; ")]
    teachers = [*school.staff.tutors.values(), *school.staff.heads.values(), *school.staff.cover]
    emails += [t.email.reveal() for t in teachers] + [p.email for p in school.staff.office]

    assert {email.partition("@")[2] for email in emails} == {"example.org", "example.net"}
    assert all(DRAMA.fullmatch(phone.reveal()) for person in people for phone in person.phones)


def test_every_pupil_has_a_contact_and_every_link_both_ends(school):
    linked = {link.pupil_id for link in school.people.links}

    assert linked == {pupil.id for pupil in school.people.pupils}
    assert {link.contact_id for link in school.people.links} == {contact.id for contact in school.people.contacts}


def test_some_names_hold_accents_hyphens_and_apostrophes(school):
    names = "".join(p.forename.reveal() + p.surname.reveal() for p in school.people.pupils)

    assert "-" in names
    assert "'" in names
    assert not names.isascii()


@pytest.mark.parametrize("count", [60, 137, 1264, 3000])
def test_every_special_family_is_there_in_a_school_of_any_size(school_on, count):
    school = school_on(pupils=count)

    assert set(school.people.cases) == set(Case)
    assert all(school.people.cases.values())
    everyone = [pupil_id for ids in school.people.cases.values() for pupil_id in ids]
    assert len(everyone) == len(set(everyone)) == 18


def test_brother_and_sister_told_together_have_the_very_same_contacts(school):
    older, younger = pupils_in(school, Case.SIBLINGS_TOLD_TOGETHER)

    assert older.surname == younger.surname
    assert [c.id for _, c in links_of(school, older)] == [c.id for _, c in links_of(school, younger)]


def test_a_court_order_keeps_the_father_from_one_child_only(school):
    fathers = [
        next(link for link, _ in links_of(school, pupil) if link.relationship == "Father")
        for pupil in pupils_in(school, Case.SIBLINGS_TOLD_APART)
    ]

    assert fathers[0].contact_id == fathers[1].contact_id
    assert [father.is_blocked for father in fathers] == [False, True]


def test_the_estranged_parent_reads_the_other_parents_inbox(school):
    (pupil,) = pupils_in(school, Case.ESTRANGED_SHARED_INBOX)
    (mother, her), (father, him) = links_of(school, pupil)

    assert her.emails == him.emails
    assert (mother.is_blocked, father.is_blocked) == (False, True)


def test_one_mother_stands_twice_in_the_contacts(school):
    one, two = pupils_in(school, Case.DUPLICATED_CONTACT)
    (_, first), (_, second) = *links_of(school, one), *links_of(school, two)

    assert first.id != second.id
    assert (first.forename, first.surname, first.emails) == (second.forename, second.surname, second.emails)


def test_a_looked_after_pupils_carer_may_be_told_and_the_social_worker_is_not_a_parent(school):
    (pupil,) = pupils_in(school, Case.LOOKED_AFTER)
    (carer, _), (worker, _) = links_of(school, pupil)

    assert (carer.parental_responsibility, carer.school_consent) == (False, True)
    assert (worker.parental_responsibility, worker.school_consent) == (False, False)
    assert Vulnerability.LOOKED_AFTER in pupil.vulnerabilities()


def test_parents_who_live_apart_are_both_first_in_line(school):
    (pupil,) = pupils_in(school, Case.SEPARATED_PARENTS)

    assert [(link.priority, link.lives_with_pupil) for link, _ in links_of(school, pupil)] == [(1, True), (1, False)]


@pytest.mark.parametrize("day", [dt.date(2026, 9, 4), dt.date(2027, 7, 23)])
def test_the_adult_pupil_is_eighteen_whatever_the_date(school_on, day):
    (pupil,) = pupils_in(school_on(day), Case.ADULT_PUPIL)

    assert pupil.date_of_birth == dt.date(2008, 9, 1)
    assert pupil.year_group == "13"


@pytest.mark.parametrize(
    ("case", "addresses", "first_phone"),
    [(Case.NO_EMAIL, 0, "07700"), (Case.TWO_ADDRESSES, 2, "07700"), (Case.LANDLINE_AS_MOBILE, 1, "01632")],
)
def test_contact_details_that_need_mending(school, case, addresses, first_phone):
    (pupil,) = pupils_in(school, case)
    ((_, contact),) = links_of(school, pupil)

    assert sum(email.reveal().count("@") for email in contact.emails) == addresses
    assert contact.phones[0].reveal().startswith(first_phone)


@pytest.mark.parametrize(
    ("case", "why"),
    [
        (Case.CHILD_PROTECTION, Vulnerability.CHILD_PROTECTION),
        (Case.YOUNG_CARER, Vulnerability.YOUNG_CARER),
        (Case.EHCP, Vulnerability.EHCP),
    ],
)
def test_vulnerable_pupils_are_flagged(school, case, why):
    (pupil,) = pupils_in(school, case)

    assert why in pupil.vulnerabilities()


def test_nobody_recorded_whether_the_contact_has_parental_responsibility(school):
    (pupil,) = pupils_in(school, Case.UNKNOWN_RESPONSIBILITY)

    assert [link.parental_responsibility for link, _ in links_of(school, pupil)] == [None]


def test_no_two_staff_have_the_same_initials():
    codes = StaffCodes()

    given = [codes.of("Pebblewhisk") for _ in range(40)]

    assert len(set(given)) == 40
    assert all(re.fullmatch("[A-Z]{3}", code) for code in given)


@pytest.mark.parametrize(("weekday", "role"), [(1, "deputy attendance officer"), (4, "attendance officer")])
def test_the_deputy_stands_in_from_monday_to_wednesday(school, weekday, role):
    assert school.staff.on_duty(weekday).role == role
