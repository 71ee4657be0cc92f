"""The nightly look at the restricted folders: whether anybody may open one who was not named for it.

People share folders by hand, and mean well. Nobody is named here, for the sentence goes into a mail and the ledger; and
nothing is taken away, for somebody may have had a reason: a person looks.
"""

from collections.abc import Iterator

from firstbell.errors import NeedsHuman
from firstbell.workflows.closed_folders import kept_to, others_in
from firstbell.workflows.office import Office
from firstbell.workflows.words import count_of

FOUND_OPEN = "folder.open"


def open_folders(office: Office) -> tuple[str, ...]:
    """A sentence for each folder that others may open as well, which the ledger keeps too. Raises RetryLater,
    Misconfigured where the folders can't be looked at.
    """
    return tuple(_looked_at(office))


def _looked_at(office: Office) -> Iterator[str]:
    for folder, others in others_in(office, kept_to(office)).items():
        if isinstance(others, NeedsHuman):
            yield str(others)
        elif others:
            facts = {"folder": folder, "others": str(others)}
            office.store.ledger.append(FOUND_OPEN, at=office.clock.now(), actor="Firstbell", facts=facts)
            yield (
                f"The restricted folder {folder} is open to {count_of(others, 'person or link', 'people or links')} "
                "too many. Look at who has access to it, and remove whoever is not named in the settings."
            )
