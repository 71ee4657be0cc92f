"""One permission on a file or folder: whom it lets in, and in what role."""

import base64
from dataclasses import dataclass

BROAD = {"anonymous": "anyone with the link", "organization": "everyone with the link"}
MEMBER = "i:0#.f|membership|"


@dataclass(frozen=True, slots=True)
class Grant:
    """One permission. `scope` is that of a link ("anonymous", "organization", "users"), and empty for none."""

    id: str
    role: str
    people: tuple[str, ...] = ()
    group: str = ""
    app: str = ""
    scope: str = ""

    @classmethod
    def to_person(cls, address: str, role: str) -> "Grant":
        """The id follows from the person, as SharePoint has it."""
        return cls(base64.urlsafe_b64encode(f"{MEMBER}{address}".encode()).decode().rstrip("="), role, (address,))

    @classmethod
    def to_group(cls, name: str, role: str) -> "Grant":
        return cls(base64.urlsafe_b64encode(name.encode()).decode().rstrip("="), role, group=name)

    @property
    def names(self) -> tuple[str, ...]:
        """Whom it lets in, as a page shows it."""
        if self.scope in BROAD:
            return (BROAD[self.scope],)
        return self.people or (self.group or f"the program {self.app}",)
