"""Secrets in memory."""

from firstbell.errors import Misconfigured


class FakeSecrets:
    """Secrets for tests, by name; an empty one counts as none."""

    def __init__(self, **secrets: str) -> None:
        self._secrets = secrets

    def secret(self, name: str) -> str:
        value = self._secrets.get(name, "")
        if not value:
            raise Misconfigured(f"the secret '{name}' is not set")
        return value
