"""The ready-made school: what its app may use, and what it may not."""

import pytest

from firstbell.testing.fake_clock import FakeClock
from firstbell.testing.microsoft.school import (
    ATTENDANCE,
    CLIENT_ID,
    GOVERNORS,
    HEADS_MAILBOX,
    LIBRARIES,
    OURS,
    RESTRICTED,
    SAFEGUARDING,
    drive_id,
    school_tenant,
    site_id,
)


@pytest.fixture
def tenant():
    return school_tenant(FakeClock().now)


def test_the_app_may_use_its_own_mailboxes_and_not_the_heads(tenant):
    assert tenant.apps[CLIENT_ID].mailboxes == set(OURS)
    assert HEADS_MAILBOX not in tenant.apps[CLIENT_ID].mailboxes


def test_the_app_was_given_three_sites_and_there_is_a_fourth(tenant):
    assert tenant.apps[CLIENT_ID].sites == {site_id(name) for name in LIBRARIES}
    assert {drive.site_id for drive in tenant.drives.values()} - tenant.apps[CLIENT_ID].sites == {site_id(GOVERNORS)}


def test_nothing_was_granted_for_the_whole_tenant(tenant):
    assert tenant.apps[CLIENT_ID].roles == set()


@pytest.mark.parametrize(
    ("library", "may_not"),
    [(SAFEGUARDING, {"attendance officer", "headteacher"}), (RESTRICTED, {"attendance officer"}), (ATTENDANCE, set())],
)
def test_a_library_is_open_to_those_who_have_to_do_with_it(tenant, library, may_not):
    may = tenant.drives[drive_id(library)].root.roles

    assert {person.role for person in tenant.people.values() if person.address not in may} == may_not


def test_two_tenants_share_nothing():
    first, second = school_tenant(FakeClock().now), school_tenant(FakeClock().now)

    first.drives[drive_id(ATTENDANCE)].add(
        first.drives[drive_id(ATTENDANCE)].root, "a.txt", b"", first.clock(), "somebody@example.org"
    )

    assert second.drives[drive_id(ATTENDANCE)].at("a.txt") is None
