"""JSON batches: up to twenty requests in one, each answered by itself and throttled by itself."""

import base64
import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

from firstbell.testing.microsoft.asked import Answer, Asked, Refused

if TYPE_CHECKING:
    from firstbell.testing.microsoft.server import Sandbox

BATCH = "/$batch"


def answer_batch(sandbox: "Sandbox", asked: Asked) -> Answer:
    """Answer each in order; one that depends on a refused one is a failed dependency (424)."""
    requests = asked.json["requests"]
    ids = [item["id"] for item in requests]
    if len(set(ids)) < len(ids):
        raise Refused(HTTPStatus.BAD_REQUEST, "BadRequest", inner="duplicateId")
    answered: dict[str, dict[str, Any]] = {}
    for item in requests:
        answered[item["id"]] = _answered(sandbox, asked, item, answered)
    return Answer(body={"responses": list(answered.values())})


def _answered(
    sandbox: "Sandbox", asked: Asked, item: dict[str, Any], before: dict[str, dict[str, Any]]
) -> dict[str, Any]:
    needs = item.get("dependsOn", [])
    if not set(needs) <= set(before):
        raise Refused(HTTPStatus.BAD_REQUEST, "BadRequest", inner="unknownDependency")
    if any(before[need]["status"] >= HTTPStatus.BAD_REQUEST for need in needs):
        refused = Refused(HTTPStatus.FAILED_DEPENDENCY, "FailedDependency").answer(sandbox.tenant.clock())
        return {"id": item["id"], "status": int(refused.status), "headers": {}, "body": refused.body}
    answer = _alone(sandbox, asked, item)
    body = base64.b64encode(answer.body).decode() if isinstance(answer.body, bytes) else answer.body
    return {"id": item["id"], "status": int(answer.status), "headers": dict(answer.headers), "body": body}


def _alone(sandbox: "Sandbox", asked: Asked, item: dict[str, Any]) -> Answer:
    url = urlsplit(item["url"])
    path = unquote(url.path if url.path.startswith("/") else f"/{url.path}")
    headers = {name.lower(): value for name, value in item.get("headers", {}).items()}
    content = json.dumps(item["body"]).encode() if "body" in item else b""
    if content and "content-type" not in headers:
        raise Refused(HTTPStatus.BAD_REQUEST, "BadRequest", inner="contentTypeMissing")
    with_token = {"authorization": asked.headers.get("authorization", ""), **headers}
    return sandbox.answer(item["method"], path, dict(parse_qsl(url.query)), with_token, content, asked.url)
