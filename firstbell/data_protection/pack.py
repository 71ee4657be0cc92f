"""Draw up the pack: what one school's settings really do with personal data, section by section."""

from collections.abc import Iterable
from dataclasses import dataclass

from firstbell.data_protection.facts import about, lines
from firstbell.records import Permission
from firstbell.retention import RetentionRule, retention_rules
from firstbell.settings import RetentionSettings, Settings
from rules.contact.purposes import PURPOSES
from rules.parameters import parameter

Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PackSection:
    """One part of the pack: a heading, sentences, and a table where there is one."""

    title: str
    sentences: tuple[str, ...] = ()
    header: Row = ()
    rows: tuple[Row, ...] = ()


def data_protection_pack(settings: Settings, permissions: Iterable[Permission]) -> tuple[PackSection, ...]:
    """Every section, in the order a data protection officer reads them."""
    features = features_of(settings)
    return (
        PackSection("What this is", about()),
        PackSection("Where the data comes from", (), ("What", "How"), lines("sources", features)),
        _record_of_processing(settings),
        PackSection("Who gets what", (), ("Who", "What they are told"), lines("recipients", features)),
        _messages(),
        PackSection("Where the data is", (), ("Place", "Holds", "Who opens it"), lines("places", features)),
        _permissions(permissions),
        PackSection(
            "Risks and what lowers them",
            ("Likelihood and harm are proposed before the measures, and what is left after them.",),
            ("Risk", "Likelihood", "Harm", "What lowers it", "What is left"),
            lines("risks", features),
        ),
        _safeguards(settings),
        PackSection("People's rights", (), ("Right", "How it is met"), lines("rights", features)),
        PackSection("Leaving", (), ("Step",), lines("leaving", features)),
        PackSection(
            "For the school to answer",
            (),
            ("Question", "Answer, by whom, on which day"),
            tuple((*line, "") for line in lines("questions", features)),
        ),
    )


def features_of(settings: Settings) -> frozenset[str]:
    """What the settings switch on, in the words of `pack.toml`."""
    outgoing = settings.outgoing
    can_rehearse = outgoing.rehearsal or outgoing.rehearsal_recipients
    return frozenset(
        {
            f"mis:{settings.mis.kind}",
            f"mailer:{outgoing.mailer}",
            f"store:{settings.store.kind}",
            f"workbooks:{settings.office.workbooks}",
            f"folders:{settings.office.folders}",
            f"channel:{settings.office.channel}",
            *({"rehearsal"} if can_rehearse else ()),
            *(() if outgoing.rehearsal else {"live"}),
        }
    )


def _record_of_processing(settings: Settings) -> PackSection:
    """UK GDPR Article 30, one line a kind of record, with how long it is kept."""
    return PackSection(
        "Record of processing and retention",
        ("One line for each kind of record. Times that the law does not fix are the school's own settings.",),
        ("Record", "About", "What for", "Lawful basis", "Kept", "From", "Source"),
        tuple(_record(rule, settings.retention) for rule in retention_rules().values()),
    )


def _record(rule: RetentionRule, settings: RetentionSettings) -> Row:
    source = f"{rule.source} ({rule.confidence})"
    about_whom = ", ".join(rule.people) or "nobody"
    special = f"{about_whom}; special category" if rule.category == "special" else about_whom
    return rule.title, special, rule.purpose, rule.basis, _kept(rule, settings), rule.begins, source


def _kept(rule: RetentionRule, settings: RetentionSettings) -> str:
    period = rule.period
    if period.parameter:
        newest = parameter(period.parameter).entries[-1]
        return f"{newest.value} {newest.unit}"
    if period.setting:
        return f"{getattr(settings, period.setting)} days"
    return f"until {period.until}"


def _messages() -> PackSection:
    rows = tuple(
        (purpose.value.replace("_", " "), rules.audience.value, "yes" if rules.names_the_pupil else "no")
        for purpose, rules in PURPOSES.items()
    )
    header = ("Message or paper", "To", "Names the pupil")
    return PackSection("Every message there is", ("No other can be sent.",), header, rows)


def _permissions(permissions: Iterable[Permission]) -> PackSection:
    rows = tuple((each.system, each.what, each.why, each.check) for each in permissions)
    header = ("System", "Permission", "Why", "How to check it")
    return PackSection("Permissions, and no more than these", (), header, rows)


def _safeguards(settings: Settings) -> PackSection:
    """The settings that stand between a mistake and a family, as they are now."""
    first_day, outgoing, unusual = settings.first_day, settings.outgoing, settings.unusual
    rows = (
        ("Messages go", "to the listed staff only: a rehearsal" if outgoing.rehearsal else "to families"),
        ("The stop switch", "on: nothing leaves" if outgoing.stop else "off"),
        ("A message waits in view for", f"{first_day.hold_minutes} minutes"),
        ("Contacts told at once", str(first_day.contacts_told_first)),
        ("Marks may be old by", f"{first_day.data_may_be_old_minutes} minutes"),
        ("Two people are needed from", f"{first_day.needs_second_person_after:%H:%M}"),
        ("A number is unusual from", f"{unusual.at_least} pupils and {unusual.factor_percent} % of the usual"),
        ("A roll is refused below", f"{settings.roll.keep_percent} % of the last one"),
        ("The safeguarding team acknowledges within", f"{settings.safeguarding.acknowledge_minutes} minutes"),
        ("Groups are not broken down below", f"{settings.watch.small_group_below} pupils"),
        (
            "People in the settings",
            f"{len(settings.staff)}, {_safeguarding(settings)} of them in the safeguarding team",
        ),
    )
    return PackSection("Safeguards as they are set now", (), ("Safeguard", "Set to"), rows)


def _safeguarding(settings: Settings) -> int:
    return sum(person.is_safeguarding for person in settings.staff)
