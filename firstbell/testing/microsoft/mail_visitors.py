"""What comes back: a parent's reply, an out-of-office note, a report that a mail did not arrive. Tests call these."""

import email.policy
from collections.abc import Mapping
from email.message import EmailMessage
from email.parser import BytesParser
from typing import Any

from firstbell.testing.microsoft.mail_state import Arrived, Folder, Item
from firstbell.testing.microsoft.tenant import Tenant

ITEM_CLASS, PARENT_KEY, SEARCH_KEY = "String 0x001A", "Binary 0x0025", "Binary 0x300B"
ANSWERS = "String 0x1042"
NOTE, NON_DELIVERY, OUT_OF_OFFICE = "IPM.Note", "REPORT.IPM.Note.NDR", "IPM.Note.Rules.OofTemplate.Microsoft"


def reply(tenant: Tenant, to: Arrived, text: str) -> Item:
    """The recipient answers."""
    return arrives(tenant, to.mailbox, _answer(to, f"Re: {to.mail['Subject']}", text))


def out_of_office(tenant: Tenant, to: Arrived) -> Item:
    """The recipient's mail program answers in their place (RFC 3834)."""
    mail = _answer(to, f"Automatic reply: {to.mail['Subject']}", "I am away.\n")
    mail["Auto-Submitted"] = "auto-replied"
    mail["X-Auto-Response-Suppress"] = "All"
    return arrives(tenant, to.mailbox, mail, {ITEM_CLASS: OUT_OF_OFFICE})


def does_not_arrive(tenant: Tenant, sent: Arrived, status: str = "5.1.1") -> Item:
    """Exchange's own report of non-delivery, tied to the item in Sent Items by its search key."""
    postmaster = "MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@school.example"
    mail = _report(sent, postmaster, status)
    key = tenant.mail.mailboxes[sent.mailbox.lower()].items[sent.item_id].properties[SEARCH_KEY]
    return arrives(tenant, sent.mailbox, mail, {ITEM_CLASS: NON_DELIVERY, PARENT_KEY: key})


def comes_back(tenant: Tenant, sent: Arrived, status: str = "5.1.1") -> Item:
    """The report of another mail server, which Exchange takes for an ordinary mail."""
    return arrives(tenant, sent.mailbox, _report(sent, "MAILER-DAEMON@mx.example.net", status))


def arrives(tenant: Tenant, mailbox: str, mail: EmailMessage, properties: Mapping[str, str] | None = None) -> Item:
    """Any mail at all comes into the inbox of a mailbox."""
    return _put(tenant, mailbox, mail, {ITEM_CLASS: NOTE, **(properties or {})})


def _answer(to: Arrived, subject: str, text: str) -> EmailMessage:
    mail = EmailMessage(policy=email.policy.SMTP)
    mail["From"], mail["To"], mail["Subject"] = to.to, to.mailbox, subject
    mail["In-Reply-To"] = mail["References"] = to.mail["Message-ID"]
    mail.set_content(text)
    return mail


def _report(sent: Arrived, sender: str, status: str) -> EmailMessage:
    """RFC 3464: words for people, fields for programs, and the mail that did not arrive."""
    head = (
        f"From: {sender}\r\nTo: {sent.mailbox}\r\nSubject: Undeliverable\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="PART"\r\n\r\n'
    )
    words = "Content-Type: text/plain\r\n\r\nYour message could not be delivered.\r\n"
    fields = f"Final-Recipient: rfc822; {sent.to}\r\nAction: failed\r\nStatus: {status}\r\n"
    told = f"Content-Type: message/delivery-status\r\n\r\n{fields}"
    returned = f"Content-Type: message/rfc822\r\n\r\n{sent.mail.as_string()}"
    body = "".join(f"--PART\r\n{part}\r\n" for part in (words, told, returned))
    whole = f"{head}{body}--PART--\r\n".encode()
    return BytesParser(EmailMessage, policy=email.policy.SMTP).parsebytes(whole)


def _put(tenant: Tenant, address: str, mail: EmailMessage, properties: Mapping[str, str]) -> Item:
    mailbox, now = tenant.mail.mailboxes[address.lower()], tenant.clock()
    item = tenant.mail.new_item(mailbox, Folder.INBOX, _content(mail), now)
    item.is_draft, item.sent_at, item.mime = False, now, mail.as_bytes()
    item.properties = {**properties, ANSWERS: str(mail.get("In-Reply-To", ""))}
    return mailbox.put(item)


def _content(mail: EmailMessage) -> dict[str, Any]:
    sender = {"emailAddress": {"address": mail["From"].addresses[0].addr_spec}}
    headers = [{"name": name, "value": str(value)} for name, value in mail.items()]
    return {"subject": str(mail["Subject"]), "from": sender, "sender": sender, "internetMessageHeaders": headers}
