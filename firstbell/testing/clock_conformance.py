"""What any clock must do. A test class inherits this and gives the fixture `clock`."""

import datetime as dt

from firstbell.ports import Clock


class ClockConformance:
    """The promises of the Clock port."""

    def test_it_is_aware_and_in_utc(self, clock: Clock) -> None:
        assert clock.now().tzinfo is dt.UTC

    def test_it_does_not_go_back(self, clock: Clock) -> None:
        readings = [clock.now() for _ in range(100)]

        assert readings == sorted(readings)
