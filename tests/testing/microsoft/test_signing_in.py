"""Signing in, through the real azure-identity, and what becomes of a token."""

import datetime as dt

import jwt
import pytest
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import CertificateCredential, ClientSecretCredential, ManagedIdentityCredential

from firstbell.testing.fake_clock import FakeClock
from firstbell.testing.microsoft.certificates import app_certificate
from firstbell.testing.microsoft.entra import IDENTITY_HEADER, SCOPE
from firstbell.testing.microsoft.faults import Fault, Kind
from firstbell.testing.microsoft.school import CLIENT_ID, TENANT_ID, school_tenant

MESSAGE = "/users/attendance@example.org/messages/1"


@pytest.fixture
def where(service, tenant):
    assert service.sandbox.tenant is tenant
    return {
        "authority": service.url,
        "disable_instance_discovery": True,
        "connection_verify": str(service.certificate_authority),
    }


def test_an_app_signs_in_with_its_certificate(where, app_keys, ask):
    credential = CertificateCredential(TENANT_ID, CLIENT_ID, certificate_data=app_keys[0], **where)

    token = credential.get_token(SCOPE).token

    assert ask("GET", MESSAGE, token=token).status_code == 200


def test_an_app_signs_in_with_its_secret(where, ask):
    token = ClientSecretCredential(TENANT_ID, CLIENT_ID, "s3cret", **where).get_token(SCOPE).token

    assert ask("GET", MESSAGE, token=token).status_code == 200


def test_an_app_inside_azure_signs_in_as_its_managed_identity(where, service, ask, monkeypatch):
    monkeypatch.setenv("IDENTITY_ENDPOINT", f"{service.url}/msi/token")
    monkeypatch.setenv("IDENTITY_HEADER", IDENTITY_HEADER)
    credential = ManagedIdentityCredential(client_id=CLIENT_ID, connection_verify=where["connection_verify"])

    token = credential.get_token(SCOPE).token

    assert ask("GET", MESSAGE, token=token).status_code == 200


def test_a_wrong_secret_is_refused(where):
    with pytest.raises(ClientAuthenticationError, match="AADSTS7000215"):
        ClientSecretCredential(TENANT_ID, CLIENT_ID, "guess", **where).get_token(SCOPE)


def test_an_empty_secret_opens_nothing(where, clock, service):
    service.sandbox.tenant = school_tenant(clock.now)

    with pytest.raises(ClientAuthenticationError, match="AADSTS7000215"):
        ClientSecretCredential(TENANT_ID, CLIENT_ID, "guess", **where).get_token(SCOPE)


def test_a_certificate_that_the_app_was_not_given_is_refused(where):
    credential = CertificateCredential(TENANT_ID, CLIENT_ID, certificate_data=app_certificate()[0], **where)

    with pytest.raises(ClientAuthenticationError, match="AADSTS700027"):
        credential.get_token(SCOPE)


def test_an_app_that_the_tenant_does_not_know_is_refused(where):
    with pytest.raises(ClientAuthenticationError, match="AADSTS700016"):
        ClientSecretCredential(TENANT_ID, "another-app", "s3cret", **where).get_token(SCOPE)


def test_a_tenant_that_is_not_there_is_told_as_entra_tells_it(http, tenant):
    answer = http.get("/11111111-0000-0000-0000-000000000000/v2.0/.well-known/openid-configuration")

    assert (answer.status_code, answer.json()["error_codes"]) == (400, [90002])
    assert tenant.violations == []


@pytest.mark.usefixtures("tenant")
@pytest.mark.parametrize(
    ("said", "number"),
    [
        ({}, None),
        ({"exp": dt.datetime(2020, 1, 1, tzinfo=dt.UTC)}, 700024),
        ({"aud": "https://login.example.org/oauth2/v2.0/token"}, 700027),
        ({"iss": "another-app"}, 700027),
    ],
)
def test_an_assertion_must_be_fresh_and_made_for_this_service(http, service, app_keys, said, number):
    good = {
        "aud": f"{service.url}/{TENANT_ID}/oauth2/v2.0/token",
        "iss": CLIENT_ID,
        "sub": CLIENT_ID,
        "exp": dt.datetime(2100, 1, 1, tzinfo=dt.UTC),
    }
    form = {
        "client_id": CLIENT_ID,
        "grant_type": "client_credentials",
        "scope": SCOPE,
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": jwt.encode({**good, **said}, app_keys[0], "RS256"),
    }

    answer = http.post(f"/{TENANT_ID}/oauth2/v2.0/token", data=form)

    assert answer.status_code == (200 if number is None else 401)
    assert answer.json().get("error_codes") == (None if number is None else [number])


def test_a_token_is_good_for_its_time_and_not_a_moment_longer(ask, clock):
    clock.advance(minutes=59, seconds=59)
    assert ask("GET", MESSAGE).status_code == 200

    clock.advance(seconds=1)

    assert ask("GET", MESSAGE).status_code == 401


def test_the_token_of_another_tenant_opens_nothing(ask, tenant):
    other = school_tenant(FakeClock().now)
    other.tokens["theirs"] = tenant.tokens.popitem()[1]

    answer = ask("GET", MESSAGE, token="theirs")  # noqa: S106 - of a tenant of pretence

    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "InvalidAuthenticationToken")


def test_a_token_that_was_called_back_is_dead_and_another_is_asked_for_with_claims(ask, tenant):
    tenant.script.add(Fault(Kind.REVOKED))

    first, second = ask("GET", MESSAGE), ask("GET", MESSAGE)

    assert (first.status_code, second.status_code) == (401, 401)
    assert 'error="insufficient_claims", claims="' in first.headers["WWW-Authenticate"]
    assert "claims" not in second.headers["WWW-Authenticate"]


def test_sign_ins_are_not_counted_as_requests(where, tenant):
    ClientSecretCredential(TENANT_ID, CLIENT_ID, "s3cret", **where).get_token(SCOPE)

    assert tenant.seen == []
