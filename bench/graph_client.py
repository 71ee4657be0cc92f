"""A cold process that writes one draft in Microsoft 365: our adapter beside the plain SDK, in the same run.

    python -m bench.graph_client [RUNS]

Both sign in with azure-identity and speak TLS to a sandbox on this computer, which answers at once. Each run is a fresh
interpreter with bytecode present (the first run writes it); the best of each is printed, because whatever else the
machine does only adds to it. `import` is everything up to a client that could ask (ours reads its settings too),
`first` the first draft with the sign-in before it, `next` the median of the drafts after it.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from firstbell.composition.clocks import SystemClock
from firstbell.testing.microsoft.apps import App
from firstbell.testing.microsoft.asked import Answer, Asked
from firstbell.testing.microsoft.routes import Route
from firstbell.testing.microsoft.server import Running, Sandbox, running
from firstbell.testing.microsoft.tenant import Tenant

ROOT = Path(__file__).parents[1]
PASSWORD = "correct horse"  # noqa: S105 - only the sandbox of this run knows it
FIGURES = ("import", "first", "both", "next", "memory", "modules", "models")
UNITS = ("ms", "ms", "ms", "ms", "MB", "", "")

MEASURED = """
import json, resource, statistics, sys, time
began = time.perf_counter()
{made}
ready = time.perf_counter()
draft()
first = time.perf_counter()
taken = []
for _ in range(20):
    start = time.perf_counter()
    draft()
    taken.append(1000 * (time.perf_counter() - start))
models = sum(name.startswith("msgraph.generated.models") for name in sys.modules)
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
times = (ready - began, first - ready, first - began)
print(json.dumps([*(1000 * time for time in times), statistics.median(taken), memory, len(sys.modules), models]))
"""

OURS = """
from connectors.microsoft365.graph import Graph
from connectors.microsoft365.replies import Policy
from firstbell.settings import EnvironmentSecrets, Microsoft365Settings

settings = Microsoft365Settings(
    tenant_id="hill.example", client_id="app", sign_in="secret", secret="graph", graph_url="{url}/v1.0",
    sign_in_url="{url}", certificate_authority="{authority}",
)
graph = Graph(settings, EnvironmentSecrets())
where = graph.at.users.by_user_id("absence@hill.example").messages

def draft():
    graph.ask("POST", where, doing="write", policy=Policy.ONCE, json={{"subject": "x"}}).json()["id"]
"""

PLAIN = """
import asyncio, os, ssl
import httpx
from azure.identity import ClientSecretCredential
from kiota_abstractions.authentication import BaseBearerTokenAuthenticationProvider
from kiota_authentication_azure.azure_identity_access_token_provider import AzureIdentityAccessTokenProvider
from msgraph import GraphRequestAdapter, GraphServiceClient
from msgraph_core import GraphClientFactory
from msgraph.generated.models.message import Message

credential = ClientSecretCredential(
    "hill.example", "app", os.environ["FIRSTBELL_SECRET_GRAPH"], authority="{url}", disable_instance_discovery=True,
    connection_verify="{authority}",
)
tokens = AzureIdentityAccessTokenProvider(credential, None, scopes=["https://graph.microsoft.com/.default"])
http = httpx.AsyncClient(verify=ssl.create_default_context(cafile="{authority}"), http2=True)
http = GraphClientFactory.create_with_default_middleware(client=http)
adapter = GraphRequestAdapter(BaseBearerTokenAuthenticationProvider(tokens), client=http)
adapter.base_url = "{url}/v1.0"
client = GraphServiceClient(request_adapter=adapter)
loop = asyncio.Runner()

def draft():
    posted = client.users.by_user_id("absence@hill.example").messages.post(Message(subject="x"))
    loop.run(posted).id
"""


def create(_: Tenant, asked: Asked) -> Answer:
    return Answer(201, {"id": "draft-1", "subject": asked.json["subject"], "isDraft": True})


def measured(server: Running, made: str) -> list[float]:
    """The figures of one fresh interpreter."""
    code = MEASURED.format(made=made.format(url=server.url, authority=server.certificate_authority))
    secrets = {**os.environ, "FIRSTBELL_SECRET_GRAPH": PASSWORD}  # noqa: TID251 - handed on to the process it starts
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], check=True, capture_output=True, cwd=ROOT, env=secrets
    )
    return list(json.loads(done.stdout))


def main(runs: int = 5) -> None:
    tenant = Tenant("hill.example", SystemClock().now)
    tenant.apps["app"] = App("app", secret=PASSWORD)
    sandbox = Sandbox(tenant, [Route("POST", "/users/{user-id}/messages", create)])
    with tempfile.TemporaryDirectory() as folder, running(sandbox, Path(folder)) as server:
        pairs = [(measured(server, PLAIN), measured(server, OURS)) for _ in range(runs + 1)][1:]
    plain, ours = (list(map(min, zip(*each, strict=True))) for each in zip(*pairs, strict=True))
    for name, unit, beside, here in zip(FIGURES, UNITS, plain, ours, strict=True):
        ratio = f"{here / beside:6.2f} x" if beside and here else ""
        print(f"{name:8} plain SDK {beside:8.1f}   ours {here:8.1f} {unit:2} {ratio}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
