"""A Teams channel: what stands in it, and the workflow that posts cards there when its web hook is called.

The workflow answers before it runs, as in the cloud: what it took it may post at once, late, twice, or never.
"""

import datetime as dt
import json
from http import HTTPStatus
from typing import Any

from firstbell.testing.microsoft.apps import App
from firstbell.testing.microsoft.asked import Answer, Asked, Refused
from firstbell.testing.microsoft.channel_state import HOOK, Channel, Flow, Posted
from firstbell.testing.microsoft.drive_json import stamp
from firstbell.testing.microsoft.routes import Route
from firstbell.testing.microsoft.tenant import Tenant

ADAPTIVE = "application/vnd.microsoft.card.adaptive"
NEWEST_VERSION = (1, 5)
# The largest message a workflow can post, in bytes of UTF-16.
LARGEST = 28 * 1024
USUAL_PAGE, LARGEST_PAGE = 20, 50
READS_ALL = "ChannelMessage.Read.All"


def _channel(tenant: Tenant, asked: Asked) -> Channel:
    found = tenant.channels.get(asked.params["channel-id"])
    if found is None or found.team != asked.params["team-id"]:
        raise Refused(HTTPStatus.NOT_FOUND, "NotFound")
    return found


def _may_read(app: App | None, channel: Channel) -> bool:
    if app is None:
        return False
    return READS_ALL in app.roles or (app.client_id in channel.readers and not channel.is_private)


def _get(tenant: Tenant, asked: Asked) -> Answer:
    channel = _channel(tenant, asked)
    kind = "private" if channel.is_private else "standard"
    return Answer(body={"id": channel.id, "displayName": channel.name, "membershipType": kind})


def _messages(tenant: Tenant, asked: Asked) -> Answer:
    channel, size = _channel(tenant, asked), int(asked.query.get("$top", USUAL_PAGE))
    if not _may_read(asked.app, channel):
        raise Refused(HTTPStatus.FORBIDDEN, "Forbidden", inner="InsufficientPrivileges")
    if not 0 < size <= LARGEST_PAGE or "$expand" in asked.query:
        raise Refused(HTTPStatus.BAD_REQUEST, "BadRequest")
    start, shown = int(asked.query.get("$skiptoken", 0)), channel.shown(tenant.clock())
    body: dict[str, Any] = {"value": [_message(channel, each) for each in shown[start : start + size]]}
    if start + size < len(shown):
        path = f"/v1.0/teams/{channel.team}/channels/{channel.id}/messages"
        body["@odata.nextLink"] = f"{asked.url}{path}?$top={size}&$skiptoken={start + size}"
    return Answer(body=body)


def _message(channel: Channel, message: Posted) -> dict[str, Any]:
    """A message with its card as a string of JSON, as Teams gives it back."""
    number = f"card-{message.id}"
    attachment = {"id": number, "contentType": ADAPTIVE, "contentUrl": None, "content": json.dumps(message.card)}
    is_there = message.card is not None
    return {
        "id": message.id,
        "messageType": "message",
        "createdDateTime": stamp(message.at),
        "deletedDateTime": None if is_there else stamp(message.at),
        "importance": "normal",
        "locale": "en-us",
        "from": {"application": {"id": "workflows", "displayName": "Workflows"}},
        "body": {"contentType": "html", "content": f'<attachment id="{number}"></attachment>' if is_there else ""},
        "channelIdentity": {"teamId": channel.team, "channelId": channel.id},
        "attachments": [attachment] if is_there else [],
    }


def _post(tenant: Tenant, asked: Asked) -> Answer:
    """A program by itself can't post a message, whatever it may otherwise do."""
    _channel(tenant, asked)
    raise Refused(HTTPStatus.FORBIDDEN, "Forbidden", inner="InsufficientPrivileges")


def _hooked(tenant: Tenant, asked: Asked) -> Answer:
    channel = tenant.channels.get(asked.params["rest"].partition("/")[0])
    if channel is None:
        raise Refused(HTTPStatus.NOT_FOUND, "WorkflowNotFound")
    if asked.query.get("sig") != channel.signature:
        raise Refused(HTTPStatus.UNAUTHORIZED, "DirectApiAuthorizationRequired")
    if channel.flow is Flow.OFF:
        raise Refused(HTTPStatus.BAD_REQUEST, "WorkflowTriggerIsNotEnabled")
    card = _card(asked)
    if card is not None and channel.flow is not Flow.NEVER:
        at = tenant.clock() + (channel.delay if channel.flow is Flow.LATE else dt.timedelta())
        for _ in range(2 if channel.flow is Flow.TWICE else 1):
            channel.post(card, at)
    return Answer(HTTPStatus.ACCEPTED)


def _card(asked: Asked) -> dict[str, Any] | None:
    """The card of the message; None for what the workflow takes, and then fails on where nobody looks."""
    try:
        body = asked.json
        (attachment,) = body["attachments"]
        card = attachment["content"]
        version = tuple(map(int, card["version"].split(".")))
        is_right = (
            body["type"] == "message" and attachment["contentType"] == ADAPTIVE and card["type"] == "AdaptiveCard"
        )
    except (ValueError, TypeError, KeyError):
        return None
    is_small = len(asked.content.decode().encode("utf-16-le")) <= LARGEST
    return card if is_right and is_small and version <= NEWEST_VERSION else None


ROUTES = (
    Route("GET", "/teams/{team-id}/channels/{channel-id}", _get),
    Route("GET", "/teams/{team-id}/channels/{channel-id}/messages", _messages),
    Route("POST", "/teams/{team-id}/channels/{channel-id}/messages", _post),
    Route("POST", HOOK, _hooked, is_open=True),
)
