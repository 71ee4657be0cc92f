"""All checks of one school, in the order in which a person would mend what they find."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from firstbell.checks import Check
from firstbell.doctor.school import school_checks
from firstbell.doctor.secret_checks import change_checks
from firstbell.errors import Misconfigured
from firstbell.ports import Clock, Secrets
from firstbell.settings import Settings


def all_checks(
    settings: Settings,
    file: Path,
    secrets: Secrets,
    clock: Clock,
    closing: contextlib.ExitStack,
    *,
    another_mailbox: str = "",
    another_site: str = "",
) -> Iterator[Check]:
    """Those of every school, then those of each system that a part of its office lives in.

    `file` holds the settings. `another_mailbox` and `another_site` are none of the app's business: that they are
    refused is proved. `closing` closes the connections.
    """
    yield from school_checks(settings, file, secrets, clock)
    if settings.outgoing.mailer == "smtp" and settings.smtp is not None:
        from connectors.smtp.checks import smtp_checks  # noqa: PLC0415 - loaded where it is used

        yield from smtp_checks(settings.smtp, secrets)
    if settings.microsoft365 is not None:
        yield from _microsoft365(settings, secrets, clock, closing, another_mailbox, another_site)
    yield from change_checks(settings, secrets)


def _microsoft365(
    settings: Settings,
    secrets: Secrets,
    clock: Clock,
    closing: contextlib.ExitStack,
    another_mailbox: str,
    another_site: str,
) -> Iterator[Check]:
    from connectors.microsoft365.checks import Strangers, Used, microsoft365_checks  # noqa: PLC0415 - loaded where it is used
    from connectors.microsoft365.graph import Graph  # noqa: PLC0415

    cloud, office = settings.microsoft365, settings.office
    if cloud is None:
        raise Misconfigured("school.toml has no [microsoft365] section")
    graph = closing.enter_context(Graph(cloud, secrets))
    used = Used(
        mail=settings.outgoing.mailer == "microsoft365",
        workbooks=office.workbooks == "microsoft365",
        folders=office.folders == "microsoft365",
        channel=office.channel == "microsoft365",
    )
    strangers = Strangers(another_mailbox, another_site)
    yield from microsoft365_checks(graph, cloud, secrets, clock, used, strangers)
