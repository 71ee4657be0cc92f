"""JSON batches: up to twenty requests in one, each answered by itself and throttled by itself."""

import base64
import json
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from firstbell.testing.microsoft.asked import Answer, Asked, Refused, Request

BATCH = "/$batch"
Item = Mapping[str, Any]


def answer_batch(asked: Asked, version: str, alone: Callable[[Request], Answer]) -> Answer:
    """Answer each in order by `alone`; one that depends on a refused one is a failed dependency (424)."""
    requests = asked.json["requests"]
    if len({item["id"] for item in requests}) < len(requests):
        raise Refused(HTTPStatus.BAD_REQUEST, "BadRequest", inner="duplicateId")
    statuses: dict[str, int] = {}
    responses = []
    for item in requests:
        answer = _failed_dependency() if _needs_a_failed_one(item, statuses) else alone(_request(item, asked, version))
        statuses[item["id"]] = answer.status
        if not answer.is_left_out:
            responses.append(_response(item, answer))
    return Answer(body={"responses": responses})


def _needs_a_failed_one(item: Item, statuses: Mapping[str, int]) -> bool:
    needs = item.get("dependsOn", [])
    if not set(needs) <= set(statuses):
        raise Refused(HTTPStatus.BAD_REQUEST, "BadRequest", inner="unknownDependency")
    return any(statuses[need] >= HTTPStatus.BAD_REQUEST for need in needs)


def _failed_dependency() -> Answer:
    return Answer(HTTPStatus.FAILED_DEPENDENCY, {"error": {"code": "FailedDependency", "message": "See dependsOn."}})


def _request(item: Item, asked: Asked, version: str) -> Request:
    """The request inside; it has the token of the batch, and needs a content type of its own for a body."""
    url = urlsplit(item["url"])
    path = unquote(url.path if url.path.startswith("/") else f"/{url.path}")
    headers = {name.lower(): value for name, value in item.get("headers", {}).items()}
    if "body" in item and "content-type" not in headers:
        raise Refused(HTTPStatus.BAD_REQUEST, "BadRequest", inner="contentTypeMissing")
    content = json.dumps(item["body"]).encode() if "body" in item else b""
    with_token = {"authorization": asked.headers.get("authorization", ""), **headers}
    query = dict(parse_qsl(url.query, keep_blank_values=True))
    return Request(item["method"], version + path, query, with_token, content, asked.url, is_inside=True)


def _response(item: Item, answer: Answer) -> dict[str, Any]:
    body = base64.b64encode(answer.body).decode() if isinstance(answer.body, bytes) else answer.body
    headers = {**answer.headers, "Content-Type": answer.kind}
    return {"id": item["id"], "status": int(answer.status), "headers": headers, "body": body}
