"""Parts of the sandbox's page that are written from the code: `make golden` writes them again."""

from firstbell.testing.microsoft.bad_days import BAD_DAYS
from firstbell.testing.microsoft.faults import Kind


def test_the_sandbox_page_lists_every_bad_day(generated):
    rows = [f"| `{name}` | {words[0].upper()}{words[1:]} |" for name, (words, _) in BAD_DAYS.items()]

    generated("docs/sandbox.md", "bad days", "\n".join(["| name | what happens |", "| --- | --- |", *rows]))


def test_the_sandbox_page_lists_every_kind_of_fault(generated):
    rows = [f"| `{kind}` | {kind.in_words} |" for kind in Kind]

    generated("docs/sandbox.md", "kinds of faults", "\n".join(["| kind | what happens |", "| --- | --- |", *rows]))
