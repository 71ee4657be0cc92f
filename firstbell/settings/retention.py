"""How long working data is kept."""

from typing import Annotated

from pydantic import Field, model_validator

from firstbell.settings.fields import Section


class RetentionSettings(Section):
    """How many days working data is kept, where the law fixes no time; see docs/retention.md for each kind of record.

    `leavers_days`: a leaver's row and contacts, after the 31 August of the school year they left. `words_days`: what
    people typed about a session. `addresses_days` and `messages_days`: the address of a message, and that it was
    planned. `mail_copies_days`: copies of messages and cards on disk. `papers_days`: drafted letters and summaries.
    `rehearsal_days`: an untouched rehearsal. `late_entry_days`: how late a first entry may have been made in the
    register, whose six years by law run from the day of the entry.
    """

    leavers_days: Annotated[int, Field(ge=0, le=366)] = 30
    words_days: Annotated[int, Field(ge=30, le=400)] = 120
    addresses_days: Annotated[int, Field(ge=7, le=366)] = 30
    messages_days: Annotated[int, Field(ge=60, le=2192)] = 400
    mail_copies_days: Annotated[int, Field(ge=7, le=366)] = 60
    papers_days: Annotated[int, Field(ge=30, le=2192)] = 366
    rehearsal_days: Annotated[int, Field(ge=1, le=90)] = 14
    late_entry_days: Annotated[int, Field(ge=0, le=366)] = 31

    @model_validator(mode="after")
    def _is_in_order(self) -> "RetentionSettings":
        if self.messages_days < self.addresses_days:
            raise ValueError("messages_days can't be fewer than addresses_days")
        return self
