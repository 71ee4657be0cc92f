"""Every call of the real Outlook mailer meets every fault, over TLS and Microsoft's own SDK: each message goes once."""

import dataclasses
from functools import partial

import pytest

from tests.connectors.microsoft365.post_office import open_post_office
from tests.faults.everywhere import ORDINARY
from tests.faults.gate import MAIL, Gate
from tests.faults.morning import Parts, play
from tests.faults.outlook import Outlook, OutlookMailer
from tests.faults.plan import FAULTS, drawn

# The next run comes after four minutes: what the last service sent still looks like a draft then.
PROVIDERS = tuple(
    dataclasses.replace(ORDINARY, second_send=second, lag=lag, lag_shows=shows)
    for second, lag, shows in (("refused", 0, "absent"), ("ignored", 3, "draft"), ("again", 4.5, "draft"))
)
DRAWN = 12
# Over a service that sends a sent draft again nobody can help a run that sleeps in the very request that sends.
ASLEEP = frozenset({"hang before", "hang after", "sleep"})


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    with open_post_office(tmp_path_factory.mktemp("tenant")) as post:
        yield Parts(provider=partial(Outlook, post), mailer=OutlookMailer)


def mail_operations(plan, parts, monkeypatch):
    """Which operations of a morning without faults ask the mail service, by number."""
    found, call = [], Gate.call

    def listen(gate, step, act):
        if step in MAIL and not gate.world.is_calm:
            found.append(gate.world.operations)
        return call(gate, step, act)

    with monkeypatch.context() as listening:
        listening.setattr(Gate, "call", listen)
        play(plan, parts, with_ledger=False)
    return found


@pytest.mark.parametrize("number", range(len(PROVIDERS)), ids=[plan.second_send for plan in PROVIDERS])
def test_a_fault_at_every_call_of_the_mail_service_changes_nothing(number, parts, monkeypatch):
    """Each provider meets a third of them."""
    plan = PROVIDERS[number]
    moments = mail_operations(plan, parts, monkeypatch)
    faults = [fault for fault in FAULTS if plan.second_send != "again" or fault not in ASLEEP]
    every = [dataclasses.replace(plan, faults={at: fault}) for at in moments for fault in faults]
    plans = every[number :: len(PROVIDERS)]

    assert len(plans) > 15
    assert [(each, wrong) for each in plans if (wrong := play(each, parts, with_ledger=False).wrong)] == []


def test_mornings_full_of_faults_send_every_message_once(parts):
    """Also those of two and three runs at once; over a service that lets a sent draft through no second time."""
    plans = (dataclasses.replace(drawn(seed), service="mailbox") for seed in range(DRAWN))

    assert [(each, wrong) for each in plans if (wrong := play(each, parts, with_ledger=False).wrong)] == []


def test_a_morning_without_faults_costs_two_requests_a_message(parts):
    outcome = play(dataclasses.replace(ORDINARY, addresses=(0, 1, 2, 3)), parts)

    assert outcome.counts["messages that went"] == 4
    assert outcome.counts["requests: create"] == outcome.counts["requests: send"] == 4
    assert outcome.counts["requests: look up"] == outcome.counts["requests: discard"] == 0
