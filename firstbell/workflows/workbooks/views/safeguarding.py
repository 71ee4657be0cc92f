"""The sheets of the Safeguarding workbook: Alerts, Vulnerable pupils, Non-contact, Told outside agencies."""

from collections import defaultdict

from firstbell.workflows.morning.safeguarding_alerts import Alert, settled_alert
from firstbell.workflows.office import Office
from firstbell.workflows.words import name_of
from firstbell.workflows.workbooks.views.picture import Picture, Rows
from rules.people import PupilContact
from sheets_templates import Cell
from sheets_templates.safeguarding import SAFEGUARDING


def alert_rows(office: Office, picture: Picture) -> Rows:
    """Each alert of the day, the urgent ones and those nobody has acknowledged first."""
    alerts = sorted(picture.alerts, key=lambda a: (a.acknowledged_by is not None, not a.is_urgent, a.raised_at, a.key))
    return {alert.key: _alert_row(office, picture, alert) for alert in alerts}


def _alert_row(office: Office, picture: Picture, alert: Alert) -> dict[str, Cell]:
    return {
        "Case": alert.case,
        **picture.who(alert.pupil_id),
        "Session": str(alert.session),
        "Why urgent": ", ".join(alert.reasons),
        "Raised at": office.local_time(alert.raised_at),
        "Tell also": ", ".join(alert.tell_also),
        "State": _alert_state(office, picture, alert),
        **picture.says("Alerts", alert.key),
    }


def _alert_state(office: Office, picture: Picture, alert: Alert) -> str:
    if settled_alert(office, alert, picture.now):
        return "closed"
    return "acknowledged" if alert.acknowledged_by else "not acknowledged"


def vulnerable_rows(office: Office, picture: Picture) -> Rows:
    """Pupils the MIS flags, and those the team has put a hold on."""
    typed = _typed(office, "Vulnerable pupils")
    rows: Rows = {}
    for pupil in sorted(picture.now.pupils.values(), key=name_of):
        if pupil.vulnerabilities() or pupil.id in typed:
            why = ", ".join(pupil.vulnerabilities()) or "hold set by the safeguarding team"
            says = picture.says("Vulnerable pupils", pupil.id)
            who, saved = picture.who(pupil.id), typed.get(pupil.id, {})
            rows[pupil.id] = {"Pupil ID": pupil.id, **who, "Why": why, **saved, **says}
    return rows


def non_contact_rows(office: Office, picture: Picture) -> Rows:
    """Contacts the MIS says must not be contacted, and the addresses the team has blocked."""
    rows: Rows = {}
    links = (link for pupil_id in picture.now.pupils for link in picture.now.contacts_of(pupil_id) if link.is_blocked)
    for link in sorted(links, key=lambda link: (link.pupil_id, link.contact_id)):
        rows[f"{link.pupil_id}|{link.contact_id}"] = _blocked_row(picture, link)
    for key, saved in _typed(office, "Non-contact").items():
        if key not in rows:
            pupil_id = key.partition("|")[0]
            rows[key] = {
                "Pupil ID": pupil_id,
                "Pupil": picture.who(pupil_id)["Pupil"],
                "Source": "safeguarding team",
                **saved,
                **picture.says("Non-contact", key),
            }
    return rows


def _blocked_row(picture: Picture, link: PupilContact) -> dict[str, Cell]:
    contact = picture.now.contacts.get(link.contact_id)
    name = f"{contact.forename.reveal()} {contact.surname.reveal()}" if contact else ""
    key = f"{link.pupil_id}|{link.contact_id}"
    return {
        "Pupil ID": link.pupil_id,
        "Pupil": picture.who(link.pupil_id)["Pupil"],
        "Contact": name,
        "Relationship": link.relationship,
        "Source": "MIS",
        **picture.says("Non-contact", key),
    }


def told_rows(office: Office, picture: Picture) -> Rows:
    """What the team has written down about telling outside agencies."""
    rows: Rows = {}
    for key, saved in _typed(office, "Told outside agencies").items():
        pupil = picture.who(key.partition("|")[0])["Pupil"]
        rows[key] = {"Pupil": pupil, **saved}
    return rows


def _typed(office: Office, sheet: str) -> dict[str, dict[str, Cell]]:
    """What people typed, by the row's key, so that a row drawn anew has it again."""
    rows: dict[str, dict[str, Cell]] = defaultdict(dict)
    for cell in office.store.desk.cells(SAFEGUARDING.name):
        if cell.sheet == sheet and cell.value:
            rows[cell.row_key][cell.column] = cell.value
    return rows
