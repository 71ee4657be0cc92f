"""Names and free words stay in the sheet."""

from tests.workflows.cases.case_story import CASE, MUM, NOTICE, STEP


def test_no_name_and_no_free_word_reaches_the_ledger_or_a_file_name(truant):
    truant.cases.adds_a_row("Steps tried", STEP)
    truant.cases.adds_a_row("Notices", NOTICE)
    truant.types("Notice decisions", MUM, Decision="waive", Why="Zelda is ill at home", Initials="DS")
    truant.types("Cases", CASE, Decision="approve", Draft_read="1", Initials="AO")

    truant.week()

    kinds = {entry.kind for entry in truant.store.ledger.entries()}
    assert kinds >= {"step.tried", "notice.recorded", "notice.decided", "paper.approved", "threshold.met"}
    told = " ".join(value for entry in truant.store.ledger.entries() for value in entry.facts.values())
    named = " ".join(map(str, truant.office.folders.documents))
    assert not any(word in told + named for word in ("Alicia", "Example", "Pat", "Zelda", "ill at home"))


def test_a_letter_to_the_family_holds_no_free_word(at_the_notice):
    at_the_notice.cases.adds_a_row("Steps tried", STEP)

    at_the_notice.week()

    letter = at_the_notice.letter("notice_to_improve_draft")
    assert "<li>a home visit, 16 November 2026</li>" in letter
    assert "Zelda" not in letter
