"""Messages over SMTP, for schools whose mail server offers nothing better."""

from connectors.smtp.mailer import SmtpMailer

__all__ = ["SmtpMailer"]
