"""The command line: one typer application, each command a plain function in a module of its own."""

import typer

from firstbell import __version__
from firstbell.cli.data_protection import data_protection_command
from firstbell.cli.demo import demo_command
from firstbell.cli.doctor import doctor_command
from firstbell.cli.init import init_command
from firstbell.cli.ledger import export_command, show_command, verify_command
from firstbell.cli.measures import measures_command
from firstbell.cli.replay import replay_command
from firstbell.cli.report import report_command
from firstbell.cli.run import run_command
from firstbell.cli.sandbox import microsoft_command
from firstbell.cli.serve import serve_command
from firstbell.cli.store import prepare_command
from firstbell.cli.subject import erase_subject_command, export_subject_command
from firstbell.cli.wording import wording_command


def leave_with(code: int | None, **_: object) -> None:
    """End the process with the exit code that a command returned."""
    raise typer.Exit(code or 0)


app = typer.Typer(
    name="firstbell",
    result_callback=leave_with,
    help="A school attendance office's routine work, inside the school's own Microsoft 365 or Google Workspace.",
    epilog="Exit codes: 0 done; 1 something needs a person; 2 wrong use or bad input; 3 an outside system failed.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
)
ledger = typer.Typer(help="Look into the ledger: every decision and message, chained by hash.", no_args_is_help=True)
store = typer.Typer(help="Look after a store on a server; one in a file needs nothing.", no_args_is_help=True)
sandbox = typer.Typer(help="Try Firstbell out where nothing can leave this computer.", no_args_is_help=True)
subject = typer.Typer(help="What is held about one pupil: hand it over, or erase it.", no_args_is_help=True)

app.command("demo")(demo_command)
app.command("init")(init_command)
app.command("doctor")(doctor_command)
app.command("run")(run_command)
app.command("serve")(serve_command)
app.command("report")(report_command)
app.command("replay")(replay_command)
app.command("measures")(measures_command)
app.command("wording")(wording_command)
app.command("data-protection")(data_protection_command)
app.add_typer(ledger, name="ledger")
ledger.command("verify")(verify_command)
ledger.command("show")(show_command)
ledger.command("export")(export_command)
app.add_typer(store, name="store")
store.command("prepare")(prepare_command)
app.add_typer(sandbox, name="sandbox")
sandbox.command("microsoft")(microsoft_command)
app.add_typer(subject, name="subject")
subject.command("export")(export_subject_command)
subject.command("erase")(erase_subject_command)


def _show_version(value: bool) -> None:  # noqa: FBT001 - the shape typer calls
    if value:
        typer.echo(f"firstbell {__version__}")
        raise typer.Exit


@app.callback()
def firstbell(
    version: bool = typer.Option(False, "--version", callback=_show_version, is_eager=True, help="Show the version."),  # noqa: FBT001
) -> None:
    """A school attendance office's routine work, inside the school's own Microsoft 365 or Google Workspace."""
