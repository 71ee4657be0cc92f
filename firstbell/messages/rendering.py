"""Messages and cards in the school's own wording, with a closed set of fields."""

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass, fields
from pathlib import Path

from firstbell.errors import NeedsHuman
from firstbell.messages.contexts import CONTEXTS, Context, PaperContext, personal_fields, reference_of
from firstbell.messages.page import html_of, paper_of
from firstbell.messages.shown import shown
from firstbell.messages.templates import Kind, Template, filled, load
from firstbell.records import Card, Message
from message_templates import FOLDER
from rules.contact.addresses import is_one_address
from rules.contact.purposes import Purpose
from rules.people import Personal

MAY_BE_EMPTY = frozenset({"link"})  # an alert goes out even where nobody has set the workbook's link yet


@dataclass(frozen=True, slots=True)
class Paper:
    """A letter to print: its words, and the same words as an A4 page. The subject names nobody."""

    purpose: Purpose
    subject: str
    text: Personal
    html: Personal


@dataclass(frozen=True, slots=True)
class Wording:
    """The school's templates: its own folder first, then ours."""

    folders: tuple[Path, ...] = (FOLDER,)

    @classmethod
    def of_school(cls, folder: Path) -> "Wording":
        """The wording of a school whose own templates, if it has any, lie in `folder`."""
        return cls((folder, FOLDER))

    def email(self, purpose: Purpose, context: Context, *, key: str, to: Personal, send_before: dt.datetime) -> Message:
        """Render one e-mail.

        Raises NeedsHuman for a template that can't be trusted, for a field with nothing in it, and for `to` when it is
        not exactly one address.
        """
        if not is_one_address(to):
            raise NeedsHuman("what stands as the address is not exactly one e-mail address", "the record in the MIS")
        template = load(Kind.EMAIL, purpose, self.folders)
        values = values_of(purpose, context, template)
        subject, text = subject_of(template, values), body_of(template, values)
        return Message(
            key=key,
            purpose=purpose,
            to=to,
            subject=subject,
            text=Personal(text),
            html=Personal(html_of(subject, text, values)),
            send_before=send_before,
            reference=str(values.get("reference") or reference_of(key)),
        )

    def paper(self, purpose: Purpose, context: PaperContext, *, status: str, is_draft: bool) -> Paper:
        """Render one letter on paper; `status` stands above it, in print only on a draft. Raises NeedsHuman."""
        template = load(Kind.LETTER, purpose, self.folders)
        values = values_of(purpose, context, template)
        subject, text = subject_of(template, values), body_of(template, values)
        return Paper(
            purpose, subject, Personal(text), Personal(paper_of(subject, text, status=status, is_draft=is_draft))
        )

    def card(self, purpose: Purpose, context: Context, *, key: str, is_urgent: bool = False) -> Card:
        """Render one card; no template of a card can name a person. Raises NeedsHuman as `email` does."""
        template = load(Kind.CARD, purpose, self.folders)
        values = values_of(purpose, context, template)
        return Card(
            key=key,
            title=subject_of(template, values),
            lines=tuple(line for line in body_of(template, values).splitlines() if line),
            link_text=template.front.link_text,
            link=str(values.get("link", "")),
            is_urgent=is_urgent,
        )


def values_of(purpose: Purpose, context: Context, template: Template) -> dict[str, object]:
    """What the fields of a template stand for, safe to print. Raises NeedsHuman for a field with nothing in it."""
    if not isinstance(context, CONTEXTS[purpose]):
        raise TypeError(f"{purpose} is rendered from {CONTEXTS[purpose].__name__}, not {type(context).__name__}")
    values = {field.name: _printed(getattr(context, field.name)) for field in fields(context)}
    for name, value in values.items():
        is_empty = value in ("", ()) or (isinstance(value, tuple) and "" in value)
        if is_empty and name not in MAY_BE_EMPTY:
            raise NeedsHuman(f"the field '{name}' has nothing in it", str(template.path))
    return values


def _printed(value: object) -> object:
    """Personal text is revealed here, at the edge, and nowhere earlier."""
    match value:
        case Personal():
            return shown(value.reveal())
        case str():
            return shown(value)
        case tuple():
            return tuple(_printed(part) for part in value)
        case _:
            return value


def subject_of(template: Template, values: dict[str, object]) -> str:
    """The subject line, which has no field that names a person. Raises NeedsHuman for one that breaks the header."""
    public = {name: value for name, value in values.items() if name not in personal_fields(template.front.purpose)}
    subject = filled(template.front.subject, public, template.path)
    if any(unicodedata.category(character) == "Cc" for character in subject):
        raise NeedsHuman("the subject must be one line without control characters", str(template.path))
    return subject.strip()


def body_of(template: Template, values: dict[str, object]) -> str:
    """The plain text: one empty line between paragraphs, no spaces at the ends of lines. Raises NeedsHuman."""
    text = filled(template.body, values, template.path)
    lines = "\n".join(line.rstrip() for line in text.splitlines())
    body = re.sub(r"\n{3,}", "\n\n", lines).strip()
    if not body:
        raise NeedsHuman("the template says nothing", str(template.path))
    return body + "\n"
