"""Generated families: whatever they look like, nobody blocked is told and no sibling is named to who may not know."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from rules.calendar import Half, Session
from rules.contact.addresses import mailboxes_in
from rules.contact.households import sharing_group
from rules.contact.permissions import contacts_to_tell, next_contact, who_may_be_told
from rules.contact.purposes import Purpose
from rules.people import Contact, Personal, Pupil, PupilContact

MORNING = Session(dt.date(2026, 11, 23), Half.AM)
AFTERNOON = Session(dt.date(2026, 11, 23), Half.PM)
PURPOSE = Purpose.FIRST_DAY_ABSENCE

# Few inboxes in many spellings, so that families share them often.
ADDRESSES = st.sampled_from(
    [
        "home@x.test",
        "HOME@x.test",
        "home+dad@x.test",
        "dad@x.test",
        "mum@x.test",
        "mum@x.test, dad@x.test",
        "Dad <dad@x.test>",
        "",
        "gran@y.test",
    ]
).map(Personal)
YES_NO_UNKNOWN = st.sampled_from([True, False, None])
CONTACTS = st.lists(
    st.builds(
        Contact,
        st.sampled_from(["a", "b", "c", "d"]),
        st.just(""),
        st.just(Personal("X")),
        st.just(Personal("Y")),
        emails=st.lists(ADDRESSES, max_size=3).map(tuple),
    ),
    max_size=4,
    unique_by=lambda contact: contact.id,
).map(lambda found: {contact.id: contact for contact in found})


def links_of(pupil_id):
    return st.lists(
        st.builds(
            PupilContact,
            st.just(pupil_id),
            st.sampled_from(["a", "b", "c", "d"]),
            st.just("parent"),
            priority=st.sampled_from([1, 1, 2, None]),
            parental_responsibility=YES_NO_UNKNOWN,
            is_blocked=YES_NO_UNKNOWN,
            is_unsubscribed=YES_NO_UNKNOWN,
            school_consent=YES_NO_UNKNOWN,
        ),
        max_size=6,
    )


def pupil(pupil_id):
    return Pupil(pupil_id, Personal("Alicia"), Personal("Example"), dt.date(2014, 5, 2), "7")


def decide(pupil_id, links, contacts, blocked=frozenset()):
    return who_may_be_told(pupil(pupil_id), links, contacts, PURPOSE, MORNING.date, blocked)


def inboxes_of_blocked(links, contacts, blocked):
    typed = set().union(*map(mailboxes_in, blocked))
    boxes = {c.id: set().union(*map(mailboxes_in, c.emails)) for c in contacts.values()}
    ids = {link.contact_id for link in links if link.is_blocked} | {c for c, found in boxes.items() if found & typed}
    return typed.union(*(boxes.get(contact_id, set()) for contact_id in ids))


@given(links_of("alicia"), CONTACTS, st.frozensets(ADDRESSES.filter(bool), max_size=2))
def test_no_inbox_of_a_blocked_person_is_ever_allowed(links, contacts, blocked):
    decisions = decide("alicia", links, contacts, blocked)

    allowed = set().union(*(mailboxes_in(d.address) for d in decisions if d.may_be_told and d.address))
    assert not allowed & inboxes_of_blocked(links, contacts, blocked)


@given(links_of("alicia"), CONTACTS, st.integers(1, 4))
def test_only_those_who_may_be_told_are_chosen_and_each_inbox_once(links, contacts, how_many):
    decisions = decide("alicia", links, contacts)

    chosen = contacts_to_tell(decisions, how_many)

    assert all(d.may_be_told and d.refusal is None for d in chosen)
    assert len({d.address.reveal().casefold() for d in chosen if d.address}) == len(chosen)
    assert len(chosen) >= min(how_many, len({d.address.reveal().casefold() for d in decisions if d.may_be_told}))


@given(links_of("alicia"), CONTACTS)
def test_trying_contact_after_contact_reaches_everyone_allowed_and_ends(links, contacts):
    decisions, tried = decide("alicia", links, contacts), []

    while (following := next_contact(decisions, tried)) is not None:
        tried.append(following.address)

    allowed = {d.address.reveal().casefold() for d in decisions if d.may_be_told}
    assert sorted(address.reveal().casefold() for address in tried) == sorted(allowed)


@given(links_of("alicia"), CONTACTS)
def test_the_order_of_the_mis_export_changes_nothing(links, contacts):
    assert decide("alicia", links, contacts) == decide("alicia", links[::-1], dict(reversed(contacts.items())))


@given(links_of("alicia"), links_of("michael"), CONTACTS)
def test_siblings_share_a_message_only_when_every_contact_matches(hers, his, contacts):
    sister, brother = decide("alicia", hers, contacts), decide("michael", his, contacts)

    def terms(decisions):
        return sorted(
            (d.address.reveal().strip().casefold() if d.address else "", d.may_be_told, str(d.refusal))
            for d in decisions
        )

    share = sharing_group(sister, PURPOSE, MORNING) == sharing_group(brother, PURPOSE, MORNING)
    assert share == (terms(sister) == terms(brother))


@given(links_of("alicia"), links_of("michael"), CONTACTS)
def test_who_shares_a_message_may_be_told_of_both_children(hers, his, contacts):
    sister, brother = decide("alicia", hers, contacts), decide("michael", his, contacts)

    if sharing_group(sister, PURPOSE, MORNING) == sharing_group(brother, PURPOSE, MORNING):
        told = [{d.address.reveal().casefold() for d in found if d.may_be_told} for found in (sister, brother)]
        assert told[0] == told[1]
