"""Anchors in memory."""

import datetime as dt


class FakeAnchors:
    """Anchors for tests; `kept` has them all, the newest last."""

    def __init__(self) -> None:
        self.kept: list[str] = []

    def newest(self) -> str | None:
        return self.kept[-1] if self.kept else None

    def keep(self, anchor: str, *, at: dt.datetime) -> None:  # noqa: ARG002 - only a file shows when
        if anchor != self.newest():
            self.kept.append(anchor)
