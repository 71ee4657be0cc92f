"""The pages for people: what they show, and that nothing in them runs or comes from outside."""

import datetime as dt
import re
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import httpx
import pytest

from connectors._cards import adaptive_card
from firstbell.records import Card
from firstbell.testing.fake_clock import FakeClock
from firstbell.testing.microsoft import pages
from firstbell.testing.microsoft.bad_days import let_it_be
from firstbell.testing.microsoft.school import RESTRICTED, drive_id, school_tenant
from firstbell.testing.microsoft.shown import ShownCard, ShownMail
from firstbell.testing.microsoft.tenant import Seen

LONDON = ZoneInfo("Europe/London")
AT = dt.datetime(2026, 11, 23, 9, 45, tzinfo=dt.UTC)
SENT = ShownMail(
    "AA/k=1", "a@example.org", "Sent", AT, "a@example.org", ("p@example.net",), "Alex <b>", "Dear", "<p>Dear</p>"
)
CARD = ShownCard(AT, adaptive_card(Card("k", "An alert waits", ("Open it",), "Open", "https://x.example", True)))


@pytest.fixture
def tenant(monkeypatch):
    monkeypatch.setattr(pages, "mails_of", lambda _: [SENT])
    monkeypatch.setattr(pages, "cards_of", lambda _: [CARD])
    tenant = school_tenant(FakeClock().now)
    library = tenant.drives[drive_id(RESTRICTED)]
    case = library.add(library.root, "Case <1>", None, AT, "x")
    library.add(case, 'Letter "é".pdf', b"%PDF", AT, "x").open_by.add("sam.lead@example.org")
    return tenant


@pytest.fixture
def get(tenant):
    with pages.running_pages(tenant, LONDON) as url, httpx.Client(base_url=url, timeout=10) as http:
        yield http.get


class Reader(HTMLParser):
    """The links and the tags of a page, and what a browser would fetch by itself."""

    def __init__(self, text):
        super().__init__()
        self.links, self.tags, self.fetched, self.ids = [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        facts = dict(attrs)
        self.tags.append(tag)
        self.ids += [facts["id"]] if "id" in facts else []
        self.links += [facts["href"]] if tag == "a" else []
        self.fetched += [facts[name] for name in ("src", "srcset") if facts.get(name)]


ADDRESSES = ["/", "/mail", "/mail/AA%2Fk%3D1", "/workbooks", "/files", "/channel", "/nowhere"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_page_runs_a_script_or_fetches_anything(get, address):
    answer = get(address)

    read = Reader(answer.text)
    assert "default-src 'none'" in answer.text
    assert not {"script", "img", "object"} & set(read.tags)
    assert read.fetched == []
    assert read.tags.count("h1") == 1
    assert len(set(read.ids)) == len(read.ids)


def test_every_link_leads_somewhere(get):
    found, ahead = set(), ["/"]
    while ahead:
        address = ahead.pop()
        found.add(address)
        answer = get(address)
        assert answer.status_code == 200, address
        if "html" in answer.headers["Content-Type"]:
            ahead += [link for link in Reader(answer.text).links if link[0] == "/" and link not in found]

    assert len(found) == 7


def test_the_start_counts_and_lists_what_went_wrong(get, tenant):
    let_it_be(tenant.script, "busy")
    tenant.seen += [Seen(AT, "GET /users", 200), Seen(AT, "POST /$batch", 200, held=1), Seen(AT, "POST /x", 0)]
    tenant.violations.append("GET planets/…: the contract knows no such operation")

    text = get("/").text

    assert "<dt>Messages sent</dt><dd>1</dd>" in text
    assert "<dt>Requests so far</dt><dd>2</dd>" in text
    assert "Asks to wait (429)" in text
    assert "cut off" in text
    assert "Against the contract: 1" in text


def test_a_fault_that_has_come_is_not_listed_any_more(get, tenant):
    let_it_be(tenant.script, "cut-off")
    while tenant.script.next_for("POST /users/{user-id}/messages") or tenant.script.faults[0].times:
        pass

    assert "Nothing now. Switch on a bad day" in get("/").text


def test_a_mail_is_shown_in_a_frame_where_nothing_can_run(get):
    text = get("/mail/AA%2Fk%3D1").text

    assert re.search(r'<iframe [^>]*sandbox="" [^>]*srcdoc="&lt;p&gt;Dear&lt;/p&gt;"', text)
    assert "Alex &lt;b&gt;" in text


def test_the_files_say_who_may_open_them(get):
    text = get("/files").text

    assert "Case &lt;1&gt;" in text
    assert "Open now: <bdi>sam.lead@example.org</bdi>" in text
    assert text.index("Sam Lead (made up)") < text.index("Case &lt;1&gt;")


def test_a_file_is_downloaded_and_never_shown(get, tenant):
    item = tenant.drives[drive_id(RESTRICTED)].at('Case <1>/Letter "é".pdf')

    answer = get(f"/files/{drive_id(RESTRICTED)}/{item.id}")

    assert answer.content == b"%PDF"
    assert answer.headers["Content-Disposition"] == "attachment; filename*=UTF-8''Letter%20%22%C3%A9%22.pdf"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_card_is_drawn_and_an_urgent_one_says_so(get):
    text = get("/channel").text

    assert "<h2><bdi>An alert waits</bdi></h2>" in text
    assert '<span class="trouble">Urgent</span>' in text
    assert "https://x.example" in text


@pytest.mark.parametrize(
    "address", ["/nowhere", "/mail/9", "/files/b!Nowhere/1", "/channel/1", "/files/b!Restricted/root"]
)
def test_what_is_not_there_is_told_in_plain_words(get, address):
    answer = get(address)

    assert (answer.status_code, "There is nothing here" in answer.text) == (404, True)


def test_an_address_can_not_say_what_a_page_shows(get):
    assert get("/mail/AA%2Fk%3D1?mail=x&wrong=x&form=x&token=x").text == get("/mail/AA%2Fk%3D1").text
