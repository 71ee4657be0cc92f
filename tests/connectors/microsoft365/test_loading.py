"""What a process loads of the SDK: never its models, which take seconds, and nothing at all before it is needed."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from firstbell.composition.clocks import SystemClock
from firstbell.testing.microsoft.apps import App
from firstbell.testing.microsoft.asked import Answer
from firstbell.testing.microsoft.routes import Route
from firstbell.testing.microsoft.server import Sandbox, running
from firstbell.testing.microsoft.tenant import Tenant

ROOT = Path(__file__).parents[3]
SENT = """
from connectors.microsoft365.graph import Graph
from connectors.microsoft365.replies import Policy
from firstbell.settings import EnvironmentSecrets, Microsoft365Settings

settings = Microsoft365Settings(
    tenant_id="hill.example", client_id="app", sign_in="secret", secret="graph", graph_url="{url}/v1.0",
    sign_in_url="{url}", certificate_authority="{authority}",
)
with Graph(settings, EnvironmentSecrets()) as graph:
    drafts = graph.at.users.by_user_id("absence@hill.example").messages
    draft = graph.ask("POST", drafts, doing="write", policy=Policy.ONCE, json={{"subject": "x"}}).json()["id"]
    graph.ask("POST", drafts.by_message_id(draft).send, doing="send", policy=Policy.NEVER_TWICE)
"""
MODELS = "import json, sys; print(json.dumps([n for n in sys.modules if n.startswith('msgraph.generated.models')]))"
HEAVY = "print(sorted({'azure.identity', 'httpx', 'kiota_abstractions', 'msgraph'} & set(sys.modules)))"


def run(code, **environment):
    command = [sys.executable, "-W", "ignore", "-c", code]
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | environment, check=True, capture_output=True, text=True, timeout=60
    )
    return done.stdout


@pytest.fixture
def server(tmp_path):
    tenant = Tenant("hill.example", SystemClock().now)
    tenant.apps["app"] = App("app", secret="correct horse")  # noqa: S106 - only this server knows it
    routes = [
        Route("POST", "/users/{user-id}/messages", lambda _, asked: Answer(201, {"id": "1", "isDraft": True})),  # noqa: ARG005
        Route("POST", "/users/{user-id}/messages/{message-id}/send", lambda _, asked: Answer(202)),  # noqa: ARG005
    ]
    with running(Sandbox(tenant, routes), tmp_path) as listening:
        yield listening


def test_a_draft_is_written_and_sent_without_one_of_the_sdks_models(server):
    code = SENT.format(url=server.url, authority=server.certificate_authority) + MODELS

    loaded = json.loads(run(code, FIRSTBELL_SECRET_GRAPH="correct horse"))  # noqa: S106 - as above

    assert loaded == []
    assert [seen.status for seen in server.sandbox.tenant.seen] == [201, 202]


@pytest.mark.parametrize(
    "program",
    [
        "import sys, firstbell.cli.app",
        "import sys, firstbell.composition.offices",
        "import sys, connectors.microsoft365.graph",
        "import sys, function_app; function_app.app.get_functions()",
    ],
)
def test_nothing_of_the_sdk_is_loaded_before_it_is_needed(program):
    assert run(f"{program}; {HEAVY}").strip() == "[]"
