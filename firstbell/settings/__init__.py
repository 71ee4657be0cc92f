"""A school's settings, read from its `school.toml`; and the one place that reads the environment.

Whatever the law does not fix, and whatever we could not establish, is a setting here and no constant anywhere.
Unknown keys are refused, so a misspelt one can't be dropped in silence.
"""

import datetime as dt
import os
import re
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from firstbell.errors import BadInput, Misconfigured
from firstbell.records import Quota
from rules.contact.addresses import is_one_address
from rules.people import Personal

Minutes = Annotated[int, Field(ge=0, le=24 * 60)]
THIS_COMPUTER = ("localhost", "127.0.0.1", "::1")
Key = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{1,40}$")]
Initials = Annotated[str, Field(pattern=r"^[A-Z]{2,4}$")]
YearGroup = Annotated[str, Field(pattern=r"^(N1|N2|R|[1-9]|1[0-4])?$")]


def _one_address(text: str) -> str:
    """The text, if mail can go there: found out now and not when an alert waits. Raises ValueError."""
    if not is_one_address(Personal(text)):
        raise ValueError("it is not exactly one e-mail address in plain ASCII")
    return text


def _time_zone(text: str) -> str:
    """The text, if it names a time zone. Raises ValueError."""
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("it names no time zone, such as Europe/London") from error
    return text


def _host(text: str) -> str:
    """The text, if it can be the name of a server and no address of a page or a file. Raises ValueError."""
    if re.fullmatch(r"[A-Za-z0-9_.:-]+", text) is None:
        raise ValueError("it is no server's name, such as mail.example.org")
    return text


def _path(path: Path) -> Path:
    """The path, if a system can have it. Raises ValueError."""
    if not str(path).isprintable():
        raise ValueError("a path holds a character that can't be seen")
    return path


WatchedJob = Literal["sync", "chase", "first-day-contact", "self-check", "retention"]
Email = Annotated[str, Field(pattern="@"), AfterValidator(_one_address)]
Place = Annotated[Path, AfterValidator(_path)]


class Section(BaseModel):
    """Part of the settings: strict, unchangeable, and silent about what it holds."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)"

    __str__ = __repr__


class SchoolSettings(Section):
    """Who the school is."""

    key: Key
    name: str
    phone: str
    absence_email: Email
    timezone: Annotated[str, AfterValidator(_time_zone)] = "Europe/London"


class RegisterTimes(Section):
    """When a session's register opens and closes, and when the session ends; the same for all pupils, in local time.

    A register stays open for 30 minutes at most (DfE guidance; rules/parameters/attendance_register).
    """

    opens: dt.time
    closes: dt.time
    session_ends: dt.time

    @model_validator(mode="after")
    def _is_in_order(self) -> "RegisterTimes":
        if not self.opens < self.closes < self.session_ends:
            raise ValueError("a register opens, then closes, then the session ends")
        return self


class DayTimes(Section):
    """The school day and when each job is due, in local time."""

    am: RegisterTimes
    pm: RegisterTimes
    sync_at: dt.time = dt.time(7)
    chase_at: dt.time = dt.time(9, 15)
    first_day_contact_at: dt.time = dt.time(9, 45)

    @model_validator(mode="after")
    def _is_in_order(self) -> "DayTimes":
        if not self.am.session_ends <= self.pm.opens:
            raise ValueError("the morning ends before the afternoon begins")
        return self


class ChaseSettings(Section):
    """Chasing teachers for registers: how often, and after how many reminders the head of department is told."""

    repeat_minutes: Minutes = 10
    reminders_before_escalation: Annotated[int, Field(ge=1, le=5)] = 2


class FirstDaySettings(Section):
    """First-day contact.

    `contacts_told_first`: how many contacts are told at once, in order of priority (equal priorities together).
    `unanswered_minutes`: after how long without an answer a pupil goes on the phone list.
    `needs_second_person_after`: from this local time on, no first alarm leaves without two people's release.
    """

    hold_minutes: Minutes = 10
    contacts_told_first: Annotated[int, Field(ge=1, le=4)] = 1
    data_may_be_old_minutes: Minutes = 30
    unanswered_minutes: Minutes = 45
    vulnerable_unanswered_minutes: Minutes = 15
    needs_second_person_after: dt.time = dt.time(12)


class UnusualSettings(Section):
    """When a number of unexplained absences is unusual: more than `factor_percent` of the same weekday's median and at
    least `at_least` pupils; for a form, `whole_form_from` pupils and every one of them absent.
    """

    weeks_looked_back: Annotated[int, Field(ge=2, le=30)] = 6
    factor_percent: Annotated[int, Field(ge=110, le=1000)] = 200
    at_least: Annotated[int, Field(ge=1)] = 12
    year_group_at_least: Annotated[int, Field(ge=1)] = 8
    whole_form_from: Annotated[int, Field(ge=2)] = 8


class RollGuard(Section):
    """A roll much smaller than the last, or marks for few of its pupils, stop the run: `keep_percent` must be there."""

    keep_percent: Annotated[int, Field(ge=50, le=100)] = 90


class SafeguardingSettings(Section):
    """How long the safeguarding team has to acknowledge an alert before the next person is told by mail."""

    acknowledge_minutes: Minutes = 15
    workbook_link: str = ""


class WatchdogSettings(Section):
    """The watchdog, which says so when a job did not run; let another scheduler than the jobs' own start it.

    `jobs` are those it looks for. Those of the school day are missed when `late_minutes` have passed since their time,
    and those of the night when `nightly_hours` have passed since they last ran. `tell` are the initials of those who
    get the alarm besides the absence inbox; where it is empty, everyone on the list of staff who works that day.
    """

    jobs: tuple[WatchedJob, ...] = ("sync", "chase", "first-day-contact")
    late_minutes: Annotated[int, Field(ge=1, le=60)] = 10
    nightly_hours: Annotated[int, Field(ge=12, le=96)] = 36
    tell: tuple[str, ...] = ()


class WatchSettings(Section):
    """What the weekly watch calls worth a look, where the law gives no figure.

    `at_risk_from_percent`: absence from which a pupil is called at risk. `caution_below_sessions`: below so many
    possible sessions a percentage is early. `small_group_below`: cohorts smaller than this are not broken down.
    `false_alarms_percent`: how often, in a hundred weeks of pure chance, the whole school may show one false pattern.
    `postholder`: initials of the person whose working days bring the N limit forward.
    `attempts_before_unauthorised`: how often a family must have been contacted before O is proposed for an N.
    `expected_attendance_percent`: the attendance the school is expected to reach; 0 where it has no such figure.
    """

    at_risk_from_percent: Annotated[int, Field(ge=1, le=9)] = 5
    caution_below_sessions: Annotated[int, Field(ge=1, le=100)] = 20
    small_group_below: Annotated[int, Field(ge=2, le=20)] = 6
    false_alarms_percent: Annotated[int, Field(ge=1, le=20)] = 5
    postholder: str = ""
    attempts_before_unauthorised: Annotated[int, Field(ge=1, le=10)] = 2
    expected_attendance_percent: Annotated[int, Field(ge=0, le=100)] = 0


class ReturnsSettings(Section):
    """Returns to the local authority, where the law leaves it to the authority or we could not establish it.

    `readers`: initials of the staff who may open the drafted returns; where it is empty, nothing is drafted.
    `interval_days`: how often the authority wants attendance returns; at least monthly by law.
    `irregular_from_sessions`: unauthorised sessions in the school year from which a person judges whether a pupil fails
    to attend regularly; agree the number with the authority. Ours is as many as ten school days have: the law's other
    limb, continuous absence, begins there. `most_junior_year` and `final_year`: the school's own first and last year
    group; who joins the one on the first day of the school year, or leaves after the other, needs no return, unless the
    authority `wants_usual_joiners` or `wants_final_leavers`. Where the year group is empty, nobody is left out.
    `leavers_at_once`: if more pupils than this are gone from the roll on one day without a leaving date, a person looks
    at the export first, and no deletion return is shown.
    """

    readers: tuple[Initials, ...] = ()
    interval_days: Annotated[int, Field(ge=1, le=31)] = 28
    irregular_from_sessions: Annotated[int, Field(ge=1, le=200)] = 20
    most_junior_year: YearGroup = ""
    final_year: YearGroup = ""
    wants_usual_joiners: bool = False
    wants_final_leavers: bool = False
    leavers_at_once: Annotated[int, Field(ge=1, le=1000)] = 10


class HalfTermSettings(Section):
    """The half-term message in days missed: proposed when a half-term begins, sent after a named person's approval.

    `least_days_missed`: with fewer days missed in the half-term that ended, no message is proposed.
    `long_illness_school_days`: after a longer spell of illness a person writes to the family, and no message goes.
    `send_within_school_days`: later than this in the new half-term it is no fresh start any more, and nothing goes.
    `send_at`: from this local time on, on its first day.
    """

    least_days_missed: Annotated[int, Field(ge=1, le=20)] = 2
    long_illness_school_days: Annotated[int, Field(ge=1, le=20)] = 5
    send_within_school_days: Annotated[int, Field(ge=1, le=20)] = 10
    send_at: dt.time = dt.time(16)


class LettersSettings(Section):
    """Letters by stage, drafted for named staff and never sent by themselves.

    `from_percent`: absence from which the first letter, an offer of help, is drafted. `wait_school_days`: how long each
    step is given before the next is looked at. `improve_weeks`: how long a notice to improve runs (the national
    framework: three to six weeks). `hand_over_days`: how long after its draft that time begins, so that it can be read,
    approved and handed over first. `signed_by`: initials of the person who signs. `readers`: initials of the only
    people who may open the drafts and the Attendance cases workbook. While either is empty, no letter is drafted.
    """

    from_percent: Annotated[int, Field(ge=5, le=20)] = 10
    wait_school_days: Annotated[int, Field(ge=5, le=60)] = 15
    improve_weeks: Annotated[int, Field(ge=3, le=6)] = 6
    hand_over_days: Annotated[int, Field(ge=1, le=28)] = 7
    signed_by: str = ""
    readers: tuple[Initials, ...] = ()


class RetentionSettings(Section):
    """How many days working data is kept, where the law fixes no time; see docs/retention.md for each kind of record.

    `leavers_days`: a leaver's row and contacts, after the 31 August of the school year they left. `words_days`: what
    people typed about a session. `addresses_days` and `messages_days`: the address of a message, and that it was
    planned. `mail_copies_days`: copies of messages and cards on disk. `papers_days`: drafted letters and summaries.
    `rehearsal_days`: an untouched rehearsal. `late_entry_days`: how late a first entry may have been made in the
    register, whose six years by law run from the day of the entry.
    """

    leavers_days: Annotated[int, Field(ge=0, le=366)] = 30
    words_days: Annotated[int, Field(ge=30, le=400)] = 120
    addresses_days: Annotated[int, Field(ge=7, le=366)] = 30
    messages_days: Annotated[int, Field(ge=60, le=2192)] = 400
    mail_copies_days: Annotated[int, Field(ge=7, le=366)] = 60
    papers_days: Annotated[int, Field(ge=30, le=2192)] = 366
    rehearsal_days: Annotated[int, Field(ge=1, le=90)] = 14
    late_entry_days: Annotated[int, Field(ge=0, le=366)] = 31

    @model_validator(mode="after")
    def _is_in_order(self) -> "RetentionSettings":
        if self.messages_days < self.addresses_days:
            raise ValueError("messages_days can't be fewer than addresses_days")
        return self


class MisSettings(Section):
    """Where the MIS data comes from. `files` reads the exports in a folder.

    `reread_school_days`: how far back each sync looks, because past marks change for days afterwards.
    `afternoon_from_period`: the first lesson of the afternoon, because exports of lessons name periods and no half-day.
    """

    kind: Literal["files"] = "files"
    folder: Place
    afternoon_from_period: Annotated[int, Field(ge=1, le=20)] = 4
    reread_school_days: Annotated[int, Field(ge=7, le=200)] = 14


class OutgoingSettings(Section):
    """What leaves the building. `stop` holds everything back; a rehearsal writes to `rehearsal_recipients` only."""

    stop: bool = False
    rehearsal: bool = True
    rehearsal_recipients: tuple[Email, ...] = ()
    mailer: Literal["local", "smtp"] = "local"


class QuotaSettings(Section):
    """How many e-mails the mail service takes from one mailbox: `at_once`, and after that `a_minute`.

    Exchange Online takes 30 a minute. When they are used up a run stops, and says when to go on.
    """

    at_once: Annotated[int, Field(ge=1, le=10_000)] = 30
    a_minute: Annotated[int, Field(ge=1, le=10_000)] = 30


class SmtpSettings(Section):
    """An SMTP submission server. The password is read from the secret named here, never from this file."""

    host: Annotated[str, AfterValidator(_host)]
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    security: Literal["starttls", "tls"] = "starttls"
    username: str = ""
    password_secret: str = ""
    sender: Email
    certificate_authority: Place | None = None
    quota: QuotaSettings = QuotaSettings()


class LocalSettings(Section):
    """The embedded default: workbooks, outbox, channel, folders and store, all below one folder on disk.

    `anchors`: the file of the ledger's anchors; name one on another drive, where who can alter the store cannot write.
    """

    folder: Place = Path()
    anchors: Place = Path("ledger-anchors.txt")


class Microsoft365Settings(Section):
    """The school's own Microsoft 365, where Firstbell signs in as itself; docs/microsoft-365.md says how it is let in.

    `sign_in`: "managed-identity" in Azure, "certificate" or "secret" elsewhere. `certificate` is the file of the
    certificate and its key (PEM or PFX). `secret` names the secret of the app, or of the certificate's password.
    `mailboxes`: those that Firstbell writes from; more than one shares out the 30 messages a minute that Exchange
    takes from each, by family. `graph_url`, `sign_in_url` and `certificate_authority` stay as they are, but for the
    Microsoft 365 of pretence.
    """

    tenant_id: Annotated[str, Field(pattern=r"^[0-9A-Za-z.-]+$")]
    client_id: Annotated[str, Field(pattern=r"^[0-9A-Za-z-]+$")]
    sign_in: Literal["managed-identity", "certificate", "secret"] = "certificate"
    certificate: Place | None = None
    secret: str = ""
    mailboxes: Annotated[tuple[Email, ...], Field(max_length=8)] = ()
    quota: QuotaSettings = QuotaSettings()
    graph_url: Annotated[str, Field(pattern=r"^https://[^/]+(/[^/]+)*$")] = "https://graph.microsoft.com/v1.0"
    sign_in_url: Annotated[str, Field(pattern=r"^https://[^/]+$")] = "https://login.microsoftonline.com"
    certificate_authority: Place | None = None

    @model_validator(mode="after")
    def _is_consistent(self) -> "Microsoft365Settings":
        if self.sign_in == "certificate" and self.certificate is None:
            raise ValueError('sign_in = "certificate" needs the file of the certificate')
        if self.sign_in == "secret" and not self.secret:
            raise ValueError('sign_in = "secret" needs secret, the name of the secret')
        return self


class StoreSettings(Section):
    """Where roll, registers, ledger and proposals are kept: a SQLite file beside the workbooks, or a PostgreSQL server.

    `user` is a role that may use the tables and not change them; docs/store.md says how it is made. The password is
    read from the secret named here, never from this file. `tls`: "verify-ca" where the server's certificate does not
    bear its host name; "off" only for a server on this very computer. `certificate_authority`: the file of those that
    may have issued the server's certificate, where they are not the computer's own.
    """

    kind: Literal["sqlite", "postgres"] = "sqlite"
    host: str = ""
    port: Annotated[int, Field(ge=1, le=65535)] = 5432
    database: str = "firstbell"
    user: str = "firstbell"
    password_secret: str = ""
    tls: Literal["verify-full", "verify-ca", "off"] = "verify-full"
    certificate_authority: Path | None = None

    @model_validator(mode="after")
    def _is_consistent(self) -> "StoreSettings":
        if self.kind == "postgres" and not self.host:
            raise ValueError("a store on PostgreSQL needs a host")
        if self.kind == "postgres" and not self.password_secret and not self.host.startswith("/"):
            raise ValueError("a store on PostgreSQL needs password_secret, the name of a secret")
        if self.tls == "off" and not (self.host.startswith("/") or self.host in THIS_COMPUTER):
            raise ValueError('tls = "off" is for a server on this computer only')
        return self


class StaffMember(Section):
    """Someone who may write in the workbooks, known there by initials; `working_days` are ISO weekdays, 1 Monday."""

    initials: Initials
    name: str
    role: str
    email: Email
    is_safeguarding: bool = False
    working_days: tuple[Annotated[int, Field(ge=1, le=7)], ...] = (1, 2, 3, 4, 5)


class Settings(Section):
    """All settings of one school."""

    school: SchoolSettings
    day: DayTimes
    mis: MisSettings
    staff: tuple[StaffMember, ...]
    chase: ChaseSettings = ChaseSettings()
    first_day: FirstDaySettings = FirstDaySettings()
    unusual: UnusualSettings = UnusualSettings()
    roll: RollGuard = RollGuard()
    safeguarding: SafeguardingSettings = SafeguardingSettings()
    watch: WatchSettings = WatchSettings()
    watchdog: WatchdogSettings = WatchdogSettings()
    returns: ReturnsSettings = ReturnsSettings()
    half_term: HalfTermSettings = HalfTermSettings()
    letters: LettersSettings = LettersSettings()
    retention: RetentionSettings = RetentionSettings()
    outgoing: OutgoingSettings = OutgoingSettings()
    smtp: SmtpSettings | None = None
    microsoft365: Microsoft365Settings | None = None
    local: LocalSettings = LocalSettings()
    store: StoreSettings = StoreSettings()

    @model_validator(mode="after")
    def _is_consistent(self) -> "Settings":
        initials = [person.initials for person in self.staff]
        if len(set(initials)) != len(initials):
            raise ValueError("two members of staff have the same initials")
        if self.outgoing.mailer == "smtp" and self.smtp is None:
            raise ValueError("outgoing.mailer is 'smtp', so there must be an [smtp] section")
        if not set(self.watchdog.tell) <= set(initials):
            raise ValueError("watchdog.tell has initials of nobody in [[staff]]")
        if not any(person.is_safeguarding for person in self.staff):
            raise ValueError("at least one member of staff must have is_safeguarding = true")
        if self.watch.postholder and self.person(self.watch.postholder) is None:
            raise ValueError("watch.postholder must be initials of the staff in this file")
        if not set(self.returns.readers) <= set(initials):
            raise ValueError("returns.readers must be initials of the staff in this file")
        if unknown := {self.letters.signed_by, *self.letters.readers} - {*initials, ""}:
            raise ValueError(f"[letters] names {', '.join(sorted(unknown))}, and no [[staff]] has these initials")
        return self

    @property
    def quota(self) -> Quota | None:
        """What the mailbox that is written from may send; None where nothing limits it, as with a folder on disk."""
        if self.outgoing.mailer != "smtp" or self.smtp is None:
            return None
        return Quota(self.smtp.sender, self.smtp.quota.at_once, self.smtp.quota.a_minute)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.school.timezone)

    def person(self, initials: str) -> StaffMember | None:
        """The member of staff with these initials, in any case and with any spaces around; None for nobody."""
        return next((p for p in self.staff if p.initials == initials.strip().upper()), None)


def load_settings(path: Path) -> Settings:
    """Read `school.toml`. Relative folders in it are taken from the file's own folder. Raises BadInput."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        table = tomllib.loads(text)
    except FileNotFoundError as error:
        raise BadInput(str(path), "no such file", "a school.toml (make one with: firstbell init)") from error
    except OSError as error:
        raise BadInput(str(path), f"what can't be read ({error.strerror})", "a school.toml") from error
    except (ValueError, RecursionError) as error:  # in the encoding, the TOML, or too many digits or brackets
        raise BadInput(path.name, f"what is not TOML ({error})", "a TOML file in UTF-8") from error
    try:
        settings = Settings.model_validate(table)
    except ValidationError as error:
        raise _bad(path, text, error) from error
    return _anchored(settings, path.parent.resolve())


def _bad(path: Path, text: str, error: ValidationError) -> BadInput:
    first: Any = error.errors(include_url=False, include_input=False)[0]
    names = [str(part) for part in first["loc"]]
    found = "an unknown key" if first["type"] == "extra_forbidden" else f"a value that does not fit ({first['msg']})"
    found = "nothing" if first["type"] == "missing" else found
    expected = (
        "only the keys in docs/settings.md" if first["type"] == "extra_forbidden" else "what docs/settings.md says"
    )
    return BadInput(path.name, found, expected, _row_of(text, names), ".".join(names))


def _row_of(text: str, names: list[str]) -> int:
    """The line where the last named key stands, as well as plain text can tell; 0 when it does not."""
    for name in reversed(names):
        for row, line in enumerate(text.splitlines(), 1):
            if re.match(rf"\s*(\[+\s*)?([\w.]+\.)?{re.escape(name)}\s*(\]+|=)", line):
                return row
    return 0


def _anchored(settings: Settings, base: Path) -> Settings:
    mis = settings.mis.model_copy(update={"folder": base / settings.mis.folder})
    local = settings.local.model_copy(update={"folder": base / settings.local.folder})
    smtp = None if settings.smtp is None else _with_authority(settings.smtp, base)
    store = _with_authority(settings.store, base)
    cloud = None if settings.microsoft365 is None else _with_certificate(settings.microsoft365, base)
    return settings.model_copy(update={"mis": mis, "local": local, "smtp": smtp, "store": store, "microsoft365": cloud})


def _with_certificate(section: Microsoft365Settings, base: Path) -> Microsoft365Settings:
    section = _with_authority(section, base)
    if section.certificate is None:
        return section
    return section.model_copy(update={"certificate": base / section.certificate})


def _with_authority[S: (SmtpSettings, StoreSettings, Microsoft365Settings)](section: S, base: Path) -> S:
    if section.certificate_authority is None:
        return section
    return section.model_copy(update={"certificate_authority": base / section.certificate_authority})


class EnvironmentSecrets:
    """Secrets from environment variables `FIRSTBELL_SECRET_…`: for a laptop or a server of the school's own."""

    def secret(self, name: str) -> str:
        """The secret's value. Raises Misconfigured when the variable is not set."""
        variable = "FIRSTBELL_SECRET_" + re.sub(r"[^A-Z0-9]", "_", name.upper())
        value = os.environ.get(variable, "")  # noqa: TID251 - this is the home of the environment
        if not value:
            raise Misconfigured(f"the secret '{name}' is not set: put it in the environment variable {variable}")
        return value
