"""What any keeper of copies must do. A test class inherits this; its fixture `rig` says how to put a copy there."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import pytest

from firstbell.ports import Copies
from firstbell.records import CopyLimits

MIDNIGHT = dt.datetime(2026, 11, 24, tzinfo=dt.UTC)
A_SECOND = dt.timedelta(seconds=1)
LONG_AGO = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
NOTHING_GOES = CopyLimits(LONG_AGO.date(), LONG_AGO, LONG_AGO, LONG_AGO, LONG_AGO)
# Which limit goes with which kind; a mail is dated by its day.
LIMITS: Mapping[str, str] = {
    "mail copies": "mails_before",
    "cards": "cards_before",
    "papers": "papers_before",
    "half-made files": "half_made_before",
    "rehearsal files": "rehearsal_before",
}


@dataclass(frozen=True, slots=True)
class CopiesRig:
    """Copies under test; `put(kind, about, at)` puts one there: `about` is a mail's key, a paper's folder or a name."""

    copies: Copies
    put: Callable[[str, str, dt.datetime], None]


class CopiesConformance:
    """The promises of the Copies port."""

    @pytest.mark.parametrize("kind", LIMITS)
    def test_each_kind_goes_when_its_limit_is_past_and_not_before(self, rig: CopiesRig, kind: str) -> None:
        rig.put(kind, "CASE-1", MIDNIGHT)
        at = MIDNIGHT.date() if kind == "mail copies" else MIDNIGHT
        past = MIDNIGHT.date() + dt.timedelta(days=1) if kind == "mail copies" else MIDNIGHT + A_SECOND

        assert removed(rig, kind, at) == 0
        assert removed(rig, kind, past) == 1
        assert removed(rig, kind, past) == 0

    @pytest.mark.parametrize("kind", LIMITS)
    def test_a_limit_of_one_kind_is_none_of_the_others(self, rig: CopiesRig, kind: str) -> None:
        rig.put(kind, "CASE-1", MIDNIGHT)
        far = MIDNIGHT.replace(year=2030)
        others = {limit: far for other, limit in LIMITS.items() if other != kind}
        if "mails_before" in others:
            others["mails_before"] = far.date()  # type: ignore[assignment]

        assert set(rig.copies.purge(replace(NOTHING_GOES, **others)).values()) == {0}

    def test_a_rehearsal_goes_whole_or_not_at_all(self, rig: CopiesRig) -> None:
        rig.put("rehearsal files", "old", MIDNIGHT)
        rig.put("rehearsal files", "new", MIDNIGHT + A_SECOND)

        assert removed(rig, "rehearsal files", MIDNIGHT + A_SECOND) == 0
        assert removed(rig, "rehearsal files", MIDNIGHT + 2 * A_SECOND) == 2

    def test_counting_removes_nothing(self, rig: CopiesRig) -> None:
        rig.put("cards", "card", MIDNIGHT)
        limits = replace(NOTHING_GOES, cards_before=MIDNIGHT + A_SECOND)

        assert rig.copies.purge(limits, only_count=True)["cards"] == 1
        assert rig.copies.purge(limits)["cards"] == 1

    def test_the_copies_about_one_case_can_be_forgotten(self, rig: CopiesRig) -> None:
        rig.put("mail copies", "k1", MIDNIGHT)
        rig.put("mail copies", "k2", MIDNIGHT)
        rig.put("papers", "CASE-1", MIDNIGHT)
        rig.put("papers", "CASE-2", MIDNIGHT)
        about = frozenset({"k1", "no such key"}), frozenset({"CASE-1", "CASE-3"})

        assert rig.copies.count(*about) == rig.copies.forget(*about) == {"mail copies": 1, "papers": 1}

        assert rig.copies.forget(*about) == {"mail copies": 0, "papers": 0}
        assert rig.copies.count(frozenset({"k2"}), frozenset({"CASE-2"})) == {"mail copies": 1, "papers": 1}


def removed(rig: CopiesRig, kind: str, before: dt.date) -> int:
    """How many of a kind went with its limit there and all others long ago."""
    return rig.copies.purge(replace(NOTHING_GOES, **{LIMITS[kind]: before}))[kind]  # type: ignore[arg-type]
