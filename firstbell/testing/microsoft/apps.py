"""Who may sign in to the tenant of pretence: programs and people."""

from dataclasses import dataclass


@dataclass
class App:
    """An app registration. `mailboxes`: those that Exchange lets it use (RBAC for Applications), lower-case addresses;
    `sites`: the ids of the sites it was given (Sites.Selected); `roles`: what was consented to for the whole tenant.
    `certificates`: public keys in PEM. `expired_secrets`: those that were good once.
    """

    client_id: str
    secret: str = ""
    certificates: tuple[str, ...] = ()
    mailboxes: frozenset[str] = frozenset()
    sites: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    expired_secrets: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account in the tenant; `role` is their post at the school, in words."""

    address: str
    name: str
    role: str = ""
