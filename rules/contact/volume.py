"""When a number of absences is so unusual that a person must look before anything leaves."""

from collections.abc import Sequence

from rules.findings import Finding, Outcome


def unusual_number(today: int, past: Sequence[int], *, factor_percent: int, at_least: int) -> Finding:
    """MET when `today` is at least `at_least` and more than `factor_percent` of the median of `past`.

    `past` are the numbers for the same session of the same weekday in earlier weeks, because Fridays are not like
    Tuesdays; the group (school, year group, form) is the caller's. With nothing to compare, a number that reaches
    `at_least` is unusual: the run must stop, not guess. All arithmetic is in whole numbers.
    """
    count = f"{today} absent"
    if today < at_least:
        return Finding(Outcome.NOT_MET, f"{count}: fewer than {at_least}, too few to stop for.")
    if not past:
        return Finding(Outcome.MET, f"{count}, and no earlier week to compare with: a second person must look.")
    doubled = _doubled_median(past)
    usual = f"{count}; usual for this weekday: {_halved(doubled)}"
    if today * 2 * 100 > doubled * factor_percent:
        return Finding(
            Outcome.MET, f"{usual}. That is more than {factor_percent}% of usual: a second person must look."
        )
    return Finding(Outcome.NOT_MET, f"{usual}. That is not more than {factor_percent}% of usual.")


def _doubled_median(numbers: Sequence[int]) -> int:
    """Twice the median, which is whole for an even count of numbers too."""
    ordered = sorted(numbers)
    return ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]


def _halved(doubled: int) -> str:
    return f"{doubled // 2}.5" if doubled % 2 else str(doubled // 2)


def whole_form_absent(absent: int, marked: int, *, whole_form_from: int) -> Finding:
    """MET when every pupil marked in a form is absent, which is usually one slip in a register.

    `marked` leaves out the pupils without a mark; fewer than `whole_form_from` of them are too few to tell.
    """
    if marked >= whole_form_from and absent >= marked:
        return Finding(Outcome.MET, f"All {marked} pupils marked are absent: a second person must look.")
    return Finding(Outcome.NOT_MET, f"{absent} of the {marked} pupils marked are absent.")
