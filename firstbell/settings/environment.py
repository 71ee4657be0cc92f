"""The one place that reads the environment: secrets, which stand in no file, and where the schools are."""

import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from firstbell.errors import Misconfigured
from firstbell.records import Secret

# What stands in a variable of Azure's where a reference to the vault leads to no secret, or to one the app may not
# read: the text of the reference. https://learn.microsoft.com/azure/app-service/app-service-key-vault-references
LEADS_NOWHERE = "@Microsoft.KeyVault("

STORAGE = "AzureWebJobsStorage"


class EnvironmentSecrets:
    """Secrets from environment variables `FIRSTBELL_SECRET_…`, which the platform fills from its vault; the value
    before is in the one that ends in `_PREVIOUS`.
    """

    def secret(self, name: str) -> Secret:
        """The secret. Raises Misconfigured when its variable is not set, or is a reference that leads nowhere."""
        variable = "FIRSTBELL_SECRET_" + re.sub(r"[^A-Z0-9]", "_", name.upper())
        current, previous = _variable(variable), _variable(f"{variable}_PREVIOUS")
        if not current:
            raise Misconfigured(f"the secret '{name}' is not set: put it in the environment variable {variable}")
        if current.startswith(LEADS_NOWHERE):
            raise Misconfigured(f"the vault has no secret '{name}' that the app may read: {variable} refers to it")
        return Secret(name, current, "" if previous.startswith(LEADS_NOWHERE) else previous)


def _variable(name: str) -> str:
    return os.environ.get(name, "")  # noqa: TID251 - this is the home of the environment


def schools_place() -> Path:
    """FIRSTBELL_SCHOOLS: one `school.toml`, or a folder that holds a folder with one for each school.

    Raises Misconfigured when it is not set.
    """
    value = os.environ.get("FIRSTBELL_SCHOOLS", "")  # noqa: TID251 - this is the home of the environment
    if not value:
        raise Misconfigured("FIRSTBELL_SCHOOLS is not set: name one school.toml, or the folder of all schools' folders")
    return Path(value)


@dataclass(frozen=True, slots=True)
class StorageAccount:
    """How the storage of a function app is reached: by a connection string, which may hold a key; or by the address of
    its queues and a managed identity.
    """

    connection: str = field(default="", repr=False)
    address: str = ""
    client_id: str = ""


def storage_account() -> StorageAccount:
    """The storage that Azure's own host is told of, by the same names. Raises Misconfigured when there is none.

    https://learn.microsoft.com/azure/azure-functions/functions-reference#connecting-to-host-storage-with-an-identity
    """
    parts = {name: _of_storage(f"__{name}") for name in ("queueServiceUri", "accountName", "credential", "clientId")}
    account = parts["accountName"]
    address = parts["queueServiceUri"] or (f"https://{account}.queue.core.windows.net" if account else "")
    if connection := _of_storage(""):
        return StorageAccount(connection)
    if not address or parts["credential"] != "managedidentity":
        raise Misconfigured(f"{STORAGE} names no storage by a connection string or a managed identity")
    return StorageAccount(address=address, client_id=parts["clientId"])


def _of_storage(part: str) -> str:
    return os.environ.get(STORAGE + part, "")  # noqa: TID251 - this is the home of the environment


@dataclass(frozen=True, slots=True)
class GoogleAddresses:
    """Where Google's servers are."""

    pubsub: str
    tasks: str
    metadata: str


def google_addresses() -> GoogleAddresses:
    """Google's own; or what PUBSUB_EMULATOR_HOST, CLOUD_TASKS_EMULATOR_HOST and GCE_METADATA_HOST name, the first and
    the last as Google's own libraries take them.
    """
    pubsub = os.environ.get("PUBSUB_EMULATOR_HOST", "")  # noqa: TID251 - this is the home of the environment
    tasks = os.environ.get("CLOUD_TASKS_EMULATOR_HOST", "")  # noqa: TID251 - as above
    metadata = os.environ.get("GCE_METADATA_HOST", "metadata.google.internal")  # noqa: TID251 - as above
    return GoogleAddresses(
        pubsub=f"http://{pubsub}" if pubsub else "https://pubsub.googleapis.com",
        tasks=f"http://{tasks}" if tasks else "https://cloudtasks.googleapis.com",
        metadata=f"http://{metadata}",
    )


def collector_is_named() -> bool:
    """Whether OpenTelemetry's own variables name a collector and do not switch it off; its library reads the rest."""
    endpoint = os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT", "")  # noqa: TID251 - this is the home of the environment
    off = os.environ.get("OTEL_SDK_DISABLED", "")  # noqa: TID251 - as above
    return bool(endpoint) and off.strip().lower() != "true"
