"""Batches: each request inside is answered, refused, throttled and counted by itself."""

import pytest

from firstbell.testing.microsoft.faults import Fault, Kind

ONE = {"id": "1", "method": "GET", "url": "/users/attendance@example.org/messages/1"}
GONE = {**ONE, "id": "2", "url": "/users/attendance@example.org/messages/gone"}
DRAFT = {
    "id": "3",
    "method": "POST",
    "url": "users/attendance%40example.org/messages",
    "headers": {"Content-Type": "application/json"},
    "body": {"subject": "x"},
}


@pytest.fixture
def batch(ask):
    return lambda *requests: ask("POST", "/$batch", json={"requests": requests})


def statuses(answer):
    return {each["id"]: each["status"] for each in answer.json()["responses"]}


def test_each_request_is_answered_by_itself(batch, tenant):
    answer = batch(ONE, GONE, DRAFT)

    assert statuses(answer) == {"1": 200, "2": 404, "3": 201}
    assert answer.json()["responses"][2]["body"]["subject"] == "x"
    assert tenant.violations == []


def test_what_depends_on_a_refused_one_is_not_done(batch, tenant):
    answer = batch(GONE, {**DRAFT, "dependsOn": ["2"]})

    assert statuses(answer) == {"2": 404, "3": 424}
    assert tenant.made == []


def test_one_inside_is_throttled_with_its_own_time_to_wait(batch, tenant):
    tenant.script.add(Fault(Kind.THROTTLED, where="^GET", retry_after="9"))

    answer = batch(ONE, DRAFT)

    assert statuses(answer) == {"1": 429, "3": 201}
    assert answer.json()["responses"][0]["headers"]["Retry-After"] == "9"
    assert "Retry-After" not in answer.headers


def test_a_batch_says_how_many_it_held(batch, tenant):
    batch(ONE, DRAFT)

    assert [(seen.operation.split("/")[-1], seen.held) for seen in tenant.seen] == [
        ("{message-id}", 0),
        ("messages", 0),
        ("$batch", 2),
    ]


@pytest.mark.parametrize(
    ("requests", "inner"),
    [
        ([ONE, ONE], "duplicateId"),
        ([{**ONE, "dependsOn": ["7"]}], "unknownDependency"),
        ([{**DRAFT, "headers": {}}], "contentTypeMissing"),
    ],
)
def test_a_batch_that_hangs_together_badly_is_refused(batch, requests, inner):
    answer = batch(*requests)

    assert (answer.status_code, answer.json()["error"]["innerError"]["code"]) == (400, inner)


def test_what_the_sdk_misspells_is_refused(batch, tenant):
    assert batch({**ONE, "depends_on": []}).status_code == 400
    assert "'depends_on'" in tenant.violations[0]


def test_more_than_twenty_are_too_many(batch, tenant):
    assert batch(*({**ONE, "id": str(n)} for n in range(21))).status_code == 400
    assert len(tenant.violations) == 1


def test_one_inside_that_is_outside_the_contract_is_written_down(batch, tenant):
    assert statuses(batch({**ONE, "url": "/planets"})) == {"1": 400}
    assert len(tenant.violations) == 1
