"""Messages from the school's own wording: Jinja2 templates with front matter, rendered with a closed set of fields."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from firstbell.records import Message
from rules.contact.purposes import Purpose
from rules.people import Personal


@dataclass(frozen=True, slots=True)
class Wording:
    """The school's templates: its own folder first, then ours."""

    folders: tuple[Path, ...]

    def email(
        self,
        purpose: Purpose,
        fields: Mapping[str, object],
        *,
        key: str,
        to: Personal,
        send_before: dt.datetime,
    ) -> Message:
        """Render one e-mail. Raises NeedsHuman for a template that lacks a compulsory field or has an unknown one."""
        raise NotImplementedError
