"""`firstbell wording`: check the school's own letters before a parent reads one, and look at samples of them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from firstbell.errors import BadInput, NeedsHuman
from firstbell.messages.linter import lint_wording
from firstbell.messages.page import html_of, paper_of
from firstbell.messages.rendering import Wording, body_of, subject_of, values_of
from firstbell.messages.samples import SAMPLES
from firstbell.messages.templates import Kind, kind_of, load

DONE, NEEDS_A_PERSON = 0, 1


def wording_command(
    folder: Annotated[Path, typer.Option(help="The school's own templates")] = Path("message_templates"),
    preview: Annotated[Path | None, typer.Option(help="A folder to put a page for each e-mail in, to look at")] = None,
) -> int:
    """Check every letter: fields, length, reading age, tone. Ours is used where the school has none. Example:

    firstbell wording --folder message_templates --preview letters
    """
    wording = Wording.of_school(folder)
    findings = lint_wording(wording)
    for finding in findings:
        typer.echo(f"{finding.where}: {finding.rule}: {finding.sentence}")
    if preview is not None:
        _write_pages(wording, preview)
    typer.echo(f"{len(findings)} to put right" if findings else "every letter is fit to send")
    return NEEDS_A_PERSON if findings else DONE


def _write_pages(wording: Wording, into: Path) -> None:
    try:
        into.mkdir(parents=True, exist_ok=True)
        for name, page in _pages(wording):
            (into / name).write_text(page, encoding="utf-8", newline="\n")
    except OSError as error:
        raise BadInput(
            str(into), f"a place that can't be written ({error.strerror})", "a folder of your own"
        ) from error


def _pages(wording: Wording) -> Iterator[tuple[str, str]]:
    """Each sample's page with a name for its file; a template that was found broken has none."""
    for purpose, contexts in SAMPLES.items():
        for number, context in enumerate(contexts, 1):
            try:
                template = load(kind_of(purpose), purpose, wording.folders)
                values = values_of(purpose, context, template)
                subject, text = subject_of(template, values), body_of(template, values)
                is_paper = template.kind is Kind.LETTER
                page = paper_of(subject, text) if is_paper else html_of(subject, text, values)
            except NeedsHuman:
                continue
            yield f"{purpose}-{number}.html", page
