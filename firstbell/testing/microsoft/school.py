"""A school's tenant, ready made: the app and what it was let into, mailboxes, people, sites and their libraries.

Everything is obviously made up. What the app was not let into is there as well, because `firstbell doctor` proves that
it is kept out: a mailbox that is not its own, and a site that it was not given.
"""

import datetime as dt
from collections.abc import Callable, Iterable

from firstbell.testing.microsoft.apps import App, Person
from firstbell.testing.microsoft.channel_state import Channel
from firstbell.testing.microsoft.drive_json import HOST
from firstbell.testing.microsoft.files import Drive, Site
from firstbell.testing.microsoft.tenant import Tenant

TENANT_ID = "0f1e2d3c-4b5a-4697-8877-665544332211"
CLIENT_ID = "a1b2c3d4-0000-4000-8000-000000000001"

OFFICE_MAILBOX, SECOND_MAILBOX = "attendance@example.org", "absence@example.org"
HEADS_MAILBOX = "head@example.org"
OURS = (OFFICE_MAILBOX, SECOND_MAILBOX)

ATTENDANCE, SAFEGUARDING, RESTRICTED, GOVERNORS = "Attendance", "Safeguarding", "Restricted", "Governors"
TEAM, CHANNEL = "22222222-0000-4000-8000-000000000002", "19:safeguarding@thread.tacv2"
SIGNATURE = "made-up-signature-of-the-workflow"
LIBRARIES = (ATTENDANCE, SAFEGUARDING, RESTRICTED)

STAFF = (
    Person("olive.officer@example.org", "Olive Officer (made up)", "attendance officer"),
    Person("sam.lead@example.org", "Sam Lead (made up)", "designated safeguarding lead"),
    Person(HEADS_MAILBOX, "Harriet Head (made up)", "headteacher"),
)


def site_id(name: str) -> str:
    """The id of a site as SharePoint writes it: host, site collection, web."""
    number = (*LIBRARIES, GOVERNORS).index(name) + 1
    return f"{HOST},{number:08}-0000-4000-8000-000000000000,{number:08}-0000-4000-9000-000000000000"


def drive_id(name: str) -> str:
    """The id of a site's document library."""
    return f"b!{name}"


def school_tenant(
    clock: Callable[[], dt.datetime],
    *,
    certificates: tuple[str, ...] = (),
    secret: str = "",
    staff: Iterable[Person] = STAFF,
) -> Tenant:
    """A fresh tenant. Its app signs in with one of `certificates` (PEM, without the key) or with `secret`; it may use
    the mailboxes in OURS and the sites of LIBRARIES. The libraries are open to the people who have to do with them.
    """
    tenant = Tenant(TENANT_ID, clock)
    sites = frozenset(map(site_id, LIBRARIES))
    tenant.apps[CLIENT_ID] = App(CLIENT_ID, secret, certificates, frozenset(OURS), sites)
    people = tuple(staff)
    tenant.people.update({person.address.casefold(): person for person in people})
    for name, owners in _owners(people).items():
        drive = drive_id(name)
        tenant.drives[drive] = Drive.empty(drive, site_id(name), clock(), owners)
        tenant.sites.append(Site(site_id(name), f"sites/{name.lower()}", name))
    tenant.mail.add(*OURS, HEADS_MAILBOX)
    tenant.channels[CHANNEL] = Channel(CHANNEL, TEAM, SAFEGUARDING, SIGNATURE, frozenset({CLIENT_ID}))
    return tenant


def _owners(staff: Iterable[Person]) -> dict[str, dict[str, str]]:
    """Who may open each library, by their role."""
    everybody = {person.address: person.role for person in staff}
    leads = {address for address, role in everybody.items() if "safeguarding" in role}
    heads = {address for address, role in everybody.items() if role == "headteacher"}
    return {
        ATTENDANCE: dict.fromkeys(everybody, "write"),
        SAFEGUARDING: dict.fromkeys(sorted(leads), "write"),
        RESTRICTED: dict.fromkeys(sorted(leads | heads), "write"),
        GOVERNORS: dict.fromkeys(sorted(heads), "owner"),
    }
