"""Whole families and mornings at random: whatever is marked, typed, blocked, bounced or killed, what left was right.

The oracle here knows nothing of the rules' code: it looks at the story's own links, marks and blocks at the moment a
message leaves, and asks whether this address might hear of this child.
"""

import datetime as dt

from hypothesis import given, settings
from hypothesis import strategies as st

from firstbell.errors import RetryLater
from firstbell.records import State
from firstbell.testing.fake_mailer import Crash, FakeMailer, Step
from firstbell.testing.morning_story import THIS_MORNING, UNEXPLAINED, MorningStory
from firstbell.workflows.notes.desk_notes import read_desk_notes
from firstbell.workflows.notes.row_keys import pupil_session_key
from rules.codes import AttendanceCode
from rules.contact.purposes import Purpose
from sheets_templates.attendance import ATTENDANCE

CHILDREN = ("Ada", "Bea", "Cyd", "Dot", "Eli", "Fay")
PEOPLE = ("MUM", "DAD", "GRAN", "AUNT")
INBOXES = tuple(f"{name}@example.net" for name in ("ann", "bob", "cat", "dan"))
FAMILY = {Purpose.FIRST_DAY_ABSENCE, Purpose.IN_SCHOOL_CORRECTION}
MARKS = (UNEXPLAINED, UNEXPLAINED, AttendanceCode.PRESENT_MORNING, AttendanceCode.ILLNESS, None)
STILL_MAY = {State.HELD, State.RELEASING, State.SENDING, State.SENT}

some_child, some_person, some_inbox = st.sampled_from(CHILDREN), st.sampled_from(PEOPLE), st.sampled_from(INBOXES)
link = st.fixed_dictionaries(
    {
        "priority": st.sampled_from([1, 1, 2, 3, None]),
        "parental_responsibility": st.sampled_from([True, True, True, False, None]),
        "is_blocked": st.sampled_from([None, None, None, True]),
        "is_unsubscribed": st.sampled_from([None, None, None, True]),
        "school_consent": st.sampled_from([None, None, True]),
    }
)
happening = st.one_of(
    st.tuples(st.just("mark"), some_child, st.sampled_from(MARKS)),
    st.tuples(st.just("slip"), some_child, st.sampled_from(MARKS)),
    st.tuples(st.just("trip"), some_child, st.booleans()),
    st.tuples(st.just("decide"), st.integers(0, 9), st.sampled_from(["stop", "hold", "release", ""])),
    st.tuples(st.just("reason"), some_child, st.sampled_from(["ill", ""])),
    st.tuples(st.just("block"), some_child, some_inbox),
    st.tuples(st.just("relink"), st.tuples(some_child, some_person), link),
    st.tuples(st.just("inbox"), some_person, some_inbox),
    st.tuples(st.just("bounce"), st.integers(0, 9), st.booleans()),
    st.tuples(st.just("kill"), st.sampled_from([Step.CREATE, Step.SEND]), st.tuples(st.booleans(), st.integers(0, 3))),
    st.tuples(st.just("busy"), st.sampled_from([Step.CREATE, Step.SEND]), st.integers(0, 3)),
)


class Witness(FakeMailer):
    """A mailer that looks at every message for a family at the moment it leaves."""

    def __init__(self):
        super().__init__()
        self.story, self.seen = None, set()

    def create_draft(self, message):
        draft_id = super().create_draft(message)
        if self.story.slips:
            self.story.mark(*self.story.slips.pop())
            self.story.the_mis_exports()
        return draft_id

    def send_draft(self, draft_id):
        message = self.provider.drafts.get(draft_id)
        if message is not None and message.purpose in FAMILY:
            self.story.check(message)
        before = len(self.sent)
        try:
            super().send_draft(draft_id)
        finally:
            for left in self.sent[before:]:
                self.note(left)

    def note(self, message):
        if message.purpose in FAMILY:
            heard = {(message.to.reveal(), child, message.purpose) for child in named_in(message)}
            assert not heard & self.seen, "told twice"
            self.seen |= heard


def named_in(message):
    words = set(message.text.reveal().replace(",", " ").replace(".", " ").split())
    return {child for child in CHILDREN if child in words}


class FamilyStory(MorningStory):
    """A morning of six children whose families are what Hypothesis makes them."""

    def __init__(self, links, inboxes):
        witness = Witness()
        super().__init__(mailer=witness)
        self.mailer, witness.story = witness, self
        self.blocks, self.away, self.slips = set(), set(), []
        self.family = dict(links)
        self.inboxes = dict(zip(PEOPLE, inboxes, strict=True))
        for child in CHILDREN:
            self.given_a_pupil(child, forename=child, code=AttendanceCode.PRESENT_MORNING)
        self.runs("09:12")

    # ------------------------------------------------------------ the oracle

    def check(self, message):
        children = named_in(message)
        address = message.to.reveal()
        text = message.text.reveal() + message.html.reveal() + message.subject
        assert children, "a message about nobody"
        assert not any(inbox in text for inbox in INBOXES), "an address is shown"
        for child in children:
            assert self.may_hear(child, address), f"{child} told to the wrong inbox"
            in_school = self.codes[child, THIS_MORNING] is AttendanceCode.PRESENT_MORNING
            if message.purpose is Purpose.IN_SCHOOL_CORRECTION:
                assert in_school
            else:
                assert self.codes[child, THIS_MORNING] is UNEXPLAINED
                assert child not in self.away
                assert not self.is_explained(child)

    def may_hear(self, child, address):
        mine = {person: told for (whose, person), told in self.family.items() if whose == child}
        barred = {self.inboxes[person] for person, told in mine.items() if told["is_blocked"]}
        barred |= {inbox for whose, inbox in self.blocks if whose == child}
        return address not in barred and any(
            self.inboxes[person] == address
            and (told["parental_responsibility"] or told["school_consent"])
            and not told["is_unsubscribed"]
            for person, told in mine.items()
        )

    def is_explained(self, child):
        return (child, THIS_MORNING) in read_desk_notes(self.store.desk).explained

    def check_that_nobody_is_forgotten(self, marks):
        phoned = {row["Pupil"].removeprefix("Example, ") for row in self.attendance.sees("Phone list")}
        waits = any("needs two people" in row.values() for row in self.attendance.sees("Queue"))
        for child in CHILDREN:
            is_open = marks[child, THIS_MORNING] is UNEXPLAINED and not self.is_explained(child)
            may_still = STILL_MAY & set(self.states(child)) and self.clock.now().hour < 12
            if is_open and child not in self.away | phoned and not waits:
                assert may_still, f"{child} is left to nobody: {self.states(child)}"

    # ------------------------------------------------------------ what happens

    def runs(self, time):
        self.links.clear()
        for (child, person), told in self.family.items():
            self.given_a_contact(f"{person}", child, email=self.inboxes[person], **told)
        self.elsewhere.clear()
        self.given_a_trip_list(*sorted(self.away))
        marks = dict(self.codes)
        try:
            self.when_the_run_happens(time)
        except Crash:
            return
        self.check_that_nobody_is_forgotten(marks)

    def mark(self, child, code):
        self.given_the_mark(child, code)

    def slip(self, child, code):
        """The mark changes while the next message is being drafted."""
        self.slips.append((child, code))

    def trip(self, child, is_on_it):
        self.away = self.away | {child} if is_on_it else self.away - {child}

    def decide(self, which, decision):
        (queue,) = [sheet for sheet in self.attendance.read(ATTENDANCE) if sheet.sheet == "Queue"]
        if queue.rows:
            key = list(queue.rows)[which % len(queue.rows)]
            self.when_somebody_types("Queue", key, Decision=decision, Initials="AO", Second_initials="BO")

    def reason(self, child, text):
        key = pupil_session_key(child, THIS_MORNING)
        (today,) = [sheet for sheet in self.attendance.read(ATTENDANCE) if sheet.sheet == "Today"]
        if key in today.rows:
            self.when_somebody_types("Today", key, Reason_given=text, Initials="AO")

    def block(self, child, inbox):
        if (child, inbox) not in self.blocks:
            self.blocks.add((child, inbox))
            cells = {"Pupil ID": child, "Address to block": inbox, "Initials": "DS"}
            self.safeguarding.adds_a_row("Non-contact", cells)

    def relink(self, whose, told):
        self.family[whose] = told

    def inbox(self, person, address):
        self.inboxes[person] = address

    def bounce(self, which, is_permanent):
        if self.mailer.sent:
            message = self.mailer.sent[which % len(self.mailer.sent)]
            self.mailer.bounce(message.key, at=self.clock.now(), is_permanent=is_permanent)

    def kill(self, step, how):
        self.mailer.fail_next(step, Crash(), after=how[0], passing=how[1])

    def busy(self, step, passing):
        self.mailer.fail_next(step, RetryLater(dt.timedelta(seconds=30)), passing=passing)


TIMES = ("09:45", "09:50", "09:56", "10:07", "10:18", "10:40", "11:10", "12:25")


@settings(max_examples=3 * settings().max_examples)
@given(
    links=st.dictionaries(st.tuples(some_child, some_person), link, min_size=4, max_size=16),
    inboxes=st.tuples(*[some_inbox] * 4),
    absent=st.sets(some_child, min_size=1),
    script=st.lists(st.lists(happening, max_size=4), min_size=len(TIMES), max_size=len(TIMES)),
)
def test_whatever_the_family_and_the_morning_no_message_is_wrong_and_no_child_forgotten(links, inboxes, absent, script):
    story = FamilyStory(links, inboxes)
    for child in sorted(absent):
        story.given_the_mark(child, UNEXPLAINED)

    for time, happenings in zip(TIMES, script, strict=True):
        for name, *about in happenings:
            getattr(story, name)(*about)
        story.runs(time)

    ledger = " ".join(str(dict(entry.facts)) for entry in story.store.ledger.entries())
    assert not any(inbox in ledger for inbox in INBOXES)
    assert story.store.ledger.verify() == ()
