"""The fakes of the clock, the secrets, the job queue, the channel and the folders keep the promises of their ports."""

import datetime as dt

import pytest

from firstbell.errors import Misconfigured, RetryLater
from firstbell.settings import EnvironmentSecrets
from firstbell.testing.channel_conformance import ALERT, ChannelConformance, ChannelRig
from firstbell.testing.clock_conformance import ClockConformance
from firstbell.testing.fake_channel import FakeChannel
from firstbell.testing.fake_clock import FakeClock
from firstbell.testing.fake_folders import FakeFolders
from firstbell.testing.fake_jobs import FakeJobs, FakeLaterJobs
from firstbell.testing.fake_secrets import FakeSecrets
from firstbell.testing.folders_conformance import FoldersConformance, FoldersRig
from firstbell.testing.jobs_conformance import JobsConformance, JobsRig
from firstbell.testing.later_jobs_conformance import LaterJobsConformance, LaterJobsRig
from firstbell.testing.secrets_conformance import SecretsConformance

BUSY = RetryLater(dt.timedelta(seconds=30))
SECRETS = {
    "smtp-password": "correct horse",
    "empty": "",
    "changed": "new",
    "changed_previous": "old",
    "unchanged": "as ever",
    "unchanged_previous": "as ever",
    "whole": "one",
    "whole_previous": "",
}


class TestFakeClockConforms(ClockConformance):
    @pytest.fixture
    def clock(self):
        return FakeClock()


class TestFakeSecretsConform(SecretsConformance):
    @pytest.fixture
    def secrets(self):
        return FakeSecrets(**SECRETS)


class TestEnvironmentSecretsConform(SecretsConformance):
    @pytest.fixture
    def secrets(self, monkeypatch):
        for name, value in SECRETS.items():
            monkeypatch.setenv("FIRSTBELL_SECRET_" + name.upper().replace("-", "_"), value)
        return EnvironmentSecrets()


@pytest.fixture
def refer(monkeypatch):
    """Put a reference that leads nowhere into a variable, as Azure leaves it there."""
    reference = "@Microsoft.KeyVault(SecretUri=https://vault.example/secrets/store/)"
    return lambda variable: monkeypatch.setenv(variable, reference)


def test_a_reference_to_the_vault_that_leads_nowhere_is_no_secret(refer):
    refer("FIRSTBELL_SECRET_STORE")

    with pytest.raises(Misconfigured, match="the vault has no secret 'store' that the app may read") as told:
        EnvironmentSecrets().secret("store")

    assert "vault.example" not in str(told.value)


def test_a_previous_value_that_is_not_in_the_vault_is_none(refer, monkeypatch):
    monkeypatch.setenv("FIRSTBELL_SECRET_STORE", "new")
    refer("FIRSTBELL_SECRET_STORE_PREVIOUS")

    assert EnvironmentSecrets().secret("store").values == ("new",)


class TestFakeJobsConform(JobsConformance):
    @pytest.fixture
    def rig(self):
        jobs = FakeJobs()
        return JobsRig(jobs, lambda: jobs.enqueued)


class TestFakeLaterJobsConform(LaterJobsConformance):
    @pytest.fixture
    def rig(self):
        clock = FakeClock()
        jobs = FakeLaterJobs(clock)
        return LaterJobsRig(jobs, clock, jobs.seen, lambda span: clock.advance(seconds=span.total_seconds()))


class TestFakeChannelConforms(ChannelConformance):
    @pytest.fixture
    def rig(self):
        channel = FakeChannel()
        return ChannelRig(channel, lambda: channel, lambda: channel.cards)


class TestFakeFoldersConform(FoldersConformance):
    @pytest.fixture
    def rig(self):
        folders = FakeFolders()

        def drift(folder):
            folders.drift(folder, "stranger@example.org")

        return FoldersRig(folders, lambda: folders, lambda: folders.documents, drift)


def test_the_clock_moves_only_when_it_is_told():
    clock = FakeClock()
    before = clock.now()

    clock.advance(minutes=10)

    assert clock.now() - before == dt.timedelta(minutes=10)


def test_the_clock_may_be_put_to_a_moment_in_any_zone():
    clock = FakeClock()

    clock.set(dt.datetime(2026, 7, 1, 9, 45, tzinfo=dt.timezone(dt.timedelta(hours=1))))

    assert clock.now() == dt.datetime(2026, 7, 1, 8, 45, tzinfo=dt.UTC)


def test_the_clock_refuses_a_moment_without_a_zone():
    with pytest.raises(ValueError, match="time zone"):
        FakeClock(dt.datetime(2026, 7, 1, 9, 45))  # noqa: DTZ001 - that is the point


@pytest.mark.parametrize("is_after", [False, True])
def test_a_channel_that_is_busy_may_have_taken_the_card(is_after):
    channel = FakeChannel()
    channel.fail_next(BUSY, after=is_after)

    with pytest.raises(RetryLater):
        channel.post(ALERT)

    assert channel.is_posted(ALERT.key) is is_after


def test_a_card_that_somebody_deleted_is_not_posted():
    channel = FakeChannel()
    channel.post(ALERT)

    channel.remove(ALERT.key)

    assert not channel.is_posted(ALERT.key)
