"""The pages to read the outbox and the channel with."""

import datetime as dt
import html.parser
from zoneinfo import ZoneInfo

import pytest

from connectors.local.channel import LocalChannel
from connectors.local.outbox import LocalOutbox
from connectors.local.pages import draw_channel, draw_outbox
from firstbell.records import Card
from firstbell.testing.fake_clock import FakeClock
from firstbell.testing.messages import a_message

AS_AT = "Monday 23 November 2026, 10:00"
LONDON = ZoneInfo("Europe/London")
ATTACK = '"><script>alert(1)</script><img src=x onerror=alert(1)>'


class Elements(html.parser.HTMLParser):
    """The elements of a page with their attributes, and its text."""

    def __init__(self):
        super().__init__()
        self.elements, self.text = [], ""

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data

    def attributes(self, tag, name):
        return [attrs.get(name) for each, attrs in self.elements if each == tag]


def elements(path):
    page = Elements()
    page.feed(path.read_text(encoding="utf-8"))
    return page


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def outbox(tmp_path, clock):
    return LocalOutbox(tmp_path, clock, sender="office@st-example.example.org")


def send(outbox, key="k1", **parts):
    outbox.send_draft(outbox.create_draft(a_message(key, **parts)))


def drawn(tmp_path):
    return elements(draw_outbox(tmp_path, as_at=AS_AT, zone=LONDON))


def test_the_list_shows_purpose_subject_reference_and_state(outbox, tmp_path):
    send(outbox)
    outbox.create_draft(a_message("k2", reference="ATT-AAAAAA"))

    text = drawn(tmp_path).text

    for shown in ("First day absence", "Attendance this morning", "ATT-7F3K9Q", "Sent", "Draft, not sent", AS_AT):
        assert shown in text


def test_the_list_shows_no_address_and_no_name(outbox, tmp_path):
    send(outbox)

    draw_outbox(tmp_path, as_at=AS_AT, zone=LONDON)

    for page in (tmp_path / "index.html", *tmp_path.glob("days/*.html")):
        content = page.read_text(encoding="utf-8")
        assert not any(word in content for word in ("zoe.nguyen", "example.org", "Alicia", "Zoë"))


def test_a_mails_own_page_shows_address_and_both_parts(outbox, tmp_path):
    send(outbox)
    (link,) = drawn(tmp_path).attributes("a", "href")

    page = elements(tmp_path / link)

    assert "zoe.nguyen@example.org" in page.text
    assert "Alicia is not marked in this morning." in page.text
    assert page.attributes("iframe", "srcdoc") == [a_message().html.reveal()]


def test_a_mail_in_the_frame_can_run_nothing(outbox, tmp_path):
    send(outbox, html=f"<p>{ATTACK}</p>")
    (link,) = drawn(tmp_path).attributes("a", "href")

    page = elements(tmp_path / link)

    assert page.attributes("iframe", "sandbox") == [""]
    assert not {"script", "img"} & {tag for tag, _ in page.elements}


def test_an_attack_in_a_subject_is_text(outbox, tmp_path):
    send(outbox, subject=ATTACK, text=ATTACK)
    page = drawn(tmp_path)
    (link,) = page.attributes("a", "href")

    for each in (page, elements(tmp_path / link)):
        assert ATTACK in each.text
        assert not {"script", "img"} & {tag for tag, _ in each.elements}


def test_every_page_forbids_scripts_and_says_its_language(outbox, tmp_path, clock):
    send(outbox)
    draw_outbox(tmp_path, as_at=AS_AT, zone=LONDON)
    LocalChannel(tmp_path, clock).post(Card("c1", "Case 1", (), "", ""))
    draw_channel(tmp_path, as_at=AS_AT, zone=LONDON)

    pages = [elements(path) for path in tmp_path.rglob("*.html")]
    assert len(pages) == 4
    for page in pages:
        assert page.attributes("html", "lang") == ["en-GB"]
        assert any("default-src 'none'" in (content or "") for content in page.attributes("meta", "content"))
        assert [tag for tag, _ in page.elements].count("h1") == 1
        assert not any(name.startswith("on") for _, attrs in page.elements for name in attrs)


def test_a_bounced_mail_is_shown_as_bounced(outbox, tmp_path):
    send(outbox)
    (tmp_path / "bounces").mkdir()
    (tmp_path / "bounces" / "ATT-7F3K9Q.txt").write_text("", encoding="utf-8")

    assert "Bounced" in drawn(tmp_path).text


def test_times_are_the_schools_own(outbox, tmp_path, clock):
    """23:30 UTC in June is half past midnight of the next day in London."""
    clock.set(dt.datetime(2026, 6, 1, 23, 30, tzinfo=dt.UTC))
    send(outbox)

    page = drawn(tmp_path)

    assert "Tuesday 2 June 2026" in page.text
    assert "00:30" in page.text


def test_earlier_days_have_pages_of_their_own(outbox, tmp_path, clock):
    send(outbox, "k1")
    clock.advance(days=1)
    send(outbox, "k2")

    page = drawn(tmp_path)

    assert "days/2026-11-23.html" in page.attributes("a", "href")
    assert elements(tmp_path / "days" / "2026-11-23.html").text.count("ATT-7F3K9Q") == 1


def test_every_link_leads_somewhere(outbox, tmp_path, clock):
    for day in range(3):
        send(outbox, f"k{day}")
        clock.advance(days=1)
    drawn(tmp_path)

    for path in tmp_path.rglob("*.html"):
        for link in elements(path).attributes("a", "href"):
            assert (path.parent / link).exists()


def test_drawing_again_writes_nothing(outbox, tmp_path):
    send(outbox)
    drawn(tmp_path)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}

    drawn(tmp_path)

    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_the_page_of_a_mail_that_was_deleted_goes_with_it(outbox, tmp_path):
    draft_id = outbox.create_draft(a_message())
    drawn(tmp_path)

    outbox.discard_draft(draft_id)
    page = drawn(tmp_path)

    assert "no message yet" in page.text
    assert [path.name for path in tmp_path.rglob("*.html")] == ["index.html"]


def test_the_channel_shows_cards_newest_first_and_says_urgent_in_words(tmp_path, clock):
    channel = LocalChannel(tmp_path, clock)
    channel.post(Card("c1", "Case one", ("Line one",), "Open", "https://example.org/x", is_urgent=True))
    clock.advance(minutes=5)
    channel.post(Card("c2", f"Case two {ATTACK}", (), "", ""))

    page = elements(draw_channel(tmp_path, as_at=AS_AT, zone=LONDON))

    assert page.text.index("Case two") < page.text.index("Case one")
    assert page.text.count("Urgent") == 1
    assert page.attributes("a", "href") == ["https://example.org/x"]
    assert "script" not in {tag for tag, _ in page.elements}


def test_an_empty_channel_says_so(tmp_path):
    assert "no card yet" in elements(draw_channel(tmp_path, as_at=AS_AT, zone=LONDON)).text
