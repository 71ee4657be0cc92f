"""The national attendance and absence codes: SI 2024/208 regulation 10, as a dated, cited table.

The letters, what they mean in statistics, when each holds, and which letters were withdrawn stand in
`rules/parameters/codes/attendance_codes.toml`; this module gives them names. Legal standing and statistical category
are separate columns, because they are separate questions.
"""

import datetime as dt
import tomllib
from dataclasses import dataclass
from enum import Enum, StrEnum
from functools import cache

from rules.parameters import HERE, BadParameterFile, Citation, UnknownParameter, citation, only_keys

NO_MARK = 0
# What exports put where no mark was taken: not a DfE code, and never the same thing as N.
NOT_TAKEN = frozenset({"", "-"})


class Category(Enum):
    """What a code counts as in DfE statistics."""

    PRESENT = "present"
    APPROVED_EDUCATIONAL_ACTIVITY = "approved educational activity"
    AUTHORISED_ABSENCE = "authorised absence"
    UNAUTHORISED_ABSENCE = "unauthorised absence"
    NOT_POSSIBLE = "not a possible attendance"
    NOT_COLLECTED = "not collected"


class AttendanceCode(StrEnum):
    """The 34 codes in force since 19 August 2024, named by meaning; the value is the letter in the register."""

    PRESENT_MORNING = "/"
    PRESENT_AFTERNOON = "\\"
    LATE_BEFORE_CLOSE = "L"
    LA_PROVISION = "K"
    EDUCATIONAL_VISIT = "V"
    SPORTING_ACTIVITY = "P"
    WORK_EXPERIENCE = "W"
    OTHER_APPROVED_ACTIVITY = "B"
    LEAVE_EXCEPTIONAL = "C"
    LEAVE_PERFORMANCE = "C1"
    LEAVE_PART_TIME_TIMETABLE = "C2"
    EXCLUDED_NO_PROVISION = "E"
    ILLNESS = "I"
    LEAVE_INTERVIEW = "J1"
    LEAVE_MEDICAL = "M"
    RELIGIOUS_OBSERVANCE = "R"
    LEAVE_STUDY = "S"
    MOBILE_CHILD = "T"
    HOLIDAY_NOT_GRANTED = "G"
    UNEXPLAINED = "N"
    UNAUTHORISED = "O"
    LATE_AFTER_CLOSE = "U"
    DUAL_REGISTERED = "D"
    NO_LA_ACCESS_ARRANGEMENTS = "Q"
    NOT_REQUIRED = "X"
    TRANSPORT_UNAVAILABLE = "Y1"
    TRAVEL_DISRUPTION = "Y2"
    PREMISES_PARTLY_CLOSED = "Y3"
    SCHOOL_UNEXPECTEDLY_CLOSED = "Y4"
    CRIMINAL_JUSTICE_DETENTION = "Y5"
    PUBLIC_HEALTH = "Y6"
    OTHER_UNAVOIDABLE_CAUSE = "Y7"
    PROSPECTIVE_PUPIL = "Z"
    PLANNED_CLOSURE = "#"

    __hash__ = str.__hash__  # equal to its letter, so it hashes like it; and a school year looks up half a million


@dataclass(frozen=True, slots=True)
class CodeFacts:
    """What the table says of one code.

    `sessions` is "any", "AM" or "PM"; `compulsory_school_age` is "any", "only" or "never"; `needs_note` is true when
    the nature or cause must be recorded beside it; `is_restricted` when shared sheets must not show it, because it
    tells of health, religion, ethnicity or crime.
    """

    code: AttendanceCode
    byte: int
    meaning: str
    category: Category
    sessions: str
    compulsory_school_age: str
    needs_note: bool
    is_restricted: bool
    in_force_from: dt.date
    until: dt.date | None
    citation: Citation

    def holds_on(self, day: dt.date) -> bool:
        """Whether the code may be used on a date."""
        return self.in_force_from <= day and (self.until is None or day < self.until)

    @property
    def is_possible(self) -> bool:
        """Whether the session counts as one the pupil was expected to attend."""
        return self.category not in {Category.NOT_POSSIBLE, Category.NOT_COLLECTED}

    @property
    def is_absence(self) -> bool:
        return self.category in {Category.AUTHORISED_ABSENCE, Category.UNAUTHORISED_ABSENCE}

    @property
    def is_attending(self) -> bool:
        return self.category in {Category.PRESENT, Category.APPROVED_EDUCATIONAL_ACTIVITY}


@dataclass(frozen=True, slots=True)
class WithdrawnCode:
    """A letter that may no longer be used, with what to use in its place."""

    letter: str
    was: str
    withdrawn_from: dt.date
    suggestions: tuple[AttendanceCode, ...]
    citation: Citation


@dataclass(frozen=True, slots=True)
class CodeTable:
    """The whole table: every code that has been in force since the table begins, and every withdrawn letter."""

    begins: dt.date
    codes: dict[AttendanceCode, CodeFacts]
    withdrawn: dict[str, WithdrawnCode]

    def on(self, day: dt.date) -> dict[AttendanceCode, CodeFacts]:
        """The codes in force on a date. Raises UnknownParameter before the table begins."""
        if day < self.begins:
            raise UnknownParameter(f"no code table is known for {day:%d %B %Y}; it begins on {self.begins:%d %B %Y}")
        return {code: facts for code, facts in self.codes.items() if facts.holds_on(day)}


@cache
def code_table() -> CodeTable:
    """Read the code table. Raises BadParameterFile when the file breaks its format."""
    path = HERE / "codes" / "attendance_codes.toml"
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    only_keys(raw, {"title", "description", "begins", "citations", "codes", "withdrawn"}, set(), path.name)
    sources = {name: citation(table, f"{path.name} citations.{name}") for name, table in raw["citations"].items()}
    facts = [_facts(table, raw["begins"], sources) for table in raw["codes"]]
    withdrawn = [_withdrawn(table, sources) for table in raw["withdrawn"]]
    if len({f.code for f in facts}) != len(AttendanceCode) or len({f.byte for f in facts} - {NO_MARK}) != len(facts):
        raise BadParameterFile(f"{path.name}: every code once, each with a byte of its own that is not 0")
    return CodeTable(raw["begins"], {f.code: f for f in facts}, {w.letter: w for w in withdrawn})


CODE_KEYS = {"code", "byte", "meaning", "category", "citation"}
CODE_OPTIONS = {"sessions", "compulsory_school_age", "needs_note", "is_restricted", "from", "until"}


def _facts(table: dict[str, object], begins: dt.date, sources: dict[str, Citation]) -> CodeFacts:
    only_keys(table, CODE_KEYS, CODE_OPTIONS, f"code {table.get('code')}")
    return CodeFacts(
        code=AttendanceCode(str(table["code"])),
        byte=int(str(table["byte"])),
        meaning=str(table["meaning"]),
        category=Category(table["category"]),
        sessions=str(table.get("sessions", "any")),
        compulsory_school_age=str(table.get("compulsory_school_age", "any")),
        needs_note=bool(table.get("needs_note", False)),
        is_restricted=bool(table.get("is_restricted", False)),
        in_force_from=_date(table.get("from")) or begins,
        until=_date(table.get("until")),
        citation=sources[str(table["citation"])],
    )


def _date(value: object) -> dt.date | None:
    return value if isinstance(value, dt.date) else None


def _withdrawn(table: dict[str, object], sources: dict[str, Citation]) -> WithdrawnCode:
    only_keys(table, {"letter", "was", "from", "suggestions", "citation"}, set(), f"withdrawn {table.get('letter')}")
    suggestions = table["suggestions"]
    withdrawn_from = table["from"]
    if not isinstance(suggestions, list) or not isinstance(withdrawn_from, dt.date):
        raise BadParameterFile(f"withdrawn {table['letter']}: suggestions must be a list and from a date")
    codes = tuple(AttendanceCode(letter) for letter in suggestions)
    return WithdrawnCode(
        str(table["letter"]), str(table["was"]), withdrawn_from, codes, sources[str(table["citation"])]
    )


@cache
def _bytes_of_codes() -> dict[AttendanceCode, int]:
    return {code: facts.byte for code, facts in code_table().codes.items()}


@cache
def _codes_of_bytes() -> dict[int, AttendanceCode]:
    return {byte: code for code, byte in _bytes_of_codes().items()}


def byte_of(code: AttendanceCode | None) -> int:
    """The byte a code is stored as; 0 for no mark."""
    return NO_MARK if code is None else _bytes_of_codes()[code]


def code_of(byte: int) -> AttendanceCode | None:
    """The code a stored byte stands for; None for 0, no mark. Raises KeyError for a byte no code has."""
    return None if byte == NO_MARK else _codes_of_bytes()[byte]


def facts_of(code: AttendanceCode) -> CodeFacts:
    """What the table says of a code."""
    return code_table().codes[code]


@cache
def codes_in(*categories: Category) -> frozenset[AttendanceCode]:
    """The codes that count as any of these categories."""
    return frozenset(code for code, facts in code_table().codes.items() if facts.category in categories)


@cache
def bytes_in(*categories: Category) -> bytes:
    """The stored bytes of the codes in these categories, for `bytes.translate` and membership tests."""
    return bytes(sorted(byte_of(code) for code in codes_in(*categories)))
