"""What any place for secrets must do. A test class inherits this and gives the fixture `secrets`, in which the secret
"smtp-password" is "correct horse" and "empty" is set to nothing. The previous value of "changed" (which is "new") is
"old"; those of "unchanged" (the same as its own, "as ever") and "whole" (nothing) are none.
"""

import pytest

from firstbell.errors import Misconfigured
from firstbell.ports import Secrets


class SecretsConformance:
    """The promises of the Secrets port."""

    def test_a_secret_is_read_by_its_name(self, secrets: Secrets) -> None:
        assert secrets.secret("smtp-password").values == ("correct horse",)

    def test_a_secret_that_is_being_changed_has_the_value_before_it_as_well(self, secrets: Secrets) -> None:
        assert secrets.secret("changed").values == ("new", "old")

    @pytest.mark.parametrize(("name", "value"), [("unchanged", "as ever"), ("whole", "one")])
    def test_a_previous_value_that_is_empty_or_the_current_one_is_none(
        self, secrets: Secrets, name: str, value: str
    ) -> None:
        assert secrets.secret(name).values == (value,)

    @pytest.mark.parametrize("name", ["no-such-secret", "empty"])
    def test_a_secret_that_is_not_there_is_named(self, secrets: Secrets, name: str) -> None:
        with pytest.raises(Misconfigured, match=name):
            secrets.secret(name)

    def test_no_secret_shows_in_what_is_printed(self, secrets: Secrets) -> None:
        secret = secrets.secret("changed")

        told = f"{secrets!r} {secrets} {secret!r} {secret}"

        assert not {"correct horse", "new", "old"} & set(told.replace("'", " ").split())
