"""What any place for secrets must do. A test class inherits this and gives the fixture `secrets`, in which the secret
"smtp-password" is "correct horse" and "empty" is set to nothing.
"""

import pytest

from firstbell.errors import Misconfigured
from firstbell.ports import Secrets


class SecretsConformance:
    """The promises of the Secrets port."""

    def test_a_secret_is_read_by_its_name(self, secrets: Secrets) -> None:
        assert secrets.secret("smtp-password") == "correct horse"

    @pytest.mark.parametrize("name", ["no-such-secret", "empty"])
    def test_a_secret_that_is_not_there_is_named(self, secrets: Secrets, name: str) -> None:
        with pytest.raises(Misconfigured, match=name):
            secrets.secret(name)

    def test_no_secret_shows_in_what_is_printed(self, secrets: Secrets) -> None:
        assert "correct horse" not in repr(secrets) + str(secrets)
