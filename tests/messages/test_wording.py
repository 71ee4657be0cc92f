"""Every purpose's letter as it leaves, text and page, against the golden files; and what may never be in it."""

import datetime as dt
import html
import re
from dataclasses import fields, replace
from pathlib import Path

import pytest

from firstbell.messages.contexts import CONTEXTS, FirstDayAbsence, personal_fields, reference_of
from firstbell.messages.rendering import Wording
from firstbell.messages.samples import SAMPLES
from rules.contact.purposes import PURPOSES, Purpose
from rules.people import Personal

GOLDEN = Path(__file__).parent / "golden"
FIRST_DAY = Purpose.FIRST_DAY_ABSENCE
EVERY_SAMPLE = [
    pytest.param(purpose, context, f"{purpose}_{number}", id=f"{purpose}_{number}")
    for purpose, samples in SAMPLES.items()
    for number, context in enumerate(samples, 1)
]


def first_day(*children):
    (one_child, _) = SAMPLES[FIRST_DAY]
    return replace(one_child, children=tuple(Personal(child) for child in children))


def visible(page):
    """The words of a page, without its head and its tags."""
    body = page.split("<body", 1)[1].split(">", 1)[1]
    return html.unescape(re.sub(r"<[^>]*>", " ", body))


@pytest.mark.parametrize(("purpose", "context", "name"), EVERY_SAMPLE)
def test_the_letter_is_as_reviewed(rendered, golden, purpose, context, name):
    message = rendered(purpose, context)

    golden(GOLDEN / f"{name}.txt", f"Subject: {message.subject}\n\n{message.text.reveal()}")
    golden(GOLDEN / f"{name}.html", message.html.reveal())


@pytest.mark.parametrize(("purpose", "context", "name"), EVERY_SAMPLE)
def test_the_page_says_what_the_text_says(rendered, purpose, context, name):
    message = rendered(purpose, context)

    text = message.subject + " " + message.text.reveal().replace("\n- ", "\n")
    assert visible(message.html.reveal()).split() == text.split(), name


@pytest.mark.parametrize(("purpose", "context", "name"), EVERY_SAMPLE)
def test_the_subject_names_nobody(rendered, purpose, context, name):
    subject = rendered(purpose, context).subject

    for field in personal_fields(purpose):
        value = getattr(context, field)
        people = value if isinstance(value, tuple) else (value,)
        assert not any(person.reveal() in subject for person in people), name


@pytest.mark.parametrize(("purpose", "context", "name"), EVERY_SAMPLE)
def test_the_page_fetches_nothing_and_follows_nobody(rendered, purpose, context, name):
    page = rendered(purpose, context).html.reveal()
    banned = "img|script|link|iframe" if PURPOSES[purpose].is_paper else "img|script|link|iframe|style"

    assert not re.search(rf"<({banned})\b|url\(|@import", page), name


@pytest.mark.parametrize("context", SAMPLES[Purpose.SAFEGUARDING_ALERT])
def test_projected_screen_shows_no_name_on_a_card(context):
    card = Wording().card(Purpose.SAFEGUARDING_ALERT, context, key="alert-1", is_urgent=True)

    assert personal_fields(Purpose.SAFEGUARDING_ALERT) == frozenset()
    assert card.title == "Safeguarding case SG-0042"
    assert card.link == context.link
    assert card.is_urgent
    assert card.lines == (
        f"A case about {context.session_words} is waiting in the Safeguarding workbook ({context.urgency_words}).",
        "The next step: open the workbook and put your initials beside the case.",
    )


def test_an_office_notice_may_be_a_card_too():
    (context,) = SAMPLES[Purpose.OFFICE_NOTICE]

    card = Wording().card(Purpose.OFFICE_NOTICE, context, key="notice-1")

    assert card.title == context.title
    assert card.lines == (*context.sentences, context.school_name)
    assert not card.is_urgent


@pytest.mark.parametrize(
    ("children", "sentence"),
    [
        (["Alicia"], "Alicia is not marked in at school"),
        (["Alicia", "Michael"], "Alicia and Michael are not marked in at school"),
        (["Alicia", "Michael", "Zoë"], "Alicia, Michael and Zoë are not marked in at school"),
    ],
)
def test_brothers_and_sisters_are_named_in_one_sentence(rendered, children, sentence):
    assert sentence in rendered(FIRST_DAY, first_day(*children)).text.reveal()


def test_a_name_with_markup_is_escaped_in_the_page(rendered):
    message = rendered(FIRST_DAY, first_day("<img src=x onerror=alert(1)>"))

    assert "<img" not in message.html.reveal()
    assert "&lt;img src=x onerror=alert(1)&gt;" in message.html.reveal()
    assert "<img src=x onerror=alert(1)>" in message.text.reveal()


def test_a_school_with_an_ampersand_keeps_it_and_breaks_no_page(rendered):
    message = rendered(FIRST_DAY, replace(first_day("Alicia"), school_name="St Mary & <b>St John</b>"))

    assert message.subject.startswith("Please contact St Mary & <b>St John</b> about")
    assert message.html.reveal().count("St Mary &amp; &lt;b&gt;St John&lt;/b&gt;") == 3  # title, heading, signature


@pytest.mark.parametrize("name", ["{{7*7}}", "{{ school_phone }}", "{p.__class__}", "{% if true %}x{% endif %}", "%s"])
def test_a_name_is_never_a_template(rendered, name):
    message = rendered(FIRST_DAY, first_day(name))

    assert name in message.text.reveal()
    assert name in html.unescape(message.html.reveal())


@pytest.mark.parametrize("name", ["Alicia\r\nBcc: evil@example.test", "Alicia\nX", "Alicia\u2028X", "Alicia\x00X"])
def test_a_line_break_in_a_name_reaches_no_header_and_breaks_no_line(rendered, name):
    message = rendered(FIRST_DAY, first_day(name))

    assert "Alicia" not in message.subject
    assert not re.search(r"[\x00-\x1f]", message.subject)
    assert re.search(r"^Alicia.* is not marked in", message.text.reveal(), re.MULTILINE)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Zoe\u0308", "Zoë"),
        ("\u202eaicilA", "aicilA"),
        ("Ali\u200bcia", "Alicia"),
        ("  Anne   Marie ", "Anne Marie"),
        ("Nguyễn", "Nguyễn"),
        ("Null", "Null"),
        ("O'Neil", "O'Neil"),
        ("李", "李"),
        ("A\ud800", "A"),
    ],
)
def test_names_are_shown_as_people_write_them_without_hidden_characters(rendered, written, shown):
    text = rendered(FIRST_DAY, first_day(written)).text.reveal()

    assert f"{shown} is not marked in" in text


def test_the_ways_to_answer_can_be_tapped(rendered):
    page = rendered(FIRST_DAY, first_day("Alicia")).html.reveal()

    assert 'href="tel:01632960123"' in page
    assert 'href="mailto:absence@example-park.test?subject=ATT-7F3K9Q"' in page


def test_a_link_that_is_not_https_is_text_only(rendered):
    alert = replace(SAMPLES[Purpose.SAFEGUARDING_ALERT][0], link="javascript:alert(1)")

    page = rendered(Purpose.SAFEGUARDING_ALERT, alert).html.reveal()
    assert "<a " not in page


def test_the_message_carries_its_key_and_reference(rendered):
    message = rendered(FIRST_DAY, first_day("Alicia"))

    assert (message.key, message.purpose, message.reference) == ("key-1", FIRST_DAY, "ATT-7F3K9Q")
    assert message.send_before == dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
    assert "Reference: ATT-7F3K9Q" in message.text.reveal()


def test_a_message_without_a_reference_field_gets_the_one_of_its_key(rendered):
    message = rendered(Purpose.REGISTER_CHASE, SAMPLES[Purpose.REGISTER_CHASE][0])

    assert message.reference == reference_of("key-1")


def test_references_are_short_steady_and_easy_to_read_out():
    references = [reference_of(f"oak|{number}|2026-11-23-AM") for number in range(2000)]

    assert references[0] == reference_of("oak|0|2026-11-23-AM")
    assert len(set(references)) == len(references)
    assert all(re.fullmatch(r"ATT-[A-HJ-NP-Z2-9]{6}", reference) for reference in references)


def test_neither_repr_nor_print_of_a_message_shows_a_name(rendered):
    message = rendered(FIRST_DAY, first_day("Alicia"))

    assert "Alicia" not in f"{message!r} {message.text} {message.html!r} {first_day('Alicia')!r}"


def test_every_purpose_has_a_context_and_samples():
    assert set(CONTEXTS) == set(SAMPLES) == set(Purpose)


def test_a_context_of_another_purpose_is_a_mistake_of_ours(rendered):
    with pytest.raises(TypeError, match="first_day_absence is rendered from FirstDayAbsence"):
        rendered(FIRST_DAY, SAMPLES[Purpose.OFFICE_NOTICE][0])


def test_a_first_day_letter_has_no_field_for_a_reason_or_a_code():
    assert not {field.name for field in fields(FirstDayAbsence)} & {"reason", "code", "surname", "form", "mark"}
