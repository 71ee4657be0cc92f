"""A school's folder as it stands at one moment of the demo's morning: settings, and the exports of the MIS so far."""

import datetime as dt
from collections.abc import Iterable
from pathlib import Path

from firstbell.demo.exports import Exports
from firstbell.demo.moments import Moment
from firstbell.demo.school import DemoSchool


def export_up_to(folder: Path, school: DemoSchool, moments: Iterable[Moment], at: dt.datetime) -> None:
    """Write `school.toml` and the exports in `folder`, and play the moments up to `at`, which no job and no person has
    a part in. Raises BadInput for a file that is somebody else's.
    """
    past = [moment for moment in moments if moment.at <= at]
    exports = Exports(folder, school)
    exports.write(past[0].at if past else at)
    for moment in past:
        exports.play(moment)
