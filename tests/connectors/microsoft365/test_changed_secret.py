"""The app's secret, the password of its certificate's file, and the workflow's address are changed."""

import dataclasses
from itertools import count

import pytest
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, load_pem_private_key, pkcs12
from cryptography.x509 import load_pem_x509_certificate

from connectors._rotation import Taken, taken
from connectors.microsoft365.certificate_end import certificate_ends
from connectors.microsoft365.graph import Graph
from firstbell.errors import Misconfigured, RetryLater
from firstbell.testing.channel_conformance import ALERT
from firstbell.testing.fake_secrets import FakeSecrets
from firstbell.testing.microsoft.certificates import app_certificate
from firstbell.testing.microsoft.channels import Flow
from firstbell.testing.microsoft.faults import Kind
from tests.connectors.microsoft365.sharepoint import APP, CHANNEL, TEAM, open_sharepoint

NUMBERS = count()


@pytest.fixture(scope="module")
def listening(tmp_path_factory):
    with open_sharepoint(tmp_path_factory.mktemp("tenant")) as sharepoint:
        yield sharepoint


@pytest.fixture
def school(listening):
    listening.empty()
    yield listening
    assert listening.tenant.violations == []


@pytest.fixture
def entra(school):
    """Sets what Entra takes."""

    def entra(**changes):
        school.tenant.apps[APP] = dataclasses.replace(school.tenant.apps[APP], **changes)

    return entra


@pytest.fixture
def name():
    """The name of a secret that no other test has signed in with."""
    return f"app_{next(NUMBERS)}"


def sign_in(school, secrets, name, **changes):
    """What the doctor does, and then the first request of a run."""
    with Graph(school.settings.model_copy(update={"secret": name} | changes), secrets) as graph:
        graph.sign_in()
        graph.ask("GET", graph.at.teams.by_team_id(TEAM).channels.by_channel_id(CHANNEL), doing="look at the channel")
    return taken(secrets.secret(name))


def secrets_of(name, current, previous=""):
    return FakeSecrets(**{name: current, f"{name}_previous": previous})


@pytest.mark.parametrize(
    ("at_entra", "which"),
    [
        ({"secret": "old"}, Taken.PREVIOUS),
        ({"secret": "old", "expired_secrets": frozenset({"new"})}, Taken.PREVIOUS),
        ({"secret": "new"}, Taken.CURRENT),
        ({"secret": "new", "expired_secrets": frozenset({"old"})}, Taken.CURRENT),
    ],
)
def test_the_app_signs_in_with_whichever_secret_entra_takes(school, entra, name, at_entra, which):
    entra(**at_entra)

    assert sign_in(school, secrets_of(name, "new", "old"), name) is which


def test_a_secret_that_entra_changes_in_mid_run_is_followed(school, entra, name):
    secrets = secrets_of(name, "new", "old")
    entra(secret="old")  # noqa: S106 - made up
    assert sign_in(school, secrets, name) is Taken.PREVIOUS

    entra(secret="new", expired_secrets=frozenset({"old"}))  # noqa: S106 - made up

    assert sign_in(school, secrets, name) is Taken.CURRENT


@pytest.mark.parametrize("previous", ["", "older"])
def test_an_app_whose_secrets_are_all_wrong_is_told_to_mend_them(school, entra, name, previous):
    entra(secret="another long one")  # noqa: S106 - made up

    with pytest.raises(Misconfigured, match="AADSTS7000215"):
        sign_in(school, secrets_of(name, "new", previous), name)


@pytest.mark.parametrize(
    ("change", "error"),
    [({"client_id": "unknown"}, Misconfigured), ({"sign_in_url": "https://localhost:9"}, RetryLater)],
)
def test_what_is_no_refusal_of_the_secret_brings_out_no_other(school, name, change, error):
    secrets = secrets_of(name, "new", "of the sandbox")  # which would open the door

    with pytest.raises(error):
        sign_in(school, secrets, name, **change)

    assert taken(secrets.secret(name)) is None


@pytest.fixture
def closed_file(entra, tmp_path):
    """A PFX file of a certificate that Entra knows, closed with "old"."""
    own, public = app_certificate()
    entra(certificates=(public,))
    key, certificate = load_pem_private_key(own, None), load_pem_x509_certificate(public.encode())
    closed = pkcs12.serialize_key_and_certificates(b"app", key, certificate, None, BestAvailableEncryption(b"old"))
    path = tmp_path / "app.pfx"
    path.write_bytes(closed)
    return path


def test_a_certificates_file_opens_with_the_password_before_while_it_is_not_yet_replaced(school, closed_file, name):
    changes = {"sign_in": "certificate", "certificate": closed_file}
    secrets = secrets_of(name, "new", "old")

    assert sign_in(school, secrets, name, **changes) is Taken.PREVIOUS
    assert certificate_ends(school.settings.model_copy(update={"secret": name} | changes), secrets)


def test_a_certificates_file_that_no_password_opens_says_so(school, closed_file, name):
    settings = school.settings.model_copy(update={"sign_in": "certificate", "certificate": closed_file, "secret": name})
    secrets = secrets_of(name, "new", "older")

    with pytest.raises(Misconfigured, match="password is wrong"):
        certificate_ends(settings, secrets)
    with Graph(settings, secrets) as graph, pytest.raises(Misconfigured, match="password is wrong"):
        graph.sign_in()


GO_AWAY = {
    "another signature": lambda school: school.hook.replace("not-to-be-told", "unknown"),
    "no such workflow": lambda school: school.hook.replace(CHANNEL, "gone"),
}


def cards(school):
    return [message.card for message in school.channel.shown(school.clock.now())]


@pytest.mark.parametrize("address", GO_AWAY.values(), ids=GO_AWAY)
def test_a_card_goes_by_the_workflow_before_where_the_new_address_leads_to_none(school, address):
    channel = school.workflows_channel(webhook=address(school), previous=school.hook)

    channel.post(ALERT)

    assert channel.is_posted(ALERT.key)
    assert len(cards(school)) == 1


def test_a_new_workflow_that_is_not_yet_switched_on_is_passed_by(school):
    school.tenant.channels["new"] = dataclasses.replace(school.channel, id="new", flow=Flow.OFF)
    new = school.hook.replace(CHANNEL, "new")

    school.workflows_channel(webhook=new, previous=school.hook).post(ALERT)

    assert len(cards(school)) == 1


@pytest.mark.parametrize("kind", [Kind.DROPPED_AFTER, Kind.GATEWAY_AFTER, Kind.UNAVAILABLE, Kind.BROKEN])
def test_a_card_whose_answer_was_lost_is_not_handed_to_the_workflow_before(school, kind):
    """It may have been posted. The next run looks whether it stands there, and there is never a second."""
    school.tenant.channels["new"] = dataclasses.replace(school.channel, id="new")  # posts into the same channel
    school.goes_wrong(kind, "POST /powerautomate")
    both = {"webhook": school.hook.replace(CHANNEL, "new"), "previous": school.hook}

    with pytest.raises(RetryLater):
        school.workflows_channel(**both).post(ALERT)
    assert len([each for each in school.tenant.seen if "powerautomate" in each.operation]) == 1
    school.workflows_channel(**both).post(ALERT)

    assert len(cards(school)) == 1


def test_where_neither_address_leads_to_a_workflow_it_is_a_matter_of_the_set_up(school):
    addresses = [address(school) for address in GO_AWAY.values()]

    with pytest.raises(Misconfigured, match="open Workflows in Teams"):
        school.workflows_channel(webhook=addresses[0], previous=addresses[1]).post(ALERT)
