"""Many schools of one server over a few connections: each sees its own rows, and what is wrong is said as for one."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from connectors.store_sql.many import ServerJobDays
from firstbell.errors import Misconfigured, RetryLater
from firstbell.job_days import Try
from firstbell.testing.store_conformance.samples import MONDAY, NINE, TEN, TUESDAY

SIGNED_IN = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'firstbell' AND datname = 'firstbell'"


@pytest.fixture
def jobs_of(server):
    """The names of the jobs that were tried on a day, read over three connections at most."""
    with closing(ServerJobDays(server.secrets, 3)) as many:
        yield lambda school, day=MONDAY, **changes: [
            each.job for each in many.job_days(server.settings(**changes), school, day)
        ]


@pytest.fixture
def schools(server):
    """Twelve schools, each with a try of a job named as the school."""
    keys = [server.new_school() for _ in range(12)]
    for key in keys:
        with closing(server.open(key)) as store:
            store.desk.note_try(Try(key, MONDAY, NINE, TEN))
    return keys


def test_each_school_sees_its_own_rows_though_all_are_read_at_once(jobs_of, schools):
    with ThreadPoolExecutor(6) as threads:
        found = list(threads.map(jobs_of, schools * 5))

    assert found == [[key] for key in schools * 5]


def test_a_day_without_a_try_is_empty(jobs_of, schools):
    assert jobs_of(schools[0], TUESDAY) == []


def test_no_more_connections_are_used_than_were_asked_for(server, jobs_of, schools):
    before = server.run(SIGNED_IN)[0][0]
    with ThreadPoolExecutor(6) as threads:
        list(threads.map(jobs_of, schools * 5))

    assert 1 <= server.run(SIGNED_IN)[0][0] - before <= 3


@pytest.mark.parametrize("looked_before", [False, True])
def test_a_school_nobody_entered_is_refused_in_a_sentence(jobs_of, schools, looked_before):
    if looked_before:
        jobs_of(schools[0])

    with pytest.raises(Misconfigured, match="does not know the school st-unknown"):
        jobs_of("st-unknown")


def test_a_role_that_may_too_much_is_refused_as_for_one_school(jobs_of, schools):
    with pytest.raises(Misconfigured, match="may do too much"):
        jobs_of(schools[0], user="postgres", password_secret="superuser")  # noqa: S106 - the name of one


def test_a_server_out_of_reach_says_to_try_later(jobs_of):
    with pytest.raises(RetryLater):
        jobs_of("st-example", port=1)
