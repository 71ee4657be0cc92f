"""A school's own template wins over ours, and one that can't be trusted is refused in a sentence."""

from dataclasses import replace

import pytest

from firstbell.errors import NeedsHuman
from firstbell.messages.rendering import Wording
from firstbell.messages.samples import SAMPLES
from message_templates import FOLDER
from rules.contact.purposes import Purpose
from rules.people import Personal

FIRST_DAY = Purpose.FIRST_DAY_ABSENCE
NAME = "email/first_day_absence.md"
(SAMPLE, _) = SAMPLES[FIRST_DAY]


def test_the_schools_own_wording_wins(rendered, school_wording, shipped):
    wording = school_wording(NAME, shipped(NAME).replace("Dear parent or carer", "Good morning"))

    assert rendered(FIRST_DAY, SAMPLE, wording).text.reveal().startswith("Good morning,")


def test_a_school_with_one_template_keeps_our_others(rendered, school_wording, shipped):
    wording = school_wording(NAME, shipped(NAME))

    correction = rendered(Purpose.IN_SCHOOL_CORRECTION, SAMPLES[Purpose.IN_SCHOOL_CORRECTION][0], wording)
    assert "Alicia is in school" in correction.text.reveal()


def test_a_changed_template_is_used_at_once(rendered, school_wording, shipped):
    rendered(FIRST_DAY, SAMPLE, school_wording(NAME, shipped(NAME)))
    wording = school_wording(NAME, shipped(NAME).replace("Dear parent or carer", "Hello"))

    assert rendered(FIRST_DAY, SAMPLE, wording).text.reveal().startswith("Hello,")


def test_a_template_saved_by_notepad_is_read(rendered, school_wording, shipped, tmp_path):
    wording = school_wording(NAME, "")
    (tmp_path / "wording" / NAME).write_bytes(b"\xef\xbb\xbf" + shipped(NAME).replace("\n", "\r\n").encode())

    assert rendered(FIRST_DAY, SAMPLE, wording).text == rendered(FIRST_DAY, SAMPLE).text


FAULTS = {
    "an unknown field": ("{{ reference }}", "{{ reference }} {{ surname }}", "'surname' are not fields"),
    "a field left out": ("phone us on {{ school_phone }}", "phone us", "'school_phone' are compulsory"),
    "a name in the subject": (
        "Please contact {{ school_name }}",
        "{{ children | listed }}",
        "'children' name a person",
    ),
    "a list never closed": ("{{ reference }}", "{{ reference", "can't be read"),
    "a filter there is none of": ("children | listed", "children | shout", "can't be read"),
    "no front matter": ("+++", "---", "must begin with front matter"),
    "front matter that is not TOML": ('owner = "', "owner = ", "is not TOML"),
    "a number without end": ("words = 150", f"words = {'9' * 5_000}", "is not TOML"),
    "an unknown key": ("owner =", "author =", "front matter's"),
    "a limit that does not fit": ("words = 150", "words = 0", "'limits.words'"),
    "another purpose": ('purpose = "first_day_absence"', 'purpose = "office_notice"', "says purpose 'office_notice'"),
    "a sum that can't be done": ("{{ reference }}", "{{ reference }}{{ children[0] + 1 }}", "can't be filled in"),
    "a way out of the sandbox": ("{{ reference }}", "{{ reference.__class__.__mro__ }}", "can't be filled in"),
    "another template": ("{{ reference }}", "{{ reference }}{% include 'x' %}", "can't be filled in"),
    "a line break in the subject": (
        "about {{ session_words }}",
        r"about {{ session_words }}\r\nBcc: x@y.test",
        "one line",
    ),
    "an endless range": ("{{ reference }}", "{{ reference }}{{ range(9**9) }}", "can't be filled in"),
}


@pytest.mark.parametrize(("old", "new", "fault"), list(FAULTS.values()), ids=list(FAULTS))
def test_a_template_with_a_fault_is_refused_in_a_sentence(rendered, school_wording, shipped, old, new, fault):
    assert old in shipped(NAME)
    wording = school_wording(NAME, shipped(NAME).replace(old, new))

    with pytest.raises(NeedsHuman) as refused:
        rendered(FIRST_DAY, SAMPLE, wording)

    assert fault in refused.value.what
    assert refused.value.where.endswith("first_day_absence.md")
    assert "Alicia" not in str(refused.value)


def test_a_school_can_not_make_a_compulsory_field_optional(rendered, school_wording, shipped):
    text = shipped(NAME).replace('"school_phone", ', "").replace("phone us on {{ school_phone }}", "phone us")
    wording = school_wording(NAME, text)

    with pytest.raises(NeedsHuman, match="'school_phone' are compulsory"):
        rendered(FIRST_DAY, SAMPLE, wording)


def test_a_refusal_does_not_carry_pythons_own_words_which_may_quote_a_name(rendered, school_wording, shipped):
    wording = school_wording(NAME, shipped(NAME).replace("{{ reference }}", "{{ reference }}{{ 1 + children[0] }}"))

    with pytest.raises(NeedsHuman) as refused:
        rendered(FIRST_DAY, SAMPLE, wording)

    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__


def test_a_template_in_another_encoding_is_refused(rendered, school_wording, tmp_path):
    wording = school_wording(NAME, "")
    (tmp_path / "wording" / NAME).write_bytes("Zoë".encode("cp1252"))

    with pytest.raises(NeedsHuman, match="UTF-8"):
        rendered(FIRST_DAY, SAMPLE, wording)


def test_a_card_may_name_nobody_even_in_its_text(school_wording, shipped):
    card = shipped("card/office_notice.md").replace("office_notice", "register_chase")
    card = card.replace("{{ title }}", "Registers").replace("{{ school_name }}", "{{ teacher }}")
    wording = school_wording("card/register_chase.md", card)

    with pytest.raises(NeedsHuman, match="'teacher' name a person"):
        wording.card(Purpose.REGISTER_CHASE, SAMPLES[Purpose.REGISTER_CHASE][0], key="card-1")


def test_a_purpose_without_a_template_is_refused(tmp_path):
    with pytest.raises(NeedsHuman, match=r"no template card/register_chase\.md"):
        Wording((tmp_path, FOLDER)).card(Purpose.REGISTER_CHASE, SAMPLES[Purpose.REGISTER_CHASE][0], key="card-1")


@pytest.mark.parametrize("children", [(), (Personal(""),), (Personal("\u200b "),), (Personal("Alicia"), Personal(""))])
def test_a_letter_about_nobody_is_not_written(rendered, children):
    with pytest.raises(NeedsHuman, match="'children' has nothing in it"):
        rendered(FIRST_DAY, replace(SAMPLE, children=children))


def test_a_template_that_says_nothing_is_refused(rendered, school_wording, shipped):
    front, body = shipped(NAME).rsplit("+++\n", 1)
    wording = school_wording(NAME, front + "+++\n{% if not children %}" + body + "{% endif %}\n")

    with pytest.raises(NeedsHuman, match="says nothing"):
        rendered(FIRST_DAY, SAMPLE, wording)


@pytest.mark.parametrize("to", ["a@x.test, b@y.test", "Mum <a@x.test>", "a@x.test\r\nBcc: b@y.test", "a@x.test\n", ""])
def test_what_is_not_exactly_one_address_gets_no_letter(rendered, to):
    with pytest.raises(NeedsHuman, match="not exactly one") as refused:
        rendered(FIRST_DAY, SAMPLE, to=to)

    assert "x.test" not in str(refused.value)
