"""A metadata server and Pub/Sub of pretence on loopback, which note what they were asked."""

import base64
import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class GoogleServers(ThreadingHTTPServer):
    """Both on one port. `published` is what stands on each topic; `answers` are statuses to give before all is well."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.published, self.answers, self.tokens_asked, self.bearers = {}, [], 0, []

    @property
    def host(self):
        return f"127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        assert self.headers["metadata-flavor"] == "Google"
        if self.path.endswith("/project/project-id"):
            return self._say(200, b"a-project")
        self.server.tokens_asked += 1
        token = {"access_token": f"token {self.server.tokens_asked}", "expires_in": 3600, "token_type": "Bearer"}
        return self._say(200, json.dumps(token).encode())

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        if self.server.answers:
            return self._say(self.server.answers.pop(0), b'{"error": {"message": "Alicia Example"}}')
        prefix, _, topic = self.path.removesuffix(":publish").rpartition("/")
        assert prefix == "/v1/projects/a-project/topics"
        texts = [base64.b64decode(message["data"]).decode() for message in body["messages"]]
        self.server.published.setdefault(topic, []).extend(texts)
        self.server.bearers.append((self.headers["authorization"], len(texts)))
        return self._say(200, json.dumps({"messageIds": [str(n) for n, _ in enumerate(texts)]}).encode())

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
