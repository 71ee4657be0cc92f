"""The office lets go of everything at the end of a run, whatever happened."""

import dataclasses
import datetime as dt

import pytest

from firstbell.errors import RetryLater


class Part:
    """Something that is closed at the end, or can't be."""

    def __init__(self, name, log, problem=None):
        self._name, self._log, self._problem = name, log, problem

    def close(self):
        self._log.append(self._name)
        if self._problem:
            raise self._problem


def test_what_is_shared_is_closed_after_those_that_use_it(story):
    log = []
    office = dataclasses.replace(story.office, mailer=Part("mailer", log), store=Part("store", log))
    office.shared.callback(Part("connection", log).close)

    office.close()

    assert log == ["mailer", "store", "connection"]


@pytest.mark.parametrize("broken", ["mailer", "store"])
def test_everything_is_closed_even_where_one_part_can_not_be(story, broken):
    log, problem = [], RetryLater(dt.timedelta(seconds=1))
    parts = {name: Part(name, log, problem if name == broken else None) for name in ("mailer", "store")}
    office = dataclasses.replace(story.office, **parts)
    office.shared.callback(Part("connection", log).close)

    with pytest.raises(RetryLater):
        office.close()

    assert log == ["mailer", "store", "connection"]
