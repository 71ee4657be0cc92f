"""The surfaces that are listened at: whatever leaves a process but by a letter, a workbook or the store.

`listen` puts an ear to each for as long as the tests run. What may hold names is listed in `MAY_HOLD_NAMES`.
"""

import functools
import logging
import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

Heard = Callable[[str, Iterable[object]], None]

MAY_HOLD_NAMES = {
    "the bodies of letters and messages, and the pages that show them": "they are written to the family, or to named "
    "staff, and stand in the outbox and the restricted folders",
    "the two workbooks": "staff find the pupil in them; who may open them is the school's folder rights",
    "the store": "it keeps the roll, and is closed to every other account",
    "the address a message goes to": "a message must have one; it is on no list and in no ledger entry",
    "a subject access export": "it is the pupil's own data, written to a folder the office names",
    "the exports of the MIS": "they are the school's own, and Firstbell only reads them",
}
TEST_SERVER = "mail.log"  # aiosmtpd's logger: it prints the dialogue, as a provider would at its own end
HREF = re.compile(r"""href=["']([^"']*)""")
MADE_BY_PYTEST = re.compile(r"pytest-.*|popen-.*|test_.*|.*\d$")


COMPILER = "numba"  # at DEBUG it prints the vector engine's own instructions, and no register has been read by then


class LogEar(logging.Handler):
    """Hears every record of every logger, at any level, with its arguments and the text of its exception."""

    def __init__(self, heard: Heard) -> None:
        super().__init__(logging.NOTSET)
        self._heard = heard

    def emit(self, record: logging.LogRecord) -> None:
        """Hand on message, arguments and traceback; the tests' mail server is not ours, and a compiler prints code."""
        if record.name.startswith((TEST_SERVER, COMPILER)):
            return
        told: list[object] = [record.getMessage(), repr(record.args) if record.args else ""]
        if record.exc_info:
            told.append(logging.Formatter().formatException(record.exc_info))
        self._heard("log", told)


def listen(heard: Heard) -> ExitStack:
    """Begin to listen at every surface; closing what is returned ends it."""
    ears = ExitStack()
    _hear_logs(ears, heard)
    _hear_records(ears, heard)
    _hear_store(ears, heard)
    _hear_files(ears, heard)
    _hear_telemetry(ears, heard)
    return ears


def _hear_logs(ears: ExitStack, heard: Heard) -> None:
    root, ear = logging.getLogger(), LogEar(heard)
    level = root.level
    root.addHandler(ear)
    root.setLevel(1)
    ears.callback(root.setLevel, level)
    ears.callback(root.removeHandler, ear)


def _hear_records(ears: ExitStack, heard: Heard) -> None:
    """Errors and records say what they hold when they are made: no test has to print them."""
    from firstbell import errors, records  # noqa: PLC0415 - after the tests' own path is set
    from rules.contact.purposes import Purpose  # noqa: PLC0415

    for kind in (errors.RetryLater, errors.GiveUp, errors.NeedsHuman, errors.Misconfigured, errors.BadInput):
        after(ears, kind, "__init__", lambda error, *_, **__: heard("error", [str(error)]))

    def message(made: records.Message, *_: object, **__: object) -> None:
        heard("mail subject", [made.subject, made.key, made.reference])
        heard("link", HREF.findall(made.html.reveal()))
        if made.purpose is Purpose.OFFICE_NOTICE:
            heard("office notice", [made.text.reveal()])

    after(ears, records.Message, "__init__", message)
    after(
        ears,
        records.Card,
        "__init__",
        lambda card, *_, **__: heard("card", [card.key, card.title, *card.lines, card.link_text, card.link]),
    )
    after(
        ears,
        records.Proposal,
        "__init__",
        lambda made, *_, **__: heard("proposal", [made.key, made.reason, made.group, *made.facts.values()]),
    )
    after(
        ears,
        records.Problem,
        "__init__",
        lambda made, *_, **__: heard("problem", [made.where, made.sentence, made.code, made.suggestion]),
    )


def _hear_store(ears: ExitStack, heard: Heard) -> None:
    from connectors.azure_storage import StorageJobs  # noqa: PLC0415
    from connectors.cloud_tasks import CloudTasksJobs  # noqa: PLC0415
    from connectors.store_sql.desk import SqlDesk  # noqa: PLC0415
    from firstbell import chain  # noqa: PLC0415
    from firstbell.runs.due import MessagesOut  # noqa: PLC0415
    from firstbell.serve.local_queue import LocalJobs  # noqa: PLC0415
    from firstbell.testing.fake_desk import FakeDesk  # noqa: PLC0415
    from firstbell.testing.fake_jobs import FakeJobs, FakeLaterJobs  # noqa: PLC0415

    def entry(_head: object, _school: str, _before: object, kind: str, **told: Any) -> None:
        heard("ledger", [kind, told["actor"], *told["facts"], *_values(told["facts"])])

    for module in _modules_with(chain.next_entry):
        before(ears, module, "next_entry", functools.partial(entry, None))
    for desk in (SqlDesk, FakeDesk):
        before(ears, desk, "heartbeat", lambda _desk, job, **told: heard("heartbeat", [job, told["outcome"]]))
        before(
            ears,
            desk,
            "note_try",
            lambda _desk, tried: heard("heartbeat", [tried.job, tried.error, *tried.figures]),
        )
    for jobs in (FakeJobs, MessagesOut):
        before(ears, jobs, "enqueue", lambda _jobs, *told: heard("queue", told))
    for later in (FakeLaterJobs, LocalJobs, StorageJobs, CloudTasksJobs):
        before(ears, later, "put", lambda _jobs, message, **_: heard("queue", [message]))


def _values(facts: Mapping[str, object]) -> list[object]:
    return list(facts.values())


def _hear_files(ears: ExitStack, heard: Heard) -> None:
    from connectors.local import disk, outbox  # noqa: PLC0415
    from connectors.local.folders import LocalFolders  # noqa: PLC0415

    before(ears, disk, "_swap_in", lambda path, *_, **__: heard("file name", [_ours(path)]))
    before(ears, outbox, "_rename", lambda _draft, sent: heard("file name", [_ours(sent)]))
    after(ears, LocalFolders, "_folder", lambda _folders, name: heard("file name", [name]))


def _hear_telemetry(ears: ExitStack, heard: Heard) -> None:
    """Every attribute of what a collector is told, as it is set; the library is loaded only by what opens a channel."""
    from firstbell import telemetry  # noqa: PLC0415

    before(ears, telemetry, "_told_of", lambda _span, attributes: heard("telemetry", attributes.values()))


def _ours(path: Path) -> str:
    """The end of a path that is Firstbell's: the folders of a test are named after the test."""
    parts = [part for part in path.parts[-5:] if not MADE_BY_PYTEST.fullmatch(part)]
    return "/".join(parts)


def _modules_with(function: Callable[..., object]) -> list[Any]:
    """Every module of ours that holds a name for this function."""
    import importlib  # noqa: PLC0415

    names = ("firstbell.chain", "firstbell.testing.fake_ledger", "connectors.store_sql.ledger")
    modules = [importlib.import_module(name) for name in names]
    return [module for module in modules if getattr(module, function.__name__) is function]


def before(ears: ExitStack, owner: Any, name: str, ear: Callable[..., None]) -> None:
    """Let `ear` hear the arguments of each call, before it happens."""
    real = getattr(owner, name)

    @functools.wraps(real)
    def heard(*args: Any, **kwargs: Any) -> Any:
        ear(*args, **kwargs)
        return real(*args, **kwargs)

    setattr(owner, name, heard)
    ears.callback(setattr, owner, name, real)


def after(ears: ExitStack, owner: Any, name: str, ear: Callable[..., None]) -> None:
    """Let `ear` hear of each call once it is done; of a constructor, the object that was made."""
    real = getattr(owner, name)

    @functools.wraps(real)
    def heard(*args: Any, **kwargs: Any) -> Any:
        result = real(*args, **kwargs)
        ear(*args, **kwargs)
        return result

    setattr(owner, name, heard)
    ears.callback(setattr, owner, name, real)
