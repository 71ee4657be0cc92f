"""What `firstbell init` asks besides, and writes, for a school whose spreadsheets live in Microsoft 365."""

import json

import typer

QUESTIONS = {
    "tenant_id": "The tenant's id (Entra admin centre, Overview)",
    "client_id": "The app's client id (Entra admin centre, App registrations)",
    "mailbox": "The mailbox that Firstbell writes from",
    "attendance": "The id of the attendance library (docs/microsoft-365.md shows how to find it)",
    "safeguarding": "The id of the safeguarding library",
    "restricted": "The id of the restricted library",
}
SECTION = """
[office] # which system each part lives in; the channel can follow: docs/microsoft-365.md
workbooks = "microsoft365"
folders = "microsoft365"

[microsoft365] # docs/microsoft-365.md says how Firstbell is let in, and firstbell doctor tries it
tenant_id = {tenant_id}
client_id = {client_id}
sign_in = "certificate"
certificate = "firstbell.pem" # the certificate and its key, beside this file
mailboxes = [{mailbox}]

[microsoft365.libraries]
attendance = {attendance}
safeguarding = {safeguarding}
restricted = {restricted}

# [microsoft365.channel] # the safeguarding team's channel; set office.channel to "microsoft365" with it
# webhook_secret = "teams"
# team = "(the team's id)"
# channel = "(the channel's id)"
"""


def microsoft365_section(given: dict[str, str]) -> str:
    """The sections of `school.toml`, from what was given with the command and what is asked now."""
    answers = {name: given.get(name) or typer.prompt(question) for name, question in QUESTIONS.items()}
    return SECTION.format(**{name: json.dumps(answer, ensure_ascii=False) for name, answer in answers.items()})
