"""Names, addresses and subjects of every kind: a message is what was meant, to one address, or it is refused."""

import datetime as dt
import re
from dataclasses import fields, replace
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors._cards import adaptive_card, card_of, check_link
from connectors._document_names import check_name
from connectors._mail import KEY_HEADER, build_email
from connectors.local.folders import LocalFolders
from firstbell.messages.rendering import Wording
from firstbell.messages.samples import SAMPLES
from firstbell.records import Card
from firstbell.testing.messages import a_message, parsed
from rules.contact.purposes import PURPOSES
from rules.people import Personal

AT = dt.datetime(2026, 11, 23, 9, 45, tzinfo=dt.UTC)
SENDER = "absence@example-park.test"
HEADERS = {"Date", "From", "To", "Subject", "Message-ID", "Auto-Submitted", KEY_HEADER, "MIME-Version", "Content-Type"}
HEADERS |= {"Content-Transfer-Encoding", "Content-Language"}
A_LIST = {"ul", "ul style", "li", "li style"}  # a line that begins with a dash is an item of a list
LINKS = ("https:", "mailto:", "tel:")
NASTY = st.sampled_from([
    *("\r\nBcc: evil@example.test", "\nX-Evil: 1", "\r\n\r\n<script>alert(1)</script>", "\x00", "\u2028", "\x85"),
    *("\ud800",),
    *("<img src=x onerror=alert(1)>", "</p></body><script>", "<!--", '" onmouseover="x', "&lt;b&gt;"),
    *("<style>*{}</style>",),
    *("{{ 7*7 }}", "{% raw %}", "{p.__class__}", "{0}", "%s", "${x}", "{#", "__import__('os')", "{{ self }}"),
    *("a@x.test, b@y.test", '"x" <a@x.test>, evil@y.test', "a@x.test\n", "a@x.test;b@y.test", "a@x.test b@y.test"),
    *("\u202egnp.exe", "\u200b", "Zoe\u0308", "O'Neil", '"', "\\", "=?utf-8?q?=0D=0ABcc:_x?=", "--", "- ", ".", "\t"),
    *("javascript:x",),
    *("../../etc/passwd", "/etc/x", "C:\\x", "CON", "con.txt", "a" * 300, "ends.", " ", "...", "\uff0e\uff0e/"),
    *("http://x.test",),
])  # fmt: skip
HOSTILE = st.lists(NASTY | st.text(st.characters(codec=None), max_size=12), min_size=1, max_size=4).map("".join)
ADDRESSES = (
    HOSTILE
    | st.emails()
    | st.builds("{}{}".format, st.emails(), NASTY)
    | st.builds("{1}{0}".format, st.emails(), NASTY)
)


class Tags(HTMLParser):
    """Which elements, attributes and links a page has."""

    def __init__(self, page):
        super().__init__()
        self.found, self.links = set(), []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.found |= {tag, *(f"{tag} {name}" for name, _ in attrs)}
        self.links += [value for name, value in attrs if name in {"href", "src"}]


def hostile_context(data, context):
    """The sample with a few of its texts replaced by whatever somebody may have typed in the MIS."""
    texts = [
        field.name for field in fields(context) if isinstance(getattr(context, field.name), str | Personal | tuple)
    ]
    chosen = data.draw(st.lists(st.sampled_from(texts), min_size=1, max_size=4, unique=True))
    return replace(context, **{name: as_before(getattr(context, name), data.draw(HOSTILE)) for name in chosen})


def as_before(before, text):
    """The text, as a value of the kind that stood there."""
    if isinstance(before, tuple):
        return tuple(as_before(each, text) for each in before[:1]) + before[1:]
    return Personal(text) if isinstance(before, Personal) else text


def rendered(purpose, context):
    if PURPOSES[purpose].is_paper:
        return Wording().paper(purpose, context, status="", is_draft=True)
    return Wording().email(purpose, context, key="a" * 32, to=Personal("mum@example.test"), send_before=AT)


@pytest.mark.parametrize("purpose", SAMPLES)
@given(data=st.data())
def test_no_text_in_any_field_adds_an_element_a_link_or_a_line_to_what_we_send(refused, purpose, data):
    plain = Tags(rendered(purpose, SAMPLES[purpose][0]).html.reveal())

    with refused():
        message = rendered(purpose, hostile_context(data, SAMPLES[purpose][0]))
        page = Tags(message.html.reveal())
        assert page.found <= plain.found | A_LIST
        assert all(link.startswith(LINKS) for link in page.links)
        assert not re.search(r"[\r\n\x00-\x1f]", message.subject)
        assert "\x00" not in message.text.reveal()


@given(to=ADDRESSES, subject=HOSTILE | st.just("Attendance"), key=HOSTILE | st.just("a" * 32), text=HOSTILE)
def test_an_email_goes_to_exactly_one_address_with_our_headers_alone_or_is_refused(refused, to, subject, key, text):
    message = a_message(key, to=to, subject=subject, text=f"{text}\n", html=f"<p>{text.replace('<', '&lt;')}</p>\n")

    with refused(to if len(to) > 3 else "\n"):
        mail = parsed(bytes(build_email(message, sender=SENDER, at=AT)))
        assert set(mail.keys()) <= HEADERS
        assert len(mail.keys()) == len(set(mail.keys()))
        assert [each.addr_spec for each in mail["To"].addresses] == [to]
        assert str(mail["Subject"]) == subject
        assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]


@given(folder=HOSTILE | st.just("SG-0042"), name=HOSTILE | st.just("letter.html"))
def test_a_document_lies_in_its_folder_under_its_own_name_or_nowhere(refused, tmp_path_factory, folder, name):
    root = tmp_path_factory.getbasetemp() / "documents"

    with refused(name if len(name) > 4 else "\n"):
        LocalFolders(root).put(folder, name, b"x")
        assert [check_name(folder), check_name(name)] == [folder, name]

    outside = [path for path in root.rglob("*") if path.is_file() and path.parent.parent != root]
    assert outside == []


@given(title=HOSTILE, line=HOSTILE, link=HOSTILE | st.just("https://example.test/x"))
def test_a_card_shows_text_as_text_and_links_to_nothing_that_runs(refused, title, line, link):
    card = Card("key-1", title, (line,), "Open", link)

    with refused():
        check_link(card)
        assert replace(card_of("key-1", adaptive_card(card)), link_text="Open") == card
        assert not link.strip().casefold().startswith(("javascript:", "data:", "vbscript:"))
