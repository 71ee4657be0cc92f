"""Look at infra/ with checkov, and say what it finds that infra/checkov.toml does not excuse.

    python infra/check.py CHECKOV      run by `make check-infra`, with the checkov of its own environment

Fails for a finding without an excuse, for an excuse without a finding, and for a file that checkov can't read, which
it counts and otherwise passes over in silence.
"""

import json
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

INFRA = Path(__file__).parent
KINDS = ("bicep", "terraform")
TOLD = ["--compact", "--quiet", "--skip-download", "--output", "json", "--framework", *KINDS]

Finding = tuple[str, str]  # the check, and the file below infra/


def reports(checkov: str, folder: Path) -> Sequence[Mapping[str, Any]]:
    """What checkov says of a folder, one report for each kind of file."""
    done = subprocess.run([checkov, "--directory", str(folder), *TOLD], capture_output=True, text=True, check=False)
    try:
        found = json.loads(done.stdout)
    except ValueError:
        sys.exit(f"checkov gave no report: {done.stderr.strip()[-500:]}")
    return found if isinstance(found, list) else [found]


def findings(report: Mapping[str, Any]) -> Iterator[Finding]:
    """Each check that failed, and where."""
    for failed in report["results"]["failed_checks"]:
        yield failed["check_id"], failed["file_path"].lstrip("/")


def excused(text: str) -> set[Finding]:
    """What infra/checkov.toml excuses. Raises KeyError for an entry without a reason."""
    skips = tomllib.loads(text)["skip"]
    return {(skip["check"], file) for skip in skips for file in skip["files"] if skip["why"]}


def problems(found: Sequence[Mapping[str, Any]], excuses: set[Finding]) -> Iterator[str]:
    """A sentence for everything that must not stay as it is."""
    kinds = {report.get("check_type") for report in found}
    yield from (f"checkov read no {kind} at all" for kind in KINDS if kind not in kinds)
    for report in found:
        unread = report["summary"]["parsing_errors"]
        if unread:
            yield f"checkov can't read {unread} file(s) of {report['check_type']}"
    everything = {each for report in found for each in findings(report)}
    yield from (f"{file}: {check}: mend it, or say why not" for check, file in sorted(everything - excuses))
    yield from (f"{file}: {check} is excused and not found any more" for check, file in sorted(excuses - everything))


def main() -> None:
    """Print what is wrong, and fail; or say how much was looked at."""
    found = reports(sys.argv[1], INFRA)
    excuses = excused((INFRA / "checkov.toml").read_text(encoding="utf-8"))
    wrong = list(problems(found, excuses)) if all("summary" in each for each in found) else ["checkov read nothing"]
    if wrong:
        sys.exit("\n".join([*wrong, "The excuses are in infra/checkov.toml."]))
    passed = sum(report["summary"]["passed"] for report in found)
    print(f"checkov: {passed} checks passed, {len(excuses)} excused with a reason, every file read")


if __name__ == "__main__":
    main()
