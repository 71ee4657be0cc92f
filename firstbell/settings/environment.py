"""The one place that reads the environment: secrets, which stand in no file, and where the schools are."""

import os
import re
from pathlib import Path

from firstbell.errors import Misconfigured


class EnvironmentSecrets:
    """Secrets from environment variables `FIRSTBELL_SECRET_…`: for a laptop or a server of the school's own."""

    def secret(self, name: str) -> str:
        """The secret's value. Raises Misconfigured when the variable is not set."""
        variable = "FIRSTBELL_SECRET_" + re.sub(r"[^A-Z0-9]", "_", name.upper())
        value = os.environ.get(variable, "")  # noqa: TID251 - this is the home of the environment
        if not value:
            raise Misconfigured(f"the secret '{name}' is not set: put it in the environment variable {variable}")
        return value


def schools_place() -> Path:
    """FIRSTBELL_SCHOOLS: one `school.toml`, or a folder that holds a folder with one for each school.

    Raises Misconfigured when it is not set.
    """
    value = os.environ.get("FIRSTBELL_SCHOOLS", "")  # noqa: TID251 - this is the home of the environment
    if not value:
        raise Misconfigured("FIRSTBELL_SCHOOLS is not set: name one school.toml, or the folder of all schools' folders")
    return Path(value)


def google_addresses() -> tuple[str, str]:
    """Where Pub/Sub and Google's metadata server are: Google's own, or what PUBSUB_EMULATOR_HOST and GCE_METADATA_HOST
    name, as Google's own libraries take it.
    """
    emulator = os.environ.get("PUBSUB_EMULATOR_HOST", "")  # noqa: TID251 - this is the home of the environment
    metadata = os.environ.get("GCE_METADATA_HOST", "metadata.google.internal")  # noqa: TID251 - as above
    return f"http://{emulator}" if emulator else "https://pubsub.googleapis.com", f"http://{metadata}"
