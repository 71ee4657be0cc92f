"""What PostgreSQL's errors mean to the person or the run that gets them.

A statement's error has a SQLSTATE (PostgreSQL manual, appendix A). Where a connection can't be made, libpq hands on a
text and no code, so there the text is searched; a server that speaks another language gets the general sentence.
No sentence tells the host or the password, nor a value from a row.
"""

import re

import sqlalchemy as sa

from connectors.store_sql.engine import TRY_AGAIN_AFTER
from firstbell.errors import FirstbellError, Misconfigured, RetryLater

# 08 connection lost; 40 serialisation failure, deadlock; 53 too many connections, out of memory; 55P03 lock timeout;
# 57014 statement timeout; 57P the server stops or starts; 25006 a standby took its place; 25P03 we were idle too long.
PASSES = ("08", "40001", "40P01", "53200", "53300", "53400", "55P03", "57014", "57P", "25006", "25P03", "25P04")
MISTAKES_WITH_VALUES = ("22", "23")  # data exception, integrity violation: PostgreSQL quotes the row, names and all

_WRONG_USER = "the store {} refuses the user or the password: check [store] user and the secret it names"
_NO_DATABASE = "the store's server has no database '{}': check [store] database, or let its administrator make it"
_NOT_TRUSTED = "the store {} can't be reached safely: check [store] host, tls and certificate_authority"
_NOT_FOUND = "the server of the store {} can't be found: check [store] host, and that this computer is online"
_NOT_ALLOWED = "the store {} does not let its user do this: firstbell store prepare, run as its owner, gives the rights"
_NOT_PREPARED = "the store {} is not prepared for this Firstbell: let its owner run firstbell store prepare"
_IN_THE_WAY = "the store {} holds something that Firstbell did not make: take it away, or choose another database"
_REFUSED = "the server of the store {} refuses the connection: its own log says why"
_DISK = "the store {} can't be written: the server's disk is full or failing"
_DAMAGED = "the store {} is damaged: let its administrator restore it from a copy"

# What PostgreSQL says with SQLSTATE 28P01, and PgBouncer where it keeps the passwords.
_NOT_AUTHENTICATED = r"(password|SASL) authentication failed"
# What is said when a connection can't be made; None for what passes. The first that fits holds.
CONNECTING = (
    (r"too many (clients|connections)|connection slots|starting up|shutting down|recovery mode", None),
    (rf"{_NOT_AUTHENTICATED}|no password supplied|role .* does not exist|permitted to log in", _WRONG_USER),
    (r"database .* does not exist", _NO_DATABASE),
    (r"permission denied for database", _NOT_ALLOWED),
    (r"certificate|SSL|pg_hba\.conf", _NOT_TRUSTED),
    (r"translate host|No such file", _NOT_FOUND),
    (r"FATAL", _REFUSED),
)
STATEMENTS = (
    (("42501",), _NOT_ALLOWED),
    (("42P01", "42703", "3F000"), _NOT_PREPARED),
    (("42P07", "42710"), _IN_THE_WAY),
    (("28",), _WRONG_USER),
    (("3D000",), _NO_DATABASE),
    (("53100", "58"), _DISK),
    (("XX",), _DAMAGED),
)


class Unspoken(Exception):
    """A database's error without its text."""


def in_our_words(name: str, error: sa.exc.DBAPIError) -> Exception | None:
    """The error to raise in the place of the database's; None for a mistake of ours that tells nothing of people."""
    state = getattr(error.orig, "sqlstate", None)
    if state is None:
        return None if _is_ours(error) else _of_connection(name, error.orig)
    if state.startswith(PASSES):
        return RetryLater(TRY_AGAIN_AFTER)
    if state.startswith(MISTAKES_WITH_VALUES):
        return _without_values(error, state)
    sentence = next((sentence for states, sentence in STATEMENTS if state.startswith(states)), None)
    return None if sentence is None else Misconfigured(sentence.format(name))


def is_password_refused(error: Exception) -> bool:
    """Whether the server answered that the password is wrong, and did not merely fail to answer."""
    return getattr(error, "pgconn", None) is not None and re.search(_NOT_AUTHENTICATED, str(error)) is not None


def _is_ours(error: sa.exc.DBAPIError) -> bool:
    """Whether the driver refused what we asked of it before any server heard of it."""
    return not isinstance(error, sa.exc.OperationalError | sa.exc.InterfaceError | sa.exc.InternalError)


def _of_connection(name: str, error: BaseException | None) -> FirstbellError:
    """An error without a code: the connection could not be made, or was lost."""
    told = str(error)
    if "resolve host" in told:  # the driver's own words, before it asks libpq to connect
        return Misconfigured(_NOT_FOUND.format(name))
    if getattr(error, "pgconn", None) is None:  # which the driver hands on when libpq could not connect
        return RetryLater(TRY_AGAIN_AFTER)
    sentence = next((sentence for pattern, sentence in CONNECTING if re.search(pattern, told)), None)
    return RetryLater(TRY_AGAIN_AFTER) if sentence is None else Misconfigured(sentence.format(name))


def _without_values(error: sa.exc.DBAPIError, state: str) -> sa.exc.DBAPIError:
    unspoken = type(error)(error.statement, None, Unspoken(f"SQLSTATE {state}"), hide_parameters=True)
    unspoken.__cause__ = unspoken.orig
    return unspoken
