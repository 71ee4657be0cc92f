"""The whole morning in Microsoft 365: from the command line, on bad days, and killed while it sends."""

import datetime as dt
import json
import re
import sys
from collections import Counter
from contextlib import closing

import pytest

from firstbell.composition.stores import open_store_for
from firstbell.demo.moments import Moment
from firstbell.demo.morning import ZONE
from firstbell.mailboxes import mailbox_for
from firstbell.records import State
from firstbell.testing.microsoft import mail_visitors
from firstbell.testing.microsoft import school as tenants
from rules.contact.purposes import Purpose
from rules.people import Personal
from tests.faults.cloudy import OFFICE_TYPES, drawn, expected, morning, open_to_others
from tests.faults.school_morning import (
    DAY,
    OWN_WORDS,
    InTheCloud,
    listening,
    short_morning,
    stopped_pupil,
    the_school,
    todays_morning,
)
from tests.faults.story import Told, story_of

MAIL_COMES_BACK = dt.time(10, 5)
SEND, CREATE = re.compile(r"/messages/[^/]+/send$"), re.compile(r"/users/[^/]+/messages$")
LEASE = dt.timedelta(minutes=11)


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    with listening(tmp_path_factory.mktemp("service")) as found:
        yield found


@pytest.fixture(scope="module")
def school(tmp_path_factory, let_out):
    """A school in Microsoft 365 after its morning."""
    with listening(tmp_path_factory.mktemp("service")) as its_own:  # the bad days of other tests are none of its own
        yield after_its_morning(InTheCloud(tmp_path_factory.mktemp("cloud"), its_own), let_out)


def after_its_morning(place, let_out):
    """Each job is a process of the command line."""
    place.ended = []
    for moment in todays_morning():
        time = moment.at.astimezone(ZONE).time()
        place.it_is(moment)
        place.people_type(moment.typed)
        if time == OFFICE_TYPES:
            place.two_people_release_the_form()
            place.theirs = place.somebody_makes_it_theirs()
        if time == MAIL_COMES_BACK:
            place.came_back = mail_comes_back(place)
        if moment.job:
            with place.start(moment.job) as process:
                let_out("output of a command", *process.communicate())
            place.ended.append(process.returncode)
    return place


def first_day(place, *states):
    return [p for p in place.proposals() if p.purpose is Purpose.FIRST_DAY_ABSENCE and p.state in states]


def mail_comes_back(place):
    """One message is reported as not delivered, and one parent writes back; whom they were about."""
    unmoved = {pupil for _, _, pupil in expected() if pupil not in in_school_after_all()}
    sent = {p.dispatch_key: p.subject_id for p in first_day(place, State.SENT) if p.subject_id in unmoved}
    bounced, answered = [m for m in place.tenant.mail.arrived if m.mail["x-firstbell-key"] in sent][:2]
    mail_visitors.does_not_arrive(place.tenant, bounced)
    mail_visitors.reply(place.tenant, answered, "She is ill.")
    return sent[bounced.mail["x-firstbell-key"]], sent[answered.mail["x-firstbell-key"]]


def in_school_after_all():
    return {pupil for purpose, _, pupil in expected() if purpose is Purpose.IN_SCHOOL_CORRECTION}


def test_every_job_ends_with_nothing_worse_than_work_for_a_person(school):
    assert set(school.ended) <= {0, 1}
    assert len(school.ended) == len([m for m in todays_morning() if m.job])


def test_every_family_is_told_once_from_its_own_mailbox(school):
    more = school.told() - expected()

    assert expected() - school.told() == Counter()
    assert {pupil for _, _, pupil in more} <= {school.came_back[0]}, "only the next contact of a message that bounced"
    assert set(school.arrived().values()) == {1}
    for each in school.tenant.mail.arrived:
        assert each.mailbox == mailbox_for(Personal(each.to), tenants.OURS)


def test_the_judge_of_served_mornings_would_have_the_same_families_told():
    story = story_of(the_school()[0])
    story.is_written(None)
    for moment in todays_morning():
        story.happens(moment)
        for typed in moment.typed:
            story.is_written(typed)

    still_away = {Told(*told) for told in expected() if told[2] not in in_school_after_all()}
    assert story.untold() == still_away


def test_the_stopped_message_stays_and_the_released_form_is_told(school):
    (stopped,) = first_day(school, State.STOPPED)
    released = {pupil.id for pupil in the_school()[0].pupils_of(the_school()[0].staged.misclicked)}

    assert stopped.subject_id == stopped_pupil()
    assert stopped.address.reveal() not in {each.to for each in school.tenant.mail.arrived}
    assert released.intersection(p.subject_id for p in first_day(school, State.SENT))


def test_a_report_and_an_answer_reach_the_office(school):
    bounced, _ = school.came_back
    why = [row["Why by phone"] for row in school.person_in("Attendance").sees("Phone list")]

    assert [p.subject_id for p in first_day(school, State.BOUNCED)] == [bounced]
    assert any("wrote back" in each for each in why)


def test_each_alert_stands_in_the_channel_once_and_the_lead_has_one_in_hand(school):
    with closing(open_store_for(school.settings)) as store:
        cases = sorted(entry.facts["case"] for entry in store.ledger.entries(kind="alert.raised"))
        assert store.ledger.verify() == ()
    cards = [json.dumps(message.card) for message in school.channel.messages]

    assert len(cases) == 2
    assert sorted(case for card in cards for case in cases if case in card) == cases
    assert "acknowledged" in {row.get("State") for row in school.person_in("Safeguarding").sees("Alerts")}


def test_restricted_papers_lie_in_folders_open_to_those_named_alone(school):
    drive = school.tenant.drives[tenants.drive_id(tenants.RESTRICTED)]
    papers = [item.path for item in drive.all_items if item.content is not None]

    assert {"reports/governors.html", "Attendance cases/Attendance cases.xlsx"} <= set(papers)
    assert any(re.fullmatch(r"CASE-\w+/CASE-\w+-support_letter\.html", path) for path in papers)
    assert list(open_to_others(school)) == []


def test_what_people_did_in_the_workbook_is_as_they_left_it(school):
    queue = school.person_in("Attendance").sees("Queue")

    assert school.is_still_theirs(school.theirs)
    assert {"stop", "release"} <= {row.get("Decision") for row in queue}
    assert "at the dentist" in {row.get("Reason given") for row in school.person_in("Attendance").sees("Today")}


def test_nothing_asked_was_outside_the_contract(school):
    assert school.tenant.violations == []
    assert len(school.tenant.seen) > 500


def test_no_name_reason_or_address_of_a_family_is_where_others_read_it(school):
    people = the_school()[0].people
    named = [*people.pupils, *people.contacts]
    names = {part.reveal().casefold() for who in named for part in (who.forename, who.surname)}
    addresses = {email.reveal().casefold() for contact in people.contacts for email in contact.emails}
    places = [f"{r.path} {dict(r.query)} {dict(r.headers)}".casefold() for r in school.sandbox.heard]
    places += [str(each.mail["Subject"]).casefold() for each in school.tenant.mail.arrived]
    places += [json.dumps(message.card).casefold() for message in school.channel.messages]
    places += [item.path.casefold() for drive in school.tenant.drives.values() for item in drive.all_items]

    words = Counter(word for place in places for word in re.findall(r"[\w.'-]+(?:@[\w.-]+)?", place))
    assert {"firstbell", "register"} <= words.keys(), "what is looked through is there"
    assert words.keys().isdisjoint(names | addresses | {"dentist", *OWN_WORDS.split()[:1]})


def test_a_bad_day_loses_nothing_and_does_nothing_twice(service, tmp_path):
    outcome = morning(tmp_path, service, drawn(seed=3))

    assert outcome.faults > 0
    assert outcome.wrong == {}


@pytest.mark.skipif(sys.platform == "win32", reason="this system has no SIGKILL to send")
def test_killed_again_and_again_while_it_sends_each_family_is_told_once(service, tmp_path):
    place = ready_to_send(InTheCloud(tmp_path, service))
    kills = [("after", CREATE, 2), ("before", SEND, 1), ("after", SEND, 1), ("after", SEND, 3)]

    ended = [killed_at(place, *kill) for kill in kills]
    for _ in range(3):
        later(place)
        assert place.run("first-day-contact") == ""

    assert ended == [-9] * len(kills)
    assert set(place.arrived().values()) == {1}
    not_taken = {pupil.id for pupil in the_school()[0].pupils_of(the_school()[0].staged.forgotten)}
    told = {
        (who, pupil)
        for purpose, who, pupil in expected()
        if purpose is Purpose.FIRST_DAY_ABSENCE and pupil not in not_taken
    }
    assert {(p.address.reveal(), p.subject_id) for p in first_day(place, State.SENT)} == told


def ready_to_send(place):
    """The morning up to the end of the hold."""
    for moment in short_morning():
        if moment.at.astimezone(ZONE) >= dt.datetime.combine(DAY, dt.time(9, 55), tzinfo=ZONE):
            break
        place.it_is(moment)
        place.people_type(moment.typed)
        if moment.at.astimezone(ZONE).time() == OFFICE_TYPES:
            place.two_people_release_the_form()
        if moment.job:
            assert place.run(moment.job) == ""
    return place


def later(place):
    """The claim of a killed run has run out, and the MIS has exported again."""
    place.it_is(Moment(place.clock.moment + LEASE, "Later."))


def killed_at(place, when, what, number):
    """A run of the command line is killed as the sandbox meets the nth such request; how it ended."""
    later(place)
    left = [number]
    with place.start("first-day-contact") as process:

        def kill(request):
            if request.method == "POST" and what.search(request.path):
                left[0] -= 1
                if left[0] == 0:
                    process.kill()

        setattr(place.sandbox, when, kill)
        process.communicate()
    setattr(place.sandbox, when, lambda _: None)
    return process.returncode
