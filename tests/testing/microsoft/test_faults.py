"""Each fault does what its name says: before the service does anything, or after it has."""

import threading
import time

import httpx
import pytest

from firstbell.testing.microsoft.bad_days import BAD_DAYS, let_it_be
from firstbell.testing.microsoft.faults import AFTER, DROPS, REFUSALS, Fault, Kind, Script

MESSAGES = "/users/attendance@example.org/messages"


def draft(ask):
    return ask("POST", MESSAGES, json={"subject": "x"})


@pytest.mark.parametrize("kind", sorted(REFUSALS.keys() - AFTER))
def test_a_refusal_comes_before_anything_is_done(ask, tenant, kind):
    tenant.script.add(Fault(kind))

    answer = draft(ask)

    assert (answer.status_code, answer.json()["error"]["code"]) == REFUSALS[kind]
    assert tenant.made == []
    assert [seen.status for seen in tenant.seen] == [answer.status_code]


def test_a_gateway_may_give_up_on_what_was_done(ask, tenant):
    tenant.script.add(Fault(Kind.GATEWAY_AFTER))

    assert draft(ask).status_code == 504
    assert len(tenant.made) == 1


@pytest.mark.parametrize("kind", sorted(DROPS))
def test_a_connection_is_cut_without_an_answer(ask, tenant, kind):
    tenant.script.add(Fault(kind))

    with pytest.raises(httpx.TransportError):
        draft(ask)

    assert len(tenant.made) == (1 if kind in AFTER else 0)
    assert [seen.status for seen in tenant.seen] == [0]


def test_a_fault_after_the_deed_hides_a_refusal_as_well(ask, tenant):
    tenant.script.add(Fault(Kind.GATEWAY_AFTER))

    assert ask("GET", f"{MESSAGES}/gone").status_code == 504


def test_a_proxy_may_answer_with_a_page(ask, tenant):
    tenant.script.add(Fault(Kind.NOT_JSON))

    answer = draft(ask)

    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html")
    assert tenant.made == []


def test_a_slow_answer_holds_up_nobody_else(ask, tenant):
    tenant.script.add(Fault(Kind.SLOW, where="GET", seconds=1.0))
    slow = threading.Thread(target=ask, args=("GET", f"{MESSAGES}/1"))
    slow.start()
    while tenant.script.faults[0].times:
        time.sleep(0.01)

    began = time.perf_counter()
    answer = draft(ask)

    assert (answer.status_code, time.perf_counter() - began < 0.9) == (201, True)
    slow.join()


def test_a_fault_hits_its_operation_after_those_it_lets_pass_and_so_often(ask, tenant):
    tenant.script.add(Fault(Kind.UNAVAILABLE, where=r"^POST .*/messages$", times=2, passing=1))

    assert ask("GET", f"{MESSAGES}/1").status_code == 200
    assert [draft(ask).status_code for _ in range(4)] == [201, 503, 503, 201]


@pytest.mark.parametrize("retry_after", ["7", "Mon, 23 Nov 2026 09:45:07 GMT"])
def test_a_fault_may_say_when_to_come_back_in_either_form(ask, tenant, retry_after):
    tenant.script.add(Fault(Kind.THROTTLED, retry_after=retry_after), Fault(Kind.THROTTLED))

    assert [draft(ask).headers.get("Retry-After") for _ in range(2)] == [retry_after, None]


def test_faults_are_read_as_a_person_writes_them_down():
    script = Script()

    script.read([{"kind": "504 after", "where": "/send$", "times": 2}])

    assert script.faults == [Fault(Kind.GATEWAY_AFTER, "/send$", 2)]


@pytest.mark.parametrize("told", [{"kind": "999"}, {"kind": "429", "whare": "x"}, {"kind": "429", "where": "("}])
def test_a_fault_that_nobody_understands_is_refused(told):
    with pytest.raises((ValueError, TypeError)):
        Script().read([told])


@pytest.mark.parametrize("name", BAD_DAYS)
def test_a_bad_day_may_come_twice_and_is_the_same_each_time(name):
    first, second = Script(), Script()
    let_it_be(first, name)
    while first.next_for("POST /users/{user-id}/messages/{message-id}/send") and first.faults[0].times < 100:
        pass

    let_it_be(second, name)

    assert second.faults == list(BAD_DAYS[name][1])


def test_every_kind_of_fault_has_words():
    assert all(kind.in_words for kind in Kind)
