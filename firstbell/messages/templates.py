"""Template files: TOML front matter between +++ lines, then the text. One that can't be trusted is refused.

A template is wording and nothing else: it may use the fields of its purpose, must use those that our own template lists
as compulsory, and may name nobody in a subject line or on a card.
"""

import datetime as dt
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from firstbell.errors import NeedsHuman
from firstbell.messages.contexts import field_names, personal_fields
from firstbell.messages.shown import listed
from message_templates import FOLDER
from rules.contact.purposes import PURPOSES, Purpose

if TYPE_CHECKING:
    from jinja2 import Template as CompiledTemplate
    from jinja2.sandbox import SandboxedEnvironment

FENCE = "+++\n"


class Kind(StrEnum):
    """The folders that templates lie in."""

    EMAIL = "email"
    LETTER = "letter"
    CARD = "card"


class Strict(BaseModel):
    """A table of the front matter; a key nobody reads is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Limits(Strict):
    """What the linter measures: words in all, words in a sentence, reading grade (age less five), things asked for."""

    words: Annotated[int, Field(ge=1, le=400)]
    sentence_words: Annotated[int, Field(ge=5, le=30)]
    grade: Annotated[int, Field(ge=1, le=12)]
    asks: Annotated[int, Field(ge=0, le=1)]


class FrontMatter(Strict):
    """What stands above the text. `subject` is a card's title; `link_text` is for cards alone."""

    purpose: Purpose
    subject: Annotated[str, Field(min_length=1)]
    fields: tuple[str, ...]
    owner: Annotated[str, Field(min_length=1)]
    reviewed_on: dt.date
    limits: Limits
    link_text: str = ""


@dataclass(frozen=True, slots=True)
class Template:
    """One file, read and found fit to use."""

    path: Path
    kind: Kind
    front: FrontMatter
    body: str


def kind_of(purpose: Purpose) -> Kind:
    """The folder of the template by which a purpose speaks to people: a letter on paper, or an e-mail."""
    return Kind.LETTER if PURPOSES[purpose].is_paper else Kind.EMAIL


def load(kind: Kind, purpose: Purpose, folders: Iterable[Path]) -> Template:
    """The first template of this purpose in the folders. Raises NeedsHuman, naming the file and what is wrong."""
    name = f"{kind}/{purpose}.md"
    found = next((folder / name for folder in folders if is_there(folder / name)), None)
    if found is None:
        raise NeedsHuman(f"there is no template {name}", "the school's template folder")
    return _checked(_read(found, kind, purpose), purpose)


def is_there(path: Path) -> bool:
    """Whether there is such a file; a name too long for the system has none."""
    try:
        return path.is_file()
    except OSError:
        return False


def _read(path: Path, kind: Kind, purpose: Purpose) -> Template:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise NeedsHuman("the template is not in UTF-8; save it as UTF-8", str(path)) from error
    return parse(text, path, kind, purpose)


@lru_cache(maxsize=64)
def parse(text: str, path: Path, kind: Kind, purpose: Purpose) -> Template:
    """A template from its text. Raises NeedsHuman."""
    opening, *rest = text.split(FENCE, 2)
    if opening.strip() or len(rest) != len(("front matter", "body")):
        raise NeedsHuman("the template must begin with front matter between two lines of +++", str(path))
    try:
        front = FrontMatter.model_validate(tomllib.loads(rest[0]))
    except ValidationError as error:
        key = ".".join(str(part) for part in error.errors(include_url=False)[0]["loc"])
        raise NeedsHuman(f"the front matter's '{key}' is missing, unknown or does not fit", str(path)) from error
    except (ValueError, RecursionError) as error:  # too many digits or brackets are no TOMLDecodeError
        raise NeedsHuman(f"the front matter is not TOML ({error})", str(path)) from error
    if front.purpose is not purpose:
        raise NeedsHuman(f"the front matter says purpose '{front.purpose}', not '{purpose}'", str(path))
    return Template(path, kind, front, rest[1])


@lru_cache(maxsize=64)
def _checked(template: Template, purpose: Purpose) -> Template:
    """Refuse a template with a field it may not have or without one it must have."""
    in_subject, in_body = (fields_in(source, template.path) for source in (template.front.subject, template.body))
    allowed, personal = field_names(purpose), personal_fields(purpose)
    hidden_here = in_subject & personal if template.kind is not Kind.CARD else (in_subject | in_body) & personal
    _refuse(hidden_here, "name a person where anyone may read it, in a subject line or on a card", template.path)
    _refuse((in_subject | in_body) - allowed, f"are not fields of '{purpose}'", template.path)
    compulsory = set(template.front.fields) | _compulsory(template.kind, purpose)
    _refuse(compulsory - in_subject - in_body, "are compulsory and are not used", template.path)
    return template


def _refuse(fields: set[str] | frozenset[str], fault: str, path: Path) -> None:
    if fields:
        quoted = listed([f"'{name}'" for name in sorted(fields)])
        raise NeedsHuman(f"in the template, {quoted} {fault}", str(path))


def _compulsory(kind: Kind, purpose: Purpose) -> set[str]:
    """The fields that our own template lists: a school may reword a message but not leave out how to answer it."""
    ours = FOLDER / kind / f"{purpose}.md"
    return set(_read(ours, kind, purpose).front.fields) if ours.is_file() else set()


def fields_in(source: str, path: Path) -> frozenset[str]:
    """The names that a template's text asks for. Raises NeedsHuman for text that is not a template."""
    from jinja2 import TemplateSyntaxError, meta  # noqa: PLC0415 - heavy: imported where it is used

    try:
        return frozenset(meta.find_undeclared_variables(environment().parse(source)))
    except TemplateSyntaxError as error:
        raise NeedsHuman(f"the template can't be read: {error.message} (line {error.lineno})", str(path)) from error


def filled(source: str, values: dict[str, object], path: Path) -> str:
    """A template's text with its fields filled in; values are never templates. Raises NeedsHuman."""
    from jinja2 import TemplateError  # noqa: PLC0415 - heavy: imported where it is used

    try:
        return _compiled(source).render(values)
    except (TemplateError, ArithmeticError, LookupError, TypeError, ValueError):
        # Without the cause: Python's own words for it may quote a name.
        raise NeedsHuman(
            "the template can't be filled in: it does something with a field that can't be done", str(path)
        ) from None


@lru_cache(maxsize=64)
def _compiled(source: str) -> "CompiledTemplate":
    return environment().from_string(source)


@cache
def environment() -> "SandboxedEnvironment":
    """Jinja2 for text: sandboxed, without a loader, an unknown name is an error."""
    from jinja2 import StrictUndefined  # noqa: PLC0415 - heavy: imported where it is used
    from jinja2.sandbox import SandboxedEnvironment  # noqa: PLC0415 - heavy: imported where it is used

    made = SandboxedEnvironment(undefined=StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True)
    made.filters["listed"] = listed
    return made
