"""The forms on the pages: each does what it says on the tenant itself, and takes nothing from elsewhere."""

import re
from zoneinfo import ZoneInfo

import httpx
import pytest

from connectors._xlsx.drawing import drawn
from firstbell.records import SheetRows
from firstbell.testing.fake_clock import FakeClock
from firstbell.testing.microsoft import pages
from firstbell.testing.microsoft.bad_days import is_on
from firstbell.testing.microsoft.mail_state import Arrived, Folder
from firstbell.testing.microsoft.mail_visitors import SEARCH_KEY, arrives
from firstbell.testing.microsoft.school import (
    ATTENDANCE as LIBRARY,
)
from firstbell.testing.microsoft.school import (
    OFFICE_MAILBOX,
    drive_id,
    school_tenant,
)
from firstbell.testing.microsoft.school import (
    SAFEGUARDING as SAFE_LIBRARY,
)
from firstbell.testing.microsoft.workbook_person import LivePerson
from sheets_templates.attendance import ATTENDANCE
from sheets_templates.safeguarding import SAFEGUARDING

QUEUE, PUPILS = "/workbooks/Attendance/Queue", "/workbooks/Safeguarding/Vulnerable%20pupils"
ROWS = {
    "k1": {"What": "First-day message", "Pupil": "Alex <b>Made-up</b>", "State": "waiting"},
    "k2": {"What": "First-day message", "Pupil": "Sam Made-up", "State": "waiting"},
}


@pytest.fixture
def tenant():
    tenant = school_tenant(FakeClock().now)
    for library, layout, sheet, rows in (
        (LIBRARY, ATTENDANCE, "Queue", ROWS),
        (SAFE_LIBRARY, SAFEGUARDING, "Vulnerable pupils", {}),
    ):
        file = f"{layout.name}.xlsx"
        content = drawn(None, layout, [SheetRows(sheet, rows)], as_at="09:45", file=file, is_shared=True)
        drive = tenant.drives[drive_id(library)]
        drive.add(drive.root, file, content, tenant.clock(), "x")
    return tenant


@pytest.fixture
def http(tenant):
    with pages.running_pages(tenant, ZoneInfo("Europe/London")) as url, httpx.Client(base_url=url, timeout=10) as http:
        yield http


@pytest.fixture
def send(http):
    """Send a form as a browser does, from one of the pages."""

    def send(address, **fields):
        token = re.search(r'name="token" value="([^"]+)"', http.get(address).text)[1]
        origin = str(http.base_url).rstrip("/")
        return http.post(address, data={"token": token, **fields}, headers={"Origin": origin}, follow_redirects=True)

    return send


@pytest.fixture
def queue(tenant):
    return LivePerson(tenant, drive_id(LIBRARY), "Attendance.xlsx")


def number_of(http, pupil):
    """The choice in the form of the row with this pupil."""
    return re.search(rf'<option value="(\d+)"[^>]*>[^<]*{pupil}', http.get(QUEUE).text)[1]


def test_what_is_typed_stands_in_the_live_workbook(http, send, queue):
    answer = send(QUEUE, do="type", row=number_of(http, "Sam"), column="Decision", text=" stop ")

    assert "Saved. Firstbell reads it" in answer.text
    assert [row.get("Decision", "") for row in queue.sees("Queue")] == ["", "stop"]


def test_an_empty_text_clears_the_cell(http, send, queue):
    queue.types("Queue", "k2", "Initials", "AB")

    send(QUEUE, do="type", row=number_of(http, "Sam"), column="Initials", text="")

    assert not any("Initials" in row for row in queue.sees("Queue"))


def test_a_text_that_is_not_among_the_choices_is_refused_beside_its_field(http, send, queue):
    answer = send(QUEUE, do="type", row=number_of(http, "Sam"), column="Decision", text="<i>no</i>")

    assert answer.status_code == 400
    assert "“Decision” takes one of: stop, hold, release." in answer.text
    assert 'aria-describedby="hint wrong-text" aria-invalid="true"' in answer.text
    assert "&lt;i&gt;no&lt;/i&gt;" in answer.text
    assert "<i>no</i>" not in answer.text
    assert not any("Decision" in row for row in queue.sees("Queue"))


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"row": "1", "column": "Decision"}, "Choose a row."),
        ({"column": "State"}, "Choose a column."),
        ({"column": "Initials", "text": "x" * 501}, "Type at most 500 characters."),
    ],
)
def test_what_does_not_fit_the_sheet_is_refused_in_a_sentence(http, send, queue, fields, told):
    before = queue.sees("Queue")

    answer = send(QUEUE, **{"do": "type", "row": number_of(http, "Sam"), "text": "stop", **fields})

    assert (answer.status_code, told in answer.text) == (400, True)
    assert queue.sees("Queue") == before


def test_a_sheet_is_shown_without_keys_and_with_everything_escaped(http):
    text = http.get(QUEUE).text

    assert "Alex &lt;b&gt;Made-up&lt;/b&gt;" in text
    assert "Firstbell key" not in text
    assert "k1" not in re.sub(r'name="token" value="[^"]+"', "", text)
    assert '<th scope="col" class="people-type">Decision' in text


def test_a_row_of_ones_own_comes_below_the_last(send, tenant):
    answer = send(PUPILS, **{"do": "add", "new-0": "900001", "new-1": "01/12/2026"})

    assert "Saved." in answer.text
    lead = LivePerson(tenant, drive_id(SAFE_LIBRARY), "Safeguarding.xlsx")
    assert lead.sees("Vulnerable pupils") == [{"Pupil ID": "900001", "Hold messages until": "01/12/2026"}]


def test_an_empty_row_is_refused(send):
    answer = send(PUPILS, do="add")

    assert (answer.status_code, "Type something in at least one field." in answer.text) == (400, True)


@pytest.fixture
def sent(tenant):
    """A mail that left the office's mailbox."""
    from email.message import EmailMessage  # noqa: PLC0415 - for this fixture alone

    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = OFFICE_MAILBOX, "mum@example.net", "Please contact us"
    mail["Message-ID"] = "<1@example.org>"
    mail.set_content("Dear parent")
    item = arrives(tenant, OFFICE_MAILBOX, mail, {SEARCH_KEY: "key"})
    item.folder = Folder.SENT
    tenant.mail.arrived.append(Arrived(OFFICE_MAILBOX, item.id, "mum@example.net", mail, tenant.clock()))
    return f"/mail/{item.id}"


def inbox(tenant):
    items = tenant.mail.mailboxes[OFFICE_MAILBOX].items.values()
    return [item.mime.decode() for item in items if item.folder is Folder.INBOX]


@pytest.mark.parametrize(
    ("fields", "said"), [({"ready": "Ready."}, "Ready."), ({"ready": "Ready.", "own": "My <own>"}, "My <own>")]
)
def test_a_parent_replies_in_ready_words_or_her_own(send, sent, tenant, fields, said):
    answer = send(sent, do="reply", **fields)

    assert "The parent has replied" in answer.text
    assert [said in mail and "From: mum@example.net" in mail for mail in inbox(tenant)] == [True]


def test_a_reply_without_words_is_refused(send, sent, tenant):
    answer = send(sent, do="reply")

    assert (answer.status_code, "Choose a reply" in answer.text) == (400, True)
    assert inbox(tenant) == []


def test_a_mail_bounces(send, sent, tenant):
    answer = send(sent, do="bounce")

    assert "It has bounced" in answer.text
    assert ["Status: 5.1.1" in mail for mail in inbox(tenant)] == [True]


def test_a_mail_that_came_in_can_be_neither_answered_nor_bounced(http, send, sent, tenant):
    send(sent, do="bounce")
    item = next(each for each in tenant.mail.mailboxes[OFFICE_MAILBOX].items.values() if each.folder is Folder.INBOX)

    assert "<form" not in http.get(f"/mail/{item.id}").text


def test_a_bad_day_is_switched_on_and_off(send, tenant):
    assert "Asks to wait (429)" in send("/", bad_day="busy").text
    assert is_on(tenant.script, "busy")
    tenant.script.next_for("GET /users")

    assert "Asks to wait (429)" not in send("/", bad_day="busy").text
    assert not is_on(tenant.script, "busy")


def test_a_bad_day_that_is_none_is_not_found(send, tenant):
    assert send("/", bad_day="rain").status_code == 404
    assert tenant.script.faults == []


@pytest.mark.parametrize(
    "changes",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": ""},
        {"token": "another"},
        {"token": ""},
        {"content": b"\xff=1"},
        {"content": b"x" * 70_000},
    ],
)
def test_a_form_from_elsewhere_changes_nothing(http, tenant, changes):
    token = re.search(r'name="token" value="([^"]+)"', http.get("/").text)[1]
    given = {"origin": str(http.base_url).rstrip("/"), "token": token, **changes}
    content = given.get("content") or f"bad_day=busy&token={given['token']}".encode()

    answer = http.post("/", content=content, headers={"Origin": given["origin"]})

    assert (answer.status_code, "Nothing was changed" in answer.text) == (403, True)
    assert tenant.script.faults == []


def test_pages_let_a_browser_say_where_a_form_comes_from(http):
    assert http.get("/").headers["Referrer-Policy"] == "same-origin"
