"""The state of the school's tenant of pretence: who may sign in, and what stands in it.

Each part (mail, files, workbooks, channel) keeps its own state, made here and used by its own module alone.
"""

import datetime as dt
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from firstbell.testing.microsoft.apps import App, Person
from firstbell.testing.microsoft.channel_state import Channel
from firstbell.testing.microsoft.faults import Script
from firstbell.testing.microsoft.files import Drive, Site
from firstbell.testing.microsoft.mail_state import Mail
from firstbell.testing.microsoft.throttling import Throttling
from firstbell.testing.microsoft.upload_state import Upload
from firstbell.testing.microsoft.workbook_state import Workbooks

TOKEN_LASTS = dt.timedelta(minutes=75)


@dataclass(frozen=True, slots=True)
class Seen:
    """A request that came: when, which operation, how it was answered, and how many others it held if a batch.

    `status` is 0 where the connection was cut. What a batch held is listed before it, each by itself; sign-ins are not.
    """

    at: dt.datetime
    operation: str
    status: int
    held: int = 0


@dataclass
class Tenant:
    """One tenant. Every request works on it under `lock`, so each is one step, as a service's own are.

    `apps` by client id, `people` by lower-case address, `drives` by id; `tokens`: whose each is, and until when.
    `downloads` and `uploads` by the token of their address. `strangers`: addresses the directory does not know.
    """

    tenant_id: str
    clock: Callable[[], dt.datetime]
    apps: dict[str, App] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    tokens: dict[str, tuple[str, dt.datetime]] = field(default_factory=dict)
    drives: dict[str, Drive] = field(default_factory=dict)
    downloads: dict[str, Callable[[], bytes]] = field(default_factory=dict)
    uploads: dict[str, Upload] = field(default_factory=dict)
    sites: list[Site] = field(default_factory=list)
    strangers: set[str] = field(default_factory=set)
    channels: dict[str, Channel] = field(default_factory=dict)
    mail: Mail = field(default_factory=Mail)
    script: Script = field(default_factory=Script)
    seen: list[Seen] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    workbooks: Workbooks = field(default_factory=Workbooks)
    throttling: Throttling = field(init=False)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def __post_init__(self) -> None:
        self.throttling = Throttling(self.clock)

    def round_trips(self) -> list[Seen]:
        """What came so far, without what stood inside batches: that is listed before its batch."""
        outer: list[Seen] = []
        for seen in self.seen:
            del outer[len(outer) - seen.held :]
            outer.append(seen)
        return outer

    def app_of(self, token: str) -> App | None:
        """Whose token it is, while it is good."""
        client_id, until = self.tokens.get(token, ("", dt.datetime.min.replace(tzinfo=dt.UTC)))
        return self.apps.get(client_id) if self.clock() < until else None
