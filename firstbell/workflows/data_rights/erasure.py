"""Erasing what is held about a pupil who has left, but for what the law has kept: the register and its evidence."""

import datetime as dt
from dataclasses import dataclass

from firstbell.errors import NeedsHuman
from firstbell.ports import Copies
from firstbell.settings import StaffMember
from firstbell.workflows.data_rights.cloud_copies import cloud_copies
from firstbell.workflows.data_rights.subject_access import folders_about, mail_keys, messages_about, pupil_held
from firstbell.workflows.jobs.daily import draw_as_it_stands
from firstbell.workflows.notes.typed_words import forget_words, words_about
from firstbell.workflows.office import Office
from firstbell.workflows.registers.leavers import ERASED, without_pupils
from firstbell.workflows.words import count_of
from firstbell.workflows.workbooks.edits import take_edits
from rules.calendar.sessions import in_words
from rules.retention import last_day_kept, register_years


@dataclass(frozen=True, slots=True)
class ErasurePlan:
    """What goes, by kind and count, and in sentences what stays, until when and by which right."""

    goes: dict[str, int]
    stays: tuple[str, ...]


def plan_erasure(office: Office, copies: Copies, pupil_id: str) -> ErasurePlan:
    """What an erasure would remove and what it would leave. Changes nothing.

    Raises NeedsHuman for a pupil on roll, and while no roll is known: the school has a duty to keep their records.
    """
    _refuse_while_on_roll(office, pupil_id)
    goes = {
        "rows on the roll": int(pupil_held(office, pupil_id) is not None),
        "typed cells": len(words_about(office.store.desk, pupil_id)),
        "addresses": sum(1 for proposal in messages_about(office, pupil_id) if proposal.address),
        **copies.count(mail_keys(office, pupil_id), folders_about(office, pupil_id)),
    }
    return ErasurePlan(goes, tuple(_stays(office, pupil_id)))


def erase_subject(office: Office, copies: Copies, pupil_id: str, by: StaffMember) -> ErasurePlan:
    """Remove what need not be kept, and write into the ledger by whom. Raises as `plan_erasure`.

    The next sync leaves the pupil out, even where the MIS still exports them as a leaver.
    """
    said = take_edits(office)
    plan = plan_erasure(office, copies, pupil_id)
    copies.forget(mail_keys(office, pupil_id), folders_about(office, pupil_id))
    forget_words(office.store.desk, words_about(office.store.desk, pupil_id))
    office.store.proposals.forget_addresses(pupil_id, at=office.clock.now(), actor=by.initials)
    roll = office.store.registers.roll()
    if roll is not None and pupil_held(office, pupil_id) is not None:
        office.store.registers.save_roll(without_pupils(roll, {pupil_id}))
    facts = {name: str(count) for name, count in plan.goes.items()}
    office.store.ledger.append(ERASED, at=office.clock.now(), actor=by.initials, facts=facts, pupil_id=pupil_id)
    draw_as_it_stands(office, said)
    return plan


def _refuse_while_on_roll(office: Office, pupil_id: str) -> None:
    if office.store.registers.roll() is None:
        raise NeedsHuman("no roll is known yet, so nobody can say who has left", "run: firstbell run sync")
    pupil = pupil_held(office, pupil_id)
    if pupil is not None and pupil.is_on_roll(office.today()):
        raise NeedsHuman(
            f"pupil {pupil_id} is on roll, so the school must keep their records: nothing was erased",
            "correct what is wrong in the MIS, or ask the data protection officer",
        )


def _stays(office: Office, pupil_id: str) -> list[str]:
    """The sentences of what the law or the evidence keeps."""
    years = register_years(office.today())
    span = office.store.registers.span(pupil_id, dt.date.min, dt.date.max)
    marked = [session.date for session in span.sessions if span.code_at(session) is not None]
    entries = office.store.ledger.entries(pupil_id=pupil_id)
    messages = messages_about(office, pupil_id)
    stays = []
    if marked:
        until = in_words(last_day_kept(max(marked), years))
        stays.append(
            f"The register: {count_of(len(marked), 'entry', 'entries')}, each kept {years} years from its day; the "
            f"last until {until} (SI 2024/208, regulation 7)."
        )
    if entries:
        until = in_words(last_day_kept(max(entry.at for entry in entries).date(), years))
        stays.append(
            f"The ledger: {count_of(len(entries), 'entry', 'entries')} by id and without a name, as evidence of what "
            f"the school did; the last until {until}."
        )
    if messages:
        days = office.settings.retention.messages_days
        stays.append(
            f"That {count_of(len(messages), 'message')} was planned, by id and without an address, for {days} days."
        )
    return [*stays, *cloud_copies(office, messages, folders_about(office, pupil_id))]
