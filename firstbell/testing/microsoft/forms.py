"""Forms that people send from the pages, and from nowhere else."""

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from firstbell.testing.microsoft.asked import Request

LARGEST = 64 * 1024
TOKEN = "token"  # noqa: S105 - the name of a field


@dataclass(frozen=True, slots=True)
class Forms:
    """Knows its own forms by a token that no other page can read."""

    token: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)

    def read(self, request: Request) -> Mapping[str, str] | None:
        """The fields of a form; None for one that did not come from our own pages, or is no form."""
        if request.headers.get("origin") != request.url or len(request.content) > LARGEST:
            return None
        try:
            fields = dict(parse_qsl(request.content.decode("utf-8"), keep_blank_values=True, errors="strict"))
        except UnicodeDecodeError:
            return None
        given = fields.pop(TOKEN, "").encode()
        return fields if hmac.compare_digest(given, self.token.encode()) else None
