"""An item as Graph shows it."""

from collections.abc import Collection
from typing import Any

from firstbell.testing.microsoft.mail_state import Item, Mailbox

ALWAYS = frozenset({"@odata.etag", "id"})


def folder_id(mailbox: Mailbox, folder: str) -> str:
    """The id of a folder, which is another one in each mailbox."""
    return f"AQMkAD{mailbox.address.encode().hex()[:12]}-{folder}"


def shown_id(item: Item, prefer: str) -> str:
    """The immutable id for those who ask for it; else one that is another after every move."""
    return item.id if 'IdType="ImmutableId"' in prefer else f"{item.id}-{item.folder}"


def message_json(
    item: Item, mailbox: Mailbox, prefer: str, chosen: Collection[str], properties: Collection[str]
) -> dict[str, Any]:
    """The members that were asked for (none named: all), with the extended properties that were asked for."""
    whole = _whole(item, mailbox) | {"id": shown_id(item, prefer)}
    if "internetMessageHeaders" in chosen:  # shown only to those who ask for them
        whole["internetMessageHeaders"] = item.content.get("internetMessageHeaders", [])
    told = {name: value for name, value in whole.items() if not chosen or name in chosen or name in ALWAYS}
    found = [{"id": name, "value": item.properties[name]} for name in sorted(properties) if name in item.properties]
    return told | ({"singleValueExtendedProperties": found} if found else {})


def _whole(item: Item, mailbox: Mailbox) -> dict[str, Any]:
    sender = {"emailAddress": {"address": mailbox.address}}
    given = {name: value for name, value in item.content.items() if name != "internetMessageHeaders"}
    received = item.sent_at or item.created_at
    return {
        "@odata.etag": item.etag,
        "changeKey": item.change_key,
        "createdDateTime": f"{item.created_at:%Y-%m-%dT%H:%M:%SZ}",
        "lastModifiedDateTime": f"{item.modified_at:%Y-%m-%dT%H:%M:%SZ}",
        "receivedDateTime": f"{received:%Y-%m-%dT%H:%M:%SZ}",
        "sentDateTime": f"{received:%Y-%m-%dT%H:%M:%SZ}",
        "parentFolderId": folder_id(mailbox, item.folder),
        "isDraft": item.is_draft,
        "internetMessageId": item.internet_message_id,
        "conversationId": item.conversation_id,
        "from": sender,
        "sender": sender,
        **given,
    }
