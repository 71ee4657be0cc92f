"""A metadata server, Pub/Sub and Cloud Tasks of pretence on loopback, which note what they were asked.

They take what the reference of each interface names and nothing else:
https://cloud.google.com/pubsub/docs/reference/rest/v1/projects.topics/publish
https://cloud.google.com/tasks/docs/reference/rest/v2/projects.locations.queues.tasks
"""

import base64
import datetime as dt
import json
import re
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx

FACTS = {
    "project/project-id": "a-project",
    "instance/region": "projects/4711/regions/europe-west2",
    "instance/service-accounts/default/email": "firstbell-app@a-project.iam.gserviceaccount.com",
}
TASKS = "/v2/projects/a-project/locations/europe-west2/queues/school-jobs-later/tasks"
A_TASK = {"scheduleTime", "dispatchDeadline", "httpRequest"}
A_REQUEST = {"httpMethod", "url", "headers", "body", "oauthToken"}
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z")


class GoogleServers(ThreadingHTTPServer):
    """All on one port. `published` is what stands on each topic, `tasks` what waits for its moment; `answers` are
    statuses to give before all is well.
    """

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.published, self.answers, self.tokens_asked, self.bearers = {}, [], 0, []
        self.tasks = []

    @property
    def host(self):
        return f"127.0.0.1:{self.server_port}"

    def ring(self, now):
        """Do what Cloud Tasks does at a moment: call what is due, in the name of the account that each task names."""
        due = [task for task in self.tasks if moment_of(task) <= now]
        self.tasks = [task for task in self.tasks if task not in due]
        for task in due:
            told = task["httpRequest"]
            headers = told["headers"] | {"authorization": f"Bearer of {told['oauthToken']['serviceAccountEmail']}"}
            answer = httpx.post(told["url"], content=base64.b64decode(told["body"]), headers=headers)
            assert answer.status_code == 200


def moment_of(task):
    return dt.datetime.fromisoformat(task["scheduleTime"])


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        assert self.headers["metadata-flavor"] == "Google"
        fact = self.path.removeprefix("/computeMetadata/v1/")
        if fact in FACTS:
            return self._say(200, FACTS[fact].encode())
        assert fact == "instance/service-accounts/default/token"
        self.server.tokens_asked += 1
        token = {"access_token": f"token {self.server.tokens_asked}", "expires_in": 3600, "token_type": "Bearer"}
        return self._say(200, json.dumps(token).encode())

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        if self.server.answers:
            return self._say(self.server.answers.pop(0), b'{"error": {"message": "Alicia Example"}}')
        assert self.headers["authorization"].startswith("Bearer ")
        assert self.headers["content-type"] == "application/json"
        return self._make_task(body) if self.path.startswith("/v2/") else self._publish(body)

    def _publish(self, body):
        prefix, _, topic = self.path.removesuffix(":publish").rpartition("/")
        assert prefix == "/v1/projects/a-project/topics"
        texts = [base64.b64decode(message["data"], validate=True).decode() for message in body["messages"]]
        self.server.published.setdefault(topic, []).extend(texts)
        self.server.bearers.append((self.headers["authorization"], len(texts)))
        return self._say(200, json.dumps({"messageIds": [str(n) for n, _ in enumerate(texts)]}).encode())

    def _make_task(self, body):
        """An account's own token goes to Google's addresses alone; here that is this server."""
        assert self.path == TASKS
        assert set(body) == {"task"}
        task = body["task"]
        assert set(task) == A_TASK
        assert MOMENT.fullmatch(task["scheduleTime"])
        assert 15 <= int(task["dispatchDeadline"].removesuffix("s")) <= 1800
        request = task["httpRequest"]
        assert set(request) == A_REQUEST
        assert request["httpMethod"] == "POST"
        assert request["url"].startswith(f"http://{self.server.host}/v1/")
        assert request["oauthToken"] == {"serviceAccountEmail": FACTS["instance/service-accounts/default/email"]}
        base64.b64decode(request["body"], validate=True)
        self.server.tasks.append(task)
        return self._say(200, json.dumps({"name": f"{TASKS[4:]}/1", **task}).encode())

    def _say(self, status, body):
        self.send_response(status)
        if status in {301, 302}:
            self.send_header("location", f"http://{self.server.host}/elsewhere")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@contextmanager
def google_servers():
    with GoogleServers() as servers:
        threading.Thread(target=servers.serve_forever, daemon=True).start()
        yield servers
        servers.shutdown()
