"""The linter passes good letters and finds the one fault planted in each bad one."""

import pytest

from firstbell.messages.linter import RULES, lint_wording, templates_in_use
from firstbell.messages.readability import reading_grade, sentences_of, syllable_count, word_count
from firstbell.messages.rendering import Wording
from firstbell.messages.templates import Kind
from rules.contact.purposes import PURPOSES, Purpose

NAME = "email/first_day_absence.md"
CHASE = "email/register_chase.md"


def test_our_own_templates_are_clean():
    assert lint_wording(Wording()) == ()


def test_every_purpose_has_an_email_or_a_letter_and_those_for_the_channel_a_card():
    in_use = templates_in_use(Wording())

    papers = {purpose for purpose in Purpose if PURPOSES[purpose].is_paper}
    assert {purpose for kind, purpose in in_use if kind is Kind.EMAIL} == set(Purpose) - papers
    assert {purpose for kind, purpose in in_use if kind is Kind.LETTER} == papers
    assert {purpose for kind, purpose in in_use if kind is Kind.CARD} == {
        Purpose.SAFEGUARDING_ALERT,
        Purpose.OFFICE_NOTICE,
    }


GOOD = {
    "another greeting": ("Dear parent or carer,", "Good morning,"),
    "a friendlier close": ("There is nothing more to do.", "You can stop reading here."),
    "another way to own a mistake": ("Our mark may be wrong.", "Our mark could be a mistake."),
    "a school's own office hours": ("phone us on {{ school_phone }}", "phone {{ school_phone }}, from eight to four"),
}

BAD = {
    "missing": ("not marked in", "missing and not marked in", "unwelcome words"),
    "truant": ("Our mark may be wrong.", "Our mark may be wrong, or a truant.", "unwelcome words"),
    "a threat": ("There is nothing more to do.", "You could get a fine.", "unwelcome words"),
    "an order": ("There is nothing more to do.", "You must tell us.", "unwelcome words"),
    "a reason": ("We have not been told why.", "We have not been told of any illness.", "unwelcome words"),
    "office language": ("We have not been told why.", "The absence is unexplained.", "unwelcome words"),
    "a threat in the subject": ('subject = "Please', 'subject = "Warning: please', "unwelcome words"),
    "a percentage": ("Our mark may be wrong.", "Our mark may be wrong. It is 92% today.", "figures"),
    "shouting": ("There is nothing more to do.", "There is nothing more to do!", "shouting"),
    "capitals": ("We have not been told why.", "We have NOT BEEN TOLD why.", "shouting"),
    "two asks": ("There is nothing more to do.", "Please also fill in our form.", "asks"),
    "a second question": ("There is nothing more to do.", "Can you come in today?", "asks"),
    "no ask at all": ("Please tell us", "Tell us", "asks"),
    "a mark that is never wrong": ("Our mark may be wrong.", "Our mark is right.", "needed words"),
    "not saying what is known": ("not marked in at school", "away from school", "needed words"),
    "no way to reply": ("- reply to this email\n", "", "needed words"),
    "a long sentence": (
        "There is nothing more to do.",
        "There is nothing more to do now but to go on with your day as you would if we had not sent you this at all.",
        "sentence",
    ),
    "hard words": (
        "There is nothing more to do.",
        "Institutional accountability necessitates comprehensive parental notification.",
        "reading age",
    ),
    "too many words": ("There is nothing more to do.", "That is all. " * 40, "length"),
    "a phone number nobody sees": (
        "- phone us on {{ school_phone }}",
        "{% if not children %}{{ school_phone }}{% endif %}",
        "fields",
    ),
    "a session nobody sees": (
        "{{ session_words }}.",
        "today.{% if not children %}{{ session_words }}{% endif %}",
        "fields",
    ),
    "a subject no phone shows": (
        'subject = "Please',
        'subject = "A long and friendly hello to you from us: please',
        "subject",
    ),
}


@pytest.mark.parametrize(("old", "new"), list(GOOD.values()), ids=list(GOOD))
def test_a_good_letter_passes(school_wording, shipped, old, new):
    assert old in shipped(NAME)

    assert lint_wording(school_wording(NAME, shipped(NAME).replace(old, new))) == ()


@pytest.mark.parametrize(("old", "new", "rule"), list(BAD.values()), ids=list(BAD))
def test_the_one_fault_of_a_bad_letter_is_found_and_no_other(school_wording, shipped, old, new, rule):
    assert old in shipped(NAME)

    found = lint_wording(school_wording(NAME, shipped(NAME).replace(old, new)))

    assert {finding.rule for finding in found} == {rule}
    assert all(finding.where.endswith("first_day_absence.md") and finding.sentence.endswith(".") for finding in found)


def test_every_rule_has_a_bad_letter():
    assert {rule for _, _, rule in BAD.values()} == set(RULES)


def test_a_broken_template_is_one_finding_among_the_rest(school_wording, shipped):
    wording = school_wording(NAME, shipped(NAME).replace("{{ reference }}", ""))

    (finding,) = lint_wording(wording)
    assert finding.rule == "template"
    assert "'reference' are compulsory" in finding.sentence


def test_staff_may_be_told_that_something_is_required(school_wording, shipped):
    wording = school_wording(CHASE, shipped(CHASE).replace("Please take", "It is required by law. Please take"))

    assert lint_wording(wording) == ()


def test_staff_may_not_be_told_that_a_pupil_is_missing(school_wording, shipped):
    wording = school_wording(CHASE, shipped(CHASE).replace("Please take", "Pupils are missing. Please take"))

    assert [finding.rule for finding in lint_wording(wording)] == ["unwelcome words"]


@pytest.mark.parametrize(
    ("word", "syllables"),
    [
        ("school", 1),
        ("marked", 1),
        ("wanted", 2),
        ("table", 2),
        ("already", 3),
        ("November", 3),
        ("the", 1),
        ("email", 2),
    ],
)
def test_syllables_are_counted_about_as_people_say_them(word, syllables):
    assert syllable_count(word) == syllables


def test_a_line_of_a_childrens_book_reads_easier_than_a_regulation():
    book = ("The cat sat on the mat.", "It was a wet day.")
    regulation = ("The proprietor of every school shall cause an attendance register to be kept accordingly.",)

    assert reading_grade(book) < 2
    assert reading_grade(regulation) > 8
    assert reading_grade(()) == 0


def test_greeting_and_signature_are_no_sentences_and_list_items_are():
    text = "Dear Ms Example,\n\nOne. Two here.\nThree:\n- four\n- 01632 960 123\n\nThe office"

    assert sentences_of(text, is_signed=True) == ("One.", "Two here.", "Three:", "four")
    assert word_count(text) == 13
