"""The outermost boundary: every error becomes one sentence and an exit code; a traceback never reaches a user."""

import sys
from collections.abc import Sequence

from firstbell.errors import BadInput, FirstbellError, GiveUp, Misconfigured, NeedsHuman, RetryLater

DONE, NEEDS_A_PERSON, WRONG_USE, OUTSIDE_FAILED = 0, 1, 2, 3
EXIT_CODES: dict[type[FirstbellError], int] = {
    BadInput: WRONG_USE,
    Misconfigured: WRONG_USE,
    NeedsHuman: NEEDS_A_PERSON,
    RetryLater: OUTSIDE_FAILED,
    GiveUp: OUTSIDE_FAILED,
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its exit code."""
    sys.exit(run(arguments))


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns 0 done, 1 findings need a person, 2 wrong use or bad input, 3 outside failed."""
    from firstbell.cli.app import app  # noqa: PLC0415 - only the command line loads typer

    arguments = sys.argv[1:] if arguments is None else arguments
    try:
        _require_text(arguments)
        app(args=arguments)
    except FirstbellError as error:
        sys.stderr.write(f"{error}\n")
        return EXIT_CODES[type(error)]
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else WRONG_USE
    return DONE


def _require_text(arguments: Sequence[str]) -> None:
    """Raises BadInput for a byte that is no letter: Python lets it in as half a character, which nothing can write."""
    if any("\ud800" <= character <= "\udfff" for argument in arguments for character in argument):
        raise BadInput("the command line", "a byte that is no letter in UTF-8", "letters, figures and signs")


if __name__ == "__main__":
    main()
