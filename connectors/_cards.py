"""Cards in the Adaptive Card schema, version 1.5, which Teams and others show; there and back."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from firstbell.errors import GiveUp
from firstbell.records import Card

# A link may lead to a page, or to a file beside the channel; never to something that runs.
LINK_SCHEMES = frozenset({"https", "http", "file", ""})
URGENT, CALM = "attention", "default"


def check_link(card: Card) -> None:
    """Raise GiveUp unless the card's link leads to a page or a file, or is empty."""
    try:
        scheme = urlsplit(card.link).scheme
    except ValueError as error:
        raise GiveUp("the card's link is no link") from error
    if scheme not in LINK_SCHEMES:
        raise GiveUp("the card's link leads to something that is neither a page nor a file")


def adaptive_card(card: Card) -> dict[str, Any]:
    """The card as an Adaptive Card. Text is in text runs, which know no Markdown: what stands in it is shown as it is
    and can't become a link.
    """
    heading = _text(card.title, size="large", weight="bolder", color=URGENT if card.is_urgent else CALM)
    action = {"type": "Action.OpenUrl", "title": card.link_text, "url": card.link}
    return {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.5",
        "lang": "en-GB",
        "body": [heading, *map(_text, card.lines)],
        "actions": [action] if card.link else [],
    }


def _text(text: str, **style: str) -> dict[str, Any]:
    return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": text, **style}]}


def card_of(key: str, adaptive: Mapping[str, Any]) -> Card:
    """The card that `adaptive_card` made this of. Raises KeyError, IndexError or TypeError for another shape."""
    heading, *lines = (block["inlines"][0] for block in adaptive["body"])
    action = adaptive["actions"][0] if adaptive["actions"] else {"title": "", "url": ""}
    return Card(
        key,
        heading["text"],
        tuple(line["text"] for line in lines),
        action["title"],
        action["url"],
        is_urgent=heading["color"] == URGENT,
    )
