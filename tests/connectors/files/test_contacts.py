"""Contacts are read on the safe side: what is unclear blocks, what contradicts itself is dropped, nothing is merged."""

import pytest

from connectors.files import read_contacts

HEADER = (
    "pupil_id,contact_id,forename,surname,relationship,priority,parental_responsibility,court_order,no_contact,"
    "unsubscribed,email,mobile\n"
)
ORLA = "P1,C1,Orla,O'Neil,Mother,1,Yes,,,No,orla@example.net,07700 900123\n"


@pytest.fixture
def read(write):
    return lambda text: read_contacts(write("contacts.csv", text))


def test_a_contact_and_its_link_are_read(read):
    (contact,), (link,), problems = read(HEADER + ORLA)

    assert [email.reveal() for email in contact.emails] == ["orla@example.net"]
    assert [phone.reveal() for phone in contact.phones] == ["07700 900123"]
    assert (link.priority, link.parental_responsibility, link.is_blocked, link.is_unsubscribed) == (
        1,
        True,
        None,
        False,
    )
    assert problems == ()


def test_siblings_share_a_contact(read):
    contacts, links, problems = read(HEADER + ORLA + ORLA.replace("P1,", "P2,"))

    assert len(contacts) == 1
    assert [link.pupil_id for link in links] == ["P1", "P2"]
    assert problems == ()


@pytest.mark.parametrize(
    ("court_order", "no_contact", "blocked"),
    [("Y", "", True), ("", "Y", True), ("N", "Y", True), ("N", "", False), ("", "", None), ("see the DSL", "N", True)],
)
def test_a_court_order_or_a_no_contact_flag_blocks_and_so_do_unclear_words(read, court_order, no_contact, blocked):
    _, (link,), _ = read(HEADER + ORLA.replace("Yes,,,", f"Yes,{court_order},{no_contact},"))

    assert link.is_blocked is blocked


def test_words_about_a_court_order_are_not_repeated(read):
    _, _, problems = read(HEADER + ORLA.replace("Yes,,,", "Yes,father must not collect,,"))

    assert "father" not in repr(problems)


def test_responsibility_that_is_unclear_is_unknown(read):
    _, (link,), (problem,) = read(HEADER + ORLA.replace(",Yes,", ",ask mum,"))

    assert link.parental_responsibility is None
    assert problem.pupil_id == "P1"


def test_two_addresses_in_one_cell_are_kept_as_given(read):
    (contact,), _, _ = read(HEADER + ORLA.replace("orla@example.net", '"a@example.net, b@example.net"'))

    assert [email.reveal() for email in contact.emails] == ["a@example.net, b@example.net"]


@pytest.mark.parametrize("phone", ["01632 960001", "+44 7700 900123", "00447700900123", "07700900123 (work only)"])
def test_a_phone_number_is_text(read, phone):
    (contact,), _, _ = read(HEADER + ORLA.replace("07700 900123", phone))

    assert contact.phones[0].reveal() == phone


def test_a_contact_with_contradictory_details_keeps_no_address(read):
    (contact,), links, problems = read(HEADER + ORLA + ORLA.replace("P1,", "P2,").replace("orla@", "sean@"))

    assert contact.emails == contact.phones == ()
    assert len(links) == 2
    assert "C1" in problems[0].sentence


def test_a_link_with_contradictory_facts_keeps_only_what_forbids(read):
    _, (link,), (problem,) = read(HEADER + ORLA + ORLA.replace("Yes,,,", "Yes,Y,,"))

    assert (link.parental_responsibility, link.priority, link.is_blocked) == (None, None, True)
    assert problem.pupil_id == "P1"


def test_a_contact_without_an_id_keeps_its_id_when_rows_move(read):
    text = "pupil_id,forename,surname,relationship,email\n{}"
    mother, father = "P1,Orla,O'Neil,Mother,orla@example.net\n", "P1,Sean,O'Neil,Father,\n"

    before, _, _ = read(text.format(mother + father))
    after, _, _ = read(text.format(father + mother))

    assert {c.id for c in before} == {c.id for c in after}
    assert len({c.id for c in before}) == 2


def test_the_three_slots_of_bromcom_are_three_links(read):
    fields = ("Name", "Relationship", "Email", "Telephone", "ParentalResponsibility")
    header = ",".join(["StudentId", *(f"Contact{slot}{field}" for slot in (1, 2, 3) for field in fields)])
    mother = "Ms Orla O'Neil ,Mother,orla@example.net,07700 900123,Yes"

    contacts, links, problems = read(f"{header}\nP1,{mother},Mr Sean O'Neil,Father,,,No,,,,,\n")

    assert [(link.priority, link.relationship, link.parental_responsibility) for link in links] == [
        (1, "Mother", True),
        (2, "Father", False),
    ]
    assert [len(contact.emails) for contact in contacts] == [1, 0]
    assert problems == ()


@pytest.mark.parametrize(
    "header",
    [
        "Adno,Contact name,Relationship,Priority,Parental Responsibility,Primary Email",
        "Student ID,Guardian name,Relationship,Emergency contact priority,Legal Guardian,Email",
    ],
)
def test_the_names_of_sims_and_arbor_are_known(read, header):
    (contact,), (link,), problems = read(f"{header}\nP1,Orla O'Neil,Mother,1,True,orla@example.net\n")

    assert (contact.surname.reveal(), len(contact.emails)) == ("Orla O'Neil", 1)
    assert (link.priority, link.parental_responsibility) == (1, True)
    assert problems == ()


def test_a_priority_that_is_no_number_is_told(read):
    _, (link,), (problem,) = read(HEADER + ORLA.replace(",1,", ",first,"))

    assert link.priority is None
    assert problem.where == "contacts.csv, row 2"


@pytest.mark.parametrize("text", [HEADER + ORLA.replace("P1,", ","), "StudentId,Contact1Name\n,Orla O'Neil\n"])
def test_a_contact_of_no_pupil_is_told(read, text):
    contacts, links, (problem,) = read(text)

    assert contacts == links == ()
    assert problem.where == "contacts.csv, row 2"


@pytest.mark.parametrize("priority", ["9" * 30, "9" * 5_000, "²"])
def test_a_priority_that_no_store_could_hold_is_told(tmp_path, priority):
    path = tmp_path / "contacts.csv"
    path.write_text(f"pupil_id,contact_id,relationship,priority\nP1,C1,Mother,{priority}\n", encoding="utf-8")

    _, (link,), (problem,) = read_contacts(path)

    assert (link.priority, problem.where) == (None, "contacts.csv, row 2")
