"""Before a penalty notice: what speaks against one, and what a notice to improve must hold.

DfE, Working together to improve school attendance, national framework. All of it is for a person to weigh: meeting the
threshold means that a notice must be considered, never that one must follow.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from rules.calendar.sessions import in_words
from rules.findings import Finding, Outcome
from rules.parameters import Entry, parameter


@dataclass(frozen=True, slots=True)
class NoticeCase:
    """The plain facts of one parent and child; None where a fact is not known, and then nobody is accused of it."""

    is_of_compulsory_school_age: bool | None
    is_authorised: bool | None
    has_notices_at_the_limit: bool | None
    support_is_right_and_untried: bool | None
    is_in_care_of_the_authority: bool | None


# Each fact as the parameters name it: the question asked of a case, and what stands against a notice when it is so.
SENTENCES = {
    "not of compulsory school age": "The pupil is not of compulsory school age.",
    "absence authorised": "The absence was authorised.",
    "notices at the limit": "This parent has had as many notices for this child as may be issued.",
    "support not tried": "Support would be appropriate and has not been tried.",
    "in the care of the local authority": "The child is in the care of the local authority, which would fine itself.",
}

# The same facts as a question nobody has answered, and as answers that leave a notice possible.
QUESTIONS = {
    "not of compulsory school age": "whether the pupil is of compulsory school age",
    "absence authorised": "whether the absence was authorised",
    "notices at the limit": "how many notices this parent has had for this child",
    "support not tried": "whether support would help, and was tried",
    "in the care of the local authority": "whether the child is in the care of the local authority",
}
NO_BAR = {
    "not of compulsory school age": "the pupil is of compulsory school age",
    "absence authorised": "none of the absence that counts was authorised",
    "notices at the limit": "another notice for this child is within the limit",
    "support not tried": "support was tried, or would not be right here",
    "in the care of the local authority": "the child is not in the care of the local authority",
}


def considerations(case: NoticeCase, as_of: dt.date) -> tuple[Finding, ...]:
    """Each reason not to use a notice: MET where it holds, INSUFFICIENT_DATA where its fact is not known."""
    facts = _facts(case)
    laws = (
        parameter("penalty_notices/reasons_against").on(as_of),
        parameter("penalty_notices/child_in_care").on(as_of),
    )
    return tuple(_consideration(reason, facts[reason], law) for law in laws for reason in law.value)


def improvement_period(first: dt.date, last: dt.date, as_of: dt.date) -> Finding:
    """Whether the time to improve, both days inside, is as long as it should be: from three to six weeks."""
    law = parameter("penalty_notices/improvement_period").on(as_of)
    shortest, longest = law.value
    days = (last - first).days + 1
    fits = 7 * shortest <= days <= 7 * longest
    sentence = (
        f"The improvement period from {in_words(first)} to {in_words(last)} is {days} days; it should be from "
        f"{shortest} to {longest} weeks."
    )
    return Finding(Outcome.MET if fits else Outcome.NOT_MET, sentence, (), (), (law,))


def contents(as_of: dt.date) -> tuple[str, ...]:
    """What a notice to improve must tell the parent, in order."""
    return tuple(parameter("penalty_notices/improvement_contents").on(as_of).value)


def missing_contents(present: Collection[str], as_of: dt.date) -> Finding:
    """Whether a draft holds all that it must; `present` names contents as `contents` does."""
    law = parameter("penalty_notices/improvement_contents").on(as_of)
    missing = [content for content in law.value if content not in present]
    if missing:
        return Finding(Outcome.NOT_MET, f"The notice to improve lacks: {'; '.join(missing)}.", (), (), (law,))
    return Finding(Outcome.MET, "The notice to improve holds all that it must.", (), (), (law,))


def _facts(case: NoticeCase) -> dict[str, bool | None]:
    of_age = case.is_of_compulsory_school_age
    return {
        "not of compulsory school age": None if of_age is None else not of_age,
        "absence authorised": case.is_authorised,
        "notices at the limit": case.has_notices_at_the_limit,
        "support not tried": case.support_is_right_and_untried,
        "in the care of the local authority": case.is_in_care_of_the_authority,
    }


def _consideration(reason: str, holds: bool | None, law: Entry) -> Finding:  # noqa: FBT001 - a fact, known or not
    if holds is None:
        return Finding(
            Outcome.INSUFFICIENT_DATA, f"Not known: {QUESTIONS[reason]}. A person must find out.", (), (), (law,)
        )
    if holds:
        return Finding(Outcome.MET, f"{SENTENCES[reason]} Do not use a penalty notice.", (), (), (law,))
    return Finding(Outcome.NOT_MET, f"No bar: {NO_BAR[reason]}.", (), (), (law,))
