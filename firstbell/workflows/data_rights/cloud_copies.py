"""What stands about a pupil in a cloud service, where Firstbell removes nothing: where a person looks for it."""

from collections.abc import Iterator

from firstbell.messages.contexts import reference_of
from firstbell.records import Proposal
from firstbell.workflows.office import Office


def cloud_copies(office: Office, messages: tuple[Proposal, ...], folders: frozenset[str]) -> Iterator[str]:
    """A sentence for each place; it holds references and names of folders, and no person's name."""
    keys = sorted({proposal.dispatch_key for proposal in messages if proposal.dispatch_key})
    if office.settings.outgoing.mailer == "microsoft365" and keys:
        references = ", ".join(reference_of(key) for key in keys)
        yield f"In the mailboxes of Microsoft 365, to be searched for and deleted by a person: {references}."
    if office.settings.office.folders == "microsoft365":
        yield f"In the restricted library of Microsoft 365, to be deleted by a person: {', '.join(sorted(folders))}."
