"""What a person reads when something is refused: one line, of a length that can be read, whatever a file held."""

import pytest

from firstbell.errors import LONGEST_PART, BadInput, GiveUp, Misconfigured, NeedsHuman

ODD = "a\r\nBcc: x\x00\x1b[2J\u2028\u202eb"


@pytest.mark.parametrize(
    "error",
    [BadInput(ODD, ODD, ODD, 3, ODD), GiveUp(ODD), NeedsHuman(ODD, ODD), Misconfigured(ODD)],
    ids=lambda error: type(error).__name__,
)
def test_a_sentence_is_one_line_of_what_can_be_seen(error):
    assert str(error).isprintable()
    assert "a Bcc: x [2J b" in str(error)


def test_the_headers_of_a_whole_export_do_not_hide_what_was_expected():
    sentence = str(BadInput("marks.csv", "x" * 140_000, "AM or PM", 1))

    assert len(sentence) < LONGEST_PART + 60
    assert sentence.endswith("…, expected AM or PM")
