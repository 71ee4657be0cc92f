"""Secrets in memory."""

from firstbell.errors import Misconfigured
from firstbell.records import Secret


class FakeSecrets:
    """Secrets for tests, by name; an empty one counts as none. The value before that of `store` is `store_previous`."""

    def __init__(self, **secrets: str) -> None:
        self._secrets = secrets

    def secret(self, name: str) -> Secret:
        value = self._secrets.get(name, "")
        if not value:
            raise Misconfigured(f"the secret '{name}' is not set")
        return Secret(name, value, self._secrets.get(f"{name}_previous", ""))
