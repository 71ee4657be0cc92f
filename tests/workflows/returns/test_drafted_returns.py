"""What a drafted return says, and what it leaves out."""

from pathlib import Path

import pytest

from tests.workflows.returns.kinds_and_days import (
    ATTENDANCE,
    AWAY,
    FRIDAY_13,
    FRIDAY_20,
    FRIDAY_27,
    ILL,
    MONDAY_2,
    MONDAY_23,
    NEW_PUPIL,
)

GOLDEN = Path(__file__).parent / "golden"


def test_a_draft_has_name_codes_and_dates_and_a_line_for_the_address(story):
    story.given_alicia_missed(AWAY, MONDAY_2, 10)
    story.when_the_returns_run(FRIDAY_13)
    story.when_somebody_decides(ATTENDANCE, Decision="approve")
    story.when_the_returns_run(FRIDAY_13)

    (page,) = story.drafts().values()
    assert "Alicia Example" in page
    assert '<th scope="row">Address of the pupil</th><td class="blank">' in page
    assert page.count('<td class="code">O</td>') == 20
    assert "approved for sending by Ada Office, attendance officer, on 13 November 2026" in page
    assert not any(word in page for word in ("2013", "8K", "ALICIA", "07700"))
    assert story.mailer.calls == []


@pytest.mark.parametrize("kind", ["sickness", "new-pupil"])
def test_the_draft_is_as_reviewed(story, golden, kind):
    story.when_the_returns_run(FRIDAY_20)
    if kind == "sickness":
        story.given_alicia_missed(ILL, MONDAY_23, 20)
        story.when_somebody_expects_an_illness("2026-12-18")
    else:
        story.given_a_joiner("MICHAEL")
        story.given_a_contact("MUM", "MICHAEL", lives_with_pupil=True)
        story.given_a_contact("DAD", "MICHAEL", is_blocked=True, phone="07700 900999")
        story.given_a_contact("GRAN", "MICHAEL", parental_responsibility=False)
    story.when_the_returns_run(MONDAY_23)
    story.when_somebody_decides(f"{kind} return", Decision="approve")
    story.when_the_returns_run(MONDAY_23)

    (page,) = story.drafts().values()
    golden(GOLDEN / f"return_{kind.replace('-', '_')}.html", page)


def test_no_number_is_given_of_a_parent_whom_the_school_may_not_contact(story):
    story.when_the_returns_run(FRIDAY_20)
    story.given_a_joiner("MICHAEL")
    story.given_a_contact("MUM", "MICHAEL")
    story.given_a_contact("DAD", "MICHAEL", is_blocked=True, phone="07700 900999")
    story.when_the_returns_run(MONDAY_23)
    story.when_somebody_decides(NEW_PUPIL, Decision="approve")
    story.when_the_returns_run(MONDAY_23)

    (page,) = story.drafts().values()
    assert "Pat DAD" in page
    assert "07700 900123" in page
    assert "07700 900999" not in page


def test_a_draft_is_drawn_anew_while_figures_change_and_keeps_its_words_otherwise(story):
    story.given_alicia_missed(AWAY, MONDAY_2, 14)
    story.when_the_returns_run(FRIDAY_13)
    story.when_somebody_decides(ATTENDANCE, Decision="approve")
    story.when_the_returns_run(FRIDAY_13)

    story.when_the_returns_run(FRIDAY_20)
    assert "Drawn anew on 20 November 2026: read it again." in story.row(ATTENDANCE)["Document"]
    story.when_the_returns_run(FRIDAY_27)
    assert "Drawn anew on 20 November 2026" in story.row(ATTENDANCE)["Document"]
    assert len(story.store.ledger.entries(kind="return.drafted")) == 2


def test_what_was_sent_is_not_drawn_again(story):
    story.given_alicia_missed(AWAY, MONDAY_2, 14)
    story.when_the_returns_run(FRIDAY_13)
    story.when_somebody_decides(ATTENDANCE, Decision="approve", Sent_on="2026-11-13")

    story.when_the_returns_run(FRIDAY_20)

    assert story.drafts() == {}


def test_neither_ledger_nor_folder_nor_report_names_anybody(story):
    story.given_alicia_missed(AWAY, MONDAY_2, 10)
    story.given_a_joiner("MICHAEL")
    story.when_the_returns_run(FRIDAY_13)
    story.when_somebody_decides(ATTENDANCE, Decision="approve")
    report = story.when_the_returns_run(FRIDAY_20)

    said = [value for entry in story.store.ledger.entries() for value in entry.facts.values()]
    said += [*report.needs, *(part for place in story.office.folders.documents for part in place)]
    assert not any(name in text for text in said for name in ("Alicia", "Michael", "Example", "example.net"))
